"""Shares of usable answers of a model, by kind of question, as a Markdown table.

    python tests/benchmarks/answers.py http://127.0.0.1:8091/v1 smol --label "smol, llama.cpp" [--kinds KIND …]

A row is printed as soon as it is there, so that a slow model can be asked for some kinds now and for others later.
`--show` prints what was wrong with each answer that could not be used.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from answer_shares import HEAD, QUESTIONS, ask_often

from agent.models.endpoint import OpenAISettings


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("model")
    parser.add_argument("--kinds", nargs="+", choices=QUESTIONS, default=list(QUESTIONS))
    parser.add_argument("--label")
    parser.add_argument("--samples", type=int, default=5)
    parser.add_argument("--draws", type=int, default=1, help="samples of each call, of which the likeliest is taken")
    parser.add_argument("--max-tokens", type=int, default=1000)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    settings = OpenAISettings(
        model=given.model,
        base_url=given.url,
        temperature=0.3,
        max_tokens=given.max_tokens,
        samples=given.draws,
        timeout_s=1800,
        patience_s=3600,
    )
    print(HEAD, flush=True)
    for kind in given.kinds:
        share = await ask_often(settings, kind, given.samples, given.label or given.model)
        print(share, flush=True)
        for call in share.calls if given.show else []:
            print(f"  {call.attempt} {call.form} {call.status}: {call.flaw!r}: {call.text[:200]!r}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
