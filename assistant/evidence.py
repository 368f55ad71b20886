"""The passages that a writer reads for one question, numbered, within its budget of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index import SearchHit, count_tokens


@dataclass(frozen=True, slots=True)
class Evidence:
    """Passages for one question, best first; a passage's number is its place, counted from 1."""

    question: str
    hits: tuple[SearchHit, ...]


def gather(question: str, hits: Sequence[SearchHit], budget: int) -> Evidence:
    """The best passages that fit into ``budget`` tokens (tiktoken's cl100k_base); at least the first one."""
    chosen: list[SearchHit] = []
    left = budget
    for hit in hits:
        # no token is shorter than a byte: most passages need no counting
        size = len(hit.passage.text.encode())
        if size > left:
            size = count_tokens(hit.passage.text)
        if chosen and size > left:
            break
        chosen.append(hit)
        left -= size
    return Evidence(question, tuple(chosen))
