"""Rules for names that are not there: imports that were forgotten, packages and aliases that do not exist."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from agent.models.rule_based.repairing.edits import replaced, span, with_imports

if TYPE_CHECKING:
    from agent.models.rule_based.repairing.failure import Changes, Failure

_KNOWN = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "math": "import math",
    "json": "import json",
    "random": "import random",
    "warnings": "import warnings",
    "ndimage": "from scipy import ndimage",
    "Path": "from pathlib import Path",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "partial": "from functools import partial",
    "NDArray": "from numpy.typing import NDArray",
    "BaseEstimator": "from sklearn.base import BaseEstimator",
    "TransformerMixin": "from sklearn.base import TransformerMixin",
    "clone": "from sklearn.base import clone",
    "make_pipeline": "from sklearn.pipeline import make_pipeline",
    "make_union": "from sklearn.pipeline import make_union",
    "make_column_transformer": "from sklearn.compose import make_column_transformer",
    "cross_val_score": "from sklearn.model_selection import cross_val_score",
    "cross_val_predict": "from sklearn.model_selection import cross_val_predict",
    "train_test_split": "from sklearn.model_selection import train_test_split",
    "GridSearchCV": "from sklearn.model_selection import GridSearchCV",
    "KFold": "from sklearn.model_selection import KFold",
    "StratifiedKFold": "from sklearn.model_selection import StratifiedKFold",
    "chi2": "from sklearn.feature_selection import chi2",
    "f_classif": "from sklearn.feature_selection import f_classif",
    "gaussian_filter": "from scipy.ndimage import gaussian_filter",
}
_BOOSTING = {
    "Classifier": "from sklearn.ensemble import HistGradientBoostingClassifier as {name}",
    "Regressor": "from sklearn.ensemble import HistGradientBoostingRegressor as {name}",
}
_MOVED = {
    "sklearn.externals.joblib": "joblib",
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.externals.six": "six",
    "scipy.ndimage.filters": "scipy.ndimage",
    "scipy.ndimage.interpolation": "scipy.ndimage",
}
_NUMPY = {
    **{name: name for name in ("float", "int", "bool", "object", "complex", "str")},
    "float_": "np.float64",
    "infty": "np.inf",
    "Inf": "np.inf",
    "NaN": "np.nan",
    "product": "np.prod",
    "cumproduct": "np.cumprod",
    "alltrue": "np.all",
    "sometrue": "np.any",
    "trapz": "np.trapezoid",
    "in1d": "np.isin",
    "row_stack": "np.vstack",
}


@lru_cache(maxsize=1)
def _estimators() -> dict[str, str]:
    """Class of scikit-learn → its import."""
    from sklearn.utils.discovery import all_estimators  # here: it takes a second, and most commands repair nothing

    found = {name: re.sub(r"\._.*", "", kind.__module__) for name, kind in all_estimators()}
    return {name: f"from {module} import {name}" for name, module in found.items()}


def missing_import(failure: Failure) -> Changes:
    """Import a well-known name that is used without an import."""
    said = failure.says(r"name '(\w+)' is not defined|undefined name '(\w+)'")
    name = (said[1] or said[2]) if said else ""
    line = _KNOWN.get(name) or (_estimators().get(name) if name[:1].isupper() else None)
    if line is None:
        return {}
    return failure.each_file(lambda text: with_imports(text, line) if _lacks(text, name) else text)


def _lacks(text: str, name: str) -> bool:
    uses = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and node.id == name]
    return bool(uses) and all(isinstance(node.ctx, ast.Load) for node in uses) and name not in _imported(text)


def _imported(text: str) -> set[str]:
    nodes = (node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom))
    return {(alias.asname or alias.name).split(".")[0] for node in nodes for alias in node.names}


def missing_module(failure: Failure) -> Changes:
    """Import the alternative to a package that is not there, or drop the import when nothing uses it."""
    said = failure.says(r"No module named '([\w.]+)'")
    return failure.each_file(lambda text: _without(text, said[1])) if said else {}


def _without(text: str, module: str) -> str:
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in reversed(tree.body):
        new = _alternative(node, module, used)
        if new is not None:
            start, end = span(text, node)
            text = text[:start] + new + text[end if new else end + 1 :]
    return text


def _alternative(node: ast.stmt, module: str, used: set[str]) -> str | None:
    """What to write for an import of a missing module; None when it is no such import, or nothing is known."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return None
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    if not any(name == module or name.startswith(f"{module}.") for name in names):
        return None
    if not any((alias.asname or alias.name).split(".")[0] in used for alias in node.names):
        return ""
    if isinstance(node, ast.ImportFrom) and node.module in _MOVED:
        return ast.unparse(node).replace(node.module, _MOVED[node.module], 1)
    if isinstance(node, ast.ImportFrom) and module in ("xgboost", "lightgbm", "catboost"):
        bound = [alias.asname or alias.name for alias in node.names]
        lines = [line.format(name=name) for name in bound for end, line in _BOOSTING.items() if name.endswith(end)]
        return "\n".join(lines) if len(lines) == len(bound) else None
    return None


def removed_alias(failure: Failure) -> Changes:
    """Use the present name of what numpy no longer has under the old one."""
    said = failure.says(r"[`'](?:np|numpy)[.`'](?: has no attribute [`'])?(\w+)[`']")
    new = _NUMPY.get(said[1]) if said else None
    if said is None or new is None:
        return {}

    def change(text: str) -> str:
        attributes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)]
        uses = [node for node in attributes if node.attr == said[1] and ast.unparse(node.value) in ("np", "numpy")]
        return replaced(text, uses, lambda old: re.sub(r"^np\b", old.split(".")[0], new))

    return failure.each_file(change)
