"""Weigh each hypothesis: evidence, controls, literature, and judges among whom its writer is never alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from langgraph.runtime import Runtime

from agent.discover.context import DiscoverContext
from agent.discover.evidence import Evidence
from agent.discover.findings import findings_of
from agent.discover.judging import mean_score, measures, quoted, sentences
from agent.discover.literature import stances
from agent.discover.multiple import RunWideTests
from agent.discover.records import HypothesisRecord, JudgementRecord
from agent.discover.rows import draft_of, objective_row, workflows
from agent.discover.state import State
from agent.discover.weighing import LEAST_SCORE, objection, reweighed, variants_of, weigh
from agent.errors import BudgetSpent, ModelFailed
from agent.models.discover_answers import JUDGES, HypothesisDraft, Judge
from agent.models.discover_requests import JudgeHypothesis
from agent.models.model import Model
from agent.models.requests import PaperExcerpt
from agent.models.rule_based.model import RuleBasedModel
from agent.models.usage import asking_about
from agent.review.queue import offer

_RULES = RuleBasedModel()


async def judge(state: State, runtime: Runtime[DiscoverContext]) -> dict[str, int]:
    """Judge what is new, and weigh the rest again: each further test makes the correction harsher."""
    context = runtime.context
    tests = await asyncio.to_thread(RunWideTests, context.run)
    for row in context.run.all(HypothesisRecord, HypothesisRecord.id):
        if row.status in {"refused", "rejected"}:
            continue
        if not row.evidence["claims"]:
            evidence = await asyncio.to_thread(_weighed, context, row, tests)
            await _ask_judges(context, row, evidence)
        else:
            evidence = reweighed(Evidence.model_validate(row.evidence), tests)
        _decide(context, row, evidence)
    return {"round": state["round"]}


def _weighed(context: DiscoverContext, row: HypothesisRecord, tests: RunWideTests) -> Evidence:
    objective = draft_of(objective_row(context.run, row.objective_id))
    workflow = workflows(context.run, row.objective_id)[-1].id
    findings = {one.id: one for one in findings_of(context.run, workflow, objective)}
    draft = HypothesisDraft.model_validate(row.draft)
    evidence = weigh(context.run, draft, findings, variants_of(context.run, workflow), tests)
    about = " ".join((objective.column.replace("_", " "), objective.numerator, objective.denominator))
    first = evidence.claims[0]
    return evidence.model_copy(update={"literature": stances(context.sources, first.names, about, first.direction)})


async def _ask_judges(context: DiscoverContext, row: HypothesisRecord, evidence: Evidence) -> None:
    """Every judge of the panel: the rules always, and the run's model where it is another."""
    panel: list[tuple[Model, str]] = [(_RULES, _RULES.name)]
    if context.run.config.model_for(JudgeHypothesis.kind).name != _RULES.name:
        panel.append((context.model, context.model.name))
    for model, name in panel:
        for judge_ in JUDGES:
            await _ask_judge(context, row, evidence, model, (judge_, f"{judge_} ({name})"))


async def _ask_judge(
    context: DiscoverContext, row: HypothesisRecord, evidence: Evidence, model: Model, who: tuple[Judge, str]
) -> None:
    draft = HypothesisDraft.model_validate(row.draft)
    shown = sentences(evidence)
    papers = tuple(
        PaperExcerpt(id=one.paper, title=one.title, year=one.year, text=one.passage) for one in evidence.literature
    )
    request = JudgeHypothesis(
        judge=who[0],
        statement=draft.statement,
        conditions=draft.conditions,
        experiment=draft.experiment,
        evidence=shown,
        measures=measures(draft, evidence),
        papers=papers,
        criteria=tuple(context.settings.rubric),
    )
    try:
        with asking_about(row.id):
            scores = (await model.ask(request)).scores
    except (ModelFailed, BudgetSpent) as error:
        context.run.tell("model failed", row.id, f"{who[1]}: {error}")
        return
    readable = (*shown, draft.statement, draft.experiment, draft.conditions, *(paper.text for paper in papers))
    context.run.save(
        *(
            JudgementRecord(
                id=f"{row.id}/{who[1]}/{one.criterion}",
                hypothesis_id=row.id,
                judge=who[1],
                criterion=one.criterion,
                score=one.score,
                quote=quoted(one, readable),
                reason=one.reason,
            )
            for one in scores
            if one.criterion in request.criteria
        )
    )


def _decide(context: DiscoverContext, row: HypothesisRecord, evidence: Evidence) -> None:
    """Accept what the numbers carry and the judges find sound; say of all else why not."""
    judged: Sequence[JudgementRecord] = context.run.all(JudgementRecord, hypothesis_id=row.id)
    reason = objection(evidence)
    if not reason and mean_score(judged, context.settings.rubric) < LEAST_SCORE:
        reason = "the judges score it below the threshold"
    before = (row.status, row.reason)
    row.status = "not shown" if reason else "accepted"
    row.reason = reason or "its claims hold over all tests of the run, in the controls and before the judges"
    row.evidence = evidence.model_dump(mode="json")
    context.run.save(row)
    if (row.status, row.reason) != before:
        context.run.tell("judged", row.id, row.reason, verdict=row.status)
    if row.status == "accepted":
        offer(context.run, "hypothesis", row.id, row.round, str(row.draft["statement"]))
