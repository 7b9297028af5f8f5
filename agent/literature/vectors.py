"""The dense half of an index: one vector a paper, in the index's own file, compared one by one.

Approximate search was measured and is not used: signs of the components (48 bytes a paper) find 75 % of the true ten
nearest in a fiftieth of SciFact, and comparing all of 95,842 papers takes 8 ms.
"""

from __future__ import annotations

from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agent.literature.embedding import DIMENSIONS, quantised, unit
from agent.literature.papers import Paper
from agent.literature.storage import open_to_read

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from agent.literature.embedding import Embedder, Vectors

_BATCH = 100
_LACKING = """
SELECT number, record FROM papers
WHERE number NOT IN (SELECT number FROM vectors WHERE model = ?) ORDER BY number LIMIT ?
"""


def embed_lacking(
    connection: sqlite3.Connection, embedder: Embedder, told: Callable[[int], None] = lambda _: None
) -> int:
    """Give a vector to each paper that has none of this model; return how many.

    Every hundred are kept at once, so that work that was stopped goes on where it was.

    Args:
        connection: to the index.
        embedder: the model.
        told: called with the number of papers done so far.
    """
    done = 0
    while rows := connection.execute(_LACKING, (embedder.name, _BATCH)).fetchall():
        vectors = embedder.embed([Paper.model_validate_json(record).text for _, record in rows])
        with connection:
            connection.executemany(
                "REPLACE INTO vectors VALUES (?, ?, ?)",
                [
                    (number, embedder.name, quantised(vector).tobytes())
                    for (number, _), vector in zip(rows, vectors, strict=True)
                ],
            )
        done += len(rows)
        told(done)
    return done


def nearest(path: Path, query: Vectors, model: str, k: int, also: Iterable[int] = ()) -> dict[int, float]:
    """Papers of the index at `path` by number, with their cosines: the at most `k` nearest to a query, nearest first.

    Args:
        path: of the index.
        query: its vector, of unit length.
        model: that made it; vectors of another one are not compared.
        k: how many at most.
        also: papers whose cosine is wanted besides; those without a vector are left out.

    Raises:
        sqlite3.Error: there is no index at `path`, or it cannot be read.
    """
    state = path.stat()
    known = _read(path, model, (state.st_mtime_ns, state.st_size))
    if not len(known.numbers):
        return {}
    cosines = known.vectors @ query
    best = np.argpartition(-cosines, min(k, len(cosines)) - 1)[:k]
    places = np.union1d(best, known.places(also))
    return {int(known.numbers[place]): float(cosines[place]) for place in places[np.argsort(-cosines[places])]}


class _Known(NamedTuple):
    """All vectors of one model in an index."""

    numbers: NDArray[np.int64]
    """Rising."""
    vectors: Vectors

    def places(self, numbers: Iterable[int]) -> NDArray[np.int64]:
        """Rows of the papers of these numbers, where there are any."""
        wanted = np.fromiter(numbers, np.int64)
        places: NDArray[np.int64] = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        there: NDArray[np.int64] = places[self.numbers[places] == wanted]
        return there


@lru_cache(maxsize=4)
def _read(path: Path, model: str, state: tuple[int, int]) -> _Known:  # noqa: ARG001  (another state, other vectors)
    with closing(open_to_read(path)) as connection:
        rows = connection.execute(
            "SELECT number, vector FROM vectors WHERE model = ? ORDER BY number", (model,)
        ).fetchall()
    components = np.frombuffer(b"".join(vector for _, vector in rows), np.int8).reshape(-1, DIMENSIONS)
    return _Known(np.array([number for number, _ in rows], np.int64), unit(components.astype(np.float32)))
