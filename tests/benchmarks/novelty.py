"""How often the verdict on an idea's novelty is right, and how often it changes with the idea's wording.

Run as a script; needs `zstandard` and the test data (ECHOLOCATE_TEST_DATA). The ideas are made from the corpus by
`novelty_ideas.py`: half are known, half are new combinations, each in two wordings. The thresholds of
`agent.literature.prior_work` were chosen on the ideas of seed 1 (`--calibrate`), the table is of those of seed 2.
`--model NAME` has a language model at OPENAI_BASE_URL compare as well. `--once` is for one on a slow machine: it is
asked once about each wording, and about the nearest paper alone. Known and new ideas take turns there, and what came
of all so far is printed after each, so that what is there when the time is over is a sample of both.
Ends with exit code 1 when the true paper is among the first ten candidates less often than in 90 % of the known ideas.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import novelty_ideas
import retrieval
from scipy.stats import binomtest

from agent.literature import asking as asking_module
from agent.literature.asking import assess_by
from agent.literature.prior_work import Idea, Novelty, assess, find_candidates
from agent.literature.sources.local import LocalSource
from agent.models.endpoint import OpenAISettings
from agent.models.openai_model import OpenAIModel

GATE = 0.9
Judge = Callable[[Idea], Novelty]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--index", type=Path, help="Index of the corpus, made if missing.")
    parser.add_argument("--ideas", type=int, default=60, help="Of each kind.")
    parser.add_argument("--model", help="A language model at OPENAI_BASE_URL.")
    parser.add_argument("--once", action="store_true", help="Ask it once, about the nearest paper alone.")
    wished = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = wished.index or Path(folder) / "corpus.db"
        if not path.exists():
            retrieval.build(path, retrieval.corpus_papers())
        source = LocalSource("corpus", path)
        # Every ninth paper, so that neighbours in a source's list are not taken together.
        some = list(islice(retrieval.corpus_papers(), 0, None, 9))
        cases = novelty_ideas.make_cases(some, wished.ideas, seed=1 if wished.calibrate else 2)
        recall = found_among_candidates(cases, source)
        print(f"{len(cases)} ideas in two wordings; the true paper is among the first ten candidates: {recall:.3f}")
        print("| judge | known called known | new called novel | unsure | flips | other changes | mean spread |")
        print("|---|---|---|---|---|---|---|")
        print(row("tf-idf", cases, lambda idea: assess(idea, *find_candidates(idea, [source]))), flush=True)
        if wished.model and wished.once:
            print_sample(wished.model, cases, source)
        elif wished.model:
            print(row(wished.model, cases, asking(wished.model, source)))
    sys.exit(recall < GATE)


def found_among_candidates(cases: Sequence[novelty_ideas.Case], source: LocalSource) -> float:
    """Share of the wordings of known ideas whose paper is among the first ten."""
    hits = [
        case.paper in [paper.id for paper in find_candidates(wording, [source])[0][:10]]
        for case in cases
        if case.paper
        for wording in case.wordings
    ]
    return statistics.mean(hits)


def asking(name: str, source: LocalSource) -> Judge:
    """A language model as judge, and words where it gives no usable answer."""
    settings = OpenAISettings(model=name, base_url=os.environ["OPENAI_BASE_URL"], temperature=0, timeout_s=3600)
    model = OpenAIModel(settings)

    def judge(idea: Idea) -> Novelty:
        found = find_candidates(idea, [source])
        return asyncio.run(assess_by(model, idea, *found)) or assess(idea, *found)

    return judge


def print_sample(name: str, cases: Sequence[novelty_ideas.Case], source: LocalSource) -> None:
    """Print the verdicts on each idea's two wordings, asked for once each, and what came of all so far."""
    asking_module.ASKED = asking_module.COMPARED = 1
    judge = asking(name, source)
    half = len(cases) // 2
    right, changed = {True: [0, 0], False: [0, 0]}, [0, 0]
    for case in (case for pair in zip(cases[:half], cases[half:], strict=True) for case in pair):
        known = case.paper is not None
        both = [judge(wording) for wording in case.wordings]
        for found in both:
            right[known][0] += found.verdict == ("known" if known else "novel")
            right[known][1] += 1
            print(f"{'known' if known else 'new'}: {found.in_words} | {found.comparisons[0].in_words}")
        changed[0] += len({found.verdict for found in both}) > 1
        changed[1] += 1
        shares = (share(*counted) for counted in (right[True], right[False], changed) if counted[1])
        print("known called known, new called novel, changed with the wording:", "; ".join(shares), flush=True)


def share(hits: int, cases: int) -> str:
    """Hits of cases, with the exact 95 % interval (Clopper and Pearson, 1934)."""
    low, high = binomtest(hits, cases).proportion_ci(method="exact")
    return f"{hits} of {cases} [{low:.2f}, {high:.2f}]"


def row(name: str, cases: Sequence[novelty_ideas.Case], judge: Judge) -> str:
    """One line of the table."""
    judged = [(case, [judge(wording) for wording in case.wordings]) for case in cases]
    pairs = [[one.verdict for one in both] for _, both in judged]
    votes = Counter(
        (case.paper is not None, verdict) for (case, _), both in zip(judged, pairs, strict=True) for verdict in both
    )
    each = len(cases)  # two wordings of half of the ideas
    flips = sum(set(both) == {"known", "novel"} for both in pairs) / len(pairs)
    changes = sum(len(set(both)) > 1 for both in pairs) / len(pairs) - flips
    unsure = (votes[True, "unsure"] + votes[False, "unsure"]) / (2 * each)
    spread = statistics.mean(one.spread for _, both in judged for one in both)
    known, novel = votes[True, "known"] / each, votes[False, "novel"] / each
    return f"| {name} | {known:.2f} | {novel:.2f} | {unsure:.2f} | {flips:.2f} | {changes:.2f} | {spread:.2f} |"


if __name__ == "__main__":
    main()
