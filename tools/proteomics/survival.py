"""Features that go along with how long patients live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.cox import fit_hazards
from tools.proteomics.figures import COLOURS, axes, feature_named
from tools.proteomics.linear_model import encode
from tools.proteomics.testing import Covariates, matrix, people_names, tested_table, with_values
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

_FEWEST_EVENTS = 10
"""Events for each coefficient, below which a Cox model is not to be trusted (Peduzzi et al. 1995)."""
_DEVIATE = 1.959963984540054
"""Standard errors on each side that make an interval of 95 %."""

Time = Annotated[SampleColumnName, Field(description="time to the event or to the last time seen, in any unit")]
Event = Annotated[SampleColumnName, Field(description="1 or true where the event happened, 0 or false where not")]

SURVIVAL = Table(
    "survival",
    "a feature that was tested, smallest p first",
    {
        "hazard_ratio": "for one standard deviation of the feature, adjusted for the covariates; above 1 is adverse",
        "ci_low": "lower bound of its 95 % confidence interval",
        "ci_high": "upper bound of its 95 % confidence interval",
        "samples": "samples in which it was measured",
        "events": "events among them",
        "p": "two-sided p of the coefficient (Wald)",
        "q": "p adjusted over the table (Benjamini and Hochberg)",
        "called": "q < 0.05",
    },
)
CURVES = Table(
    "curves",
    "a half of the patients: those with less and those with more of the feature than the median",
    {
        "patients": "their number",
        "events": "events among them",
        "median_time": "time at which half of them had the event; empty where it was not reached",
    },
)


@tool(needs=Needs(scale=("log2", "ratio"), samples=20), tables=(SURVIVAL,))
def test_survival(data: AnnData, time: Time, event: Event, covariates: Covariates = ()) -> Result:
    """Which features go along with survival: a Cox model of each, adjusted for what is known of the patients.

    Name age, stage and grade among the covariates: what only repeats them is no news.
    """
    data, warnings = _followed(data, time, event, covariates)
    times, events = data.obs[time].to_numpy(dtype=float), data.obs[event].to_numpy(dtype=bool)
    there = ~np.isnan(matrix(data))
    enough = (there & events[:, None]).sum(axis=0) >= _FEWEST_EVENTS
    if not enough.any():
        raise NotApplicable((f"no feature is measured in {_FEWEST_EVENTS} patients with the event",))
    data, there = data[:, enough], there[:, enough]
    known = np.column_stack([np.empty((len(times), 0)), *(encode(data.obs[name]) for name in covariates)])
    hazards = fit_hazards(_scaled(matrix(data)), times, events, known)
    columns = {
        "hazard_ratio": hazards.ratio(),
        "ci_low": hazards.ratio(-_DEVIATE),
        "ci_high": hazards.ratio(_DEVIATE),
        "samples": there.sum(axis=0),
        "events": (there & events[:, None]).sum(axis=0),
    }
    table = tested_table(data, columns, hazards.p)
    names = people_names(data)
    first = ", ".join(f"{names[name]} {ratio:.2f}" for name, ratio in table["hazard_ratio"].head(4).items())
    called = int(table["called"].sum())
    summary = (
        f"Tested {len(table)} features in {len(times)} patients with {int(events.sum())} events: {called} go along "
        f"with survival at q < 0.05. First (hazard ratio of one standard deviation): {first}."
    )
    facts = {"tested": len(table), "called": called, "events": int(events.sum())}
    return Result(summary, tables={"survival": table}, facts=facts, warnings=warnings)


def _followed(data: AnnData, time: str, event: str, covariates: tuple[str, ...]) -> tuple[AnnData, tuple[str, ...]]:
    """The patients with a follow-up, with events as 0 and 1.

    Raises:
        NotApplicable: the columns are not what they should be, or there are too few events.
    """
    import pandas as pd

    data, warnings = with_values(data, (time, event, *covariates))
    words = {"true": 1, "false": 0, "1": 1, "0": 0, "1.0": 1, "0.0": 0, "dead": 1, "alive": 0, "yes": 1, "no": 0}
    happened = data.obs[event].astype(str).str.lower().map(words)
    if happened.isna().any():
        raise NotApplicable((f"`{event}` must be 0 or 1 (or true and false) for each patient",))
    times = pd.to_numeric(data.obs[time], errors="coerce")
    if times.isna().any() or (times < 0).any():
        raise NotApplicable((f"`{time}` must be a number, at least 0, for each patient",))
    if happened.sum() < _FEWEST_EVENTS:
        raise NotApplicable((f"there are {int(happened.sum())} events; {_FEWEST_EVENTS} are needed",))
    data = data.copy()
    data.obs[time], data.obs[event] = times.to_numpy(dtype=float), happened.to_numpy(dtype=float)
    return data, warnings


def _scaled(values: Floats) -> Floats:
    """Each feature with standard deviation 1; one that never varies is nowhere measured."""
    spread = np.nanstd(values, axis=0, ddof=1)
    return np.asarray((values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, np.nan))


@tool(needs=Needs(samples=20), tables=(CURVES,), figures=("survival",))
def plot_survival(data: AnnData, feature: str, time: Time, event: Event) -> Result:
    """Kaplan-Meier curves of the patients with less and with more of one feature than the median, and their log-rank p.

    A picture of one feature that test_survival found; the split at the median is not a test to search with.
    """
    import pandas as pd
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    name = feature_named(data, feature)
    data, warnings = _followed(data, time, event, ())
    values = matrix(data[:, name])[:, 0]
    there = ~np.isnan(values)
    times, events = data.obs[time].to_numpy()[there], data.obs[event].to_numpy()[there]
    more = values[there] > np.median(values[there])
    if more.all() or not more.any():
        raise NotApplicable((f"`{feature}` has the same value in too many patients to part them",))
    p = float(logrank_test(times[more], times[~more], events[more], events[~more]).p_value)
    figure, one = axes()
    rows: dict[str, dict[str, float]] = {}
    for label, half, colour in (("less", ~more, COLOURS[0]), ("more", more, COLOURS[1])):
        curve = KaplanMeierFitter().fit(times[half], events[half])
        steps = curve.survival_function_.iloc[:, 0]
        one.step(steps.index, steps, where="post", color=colour, label=f"{label} ({int(half.sum())})")
        median = curve.median_survival_time_
        rows[label] = {
            "patients": int(half.sum()),
            "events": int(events[half].sum()),
            "median_time": median if np.isfinite(median) else np.nan,
        }
    one.set(xlabel=time, ylabel="share without the event", ylim=(0, 1.02))
    one.set_title(f"{people_names(data)[name]}, log-rank p = {p:.2g}", fontsize=9)
    one.legend(frameon=False)
    table = pd.DataFrame.from_dict(rows, orient="index")
    summary = f"Patients with more {people_names(data)[name]} than the median against the others: log-rank p = {p:.2g}."
    return Result(
        summary, tables={"curves": table}, figures={"survival": figure}, facts={"log_rank_p": p}, warnings=warnings
    )
