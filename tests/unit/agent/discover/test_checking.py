"""What is refused before anybody scores it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.discover.checking import refusal
from agent.models.discover_answers import Claim, Finding, HypothesisDraft


def finding(id_="f1", entity="MAPT", direction="higher", **numbers):
    return Finding(
        id=id_,
        entity=entity,
        names=(entity, "P10636"),
        what="differential",
        direction=direction,
        called=True,
        numbers=numbers or {"log2_fc": 1.1634, "q": 3.14e-7},
        table="differential",
        row="P10636",
        step="o1-1-w1-s4",
    )


def draft(statement, claims=(("f1", "higher"),), entities=("MAPT",), against=()):
    made = tuple(Claim(finding=id_, direction=direction) for id_, direction in claims)
    return HypothesisDraft(statement=statement, entities=entities, claims=made, against=against)


FINDINGS = {"f1": finding(), "f2": finding("f2", "GFAP", "lower", log2_fc=-0.5)}


@pytest.mark.parametrize(
    "statement",
    [
        "MAPT is higher in disease (log2 difference 1.16, q 3.1e-07).",
        "MAPT is higher in disease, by 1.2 log2 units.",
        "MAPT is increased (q = 3 × 10^-7).",
        "P10636 is higher in CNV2 tumours than in stage 3.",
    ],
)
def test_what_the_findings_say_stands(statement):
    assert refusal(draft(statement), FINDINGS, known=("3", "stage")) == ""


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("MAPT is higher in disease (log2 difference 1.26).", "number 1.26"),
        ("MAPT is higher in disease (log2 difference -1.17).", "number -1.17"),
        ("MAPT is higher in 14 of the patients.", "number 14"),
        ("MAPT is lower in disease than in control.", "words say lower"),
        ("MAPT is reduced in disease.", "words say lower"),
    ],
)
def test_a_statement_that_its_claims_do_not_carry_is_refused(statement, why):
    assert why in refusal(draft(statement), FINDINGS)


def test_a_direction_in_a_columns_name_is_none_of_the_statement():
    one = draft("MAPT is found more often where weight loss is yes than where it is no.")
    assert "words say lower" in refusal(one, FINDINGS)
    assert refusal(one, FINDINGS, known=("weight loss", "yes", "no")) == ""


@pytest.mark.parametrize("statement", ["Disease has higher protein expression than control.", "MAPTX is higher."])
def test_a_statement_about_something_else_cannot_borrow_the_evidence(statement):
    assert "does not name what it claims: MAPT" in refusal(draft(statement), FINDINGS)


def test_a_gene_that_was_not_measured_is_refused():
    assert "`NRGN`" in refusal(draft("NRGN is higher in disease.", entities=("NRGN",)), FINDINGS)


def test_a_claim_against_its_statistic_is_refused():
    found = refusal(draft("GFAP differs in disease.", claims=(("f2", "higher"),), entities=("GFAP",)), FINDINGS)
    assert "the statistic says lower" in found


def test_findings_that_there_are_not_cannot_be_claimed():
    assert "f7" in refusal(draft("MAPT is higher in disease.", claims=(("f7", "higher"),)), FINDINGS)
    assert "f8" in refusal(draft("MAPT is higher in disease.", against=("f8",)), FINDINGS)


def test_a_number_of_another_finding_is_refused():
    """1.16 is MAPT's: a hypothesis about GFAP cannot borrow it."""
    one = draft("GFAP is lower in disease (1.16).", claims=(("f2", "lower"),), entities=("GFAP",))
    assert "number 1.16" in refusal(one, FINDINGS)


@given(st.floats(min_value=1e-12, max_value=1e6), st.integers(min_value=2, max_value=6))
def test_a_value_printed_with_any_rounding_is_known_again(value, digits):
    known = {"f1": finding(q=value)}
    assert refusal(draft(f"MAPT is higher in disease (q {value:.{digits}g})."), known) == ""


@given(st.floats(min_value=1e-12, max_value=1e6))
def test_a_value_that_is_off_by_a_hundredth_is_not(value):
    known = {"f1": finding(q=value)}
    assert refusal(draft(f"MAPT is higher in disease (q {value * 1.01:.4e})."), known) != ""
