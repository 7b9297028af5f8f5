"""What a tool is: its schema, and what stands in the way of calling it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from tools.data import DataState, SampleColumn
from tools.errors import NotApplicable, ToolInvalid
from tools.tool import InputFile, InputTable, Needs, Result, SampleColumnName, Table, tool

STATE = DataState(
    samples=6,
    features=100,
    scale="log2",
    missing_share=0.1,
    sample_columns=(
        SampleColumn(name="group", kind="category", levels={"a": 3, "b": 3}),
        SampleColumn(name="site", kind="category", levels={"x": 5, "y": 1}),
    ),
)


@tool(needs=Needs(scale=("log2", "ratio"), groups="group", replicates=2))
def compare(
    data: Any,
    group: SampleColumnName,
    covariates: tuple[SampleColumnName, ...] = (),
    sets: InputFile | None = None,
    tests: InputTable | None = None,
    method: Literal["limma", "t"] = "limma",
    cut: Annotated[float, Field(ge=0, description="smallest difference, log2")] = 0.0,
) -> Result:
    """Compare two groups.

    Feature by feature.
    """
    return Result("compared")


def reasons(parameters: dict[str, Any], state: DataState | None = STATE, **names: frozenset[str]) -> tuple[str, ...]:
    with pytest.raises(NotApplicable) as caught:
        compare.check(parameters, state, **names)
    return caught.value.reasons


def test_the_docstring_and_the_types_are_what_a_planner_reads() -> None:
    spec = compare.spec
    assert (spec.name, spec.summary, spec.description) == ("compare", "Compare two groups.", "Feature by feature.")
    properties = spec.parameters["properties"]
    assert "data" not in properties
    assert properties["group"]["names"] == "sample column"
    assert properties["method"]["enum"] == ["limma", "t"]
    assert properties["cut"] == {
        "default": 0.0,
        "description": "smallest difference, log2",
        "minimum": 0,
        "title": "Cut",
        "type": "number",
    }
    assert spec.parameters["required"] == ["group"]


def test_fitting_parameters_come_back_typed() -> None:
    typed = compare.check({"group": "group", "covariates": ["site"], "cut": 1}, STATE)
    assert typed.model_dump(include={"group", "covariates", "cut"}) == {
        "group": "group",
        "covariates": ("site",),
        "cut": 1.0,
    }


def test_every_unknown_name_is_told_at_once_with_what_there_is() -> None:
    told = reasons(
        {"group": "grp", "covariates": ["site", "age"], "sets": "go", "tests": "s1.de"}, files=frozenset({"go.gmt"})
    )
    assert told == (
        "parameter `group`: there is no sample column `grp`; there is `group`, `site`",
        "parameter `covariates`: there is no sample column `age`; there is `group`, `site`",
        "parameter `sets`: there is no file `go`; there is `go.gmt`",
        "parameter `tests`: there is no table `s1.de`; there is none",
    )


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({}, "parameter `group`: field required"),
        ({"group": "group", "method": "anova"}, "parameter `method`: input should be 'limma' or 't'"),
        ({"group": "group", "cut": -1}, "parameter `cut`: input should be greater than or equal to 0"),
        ({"group": "group", "extra": 1}, "parameter `extra`: extra inputs are not permitted"),
    ],
)
def test_a_wrong_parameter_is_told(parameters: dict[str, Any], told: str) -> None:
    assert reasons(parameters) == (told,)


def test_data_that_does_not_fit_is_told_with_what_would() -> None:
    assert reasons({"group": "site"}, STATE.model_copy(update={"scale": "raw"})) == (
        "the data is on the scale `raw`; the tool works on log2 or ratio",
        "`site` has fewer than two groups of 2 samples (x: 5, y: 1); choose another",
    )
    assert "there is no data yet: call a reader first" in reasons({"group": "group"}, None)


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        (Needs(complete=True), "10.0% of the values are missing; filter or impute first"),
        (Needs(samples=8), "there are 6 samples; the tool needs 8"),
        (Needs(feature_columns=("gene",)), "the features have no `gene`; a reader or annotation must give it"),
    ],
)
def test_each_need_is_checked(needs: Needs, told: str) -> None:
    @tool(needs=needs)
    def work(data: Any) -> Result:
        """Work."""
        return Result("")

    with pytest.raises(NotApplicable, match=told):
        work.check({}, STATE)


def test_a_function_without_types_or_docstring_is_no_tool() -> None:
    def untyped(data: Any, group) -> Result:  # type: ignore[no-untyped-def]
        """Compare."""
        return Result("")

    def silent(data: Any) -> Result:
        return Result("")

    with pytest.raises(ToolInvalid, match="parameter `group` has no type"):
        tool()(untyped)
    with pytest.raises(ToolInvalid, match="no docstring"):
        tool()(silent)


def test_a_table_with_p_holds_tests() -> None:
    assert Table("differential", "a protein", {"p": "raw"}).tests
    assert not Table("similarity", "a sample", {"cosine": "-1 to 1"}).tests
