from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from jinja2 import UndefinedError, nodes
from jinja2.exceptions import TemplateAssertionError

from agent.config import RunConfig
from agent.evidence.ledger import Ledger
from agent.records import IdeaRecord
from agent.review.quoting import quote, quote_block
from agent.review.rendering import TEMPLATES, Format, Uncited, anchor, environment
from agent.run import Run

FORMATS: tuple[Format, ...] = ("html", "markdown")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Run.create(tmp_path, RunConfig(id="r", created=datetime.now(UTC), task="digits")) as run:
        yield Ledger(run)


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> Format:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "value", [3, 0.97, True, None, Decimal("0.1"), np.float64(0.5), np.int64(2), [1], {"a": 1}, 1j, b"7"]
)
def test_a_bare_number_cannot_be_printed(form: Format, ledger: Ledger, value: object) -> None:
    with pytest.raises(Uncited):
        environment(form, ledger).from_string("accuracy {{ value }}").render(value=value)


@pytest.mark.parametrize("expression", ["values[0]", "one + 1", "-one", "values", "one > 0"])
def test_nor_one_that_the_template_makes(form: Format, ledger: Ledger, expression: str) -> None:
    with pytest.raises(Uncited):
        environment(form, ledger).from_string(f"{{{{ {expression} }}}}").render(values=(1, 2), one=1)


@pytest.mark.parametrize(
    "name", ["round", "format", "string", "length", "sum", "join", "int", "float", "tojson", "safe"]
)
def test_no_filter_turns_a_number_into_text(form: Format, ledger: Ledger, name: str) -> None:
    with pytest.raises(TemplateAssertionError):
        environment(form, ledger).from_string(f"{{{{ value | {name} }}}}")


def test_nothing_in_the_templates_gets_around_that(ledger: Ledger) -> None:
    """`~`, `%` and `str.format` make text of numbers, and what a template says itself is never asked for its source."""
    for path in TEMPLATES.glob("*.j2"):
        tree = environment("html", ledger).parse(path.read_text())
        assert not list(tree.find_all((nodes.Concat, nodes.Mod))), path.name
        assert not [one for one in tree.find_all(nodes.Getattr) if one.attr == "format"], path.name
        for output in tree.find_all(nodes.Output):
            assert not [one for one in output.nodes if isinstance(one, nodes.Const | nodes.BinExpr)], path.name


def test_a_number_of_another_ledger_cannot_be_printed(form: Format, ledger: Ledger, tmp_path: Path) -> None:
    cited = ledger.count(IdeaRecord)
    page = environment(form, ledger).from_string("{{ number }}")
    assert anchor(cited.source) in page.render(number=cited)
    with pytest.raises(Uncited):
        page.render(number=cited.model_copy(update={"text": "12"}))


def test_a_name_that_is_not_there_is_an_error(form: Format, ledger: Ledger) -> None:
    with pytest.raises(UndefinedError):
        environment(form, ledger).from_string("{{ nothing }}").render()


def test_words_of_others_are_marked_and_escaped_in_html(ledger: Ledger) -> None:
    page = environment("html", ledger).from_string("{{ words }}")
    assert page.render(words=quote("<b>&", "model")) == '<q class="words by-model"><bdi>&lt;b&gt;&amp;</bdi></q>'
    assert page.render(words=quote_block("</pre>", "program")).startswith(
        '<pre class="words by-program" dir="auto">&lt;'
    )


def test_a_diff_is_coloured_and_escaped(ledger: Ledger) -> None:
    page = environment("html", ledger).from_string("{{ words | diff }}")
    text = page.render(words=quote_block("--- a\n+++ b\n@@ -1 +1 @@\n-old\n+<script>\n", "model"))
    assert '<span class="diff-gi">+&lt;script&gt;</span>' in text
    assert "<script>" not in text


@pytest.mark.parametrize("text", ["a | b", "*x*", "[a](b)", "`c`", "<b>", "_d_", "~e~", "$f$", "https://example.org"])
def test_words_of_others_mean_nothing_to_markdown(ledger: Ledger, text: str) -> None:
    printed = environment("markdown", ledger).from_string("{{ words }}").render(words=quote(text, "paper"))
    assert printed.startswith("“")
    assert text not in printed
    assert "<" not in printed


def test_a_fence_cannot_be_closed_from_inside(ledger: Ledger) -> None:
    page = environment("markdown", ledger).from_string("{{ words }}")
    lines = page.render(words=quote_block("a\n```\n````\nb", "program")).splitlines()
    assert lines[0].startswith("`````")
    assert lines[-1] == "`````"


def test_anchors_of_different_sources_differ(ledger: Ledger) -> None:
    first = ledger.counted("a/b", ["x"]).source
    assert anchor(first) != anchor(ledger.counted("a-b", ["x"]).source)
    assert len(anchor(ledger.counted("long " * 1000, ["x"]).source)) < 100
