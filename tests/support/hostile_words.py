"""Words as an attacker, or an accident, would leave them in a paper, a model's answer or a program's output."""

from __future__ import annotations

from agent.debugging.failure import Failure
from agent.models.requests import IdeaDraft
from agent.records import AttemptRecord, IdeaRecord, PaperRecord, SearchRecord, VerdictRecord
from agent.run import Run

BREAKING = (
    "\"'></q></pre></td></table></style></title><script>document.title='OWNED'</script>"
    "<img src=x onerror=\"document.title='OWNED'\"><svg onload=\"document.title='OWNED'\">"
    "<a href=\"javascript:document.title='OWNED'\">x</a><base href=//evil.example/><iframe srcdoc='<b>'></iframe>"
    "{{ 7 * 7 }} {% raw %} ${7} \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202eesrever\u2066 \u200b\ufeff "
    "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301"
    " ```\n``` |pipe| [link](javascript:alert(1)) ![i](http://evil.example/i.png) <!-- $x$ =cmd|' /C calc'!A1"
)
ENDLESS = "A" * 10_000_000


def fill(filler: object, words: str) -> Run:
    """A run with the words wherever words of others go."""
    run: Run = filler.run  # type: ignore[attr-defined]
    filler.isolation = {"backend": "process", "summary": words[:2000], "lacks": [words[:2000]]}  # type: ignore[attr-defined]
    filler.baseline()  # type: ignore[attr-defined]
    filler.papers()  # type: ignore[attr-defined]
    title = words[:160]
    paper = {"id": f"title:{words}", "title": words, "authors": [words, words], "venue": words, "source": words}
    paper |= {"abstract": words, "url": "https://example.org/\"'><script>x</script>"}
    run.save(
        PaperRecord(id=f"r1/{paper['id']}", round=1, rank=0, paper=paper, ranking={"score": 9.5}),
        SearchRecord(id="r1/bad", round=1, source=words, status="error", coverage=words, detail=words),
    )
    filler.idea("r1-1", title, words[:2000], motivation=words[:2000])  # type: ignore[attr-defined]
    row = run.get(IdeaRecord, "r1-1")
    assert row is not None
    row.draft = {**row.draft, "components": [words], "cites": [{"paper": paper["id"], "passage": words}]}
    row.decision_reason = words
    near = {"paper": paper, "similarity": 0.5, "matched": [words]}
    row.nearest = {**row.nearest, "papers": {"papers": [near], "searched": []}}
    run.save(row)
    assert IdeaDraft.model_validate(row.draft)
    filler.attempt("r1-1", 1, "error", note=words)  # type: ignore[attr-defined]
    failed = run.get(AttemptRecord, "r1-1-a1")
    assert failed is not None
    failure = Failure(
        kind="traceback", summary=words, traceback=words, structure=words, notes=(words,), signature="s", code="c"
    )
    failed.summary, failed.failure = words, run.artefacts.keep_text(failure.model_dump_json())
    run.save(failed)
    filler.measurement("r1-1", "validation", 0, failed.commit, None)  # type: ignore[attr-defined]
    measured = VerdictRecord(id="r1-1/validation", idea_id="r1-1", split="validation", verdict="failed", reason=words)
    run.save(measured)
    run.tell("finished", "", words)
    return run
