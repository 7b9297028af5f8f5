"""`discover` with the rule-based model on real data sets: does it end, and are the known answers found by themselves?

    python tests/benchmarks/discoveries.py [--shuffled SEED] [--no-refine LEVELS] [--sandbox process] [SET …]

Prints a line a set: samples and features, minutes, objectives, steps, jobs with the controls, looks at the plans and
changes of them, accepted hypotheses of all, and the known answers among the accepted ones. With `--shuffled` the sample
sheet's rows are permuted against the samples first: whatever is accepted then is false. Where it is known of each
feature whether it changes (`ramus-LOW-HIGH`, `hye`), the last column says how many of those that were tested are
called, which share of the calls is false, and how many of the accepted claims are true. The data lies in
$ECHOLOCATE_TEST_DATA (default: ../shared/data).
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gzip
import os
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agent.config import ModelChoice
from agent.discover.records import HypothesisRecord, ObjectiveRecord, RefinementRecord, StepRecord
from agent.discover.settings import REFINEMENTS, Hints, Refinement
from agent.discover.starting import new_discovery
from agent.discover.tables import table_of
from agent.discover.work import DISCOVER, open_discovery
from agent.loop import work
from agent.models.discover_answers import Direction
from agent.models.rule_based.model import RuleBasedModel
from agent.run import Run
from sandboxes.choose import choose

DATA = Path(os.environ.get("ECHOLOCATE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "proteomics"


class Truth(NamedTuple):
    """Which features change: a table beside the data, and what a column of it means; None where it cannot be told."""

    table: str
    column: str
    changes: Callable[[str], bool | None]


class Set(NamedTuple):
    """A data set and what it is known to hold."""

    table: str
    samples: str | None
    hints: Hints = Hints()
    known: Mapping[str, Direction] = {}
    """Entities that accepted hypotheses should claim, and in which direction."""
    absent: tuple[str, ...] = ()
    """Entities that must be named as not shown."""
    truth: Truth | None = None
    only: tuple[str, ...] = ()
    """Words of which each row of the sample sheet that is taken has one; empty takes all."""
    rounds: int = 1
    objectives: int = 2


SETS = {
    "bader": Set(
        "bader2020_alzheimer_csf/proteome.csv.gz", "bader2020_alzheimer_csf/meta.csv", known={"P10636": "higher"}
    ),
    "ucec": Set(
        "cptac_ucec_tmt/proteomics.cct.gz",
        "cptac_ucec_tmt/samples.tsv",
        Hints(group="MSI_status"),
        {"MLH1": "lower", "PMS2": "lower"},
        objectives=1,
    ),
    "ucec-pten": Set(
        "cptac_ucec_tmt/proteomics.cct.gz",
        "cptac_ucec_tmt/samples.tsv",
        Hints(group="PI3K_PTEN", question="Is PTEN protein lower where PTEN is mutated?"),
        absent=("PTEN",),
        objectives=1,
    ),
    "su": Set(
        "su2019_l6_insulin_ampk_phospho/phosphosites.tsv.gz",
        "su2019_l6_insulin_ampk_phospho/samples.tsv",
        Hints(reference="basal"),
        known={"AMPKA1": "higher", "ACACA": "higher"},  # in AICAR than in basal: the kinase, and its substrate
    ),
    "locard": Set(
        "locardpaulet2020_cd4_tcr_phospho/phosphosites.tsv.gz",
        "locardpaulet2020_cd4_tcr_phospho/samples.tsv",
        known={"P24161": "higher", "P22646": "higher", "Q63844": "higher"},
    ),
    "bodenmiller": Set(
        "bodenmiller2012_bcrxl_cytof/cells.tsv.gz",
        "bodenmiller2012_bcrxl_cytof/samples.tsv",
        Hints(pairs="patient_id"),
        {"pS6": "higher"},
    ),
    "kirc": Set(
        "tcga_kirc_rppa_survival/rppa.tsv.gz",
        "tcga_kirc_rppa_survival/samples.tsv",
        known=dict.fromkeys(("PAI-1", "p21", "Cyclin_B1"), "higher"),
    ),
    "petelski": Set(
        "petelski2021_scope2_hela_u937/peptides_x_cells.tsv.gz",
        "petelski2021_scope2_hela_u937/samples.tsv",
        Hints(group="cell_type"),
    ),
    "huang": Set("huang2020_tmt_null_subset/protein_level.tsv.gz", None, Hints(group="Condition")),
    "ramus": Set("ramus2016_ups1_maxquant/proteinGroups.txt.gz", "ramus2016_ups1_maxquant/samples.tsv"),
    "hye": Set(
        "vanpuyvelde2022_hye_diann/report.pg_matrix.tsv",
        "vanpuyvelde2022_hye_diann/samples.tsv",
        truth=Truth(
            "vanpuyvelde2022_hye_diann/truth.tsv", "log2fc_A_vs_B", lambda said: float(said) != 0 if said else None
        ),
    ),
    "zhang": Set("zhang2017_ubilength_interactome/proteinGroups.tsv.gz", "zhang2017_ubilength_interactome/samples.tsv"),
    "gygi": Set("gygi2020_tko_tmtpro16/proteins.tsv.gz", "gygi2020_tko_tmtpro16/samples.tsv"),
}
for low, high in ((12500, 25000), (25000, 50000), (5000, 12500), (12500, 50000), (5000, 25000), (2500, 25000)):
    SETS[f"ramus-{low}-{high}"] = SETS["ramus"]._replace(
        hints=Hints(group="group"),
        truth=Truth("ramus2016_ups1_maxquant/truth.tsv", "species", {"UPS1": True, "YEAST": False}.get),
        only=(f"c{low}", f"c{high}"),
        objectives=1,
    )


def rows_of(table: Path) -> list[list[str]]:
    """A table's rows, its header first."""
    content = table.read_bytes()
    text = (gzip.decompress(content) if table.suffix == ".gz" else content).decode("utf-8")
    return list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in text.partition("\n")[0] else ","))


def sheet_of(chosen: Set, folder: Path, seed: int | None) -> Path | None:
    """The sample sheet of a set, as far as its rows are taken, and permuted where there is a seed."""
    if chosen.samples is None:
        return None
    header, *rows = rows_of(DATA / chosen.samples)
    rows = [row for row in rows if not chosen.only or set(chosen.only) & set(row)]
    target = folder / "samples.csv"
    with target.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([header, *(rows if seed is None else shuffled(rows, seed))])
    return target


def shuffled(rows: list[list[str]], seed: int) -> list[tuple[str, ...]]:
    """The rows of a sample sheet with its labels permuted, until other samples share one: groups that only swapped
    their names are the true ones. Names, by which samples are found in the table, stay where they are."""
    columns = list(zip(*rows, strict=True))
    draw, order = random.Random(seed), list(range(len(rows)))
    moved = columns
    while any(map(_same_groups, columns, moved)):
        draw.shuffle(order)
        moved = [one if _names(one) else tuple(one[at] for at in order) for one in columns]
    return list(zip(*moved, strict=True))


def _names(values: tuple[str, ...]) -> bool:
    return len(set(values)) == len(values) and not all(one.replace(".", "").isdigit() for one in values)


def _same_groups(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    groups = len(set(before))
    return 1 < groups < len(before) and len(set(zip(before, after, strict=True))) == groups


def discover(name: str, runs: Path, sandbox: str, seed: int | None, refine: tuple[Refinement, ...]) -> str:
    """Run one set; returns its line."""
    chosen = SETS[name]
    files = {"table": DATA / chosen.table}
    with tempfile.TemporaryDirectory() as folder:
        if sheet := sheet_of(chosen, Path(folder), seed):
            files["samples"] = sheet
        run = new_discovery(
            runs,
            name="-".join((name, *(() if seed is None else ("shuffled", str(seed))), *_left_out(refine))),
            files=files,
            hints=chosen.hints,
            tools=[],
            refine=refine,
            model=ModelChoice(),
            sandbox=sandbox,
            budget={"rounds": chosen.rounds, "ideas": chosen.objectives},
            experiments=2,
            sources="",
            offline=True,
            papers=[],
        )
    started = time.monotonic()
    with run, run.locked(), open_discovery(run, RuleBasedModel(), choose(sandbox)) as context:
        ending = asyncio.run(work(context, DISCOVER))
        return line(run, chosen, ending, time.monotonic() - started)


def _left_out(refine: tuple[Refinement, ...]) -> tuple[str, ...]:
    left = [level for level in REFINEMENTS if level not in refine]
    return ("no", *left) if left else ()


def line(run: Run, chosen: Set, ending: str, seconds: float) -> str:
    """A set's line of the table."""
    hypotheses = run.all(HypothesisRecord)
    accepted = [row for row in hypotheses if row.status == "accepted"]
    claims = [claim for row in accepted for claim in row.evidence["claims"]]
    steps = run.all(StepRecord)
    looks = run.all(RefinementRecord)
    changed = [row for row in looks if row.action not in {"keep", "answered"}]
    read = run.get(StepRecord, "profile-read")
    data = (read and read.state) or {}
    cells = (
        run.config.id,
        ending,
        f"{data.get('samples')} x {data.get('features')}",
        f"{seconds / 60:.1f}",
        len(run.all(ObjectiveRecord)),
        sum(not row.variant for row in steps),
        len({row.job for row in steps if row.job}),
        f"{len(looks)} ({len(changed)})",
        f"{len(accepted)}/{len(hypotheses)}",
        _known(run, chosen, claims),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def _known(run: Run, chosen: Set, claims: list[dict[str, Any]]) -> str:
    """Which of the known answers the accepted claims hold, and what is reported as not shown."""
    named = {(fact.casefold(), claim["direction"]) for claim in claims for fact in (*claim["names"], claim["entity"])}
    found = [
        one for one, way in chosen.known.items() if any(one.casefold() in fact and way == said for fact, said in named)
    ]
    report = (run.folder / "report.md").read_text(encoding="utf-8").partition("## What was tried and not shown")[2]
    absent = [one for one in chosen.absent if not any(one.casefold() == fact for fact, _ in named) and one in report]
    parts = [f"{len(found)}/{len(chosen.known)} {' '.join(found)}"] if chosen.known else []
    parts += [f"not shown {len(absent)}/{len(chosen.absent)} {' '.join(absent)}"] if chosen.absent else []
    parts += [] if chosen.truth is None else [_true(run, chosen.truth, claims)]
    return "; ".join(parts)


def _true(run: Run, truth: Truth, claims: list[dict[str, Any]]) -> str:
    """Of the comparison of two groups: which of the features that change are called, and which calls are false."""
    header, *rows = rows_of(DATA / truth.table)
    changes = {row[0]: truth.changes(row[header.index(truth.column)]) for row in rows}
    steps = run.all(StepRecord, tool="test_differential", variant="", status="ok")
    table = table_of(run, steps[0].tables["differential"])
    tested = {row: change for row in table.rows if (change := changes.get(row)) is not None}
    called = [change for row, change in tested.items() if table.called(row)]
    said = [changes.get(claim["at"]["row"]) for claim in claims]
    found, false = sum(called) / max(1, sum(tested.values())), called.count(False) / max(1, len(called))
    true = f"{said.count(True)} of {len(said)} claims true"
    return f"sensitivity {found:.3f}, FDP {false:.3f} ({len(called)} called); {true}"


def main() -> None:
    """Run the sets that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--shuffled", type=int, metavar="SEED", help="permute the sample sheet first")
    parser.add_argument("--no-refine", default="", help="ablation: levels at which results change no plan")
    parser.add_argument("--sandbox", default="bubblewrap")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    arguments = parser.parse_args()
    refine = tuple(level for level in REFINEMENTS if level not in arguments.no_refine.split(","))
    print("| run | ended | samples x features | minutes | objectives | steps | jobs | looks at plans (changes) "
          "| accepted | known answers |")  # fmt: skip
    print("| --- " * 10 + "|")
    for name in arguments.sets:
        print(discover(name, arguments.runs, arguments.sandbox, arguments.shuffled, refine), flush=True)


if __name__ == "__main__":
    main()
