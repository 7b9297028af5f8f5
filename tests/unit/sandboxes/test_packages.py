"""Only names and versions from the list reach pip, whatever a model writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from sandboxes.errors import PackagesRefused, SandboxUnavailable
from sandboxes.package_list import AllowList

if TYPE_CHECKING:
    from pathlib import Path

ALLOWED = AllowList([Requirement("xgboost>=2,<4"), Requirement("dask[array]>=2024"), Requirement("scikit-learn")])


def test_a_request_is_narrowed_to_the_allowed_versions() -> None:
    asked = ["XGBoost>=3", "dask[array]", "Scikit_Learn==1.5"]
    assert ALLOWED.check(asked) == ("dask[array]>=2024", "scikit-learn==1.5", "xgboost<4,>=2,>=3")


def test_nothing_asked_is_nothing_wanted() -> None:
    assert ALLOWED.check([]) == ()


@pytest.mark.parametrize(
    "line",
    [
        "https://example.org/xgboost.whl",
        "git+https://example.org/xgboost",
        "./xgboost",
        "/tmp/xgboost.whl",
        "-r other.txt",
        "--index-url=https://example.org",
        "xgboost --index-url https://example.org",
        "xgboost\n--index-url https://example.org",
        "xgboost; rm -rf /",
        "$(id)",
        "",
    ],
)
def test_what_is_no_requirement_is_refused(line: str) -> None:
    with pytest.raises(PackagesRefused, match="is not a package with a version range"):
        ALLOWED.check([line])


@pytest.mark.parametrize("line", ["xgboost @ https://example.org/x.whl", "xgboost; python_version > '3'"])
def test_addresses_and_conditions_are_refused(line: str) -> None:
    with pytest.raises(PackagesRefused, match="an address or a condition"):
        ALLOWED.check([line])


def test_each_mistake_is_named() -> None:
    with pytest.raises(PackagesRefused) as refused:
        ALLOWED.check(["requests", "xgboost[gpu]", "xgboost", "XGBoost>=3"])
    assert str(refused.value).split("; ") == [
        "requests is not on the list of allowed packages, which are dask, scikit-learn, xgboost",
        "xgboost may not be asked for with the extras gpu",
        "'XGBoost>=3' asks for xgboost a second time",
    ]


def test_a_long_list_is_refused() -> None:
    with pytest.raises(PackagesRefused, match="21 packages are asked for; at most 20"):
        ALLOWED.check(["xgboost"] * 21)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30) | st.from_regex(r"xgboost\W.*"), max_size=3))
def test_what_passes_is_on_the_list(lines: list[str]) -> None:
    try:
        passed = ALLOWED.check(lines)
    except PackagesRefused:
        return
    for line in passed:
        assert "\n" not in line
        assert Requirement(line).name in ALLOWED.names
        assert Requirement(line).url is None


def test_the_shipped_list_names_a_range_for_each(tmp_path: Path) -> None:
    shipped = AllowList.load(tmp_path / "none")
    assert len(shipped.names) > 30
    for name in shipped.names:
        assert ">=" in shipped.check([name])[0]


def test_a_user_adds_and_overrides(tmp_path: Path) -> None:
    own = tmp_path / "packages.toml"
    own.write_text('packages = ["mine>=1", "xgboost==3.0.0"]')
    assert AllowList.load(own).check(["mine", "xgboost"]) == ("mine>=1", "xgboost==3.0.0")


@pytest.mark.parametrize("text", ["packages = [", 'package = ["six"]', "packages = [1]", 'packages = ["six>>1"]'])
def test_a_broken_list_is_named_in_one_line(tmp_path: Path, text: str) -> None:
    own = tmp_path / "packages.toml"
    own.write_text(text)
    with pytest.raises(SandboxUnavailable) as unavailable:
        AllowList.load(own)
    assert str(unavailable.value).startswith(str(own))
    assert "\n" not in str(unavailable.value)
