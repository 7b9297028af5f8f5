from __future__ import annotations

import asyncio
from itertools import combinations

import pytest

from agent.errors import ModelFailed
from agent.literature.novelty import independence
from agent.models.request import Request
from agent.models.requests import IdeaDraft, PaperExcerpt, PastIdea, ProposeIdeas, SourceFile, TaskBrief
from agent.models.rule_based import RuleBasedModel
from agent.models.rule_based.catalogue import BY_NAME, CATALOGUE
from agent.models.rule_based.component import compatible
from workspaces.task import find

MODEL = RuleBasedModel()


def brief(name: str) -> TaskBrief:
    task = find(name)
    return TaskBrief(
        name=task.name,
        question=task.question,
        topic=task.topic,
        kind=task.attributes.kind,
        input=task.attributes.input,
        output=task.attributes.output,
        metric=task.metric.name,
        direction=task.metric.direction,
        smallest_difference=task.metric.smallest_difference,
        command=task.run.command,
        wall_s=task.run.limits.wall_s,
    )


def baseline(name: str) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(path=path, content=text) for path, text in find(name).baseline().items())


def propose(task="digits", count=4, papers=(), history=(), rejected=(), files=None) -> tuple[IdeaDraft, ...]:
    request = ProposeIdeas(
        task=brief(task),
        round=1,
        count=count,
        papers=papers,
        history=history,
        rejected=rejected,
        files=baseline(task) if files is None else files,
    )
    return asyncio.run(MODEL.ask(request)).ideas


def past(verdict, *components, difference=None) -> PastIdea:
    return PastIdea(
        id=f"past {' '.join(components)}",
        title="An idea",
        summary="Something is changed.",
        components=components,
        verdict=verdict,
        reason="",
        difference=difference,
    )


def names(ideas) -> list[tuple[str, ...]]:
    return [idea.components for idea in ideas]


@pytest.mark.parametrize("task", ["digits", "denoise"])
def test_a_first_round_of_four_changes_four_different_parts_the_same_way_each_time(task):
    ideas = propose(task)
    assert {BY_NAME[idea.components[0]].slot for idea in ideas} == {"models", "training", "features", "ensembles"}
    assert propose(task) == ideas


def test_what_a_paper_names_goes_first_and_cites_the_sentence_that_names_it():
    text = "Digits are hard. We train extremely randomized trees on pixels. They do well."
    paper = PaperExcerpt(id="p7", title="Trees", year=2006, text=text)
    first = propose(papers=(PaperExcerpt(id="p1", title="Other", year=None, text="Nothing of note."), paper))[0]
    assert first.components == ("extra-trees",)
    assert [(cite.paper, cite.passage) for cite in first.cites] == [
        ("p7", "We train extremely randomized trees on pixels.")
    ]


def test_without_a_paper_that_names_it_an_idea_cites_none():
    text = "We study forests of oak, the deforestation of hills, and neighbours."
    ideas = propose(count=90, papers=(PaperExcerpt(id="p1", title="Oaks", year=1990, text=text),))
    assert all(not idea.cites for idea in ideas)


@pytest.mark.parametrize("task", ["digits", "denoise"])
def test_only_components_for_the_task_are_proposed(task):
    kind = brief(task).kind
    proposed = {name for idea in propose(task, count=200) for name in idea.components}
    assert all(BY_NAME[name].kind in ("any", kind) for name in proposed)
    assert ("mirrored-patches" in proposed) == (task == "denoise")


def test_a_table_without_images_gets_no_image_components():
    task = brief("digits").model_copy(update={"input": "a table of thirteen measurements"})
    request = ProposeIdeas(task=task, round=1, count=200, papers=(), history=(), files=baseline("digits"))
    proposed = {name for idea in asyncio.run(MODEL.ask(request)).ideas for name in idea.components}
    assert all(BY_NAME[name].inputs == "any" for name in proposed)
    assert len(proposed) > 20


def test_what_improved_is_combined_with_each_other_and_with_new_components():
    history = (
        past("improved", "rbf-support-vectors", difference=0.02),
        past("improved", "deskewing", difference=0.03),
        past("worse", "small-shifts", difference=-0.01),
    )
    ideas = names(propose(count=8, history=history))
    assert ideas[0] == ("deskewing", "rbf-support-vectors")
    combined = [components for components in ideas if len(components) > 1]
    assert len(combined) >= 4
    assert all({"rbf-support-vectors", "deskewing"} & set(components) for components in combined)


def test_the_largest_improvement_is_built_on_first():
    good = (("random-forest", 0.01), ("extra-trees", 0.03), ("nearest-neighbours", 0.02))
    history = tuple(past("improved", name, difference=difference) for name, difference in good)
    combined = [components for components in names(propose(history=history)) if len(components) > 1]
    bases = [next(name for name, _ in good if name in components) for components in combined]
    assert bases == ["extra-trees", "nearest-neighbours"]


def test_what_improved_is_not_left_out_for_one_combination_that_failed():
    history = (
        past("improved", "deskewing", difference=0.01),
        past("improved", "random-forest", difference=0.02),
        past("failed", "deskewing", "soft-voting"),
    )
    assert ("deskewing", "random-forest") in names(propose(history=history))
    forest_alone = (past("improved", "random-forest", "unit-length"), past("worse", "random-forest"))
    assert [components for components in names(propose(history=forest_alone)) if "random-forest" in components]


def test_a_combination_says_what_it_adds_and_to_which_ideas():
    history = (past("improved", "deskewing", difference=0.03), past("worse", "small-shifts"))
    idea = next(idea for idea in propose(history=history) if len(idea.components) > 1)
    (added,) = set(idea.components) - {"deskewing"}
    assert idea.summary == BY_NAME[added].does
    assert idea.builds_on == ("past deskewing",)
    assert BY_NAME["deskewing"].title in idea.title


@pytest.mark.parametrize("task", ["digits", "denoise"])
def test_screening_finds_no_two_ideas_of_a_run_alike(task):
    texts: dict[str, str] = {}
    history: tuple[PastIdea, ...] = ()
    for round_ in range(4):
        verdicts = ("improved", "inconclusive", "worse", "improved", "same", "failed")
        ideas = propose(task, count=6, history=history)
        for idea, verdict in zip(ideas, verdicts, strict=True):
            others = {key: text for key, text in texts.items() if key not in idea.builds_on}
            (found,) = independence({idea.title: idea.summary}, others)
            assert found.independent, (round_, found)
            texts[f"past {' '.join(idea.components)}"] = idea.summary
            history += (past(verdict, *idea.components, difference=0.01),)


def test_what_did_not_help_alone_is_left_out_of_the_next_rounds():
    history = (past("improved", "deskewing"), *(past(verdict, name) for verdict, name in BAD))
    proposed = {name for components in names(propose(count=24, history=history)) for name in components}
    assert not proposed & {name for _, name in BAD}


BAD = (("same", "rbf-support-vectors"), ("worse", "small-shifts"), ("failed", "box-cox"))


def test_what_failed_only_in_company_is_tried_alone_but_not_combined():
    history = (past("improved", "deskewing"), past("failed", "box-cox", "random-forest"))
    ideas = names(propose(count=40, history=history))
    assert ("box-cox",) in ideas
    assert ("random-forest",) in ideas
    assert not [components for components in ideas if len(components) > 1 and "box-cox" in components]


def test_what_was_inconclusive_is_combined_but_not_repeated():
    history = (past("improved", "deskewing"), past("inconclusive", "random-forest"))
    ideas = names(propose(count=40, history=history))
    assert ("random-forest",) not in ideas
    assert ("deskewing", "random-forest") in ideas


def test_rejected_summaries_are_not_proposed_again():
    first = propose(count=8)
    assert not {idea.summary for idea in first} & {
        idea.summary for idea in propose(count=8, rejected=tuple(idea.summary for idea in first))
    }


@pytest.mark.parametrize("verdict", ["improved", "same", "worse", "inconclusive", "failed"])
@pytest.mark.parametrize("task", ["digits", "denoise"])
def test_ten_rounds_of_eight_never_run_dry_and_never_repeat(task, verdict):
    history: tuple[PastIdea, ...] = ()
    for _ in range(10):
        ideas = propose(task, count=8, history=history)
        assert len(ideas) == 8
        history += tuple(past(verdict, *idea.components, difference=0.01) for idea in ideas)
    tried = [frozenset(idea.components) for idea in history]
    assert len(set(tried)) == 80
    assert all(compatible(BY_NAME[name] for name in method) for method in tried)


def test_components_of_other_models_ideas_do_no_harm():
    ideas = propose(history=(past("improved", "a component of a language model"), past("improved")))
    assert all(set(idea.components) <= set(BY_NAME) for idea in ideas)


def test_an_exhausted_catalogue_is_said():
    files = tuple(file for file in baseline("digits") if file.path == "training.py")
    history: tuple[PastIdea, ...] = ()
    for one, other in combinations([None, *(one for one in CATALOGUE if one.slot == "training")], 2):
        history += (past("worse", *(part.name for part in (one, other) if part)),)
    assert len(propose(count=50, history=history[1:], files=files)) == 1
    with pytest.raises(ModelFailed, match="tried all its components"):
        propose(count=50, history=history, files=files)


def test_a_baseline_of_another_shape_gets_one_clear_sentence():
    with pytest.raises(ModelFailed, match=r"make_features\(\) in features.py.*docs/tasks.md"):
        propose(files=(SourceFile(path="main.py", content="x = 1"), SourceFile(path="model.py", content="def (")))


def test_an_unknown_kind_of_question_is_refused_by_name():
    class WriteSonnet(Request[IdeaDraft]):
        kind = "write_sonnet"
        answer_type = IdeaDraft

    with pytest.raises(ModelFailed, match="does not answer write_sonnet"):
        asyncio.run(MODEL.ask(WriteSonnet()))


def test_it_says_what_it_is():
    assert MODEL.name == "rule-based"
    assert "no language model" in MODEL.describes_itself
