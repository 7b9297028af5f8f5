"""A folder of tools as a user would write it, and small data for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

SIMILARITY = '''"""Likeness of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tools.tool import Needs, Result, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

COLUMNS = {"cosine": "cosine of the angle between the two samples, -1 to 1"}


@tool(needs=Needs(scale=("log2", "ratio")), tables=(Table("similarity", "a sample", COLUMNS),))
def rank_by_similarity(data: AnnData, sample: str) -> Result:
    """Rank samples by their likeness to one of them.

    Compares over the features that every sample has.
    """
    complete = data.X[:, ~np.isnan(data.X).any(axis=0)]
    target = complete[data.obs_names.get_loc(sample)]
    cosine = complete @ target / np.linalg.norm(complete, axis=1) / np.linalg.norm(target)
    table = pd.DataFrame({"cosine": cosine}, index=data.obs_names).drop(index=sample)
    table = table.sort_values("cosine", ascending=False)
    return Result(f"{table.index[0]} is nearest to {sample}.", tables={"similarity": table})
'''
"""A tool that must be told a sample."""

MISBEHAVING = '''"""Tools that break their word."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pandas as pd

from tools.tool import Result, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

SCORES = (Table("scores", "a sample", {"p": "probability"}),)


@tool(tables=SCORES)
def crash(data: AnnData) -> Result:
    """Divide by zero."""
    return Result(str(1 / 0))


@tool(tables=SCORES)
def hang(data: AnnData) -> Result:
    """Sleep for an hour."""
    time.sleep(3600)
    return Result("")


@tool(tables=SCORES)
def garbage(data: AnnData) -> Result:
    """Return a text."""
    return "fine"


@tool(tables=SCORES)
def lie(data: AnnData) -> Result:
    """Return another table than declared."""
    return Result("fine", tables={"scores": pd.DataFrame({"z": [1.0]}, index=["a"])})


@tool(tables=SCORES)
def no_probability(data: AnnData) -> Result:
    """Return a probability of two."""
    return Result("fine", tables={"scores": pd.DataFrame({"p": [2.0]}, index=["a"])})
'''


def small_data() -> AnnData:
    """Four samples in two groups and five features on the log2 scale; one value was not measured."""
    matrix = np.array([[20.0, 21, 22, 23, 24], [20, 21, 22, 23, np.nan], [24, 23, 22, 21, 20], [24, 23, 22, 21, 19]])
    obs = pd.DataFrame({"group": ["a", "a", "b", "b"]}, index=["s1", "s2", "s3", "s4"])
    data = AnnData(matrix, obs=obs, var=pd.DataFrame(index=[f"f{n}" for n in range(5)]))
    data.uns["scale"] = "log2"
    return data


def write_tools(folder: Path) -> Path:
    """Write both modules into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "similarity.py").write_text(SIMILARITY)
    (folder / "misbehaving.py").write_text(MISBEHAVING)
    return folder
