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

BESIDE, NAME_BESIDE = 0.5, 0.8
"""How well passages with a word must fit the question's other words for it to be what was meant: it is no typing
mistake that the archive has nothing on Mayor Millen, and mills. Of a name, with a word that is none, more is asked.

Of newsbench's 809 questions as they are, of which 200 ask for what is not in the archive, 14 have a word changed
without this and 3 with it. Of 100 words in which one letter was dropped, added, replaced or swapped 74 are then mended
and 3 changed to another, without it 76 and 8."""

MOST = 8
"""Words of one question that are looked up, at most."""

# how a question asks is in no article's vocabulary; these are read first
_ASKING = (
    "what when where which who whom whose while have does were many much about with from that this there their"
    " happened latest news summary summarise summarize article articles archive outlets since yesterday today week"
).split()
# short ones are near to too much, and some stand in articles too
_SLIPS = {"teh": "the", "hte": "the", "adn": "and", "wich": "which", "hwo": "who", "woh": "who"}
_WORD = re.compile(r"(?<![\w@#/.])[^\W\d_]+(?![\w@#/]|\.\w)")
_QUOTED = re.compile(r"[“\"«][^”\"»]*[”\"»]")


@dataclass(frozen=True, slots=True)
class Correction:
    """A question as it is read, and what in it was read otherwise: (as typed, as read)."""

    text: str
    changes: tuple[tuple[str, str], ...] = ()


def correct(question: str, archive: Archive, is_word: Callable[[str], bool]) -> Correction:
    """``question`` with its mistyped words read as words of the archive.

    A word is mistyped if the archive has no passage with it, if ``is_word`` does not know it either, and if there is a
    word near to it that the archive has beside the question's other words. What holds a figure, stands in quotation
    marks or is all capitals stays.
    """
    quoted = [match.span() for match in _QUOTED.finditer(question)]
    found = [
        match
        for match in _WORD.finditer(question)
        if not (match[0].isupper() and not question.isupper())
        and not any(start <= match.start() < end for start, end in quoted)
    ]
    # the first word has its capital from its place
    first = found[0].start() if found and not question[: found[0].start()].strip(' “"¿¡') else -1
    meant = {at: slip for at, match in enumerate(found) if (slip := _slip(match[0], is_first=match.start() == first))}
    longer = [
        at for at, match in enumerate(found) if at not in meant and len(match[0]) >= SHORTEST and term_of(match[0])
    ]
    counts, passages = archive.document_frequencies([term_of(found[at][0]) for at in longer])
    known = " ".join(found[at][0] for at, count in zip(longer, counts, strict=True) if count)
    unknown = [at for at, count in zip(longer, counts, strict=True) if not count and not is_word(found[at][0])]
    enough = ENOUGH if passages >= LARGE else 1
    for at in unknown[:MOST]:
        word = found[at][0]
        is_name = word[0].isupper() and found[at].start() != first
        meant[at] = ("" if is_name else _asking(word)) or _near(word, known, archive, enough, is_name=is_name) or word
    text = question
    for at in sorted(meant, reverse=True):
        text = f"{text[: found[at].start()]}{meant[at]}{text[found[at].end() :]}"
    return Correction(text, tuple((found[at][0], meant[at]) for at in sorted(meant) if meant[at] != found[at][0]))


def _slip(word: str, *, is_first: bool) -> str:
    slip = _SLIPS.get(word.lower(), "") if word.islower() or is_first else ""
    return slip and _as_typed(word, slip)


def _asking(word: str) -> str:
    if word.lower() in _ASKING:
        return word
    found = next((known for known in _ASKING if edits_between(word, known) == 1), "")
    return found and _as_typed(word, found)


def _near(word: str, known: str, archive: Archive, enough: int, *, is_name: bool) -> str:
    near = [
        one
        for one in archive.near_words(word, 2 if len(word) >= TWO_EDITS_FROM else 1, known)
        if one.passages >= enough
        and one.word[0].lower() == word[0].lower()
        and (not known or one.beside >= (NAME_BESIDE if is_name and one.word.islower() else BESIDE))
    ]
    best = max(near, key=lambda one: _likelihood(one, is_name=is_name), default=None)
    return _as_typed(word, best.word) if best else ""


def _likelihood(near: NearWord, *, is_name: bool) -> float:
    """How likely a word was meant, as a logarithm to the base of 10: by how frequent it is, each edit a thousand times
    less (a noisy channel; Kernighan, Church & Gale, COLING 1990)."""
    return math.log10(near.passages) + 2 * near.beside - 3 * near.edits + (is_name and near.word[0].isupper())


def _as_typed(word: str, meant: str) -> str:
    if meant.isupper() and not word.isupper():
        meant = meant.capitalize()
    return meant[0].upper() + meant[1:] if word[0].isupper() else meant
