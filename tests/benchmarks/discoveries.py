"""`discover` with the rule-based model on real data sets: does it end, and are the known answers found by themselves?

    python tests/benchmarks/discoveries.py [--shuffled] [--sandbox process] [SET …]

Prints a line a set: seconds, objectives, steps, jobs with the controls, changes of plan, hypotheses by status, and the
known answers among the accepted ones. With `--shuffled` the sample sheet's rows are permuted against the samples first:
whatever is accepted then is false. The data lies in $ECHOLOCATE_TEST_DATA (default: ../shared/data).
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
from pathlib import Path
from typing import NamedTuple

from agent.config import ModelChoice
from agent.discover.records import HypothesisRecord, ObjectiveRecord, RefinementRecord, StepRecord
from agent.discover.settings import REFINEMENTS, Hints
from agent.discover.starting import new_discovery
from agent.discover.work import DISCOVER, open_discovery
from agent.loop import work
from agent.models.rule_based.model import RuleBasedModel
from agent.run import Run
from sandboxes.choose import choose

DATA = Path(os.environ.get("ECHOLOCATE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "proteomics"


class Set(NamedTuple):
    """A data set and what it is known to hold."""

    table: str
    samples: str | None
    hints: Hints = Hints()
    known: tuple[str, ...] = ()
    """Entities that accepted hypotheses should name."""
    rounds: int = 1
    objectives: int = 2


SETS = {
    "bader": Set("bader2020_alzheimer_csf/proteome.csv.gz", "bader2020_alzheimer_csf/meta.csv", known=("P10636",)),
    "ucec": Set(
        "cptac_ucec_tmt/proteomics.cct.gz",
        "cptac_ucec_tmt/samples.tsv",
        Hints(group="MSI_status"),
        ("MLH1", "PMS2"),
        objectives=1,
    ),
    "ucec-pten": Set(
        "cptac_ucec_tmt/proteomics.cct.gz",
        "cptac_ucec_tmt/samples.tsv",
        Hints(group="PI3K_PTEN", question="Is PTEN protein lower where PTEN is mutated?"),
        objectives=1,
    ),
    "su": Set(
        "su2019_l6_insulin_ampk_phospho/phosphosites.tsv.gz",
        "su2019_l6_insulin_ampk_phospho/samples.tsv",
        known=("AMPK",),
    ),
    "locard": Set(
        "locardpaulet2020_cd4_tcr_phospho/phosphosites.tsv.gz",
        "locardpaulet2020_cd4_tcr_phospho/samples.tsv",
        known=("P24161", "Q63844"),
    ),
    "bodenmiller": Set(
        "bodenmiller2012_bcrxl_cytof/cells.tsv.gz",
        "bodenmiller2012_bcrxl_cytof/samples.tsv",
        Hints(pairs="patient_id"),
        ("pS6",),
    ),
    "kirc": Set(
        "tcga_kirc_rppa_survival/rppa.tsv.gz",
        "tcga_kirc_rppa_survival/samples.tsv",
        known=("PAI-1", "p21", "Cyclin_B1"),
    ),
    "petelski": Set(
        "petelski2021_scope2_hela_u937/peptides_x_cells.tsv.gz",
        "petelski2021_scope2_hela_u937/samples.tsv",
        Hints(group="cell_type"),
    ),
    "huang": Set("huang2020_tmt_null_subset/protein_level.tsv.gz", None, Hints(group="Condition")),
    "ramus": Set("ramus2016_ups1_maxquant/proteinGroups.txt.gz", "ramus2016_ups1_maxquant/samples.tsv"),
    "hye": Set("vanpuyvelde2022_hye_diann/report.pg_matrix.tsv", "vanpuyvelde2022_hye_diann/samples.tsv"),
    "zhang": Set("zhang2017_ubilength_interactome/proteinGroups.tsv.gz", "zhang2017_ubilength_interactome/samples.tsv"),
    "gygi": Set("gygi2020_tko_tmtpro16/proteins.tsv.gz", "gygi2020_tko_tmtpro16/samples.tsv"),
}


def shuffled(sheet: Path, folder: Path, seed: int) -> Path:
    """The sample sheet with everything but the first column permuted among the samples."""
    content = sheet.read_bytes()
    text = (gzip.decompress(content) if sheet.suffix == ".gz" else content).decode("utf-8")
    separator = "\t" if "\t" in text.partition("\n")[0] else ","
    header, *rows = csv.reader(text.splitlines(), delimiter=separator)
    tails = [row[1:] for row in rows]
    random.Random(seed).shuffle(tails)
    target = folder / f"shuffled{sheet.suffixes[0]}"
    with target.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, delimiter=separator).writerows(
            [header, *([row[0], *tail] for row, tail in zip(rows, tails, strict=True))]
        )
    return target


def discover(name: str, runs: Path, sandbox: str, seed: int | None) -> str:
    """Run one set; returns its line."""
    chosen = SETS[name]
    files = {"table": DATA / chosen.table}
    with tempfile.TemporaryDirectory() as folder:
        if chosen.samples:
            sheet = DATA / chosen.samples
            files["samples"] = sheet if seed is None else shuffled(sheet, Path(folder), seed)
        run = new_discovery(
            runs,
            name=name if seed is None else f"{name}-shuffled-{seed}",
            files=files,
            hints=chosen.hints,
            tools=[],
            refine=REFINEMENTS,
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
        return line(run, name, ending, time.monotonic() - started, chosen.known)


def line(run: Run, name: str, ending: str, seconds: float, known: tuple[str, ...]) -> str:
    """A set's line of the table."""
    hypotheses = run.all(HypothesisRecord)
    accepted = [row for row in hypotheses if row.status == "accepted"]
    named = [
        fact for row in accepted for claim in row.evidence["claims"] for fact in (*claim["names"], claim["entity"])
    ]
    found = [one for one in known if any(one.casefold() in fact.casefold() for fact in named)]
    steps = run.all(StepRecord)
    changed = [row for row in run.all(RefinementRecord) if row.action not in {"keep", "answered"}]
    cells = (
        name,
        ending,
        f"{seconds:.0f}",
        len(run.all(ObjectiveRecord)),
        sum(not row.variant for row in steps),
        len({row.job for row in steps if row.job}),
        len(changed),
        f"{len(accepted)}/{len(hypotheses)}",
        f"{len(found)}/{len(known)} {' '.join(found)}",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    """Run the sets that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--shuffled", type=int, metavar="SEED", help="permute the sample sheet first")
    parser.add_argument("--sandbox", default="bubblewrap")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    arguments = parser.parse_args()
    print("| set | ended | s | objectives | steps | jobs | changes | accepted | known answers |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in arguments.sets:
        print(discover(name, arguments.runs, arguments.sandbox, arguments.shuffled), flush=True)


if __name__ == "__main__":
    main()
