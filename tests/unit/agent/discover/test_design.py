"""What columns are for, and which comparison a design stops."""

from __future__ import annotations

from agent.discover.design import batches, brief, confounding, groups, roles_of
from agent.discover.settings import Hints
from tools.data import DataState, SampleColumn


def category(name, **levels):
    return SampleColumn(name=name, kind="category", levels=levels)


def number(name, **levels):
    return SampleColumn(name=name, kind="number", levels=levels, low=0, high=9)


def state(*columns, samples=24):
    return DataState(samples=samples, features=100, scale="log2", missing_share=0.1, sample_columns=columns)


CLINIC = state(
    category("site", north=12, south=12),
    category("diagnosis", control=10, disease=14),
    category("colour", red=12, blue=12),
    category("patient", **{f"p{n}": 2 for n in range(12)}),
    number("age"),
    number("os_days"),
    category("os_event", **{"0": 12, "1": 12}),
    SampleColumn(name="barcode", kind="identifier"),
)


def test_names_and_values_tell_what_columns_are_for():
    assert roles_of(CLINIC, Hints()) == {
        "site": "covariate",
        "diagnosis": "group",
        "colour": "group",
        "patient": "pairs",
        "age": "covariate",
        "os_days": "time",
        "os_event": "event",
    }


def test_a_hint_wins():
    roles = roles_of(CLINIC, Hints(group="site", covariates=("colour",)))
    assert (roles["site"], roles["colour"]) == ("group", "covariate")


def test_a_time_without_event_is_a_course_only_where_samples_share_times():
    course = state(number("minutes", **{"0": 4, "5": 4, "30": 4}))
    assert roles_of(course, Hints())["minutes"] == "time"
    assert roles_of(state(number("days")), Hints())["days"] == "number"


def test_rows_that_name_their_sample_are_cells():
    cells = state(category("sample_id", a=100, b=120), category("condition", x=100, y=120), samples=220)
    assert roles_of(cells, Hints())["sample_id"] == "cells of"


def test_the_question_and_a_hint_decide_what_is_compared_first():
    def first(**hints):
        made = Hints(**hints)
        return groups(brief(CLINIC, made), made)[0].name

    assert first() == "diagnosis"
    assert first(question="Does colour matter?") == "colour"
    assert first(question="Is MAPT higher in disease?") == "diagnosis"
    assert first(group="colour") == "colour"


def test_a_name_that_the_question_holds_goes_before_a_level_that_it_holds():
    sheet = state(category("purity", low=12, normal=12), category("tumor_normal", a=12, b=6, c=6))
    found = groups(brief(sheet, asked := Hints(question="What differs between tumor and normal?")), asked)
    assert [column.name for column in found] == ["tumor_normal", "purity"]


def test_what_many_samples_lack_is_no_handling_of_them():
    site = SampleColumn(name="tumour_site", kind="category", levels={"corpus": 9, "fundus": 3}, missing=12)
    assert batches(brief(state(site, category("plex", one=12, two=12)), Hints())) == ("plex",)


def test_a_batch_that_equals_the_groups_stops_the_comparison_with_the_reason():
    note = confounding("diagnosis", {"confounded": True, "with_what": "plex", "estimable": False})
    assert not note.usable
    assert "plex" in note.notes[0]
    data = brief(CLINIC, Hints(), {"diagnosis": note})
    column = data.column("diagnosis")
    assert column is not None
    assert not column.usable
    assert groups(data, Hints())[0].name == "colour"


def test_a_design_that_cannot_be_estimated_beside_its_covariates_is_stopped():
    assert not confounding("diagnosis", {"confounded": False, "estimable": False}).usable
    assert confounding("diagnosis", {"confounded": False, "estimable": True}).usable
