from __future__ import annotations

import asyncio
import runpy
import traceback
from typing import TYPE_CHECKING

import pytest

from agent.errors import ModelFailed
from agent.models.requests import IdeaDraft, RepairCode, SourceFile, TaskBrief
from agent.models.rule_based import RuleBasedModel
from agent.models.rule_based.repairing import RULES, arguments, data, effort, names, sizes, syntax

if TYPE_CHECKING:
    from pathlib import Path

    from agent.models.rule_based.repairing.failure import Rule

TASK = TaskBrief(
    name="digits",
    question="Which change helps?",
    topic="digits",
    kind="classification",
    input="8x8 images",
    output="one of ten classes",
    metric="accuracy",
    direction="higher",
    smallest_difference=0.005,
    command=("python", "code/main.py"),
    wall_s=60,
)
IDEA = IdeaDraft(title="An idea", summary="Something is changed.")
ROWS = """
import numpy as np

random = np.random.default_rng(0)
X = random.normal(size=(60, 16))
y = np.arange(60) % 3
"""

# Each program raises when it is run, and one rule makes it run.
PROGRAMS: list[tuple[Rule, str]] = [
    (syntax.code_fence, "```python\nprint\n```\n"),
    (syntax.typographic_quotes, "name = “digits”\n"),
    (syntax.mixed_tabs, "def f():\n        a = 1\n\treturn a\n\n\nf()\n"),
    (syntax.missing_colon, "def f(x)  # a comment\n    if x\n        return 1\n    return 0\n\n\nf(0)\n"),
    (names.missing_import, '"""What it is."""\n\nfrom __future__ import annotations\n\nx = np.zeros(3)\n'),
    (
        names.missing_import,
        ROWS + "make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=2)).fit(X, y)\n",
    ),
    (names.missing_module, "import tensorflow_that_is_not_there\n\nx = 1\n"),
    (names.missing_module, ROWS + "from xgboost import XGBClassifier\n\nXGBClassifier(max_iter=2).fit(X, y)\n"),
    (names.missing_module, "from sklearn.cross_validation import KFold\n\nKFold(3)\n"),
    (names.removed_alias, "import numpy as np\n\nx = np.zeros(3, dtype=np.float)\n"),
    (names.removed_alias, "import numpy as np\n\nx = np.product([1, 2])\n"),
    (
        data.positive_only,
        ROWS + 'from sklearn.preprocessing import PowerTransformer\n\nPowerTransformer("box-cox").fit(X)\n',
    ),
    (
        data.positive_only,
        ROWS + 'from sklearn.preprocessing import PowerTransformer\n\nPowerTransformer(method="box-cox").fit(X)\n',
    ),
    (data.positive_only, ROWS + "from scipy.stats import boxcox\n\nboxcox(X[:, 0])\n"),
    (data.non_negative_only, ROWS + "from sklearn.naive_bayes import MultinomialNB\n\nMultinomialNB().fit(X, y)\n"),
    (data.non_negative_only, ROWS + "from sklearn.decomposition import NMF\n\nNMF(2, max_iter=2000).fit(X)\n"),
    (
        data.non_negative_only,
        ROWS + "from sklearn.feature_selection import SelectKBest, chi2\n\nSelectKBest(chi2, k=4).fit(X, y)\n",
    ),
    (data.no_missing_values, ROWS + "from sklearn.svm import SVC\n\nX[0, 0] = np.nan\nSVC().fit(X, y)\n"),
    (
        data.dense_only,
        ROWS
        + "from sklearn.naive_bayes import GaussianNB\nfrom sklearn.pipeline import make_pipeline\n"
        + "from sklearn.preprocessing import OneHotEncoder\n\n"
        + "make_pipeline(OneHotEncoder(), GaussianNB()).fit(X.round(), y)\n",
    ),
    (sizes.too_large, ROWS + "from sklearn.decomposition import PCA\n\nPCA(n_components=40).fit(X)\n"),
    (sizes.too_large, ROWS + "from sklearn.decomposition import PCA\n\nPCA(40).fit(X)\n"),
    (sizes.too_large, ROWS + "from sklearn.cross_decomposition import PLSRegression\n\nPLSRegression(40).fit(X, y)\n"),
    (
        sizes.too_large,
        ROWS + "from sklearn.neighbors import KNeighborsClassifier\n\n"
        "KNeighborsClassifier(n_neighbors=100).fit(X, y).predict(X)\n",
    ),
    (
        sizes.too_large,
        ROWS + "from sklearn.model_selection import cross_val_score\nfrom sklearn.svm import SVC\n\n"
        "cross_val_score(SVC(), X, y, cv=30)\n",
    ),
    (
        sizes.too_large,
        ROWS + "from sklearn.model_selection import KFold\n\nlist(KFold(n_splits=70).split(X))\n",
    ),
    (sizes.too_large, ROWS + "from sklearn.cluster import KMeans\n\nKMeans(n_clusters=100).fit(X)\n"),
    (
        sizes.too_many_discriminants,
        ROWS + "from sklearn.discriminant_analysis import LinearDiscriminantAnalysis\n\n"
        "LinearDiscriminantAnalysis(n_components=9).fit(X, y)\n",
    ),
    (sizes.wrong_shape, ROWS + "X.reshape(len(X), 5, 5)\n"),
    (sizes.wrong_shape, ROWS + "np.reshape(X, (len(X), 17))\n"),
    (arguments.unexpected_argument, ROWS + "from sklearn.svm import SVC\n\nSVC(C=1.0, trees=3).fit(X, y)\n"),
    (
        arguments.unexpected_argument,
        ROWS + "from sklearn.preprocessing import OneHotEncoder\n\nOneHotEncoder(sparse=False).sparse_output.real\n",
    ),
    (
        arguments.invalid_value,
        ROWS + "from sklearn.ensemble import RandomForestClassifier\n\n"
        'RandomForestClassifier(n_estimators=3, max_features="auto", random_state=0).fit(X, y)\n',
    ),
    (
        arguments.no_probabilities,
        ROWS + "from sklearn.ensemble import VotingClassifier\nfrom sklearn.naive_bayes import GaussianNB\n"
        "from sklearn.svm import LinearSVC\n\n"
        'VotingClassifier([("a", LinearSVC()), ("b", GaussianNB())], voting="soft").fit(X, y).predict(X)\n',
    ),
    (
        effort.not_converged,
        ROWS + "from sklearn.linear_model import LogisticRegression\n\nLogisticRegression(max_iter=2).fit(X, y)\n",
    ),
    (
        effort.too_costly,
        "def build(n_estimators):\n    if n_estimators > 50:\n        raise MemoryError\n\n\nbuild(n_estimators=100)\n",
    ),
]


def run(program: str, folder: Path) -> str:
    """The traceback of a program that was really run, or nothing."""
    path = folder / "main.py"
    path.write_text(program, encoding="utf-8")
    try:
        runpy.run_path(str(path), run_name="__main__")
    except Exception:  # noqa: BLE001 (whatever a candidate raises)
        return traceback.format_exc()
    return ""


def question(program: str, log: str) -> RepairCode:
    lines = log.strip().splitlines() or [""]
    return RepairCode(
        task=TASK,
        idea=IDEA,
        files=(
            SourceFile(path="main.py", content=program),
            SourceFile(path="notes.txt", content="np.float ( not python"),
        ),
        summary=lines[-1],
        traceback=log,
        structure="",
        notes=(),
        attempt=1,
    )


@pytest.mark.parametrize(("rule", "program"), PROGRAMS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_failing_program_runs_after_its_rule(rule, program, tmp_path):
    note = (rule.__doc__ or "").partition("\n")[0]
    notes = []
    while log := run(program, tmp_path):
        answer = asyncio.run(RuleBasedModel().ask(question(program, log)))
        (file,) = answer.files
        assert file.content != program
        program = file.content
        notes.append(answer.note)
        assert len(notes) <= 5
    assert note in notes


def test_every_rule_is_shown_on_a_failing_program():
    assert {rule for rule, _ in PROGRAMS} == set(RULES)


@pytest.mark.parametrize(
    "program",
    [
        "raise KeyError('unheard of')\n",
        "x = (1,\n",
        "import package_that_is_not_there\n\npackage_that_is_not_there.go()\n",
        "print(unheard_of)\n",
    ],
)
def test_a_failure_without_a_rule_is_said_and_not_guessed(program, tmp_path):
    log = run(program, tmp_path)
    with pytest.raises(ModelFailed, match=r"no repair rule for: .*Error"):
        asyncio.run(RuleBasedModel().ask(question(program, log)))


def test_a_repair_leaves_comments_and_layout_alone(tmp_path):
    program = (
        ROWS + "from sklearn.svm import SVC\n\nname = 'ß'; SVC(\n    C=1.0,  # wide\n    trees=3,\n).fit(X, y)  # fit\n"
    )
    answer = asyncio.run(RuleBasedModel().ask(question(program, run(program, tmp_path))))
    assert answer.files[0].content == program.replace("    trees=3,\n", "    \n")


def test_the_same_failure_again_is_not_wrapped_twice():
    program = "from sklearn.naive_bayes import MultinomialNB\n\nmodel = MultinomialNB()\n"
    log = "ValueError: Negative values in data passed to MultinomialNB (input X)."
    once = asyncio.run(RuleBasedModel().ask(question(program, log))).files[0].content
    with pytest.raises(ModelFailed):
        asyncio.run(RuleBasedModel().ask(question(once, log)))


@pytest.mark.parametrize("ending", ["ran out of time", "ran out of memory"])
def test_a_program_that_was_stopped_asks_for_less(ending):
    program = "model = RandomForestClassifier(n_estimators=300, max_depth=5)\n"
    answer = asyncio.run(RuleBasedModel().ask(question(program, f"The program {ending} and was stopped: 60 s")))
    assert answer.files[0].content == "model = RandomForestClassifier(n_estimators=100, max_depth=5)\n"


def test_calls_within_calls_are_changed_from_the_inside():
    program = "model = SVC(SVC(trees=1), trees=2)\n"
    log = "TypeError: SVC.__init__() got an unexpected keyword argument 'trees'"
    once = asyncio.run(RuleBasedModel().ask(question(program, log))).files[0].content
    assert once == "model = SVC(SVC(), trees=2)\n"
    assert asyncio.run(RuleBasedModel().ask(question(once, log))).files[0].content == "model = SVC(SVC())\n"
