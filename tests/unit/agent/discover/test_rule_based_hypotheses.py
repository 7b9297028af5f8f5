"""What the rules write of findings: plain sentences, each finding once, none that the check of numbers would refuse."""

from __future__ import annotations

import pytest

from agent.discover.checking import refusal
from agent.models.discover_answers import Finding, ObjectiveDraft
from agent.models.discover_requests import ProposeHypotheses
from agent.models.rule_based.discover_hypotheses import propose_hypotheses

ASKED = ObjectiveDraft(
    title="What differs", question="What differs?", aim="two_groups", column="group", numerator="case",
    denominator="ctrl",
)  # fmt: skip


def finding(number, entity, direction="higher", table="differential", **more):
    numbers = more.pop("numbers", {"log2_fc": 1.25 if direction == "higher" else -1.25, "q": 0.0012})
    return Finding(
        id=f"f{number}", entity=entity, names=(entity,), what="", direction=direction, called=True, numbers=numbers,
        table=table, row=entity, step=f"o1-1-w1-{table}", **more,
    )  # fmt: skip


def written(*findings, asked=ASKED, count=8):
    drafts = propose_hypotheses(ProposeHypotheses(objective=asked, findings=findings, count=count)).hypotheses
    known = {one.id: one for one in findings}
    assert [refusal(draft, known) for draft in drafts] == [""] * len(drafts)
    return drafts


def test_no_finding_is_claimed_twice():
    drafts = written(*(finding(n, f"P{n}", "lower" if n % 3 == 0 else "higher") for n in range(12)))
    claimed = [claim.finding for draft in drafts for claim in draft.claims]
    assert len(claimed) == len(set(claimed))
    assert drafts[1].statement == (
        "P1, P2 and P4 are higher in case than in ctrl (log2 difference 1.25, 1.25 and 1.25, "
        "q 0.0012, 0.0012 and 0.0012)."
    )


def test_what_differs_among_several_groups_says_where_it_is_highest_and_lowest():
    asked = ASKED.model_copy(update={"aim": "several_groups", "numerator": "", "denominator": ""})
    found = [
        finding(n, f"P{n}", "different", "groups", numbers={"log2_spread": 2.1, "q": 0.001}, highest=high, lowest="g1")
        for n, high in enumerate(("g3", "g2", "g3", "g2"))
    ]
    first, second, *_ = written(*found, asked=asked)
    assert first.statement.startswith("P0 is highest in g3 and lowest in g1 among the groups of group (log2 spread 2.1")
    assert second.statement.startswith("P1 and P3 are highest in g2 and lowest in g1 among the groups of group")
    assert first.experiment.endswith("in new samples of each group of group.")


@pytest.mark.parametrize(
    ("table", "numbers", "direction", "says"),
    [
        ("presence", {"difference": -1.0, "q": 0.001}, "lower", "X is found less often in case than in ctrl"),
        ("kinases", {"z": 7.5, "q": 0.001}, "higher", "X is more active in case than in ctrl"),
        ("enrichment", {"odds_ratio": 9.0}, "higher", "Members of X are enriched among what differs between case"),
        ("gene_sets", {"z": -4.1, "q": 0.01}, "lower", "Members of X as a whole are lower in case than in ctrl"),
    ],
)
def test_each_kind_of_table_has_words_of_its_own(table, numbers, direction, says):
    (draft,) = written(finding(1, "X", direction, table, numbers=numbers))
    assert draft.statement.startswith(says)


def test_adverse_and_protective_are_not_mixed_up():
    asked = ASKED.model_copy(update={"aim": "survival", "column": "days", "event": "death", "numerator": ""})
    numbers = {"hazard_ratio": 1.5, "ci_low": 1.237, "ci_high": 1.82, "q": 0.001}
    (draft,) = written(finding(1, "X", "higher", "survival", numbers=numbers), asked=asked)
    assert draft.statement == (
        "A higher level of X goes with a shorter time until death (hazard ratio 1.5 for one standard deviation "
        "more, confidence interval 1.24 to 1.82, q 0.001)."
    )
    (draft,) = written(finding(1, "X", "lower", "survival", numbers={"hazard_ratio": 0.6, "q": 0.001}), asked=asked)
    assert draft.statement.startswith("A lower level of X goes with a shorter time until death (hazard ratio 0.6 for")


def test_a_crossing_says_what_it_depends_on_and_a_panel_what_it_is_made_of():
    asked = ASKED.model_copy(update={"aim": "interaction", "within_column": "sex"})
    numbers = {"log2_fc_difference": 1.2, "ci_low": 0.5, "ci_high": 1.9, "q": 0.01}
    (draft,) = written(finding(1, "X", "higher", "interaction", numbers=numbers), asked=asked)
    assert draft.statement == (
        "The difference of X between case and ctrl depends on sex (difference of log2 differences 1.2, confidence "
        "interval 0.5 to 1.9, q 0.01)."
    )
    assert draft.conditions == "in the samples of this data set"
    asked, whole = ASKED.model_copy(update={"aim": "panel"}), "MAPT (P10636);PKM (P14618)"
    panel = finding(1, whole, "different", "panel_accuracy", numbers={"auc": 0.93, "q": 0.001})
    panel = panel.model_copy(update={"names": (whole, *whole.split(";"), "panel"), "row": "panel"})
    (draft,) = written(panel, asked=asked)
    assert draft.statement == (
        "MAPT (P10636) and PKM (P14618) together tell case from ctrl in samples not seen before (area under the curve "
        "0.93, q 0.001)."
    )
    assert draft.entities == ("MAPT (P10636)", "PKM (P14618)")


@pytest.mark.parametrize(
    ("column", "levels", "says", "experiment"),
    [
        ("grade", ("Low", "Normal"), "where grade is Low than where it is Normal", "grade Low and grade Normal"),
        ("PTEN1", ("1.0", "0.0"), "where PTEN1 is 1.0 than where it is 0.0", "PTEN1 1.0 and PTEN1 0.0"),
        ("group", ("1", "2"), "where group is 1 than where it is 2", "group 1 and group 2"),
        ("Condition", ("AD", "ctrl"), "in AD than in ctrl", "AD and ctrl"),
        ("stage", ("Stage III", "Stage I"), "in Stage III than in Stage I", "Stage III and Stage I"),
    ],
)
def test_a_statement_names_the_column_of_its_levels_where_they_do_not_tell(column, levels, says, experiment):
    asked = ASKED.model_copy(update={"column": column, "numerator": levels[0], "denominator": levels[1]})
    known = {"f1": finding(1, "CA3", "lower")}
    (draft,) = propose_hypotheses(ProposeHypotheses(objective=asked, findings=known.values(), count=1)).hypotheses
    assert draft.statement.startswith(f"CA3 is lower {says} (")
    assert draft.experiment.endswith(f"in new samples of {experiment}.")
    assert not refusal(draft, known, (column, *levels))


def test_what_ratios_are_to_is_no_level_of_the_column():
    asked = ASKED.model_copy(update={"aim": "against_reference", "column": "drug", "denominator": "basal"})
    (draft,) = written(finding(1, "CA3", table="reference"), asked=asked)
    assert draft.statement.startswith("CA3 is higher where drug is case than in basal (")
