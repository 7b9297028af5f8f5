"""Judging by formulas: the same evidence, the same scores. A control for judges that are language models.

Each score starts from 1 and gains a point for each thing that can be counted (see the functions). The three judges
weigh alike and differ in what they forgive: the statistician asks for the held-back samples, the sceptic takes a point
for whatever speaks against, the domain expert gives the benefit of the doubt to what the literature names.
"""

from __future__ import annotations

from agent.models.discover_answers import CriterionScore, Judgement
from agent.models.discover_requests import JudgeHypothesis


def judge_hypothesis(request: JudgeHypothesis) -> Judgement:
    """A score for each criterion; one that no formula is for gets the middle."""
    return Judgement(scores=tuple(_score(request, name) for name in request.criteria))


def _score(request: JudgeHypothesis, criterion: str) -> CriterionScore:
    formula = _FORMULAS.get(criterion)
    score, reason = (3, "no rule for this criterion") if formula is None else formula(request)
    quote = _quote(request, _WORDS.get(criterion, ()))
    return CriterionScore(criterion=criterion, score=min(5, max(1, score)), quote=quote, reason=reason)


def _data_support(request: JudgeHypothesis) -> tuple[int, str]:
    """+1 for q over the run below 5 %, +1 below 0.1 %, +1 when permuted labels find at most a twentieth, +1 when at
    least four fifths of the other choices keep it. The statistician takes one where held-back samples do not confirm,
    the sceptic one where any other choice loses it."""
    known = request.measures
    points = [
        known.get("q_run", 1.0) < 0.05,
        known.get("q_run", 1.0) < 0.001,
        known.get("luck", 1.0) <= 0.05,
        known.get("robust", 0.0) >= 0.8,
    ]
    score = 1 + sum(points)
    if request.judge == "statistician" and known.get("confirmed") == 0.0:
        score -= 1
    if request.judge == "sceptic" and known.get("robust", 0.0) < 1.0:
        score -= 1
    return score, "counted from significance over the run, permuted labels and other choices"


def _coherence(request: JudgeHypothesis) -> tuple[int, str]:
    """4 for a statement whose claims point where its statistics point (others are refused before), +1 for named
    conditions, less one for each finding against it (two before the sceptic)."""
    against = int(request.measures.get("against", 0))
    weight = 2 if request.judge == "sceptic" else 1
    score = 4 + int(request.measures.get("conditions", 0)) - weight * against
    return score, "its claims point where the statistics point"


def _agreement(request: JudgeHypothesis) -> tuple[int, str]:
    """3 where no paper says anything, +1 for each that agrees, -1 for each that disagrees; the domain expert gives one
    for a mention."""
    known = request.measures
    score = 3 + int(known.get("agrees", 0)) - int(known.get("disagrees", 0))
    if request.judge == "domain expert" and known.get("mentions", 0):
        score += 1
    return score, "counted from the papers of the library that name it"


def _novelty(request: JudgeHypothesis) -> tuple[int, str]:
    """4 where no paper of the library names it, 3 where one does, 2 where one says the same."""
    known = request.measures
    named = known.get("agrees", 0) + known.get("disagrees", 0) + known.get("mentions", 0)
    score = 2 if known.get("agrees", 0) else 3 if named else 4
    if request.judge == "sceptic" and not named:
        score -= 1
    return score, "as far as the library goes, which is no proof"


def _testability(request: JudgeHypothesis) -> tuple[int, str]:
    """2, +2 for a proposed experiment, +1 when it names few entities; the sceptic takes one for more than three."""
    known = request.measures
    entities = known.get("entities", 1)
    score = 2 + 2 * int(known.get("experiment", 0)) + int(entities <= 3)
    if request.judge == "sceptic" and entities > 3:
        score -= 1
    return score, "an experiment is named" if known.get("experiment") else "no experiment is named"


_FORMULAS = {
    "data support": _data_support,
    "logical coherence": _coherence,
    "agreement with literature": _agreement,
    "novelty": _novelty,
    "testability": _testability,
}
_WORDS = {
    "data support": ("For:", "permuted"),
    "logical coherence": ("Against:", "For:"),
    "agreement with literature": ("paper",),
    "novelty": ("paper",),
}


def _quote(request: JudgeHypothesis, words: tuple[str, ...]) -> str:
    """The first piece of evidence that the criterion looks at."""
    shown = request.evidence if words else (request.experiment,)
    if "paper" in words and request.papers:
        shown = tuple(paper.text for paper in request.papers)
        words = ("",)
    for word in words or ("",):
        for one in shown:
            if word in one:
                return one[:400]
    return ""
