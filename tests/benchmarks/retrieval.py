"""Quality and speed of the local full-text index on SciFact, and its growth on a large corpus.

Run as a script; needs `zstandard` and the test data (ECHOLOCATE_TEST_DATA). Prints one table for docs/literature.md.
Ends with exit code 1 when nDCG@10 is below 0.67, which BM25 reaches everywhere. `--corpus` adds the 95,842 abstracts.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import zstandard

from agent.literature.index import add_papers, search_index
from agent.literature.papers import Paper

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("ECHOLOCATE_TEST_DATA", ROOT.parent / "shared" / "data")) / "literature"
GATE = 0.67
SHARDS = ("arxiv_cc0", "biomed", "conf")


def main() -> None:
    """Print the table."""
    print("| collection | papers | nDCG@10 | R@100 | build, s | size, MB | query p50, ms | p95, ms |")
    print("|---|---|---|---|---|---|---|---|")
    queries, relevant = scifact_queries()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "scifact.db"
        built, papers = build(index, scifact_papers())
        answers, times = ask(index, list(queries.values()))
        gains = [ndcg(found, relevant[query]) for query, found in zip(queries, answers, strict=True)]
        recall = [
            len({*found} & {*relevant[query]}) / len(relevant[query])
            for query, found in zip(queries, answers, strict=True)
        ]
        quality = f"{statistics.mean(gains):.4f} | {statistics.mean(recall):.3f}"
        print(row("SciFact", papers, quality, built, index, times))
        if "--corpus" in sys.argv:
            index = Path(folder) / "corpus.db"
            built, papers = build(index, corpus_papers())
            _, times = ask(index, list(queries.values()))
            print(row("corpus", papers, " | ", built, index, times))
    sys.exit(statistics.mean(gains) < GATE)


def row(name: str, papers: int, quality: str, built: float, index: Path, times: Sequence[float]) -> str:
    """One line of the table."""
    p50, p95 = statistics.median(times), sorted(times)[int(0.95 * len(times))]
    return f"| {name} | {papers} | {quality} | {built:.1f} | {index.stat().st_size / 1e6:.0f} | {p50:.1f} | {p95:.1f} |"


def build(index: Path, papers: Iterator[Paper]) -> tuple[float, int]:
    """Seconds of processor time for building the index, and how many papers it holds."""
    start = time.process_time()
    count = add_papers(index, papers)
    return time.process_time() - start, count


def ask(index: Path, queries: Sequence[str]) -> tuple[list[list[str]], list[float]]:
    """The ids of the hundred best papers for each query, and milliseconds of processor time."""
    answers, times = [], []
    for query in queries:
        start = time.process_time()
        found = search_index(index, query, 100)
        times.append((time.process_time() - start) * 1000)
        answers.append([paper.id for paper, _ in found])
    return answers, times


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
