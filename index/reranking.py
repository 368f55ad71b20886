"""Reranking: a cross-encoder reads the question and a passage together, and says how well the passage answers.

It is used where the setting ``reranker`` names one (Nogueira & Cho, "Passage Re-ranking with BERT", 2019). It reads
more closely than what finds passages, and takes far longer: only the best of them are given to it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embedding import hub_folder, quiet_sentence_transformers
from index.errors import RerankerError
from index.types import SearchHit

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

BATCH = 16
"""Passages read side by side; more are no faster on a processor."""

_CHOOSE = (
    "Name a cross-encoder's folder or hub name with the setting reranker, or leave it unset; "
    "`byline doctor` tells whether it loads."
)


def open_reranker(name: str) -> Reranker:
    """The cross-encoder that a setting names; it is loaded when it is first used.

    Args:
        name: a folder, or a name on the Hugging Face hub. Only a hub name that is not on this machine yet is fetched
            from the network.

    Raises:
        RerankerError: there is none of this name.
    """
    try:
        folder = Path(name).expanduser().resolve()
    except RuntimeError as error:  # ~nobody
        raise RerankerError(f"There is no reranker {name!r} ({error}). {_CHOOSE}") from error
    if folder.is_dir():
        return Reranker(name, folder)
    # hub names are "name" or "owner/name": anything else that is not there is a folder that was meant to be
    if name.count("/") > 1 or name.startswith(("/", ".", "~")) or "\\" in name:
        raise RerankerError(f"There is no reranker {name}: the folder is not there. {_CHOOSE}")
    try:
        return Reranker(name, hub_folder(name))
    except LookupError as error:
        raise RerankerError(
            f"There is no reranker {name!r}: it is not a folder, and it cannot be had from the hub ({error}). "
            f"{_CHOOSE} To fetch it when there is a network again, Run: hf download {name}"
        ) from error


class Reranker:
    """A cross-encoder from a folder. May be shared by threads."""

    def __init__(self, name: str, folder: Path) -> None:
        """Args: name: what the setting says. folder: where it is."""
        self.name = name
        self._folder = folder
        self._lock = threading.Lock()  # tokenizers are set anew for every call

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers the query: shape (texts,), comparable only for one query.

        What is longer, with the query, than the model reads is cut at its end.

        Raises:
            RerankerError: the model does not load, or is no cross-encoder that gives one score.
        """
        with self._lock:
            pairs = [(query, text) for text in texts]
            found = np.asarray(self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False), np.float32)
        if not np.isfinite(found).all():
            raise RerankerError(f"The reranker {self.name} gives scores that are no numbers. {_CHOOSE}")
        return found

    @cached_property
    def _model(self) -> CrossEncoder:
        quiet_sentence_transformers()
        from sentence_transformers import CrossEncoder

        try:
            # any other model would load too, with a scoring layer made of random numbers
            if not _scores_pairs(self._folder):
                raise ValueError("it is no cross-encoder")
            model: CrossEncoder = CrossEncoder(
                str(self._folder), device="cpu", local_files_only=True, trust_remote_code=False
            )
            if model.num_labels != 1:
                raise ValueError(f"it gives {model.num_labels} scores, not one")
        except Exception as error:  # whatever a library says of a broken model, the user must choose another
            raise RerankerError(
                f"The reranker {self.name} does not load from {self._folder} ({error}). {_CHOOSE}"
            ) from error
        return model


def rerank(reranker: Reranker, query: str, hits: Sequence[SearchHit], depth: int) -> list[SearchHit]:
    """``hits`` with the first ``depth`` of them in the order of the cross-encoder's scores, which they then carry.

    Raises:
        RerankerError: the model does not load.
    """
    first = hits[:depth]
    scores = reranker.scores(query, [hit.passage.text for hit in first]).tolist() if first else []
    scored = [replace(hit, rerank_score=score) for hit, score in zip(first, scores, strict=True)]
    # sorting is stable: hits with equal scores stay as they were found
    return [*sorted(scored, key=lambda hit: -(hit.rerank_score or 0.0)), *hits[depth:]]


def _scores_pairs(folder: Path) -> bool:
    described = folder / "config_sentence_transformers.json"
    if described.is_file() and json.loads(described.read_text(encoding="utf-8")).get("model_type") == "CrossEncoder":
        return True
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return any(kind.endswith("ForSequenceClassification") for kind in config.get("architectures") or [])
