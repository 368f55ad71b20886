"""Mistyped words of a question, read as the words of the archive that they are near to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from index import Archive, NearWord, edits_between, term_of

SHORTEST = 4
"""Shorter words are near to too many others."""

TWO_EDITS_FROM = 8
"""Letters of a word from which two edits are allowed: of a shorter one they leave too little."""

ENOUGH = 3
"""Passages of a large archive in which a word must stand to be what another was meant for; a rarer one may be mistyped
itself."""

LARGE = 500
"""Passages from which an archive is large."""

MOST = 8
"""Words of one question that are looked up, at most."""

# how a question asks is in no article's vocabulary; these are read first
_ASKING = (
    "what when where which who whom whose while have does were many much about with from that this there their"
    " happened latest news summary summarise summarize article articles archive outlets since yesterday today week"
).split()
_WORD = re.compile(r"(?<![\w@#/.])[^\W\d_]+(?![\w@#/])")
_QUOTED = re.compile(r"[“\"«][^”\"»]*[”\"»]")


@dataclass(frozen=True, slots=True)
class Correction:
    """A question as it is read, and what in it was read otherwise: (as typed, as read)."""

    text: str
    changes: tuple[tuple[str, str], ...] = ()


def correct(question: str, archive: Archive, is_word: Callable[[str], bool]) -> Correction:
    """``question`` with its mistyped words read as words of the archive.

    A word is mistyped if the archive has no passage with it, if ``is_word`` does not know it either, and if there is a
    word near to it that the archive has. What holds a figure, stands in quotation marks or is all capitals stays.
    """
    quoted = [match.span() for match in _QUOTED.finditer(question)]
    found = [
        match
        for match in _WORD.finditer(question)
        if len(match[0]) >= SHORTEST
        and not (match[0].isupper() and not question.isupper())
        and term_of(match[0])
        and not any(start <= match.start() < end for start, end in quoted)
    ]
    if not found:
        return Correction(question)
    counts, passages = archive.document_frequencies([term_of(match[0]) for match in found])
    unknown = [match for match, count in zip(found, counts, strict=True) if not count and not is_word(match[0])]
    changes: dict[str, str] = {}
    for word in list(dict.fromkeys(match[0] for match in unknown))[:MOST]:
        meant = _meant(word, archive, passages)
        if meant:
            changes[word] = meant
    text = question
    for match in reversed(unknown):
        if match[0] in changes:
            text = f"{text[: match.start()]}{changes[match[0]]}{text[match.end() :]}"
    return Correction(text, tuple(changes.items()))


def _meant(word: str, archive: Archive, passages: int) -> str:
    if word.islower():
        asking = next((known for known in _ASKING if edits_between(word, known) == 1), "")
        if asking:
            return asking
    near = [
        one
        for one in archive.near_words(word, 2 if len(word) >= TWO_EDITS_FROM else 1)
        if one.passages >= (ENOUGH if passages >= LARGE else 1) and one.word[0].lower() == word[0].lower()
    ]
    best = max(near, key=lambda one: _likelihood(word, one), default=None)
    return _as_typed(word, best.word) if best else ""


def _likelihood(word: str, near: NearWord) -> float:
    """How likely ``near`` was meant: each edit makes it a thousand times less so (the noisy channel of Kernighan,
    Church & Gale, COLING 1990), and who types a capital means a name."""
    is_name = word[0].isupper() and near.word[0].isupper()
    return math.log10(near.passages) - 3 * near.edits + is_name


def _as_typed(word: str, meant: str) -> str:
    if meant.isupper() and not word.isupper():
        meant = meant.capitalize()
    return meant[0].upper() + meant[1:] if word[0].isupper() else meant
