"""What was learned: how much each signal of a sentence weighs, and how sure an answer is.

``weights.toml`` holds the numbers; ``tests/benchmarks/learn_reading.py`` makes it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from assistant.signals import NAMES


def sentence_scores(signals: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores of sentences: the sum of their signals (shape (sentences, names of signals)) by their weights."""
    # a signal that is new weighs nothing until it is learned
    table = _learned()["sentence"]
    scores: NDArray[np.float64] = signals @ np.array([table.get(name, 0.0) for name in NAMES])
    return scores


def weight_of(part: str, name: str) -> float:
    """One number of ``weights.toml``."""
    return _learned()[part][name]


@cache
def _learned() -> dict[str, dict[str, float]]:
    return tomllib.loads((files("assistant") / "weights.toml").read_text(encoding="utf-8"))
