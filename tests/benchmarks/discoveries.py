"""`discover` with the rule-based model on real data sets: does it end, and are the known answers found by themselves?

    python tests/benchmarks/discoveries.py [--shuffled SEED] [--no-refine LEVELS] [--sandbox process] [SET …]

Prints a line a set: samples and features, minutes, objectives, steps, jobs with the controls, looks at the plans and
changes of them, accepted hypotheses of all, and the known answers among the accepted ones. With `--shuffled` the sample
sheet's rows are permuted against the samples first: whatever is accepted then is false. The data lies in
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
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agent.config import ModelChoice
from agent.discover.records import HypothesisRecord, ObjectiveRecord, RefinementRecord, StepRecord
from agent.discover.settings import REFINEMENTS, Hints, Refinement
from agent.discover.starting import new_discovery
from agent.discover.work import DISCOVER, open_discovery
from agent.loop import work
from agent.models.discover_answers import Direction
from agent.models.rule_based.model import RuleBasedModel
from agent.run import Run
from sandboxes.choose import choose

DATA = Path(os.environ.get("ECHOLOCATE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "proteomics"


class Set(NamedTuple):
    """A data set and what it is known to hold."""

    table: str
    samples: str | None
    hints: Hints = Hints()
    known: Mapping[str, Direction] = {}
    """Entities that accepted hypotheses should claim, and in which direction."""
    absent: tuple[str, ...] = ()
    """Entities that must be named as not shown."""
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
    "hye": Set("vanpuyvelde2022_hye_diann/report.pg_matrix.tsv", "vanpuyvelde2022_hye_diann/samples.tsv"),
    "zhang": Set("zhang2017_ubilength_interactome/proteinGroups.tsv.gz", "zhang2017_ubilength_interactome/samples.tsv"),
    "gygi": Set("gygi2020_tko_tmtpro16/proteins.tsv.gz", "gygi2020_tko_tmtpro16/samples.tsv"),
}


def shuffled(sheet: Path, folder: Path, seed: int) -> Path:
    """The sample sheet with its labels permuted among the samples, until other samples share one: groups that only
    swapped their names are the true ones. Names, by which samples are found in the table, stay where they are."""
    content = sheet.read_bytes()
    text = (gzip.decompress(content) if sheet.suffix == ".gz" else content).decode("utf-8")
    separator = "\t" if "\t" in text.partition("\n")[0] else ","
    header, *rows = csv.reader(text.splitlines(), delimiter=separator)
    columns = list(zip(*rows, strict=True))
    draw, order = random.Random(seed), list(range(len(rows)))
    moved = columns
    while any(map(_same_groups, columns, moved)):
        draw.shuffle(order)
        moved = [one if _names(one) else tuple(one[at] for at in order) for one in columns]
    target = folder / f"shuffled{sheet.suffixes[0]}"
    with target.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, delimiter=separator).writerows([header, *zip(*moved, strict=True)])
    return target


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
        if chosen.samples:
            sheet = DATA / chosen.samples
            files["samples"] = sheet if seed is None else shuffled(sheet, Path(folder), seed)
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
    return "; ".join(parts)


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
