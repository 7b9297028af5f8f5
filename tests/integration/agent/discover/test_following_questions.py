"""What a following round asks: whether a difference depends on a second factor, and whether a few features tell the
groups apart. In generated data in which half of what differs between two groups does so in one genotype only, and
nothing goes with the arm of the study, which was drawn at random."""

from __future__ import annotations

import asyncio

import numpy as np
import pandas as pd
import pytest

from agent.config import ModelChoice
from agent.discover.records import HypothesisRecord, ObjectiveRecord
from agent.discover.settings import REFINEMENTS, Hints
from agent.discover.starting import new_discovery
from agent.discover.work import DISCOVER, open_discovery
from agent.loop import work
from agent.models.discover_answers import Objectives, PastObjective
from agent.models.rule_based.discover_objectives import propose_objectives
from agent.models.rule_based.model import RuleBasedModel
from agent.run import Run
from sandboxes.process import ProcessSandbox

pytest.importorskip("anndata")

from tools.proteomics.generate import SpikeIn, write_spike_in

pytestmark = pytest.mark.slow
SPEC = SpikeIn(
    features=120, samples_per_group=10, levels=(1.0, 4.0), spiked_share=0.15, missing_share=0.0, batch_spread=0.1
)
ASKED = {
    ("interaction", "group", "genotype"),
    ("interaction", "group", "arm"),
    ("panel", "group", ""),
    ("panel", "arm", ""),
}


class FollowingRound(RuleBasedModel):
    """The rules, which ask at once what they ask after a round that found differences between groups and arms."""

    async def ask(self, request):
        if request.kind != "propose_objectives":
            return await super().ask(request)
        many = request.model_copy(update={"count": 99})
        history = tuple(
            PastObjective(id=f"o0-{n}", objective=one, status="answered", reason="", found=("a difference",))
            for n, one in enumerate(propose_objectives(many).objectives)
        )
        later = propose_objectives(many.model_copy(update={"round": 2, "history": history})).objectives
        return Objectives(objectives=tuple(o for o in later if (o.aim, o.column, o.within_column) in ASKED))


@pytest.fixture(scope="module")
def discovered(tmp_path_factory):
    """Of each feature whether it `changed`, and whether that `depends` on the genotype; question → hypotheses."""
    home = tmp_path_factory.mktemp("following")
    files = write_spike_in(home, SPEC)
    table = pd.read_csv(files["table"], sep="\t", index_col="protein")
    sheet = pd.read_csv(files["samples"], index_col="sample")[["group"]]
    sheet["genotype"] = ["ko", "wt"] * (len(sheet) // 2)
    sheet["arm"] = np.random.default_rng(0).permutation(["a", "b"] * (len(sheet) // 2))
    truth = pd.read_csv(files["truth"], index_col="protein").loc[table.index]
    truth["depends"] = truth["changed"] & (truth["changed"].cumsum() % 2 == 1)
    without = sheet.index[(sheet["genotype"] == "wt") & (sheet["group"] == "level4")]
    spike = 4.0 ** truth.loc[truth["depends"], "log2_per_level"]
    table.loc[truth["depends"], without] = table.loc[truth["depends"], without].div(spike, axis=0)
    table.to_csv(files["table"], sep="\t")
    sheet.to_csv(files["samples"])
    new_discovery(
        home, name="run", files={name: files[name] for name in ("table", "samples")}, hints=Hints(), tools=(),
        refine=REFINEMENTS, model=ModelChoice(), sandbox="process", budget={"rounds": 1, "ideas": len(ASKED)},
        experiments=2, sources="", offline=True, papers=(),
    ).close()  # fmt: skip
    with Run.open(home / "run") as run:
        with run.locked(), open_discovery(run, FollowingRound(), ProcessSandbox()) as context:
            assert asyncio.run(work(context, DISCOVER)) == "finished"
        found = {}
        for row in run.all(ObjectiveRecord):
            assert row.status == "answered"
            question = (row.draft["aim"], row.draft["column"], row.draft["within_column"])
            found[question] = list(run.all(HypothesisRecord, objective_id=row.id))
    return truth, found


def accepted(found, *question):
    return [row for row in found[question] if row.status == "accepted"]


def test_differences_that_depend_on_a_second_factor_are_accepted_and_no_others(discovered):
    truth, found = discovered
    rows = accepted(found, "interaction", "group", "genotype")
    claimed = {claim["at"]["row"] for row in rows for claim in row.evidence["claims"]}
    assert len(claimed) >= 4
    assert claimed <= set(truth.index[truth["depends"]])
    assert all("between level4 and level1 depends on genotype" in row.draft["statement"] for row in rows)
    assert not accepted(found, "interaction", "group", "arm")


def test_a_panel_that_tells_unseen_samples_apart_is_accepted_and_none_of_labels_drawn_at_random(discovered):
    truth, found = discovered
    (row,) = accepted(found, "panel", "group", "")
    assert "together tell level4 from level1 in samples not seen before" in row.draft["statement"]
    assert row.draft["entities"]
    assert set(row.draft["entities"]) <= set(truth.loc[truth["changed"], "gene"])
    assert not accepted(found, "panel", "arm", "")
