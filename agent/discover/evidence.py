"""What is known for and against a hypothesis: computed by the harness from result tables, never by a model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agent.models.discover_answers import Direction

LEAST_PERMUTED = 2
"""Permutations that a test must have been run with, before they say anything of luck."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Value):
    """A row of a step's table: where statistics lie."""

    step: str
    table: str
    row: str

    def __str__(self) -> str:
        return f"{self.step}/{self.table}/{self.row}"


class Trial(_Value):
    """The same row in a control."""

    variant: str
    at: Row | None
    """None where the control did not come so far, or has no such row and says nothing by that."""
    direction: Direction
    called: bool
    survived: bool
    """Found again in the same direction: called by the test's own cut or, with a sample left out or in those that were
    held back, with p below 5 %."""


class Fact(_Value):
    """A finding that a hypothesis claims, or that speaks against it."""

    at: Row
    entity: str
    names: tuple[str, ...]
    what: str
    direction: Direction
    called: bool
    numbers: dict[str, float]
    q_run: float | None = None
    """Adjusted over all tests of the run (Benjamini and Hochberg)."""
    trials: tuple[Trial, ...] = ()
    """Other normalisation, imputation, one sample less."""
    held: Trial | None = None
    """In the samples that were held back. None where no samples were held back."""


class Shuffle(_Value):
    """What was found with the labels permuted, in one table."""

    table: str
    found: int
    """Rows called with the true labels."""
    by_luck: tuple[int, ...]
    """Rows called with permuted ones, one a permutation."""


class Stance(_Value):
    """A paper that names what the hypothesis names."""

    paper: str
    title: str
    year: int | None
    says: str
    """`agrees`, `disagrees` or `mentions`: read from the words near the name, so only a pointer for a reader."""
    passage: str


class Evidence(_Value):
    """Everything beside the statement itself."""

    claims: tuple[Fact, ...] = ()
    against: tuple[Fact, ...] = ()
    shuffles: tuple[Shuffle, ...] = ()
    tests: int = 0
    """Tests of the whole run that q_run is adjusted over."""
    literature: tuple[Stance, ...] = ()

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Of all claims, those that could be made."""
        return tuple(trial for fact in self.claims for trial in fact.trials if trial.at is not None)

    @property
    def robust(self) -> float | None:
        """The least share of its trials that a claim survives; None where none could be made."""
        made = ([trial.survived for trial in fact.trials if trial.at is not None] for fact in self.claims)
        return min((sum(survived) / len(survived) for survived in made if survived), default=None)

    @property
    def confirmed(self) -> bool | None:
        """Whether the samples that were held back say the same of all claims; None where none were held back."""
        held = [fact.held for fact in self.claims if fact.held is not None and fact.held.at is not None]
        return all(trial.survived for trial in held) if held else None

    @property
    def worst_q(self) -> float | None:
        """The largest q over the run of any claim; None where one has none."""
        found = [fact.q_run for fact in self.claims]
        return max((q for q in found if q is not None), default=None) if None not in found else None

    @property
    def luck(self) -> float | None:
        """The most that any permutation found, as a share of what the true labels found; None where a claim's test was
        hardly run with permuted labels."""
        if not self.shuffles or any(len(one.by_luck) < LEAST_PERMUTED for one in self.shuffles):
            return None
        return max(max(one.by_luck) / max(1, one.found) for one in self.shuffles)
