"""Eight samples of one question in one call against eight calls, side by side on one endpoint.

    python tests/benchmarks/samples.py http://127.0.0.1:8092/v1 smol [--repeats 3]

Prints a Markdown table: the median of the repeats, which take turns so that a busy machine troubles all alike.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from agent.models.endpoint import Endpoint, OpenAISettings, Sampling
from agent.models.prompts import render
from agent.models.requests import ProposeIdeas

CONTEXT = Path(__file__).parents[1] / "unit" / "models" / "contexts" / "propose_ideas.json"
SAMPLES = 8


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("model")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--max-tokens", type=int, default=128)
    given = parser.parse_args()
    endpoint = Endpoint(
        OpenAISettings(model=given.model, base_url=given.url, temperature=0.8, seed=1, max_tokens=given.max_tokens)
    )
    prompt = render(ProposeIdeas.model_validate_json(CONTEXT.read_text(encoding="utf-8")), "text")

    def ask(samples: int, number: int) -> Awaitable[int]:
        """Tokens of so many samples. The round's number stands first, so that no cache of an earlier round helps."""
        messages = [
            {"role": "system", "content": f"{repeat}. {prompt.system}"},
            {"role": "user", "content": prompt.user},
        ]
        return tokens(endpoint, messages, Sampling(samples=samples, seed_offset=1000 * repeat + 100 * number))

    async def in_one_call() -> int:
        return await ask(SAMPLES, 0)

    async def side_by_side() -> int:
        return sum(await asyncio.gather(*(ask(1, number) for number in range(SAMPLES))))

    async def one_by_one() -> int:
        return sum([await ask(1, number) for number in range(SAMPLES)])

    ways: dict[str, Callable[[], Awaitable[int]]] = {
        f"{SAMPLES} samples in one call": in_one_call,
        f"{SAMPLES} calls side by side": side_by_side,
        f"{SAMPLES} calls one by one": one_by_one,
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    written: dict[str, list[int]] = {way: [] for way in ways}
    for turn in range(given.repeats):
        for place, (way, run) in enumerate(ways.items()):
            repeat = 10 * turn + place
            started = time.monotonic()
            written[way].append(await run())
            seconds[way].append(time.monotonic() - started)
    print(f"| {given.model}, {given.repeats} repeats | seconds | tokens written | tokens a second |\n|---|---|---|---|")
    for way in ways:
        wall, tokens_written = statistics.median(seconds[way]), statistics.median(written[way])
        print(f"| {way} | {wall:.1f} | {tokens_written:.0f} | {tokens_written / wall:.1f} |")


async def tokens(endpoint: Endpoint, messages: list[dict[str, str]], sampling: Sampling) -> int:
    """Ask, and say how many tokens came back."""
    completion = await endpoint.complete(messages, {}, sampling)
    assert len(completion.choices) == sampling.samples
    return completion.usage.completion_tokens if completion.usage else 0


if __name__ == "__main__":
    asyncio.run(main())
