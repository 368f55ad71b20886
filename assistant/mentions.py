"""The names in a text, and whether each is a person, a place or a group by how the articles at hand use it.

No first name is looked up and nobody's gender is guessed: a person is whoever the articles give a title, an office or
an age, or go on to call he or she.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from assistant.questions import word_list
from index import term_of, words

Kind = Literal["person", "place", "group"]

JOINING = frozenset(["of", "de", "al", "bin", "van", "von", "del", "da", "&"])
"""Words within a name: "Bank of England"."""

REACH = 80
"""Characters of the same sentence within which a pronoun is taken to go on with a name."""

GOES_ON = 0.3
"""What such a pronoun counts where a title, an age or "in" counts 1: another name may stand between."""

CONTRARY = 2
"""So many times more often must a name be called he than she, for it not to be she."""

_SHE = frozenset(["she", "her", "hers"])
_TOKEN = re.compile(r"[^\W_][\w’'.&-]*|[^\w\s]")
_ENDS_SENTENCE = frozenset('.!?:;“"(—–')


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in a text, without a possessive ending; ``start`` and ``end`` in characters of the text."""

    text: str
    start: int
    end: int


def names_in(text: str) -> list[Name]:
    """The proper names of a text in order, days and months left out.

    A word that is capitalised because it begins a sentence counts if more of the name follows, or if the text has it
    within a sentence too.
    """
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(text)]
    openings = {start for at, (_, start) in enumerate(tokens) if _opens(tokens, at)}
    inner = {_bare(word) for word, start in tokens if start not in openings}
    found: list[Name] = []
    run: list[tuple[str, int]] = []
    waiting: list[tuple[str, int]] = []

    def close() -> None:
        if run and run[0][1] in openings:
            word = run[0][0]
            if not _names_something(word) or (len(run) == 1 and word not in inner):
                run.pop(0)
        if run:
            start, end = run[0][1], run[-1][1] + len(run[-1][0])
            found.append(Name(text[start:end], start, end))
        run.clear()
        waiting.clear()

    for word, start in tokens:
        bare = _bare(word)
        if bare[:1].isupper() and not _is_of_calendar(bare) and not text.isupper():
            run.extend(waiting)
            waiting.clear()
            run.append((bare, start))
            if bare != word and not _is_title(word):  # a possessive or the end of a sentence ends a name
                close()
        elif run and word in JOINING:
            waiting.append((word, start))
        else:
            close()
    close()
    return found


def _opens(tokens: Sequence[tuple[str, int]], at: int) -> bool:
    if at == 0:
        return True
    previous = tokens[at - 1][0]
    return previous[-1] in _ENDS_SENTENCE and len(previous) != 2 and not _is_title(previous)


def _is_title(word: str) -> bool:
    return word.endswith(".") and word[:-1].lower() in word_list("conversation", "titles")


def _bare(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    return word if re.search(r"\.\w", word) or len(word) == 2 else word.rstrip(".’'")


def _is_of_calendar(word: str) -> bool:
    return word.lower() in (word_list("months") - {"may", "march"}) | word_list("weekdays")


def _names_something(word: str) -> bool:
    found = words(word)
    return bool(found and term_of(found[0])) and word.lower() not in word_list("asking") | word_list("reporting")


def kind_of(name: str, texts: Sequence[str], unsure: Kind = "person") -> Kind:
    """What kind of thing a name is, by how ``texts`` use it; without a sign two or three words are ``unsure``."""
    last = name.split()[-1]
    if {part.lower().strip(".") for part in name.split()} & word_list("conversation", "group_words"):
        return "group"
    scores: dict[Kind, float] = {"person": 0.0, "place": 0.0, "group": 0.0}
    near = list(_around(name, texts))
    for pattern, kind, weight in _signs(name, last):
        scores[kind] += weight * sum(len(pattern.findall(text)) for text in near)
    if name.isupper() and len(name) > 1:
        scores["group"] += 1
        scores["person"] = 0.0
    if name.split()[0].lower().strip(".") in _titles():
        scores["person"] += 1
    if not any(scores.values()):
        return unsure if len(name.split()) in (2, 3) and " of " not in name else "group"
    return max(scores, key=lambda kind: scores[kind])


def _around(name: str, texts: Sequence[str]) -> Iterator[str]:
    """What stands around each mention of a name, or of its last word: the signs are looked for there alone."""
    last = re.compile(rf"\b{re.escape(name.split()[-1])}\b")
    for text in texts:
        for match in last.finditer(text):
            yield text[max(0, match.start() - REACH) : match.end() + REACH + 10]


def is_called(pronoun: str, name: str, texts: Sequence[str]) -> bool:
    """Whether ``texts`` leave room for "he" or "she" (in any case) to be ``name``: not where they call it the other."""
    she = pronoun.lower() in _SHE
    found = [word.lower() in _SHE for text in texts for word in _called(name.split()[-1]).findall(text)]
    same = found.count(she)
    return same * CONTRARY >= len(found) - same


@lru_cache(maxsize=512)
def _called(last: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(last)}\b[^.!?A-Z]{{0,{REACH}}}\b(he|him|his|she|her|hers)\b")


def without_title(name: str) -> str:
    """A name without the office or title before it, if it has more than that."""
    first, _, rest = name.partition(" ")
    return without_title(rest) if rest and first.lower().strip(".") in _titles() else name


@cache
def _titles() -> frozenset[str]:
    return word_list("conversation", "titles") | word_list("roles")


@lru_cache(maxsize=512)
def _signs(name: str, last: str) -> tuple[tuple[re.Pattern[str], Kind, float], ...]:
    titles = "|".join(sorted(map(re.escape, _titles()), key=len, reverse=True))
    whole, family = re.escape(name), re.escape(last)
    return (
        (re.compile(rf"\b(?i:{titles})\.? (?:[A-Z][\w.’'-]* ){{0,2}}{whole}\b"), "person", 1.0),
        (re.compile(rf"\b{family}, (?:who\b|aged \d|\d\d\b|(?:[a-z]+ ){{0,3}}(?:{titles})\b)"), "person", 1.0),
        (re.compile(rf"\b{family}\b[^.!?]{{0,{REACH}}}\b(?:he|she|his|her|him)\b"), "person", GOES_ON),
        (re.compile(rf"\b(?:in|near|across|outside|throughout|around) {whole}\b(?!['’])"), "place", 1.0),
        (re.compile(rf"\bthe {whole}\b"), "group", 1.0),
        (re.compile(rf"\b{whole}\b[^.!?]{{0,{REACH}}}\bits\b"), "group", GOES_ON),
    )
