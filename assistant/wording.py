"""Whether a written sentence keeps to the words of the sentences that it rests on.

How likely passages speak of a sentence as a whole, which is what :mod:`assistant.checking` weighs where no rule finds
fault, lets a word or two of a long sentence pass that no passage has: "the 33-year-old quarterback" of somebody whom
the passage calls 33 and no quarterback. Small models write such sentences all the time, so each word is asked for. Nor
does it see who is what to whom where all the words are there: of "the harbour will reopen, now that the inquiry was
closed" such a model makes "the harbour was closed". So the words must come in the order that they have in the passage:
a sentence may be shortened and its forms changed, but not turned about.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

from assistant.clauses import Line, Token, check_words, same_stock, synonyms
from assistant.questions import word_list

LONGEST_SPEAKER = 8
"""Words of who said something, after a comma at the end of a sentence: "Councillor Ida Holm told the Norby Post"."""

_PRONOUNS = frozenset({"it", "its", "he", "him", "his", "she", "her", "they", "them", "their"})
_JOINING = frozenset(
    {"because", "therefore", "thus", "hence", "despite", "although", "unless", "until", "after", "before"}
)
_MONTHS = frozenset(name.lower() for name in calendar.month_name if name)


def unheard(sentence: str, sources: Sequence[str]) -> list[str]:
    """The words of ``sentence`` that the ``sources`` have in no form and by no other name, joining words last.

    Numbers and names are not looked for: the checker does that, and knows their variants.
    """
    heard = set(_terms(sources))
    found: list[str] = []
    for token in _content(sentence):
        # the day of an article gives its month, but not that anything happened in it
        if token.name and token.lower not in _MONTHS:
            continue
        if not any(_alike(token.term, other) for other in heard):
            found.append(token.text)
    joined = {token.lower for source in sources for token in Line(source).tokens}
    # two facts of a passage side by side are not yet cause, reason or order of time
    return found + [token.text for token in Line(sentence).tokens if token.lower in _JOINING - joined]


def keeps_order(sentence: str, sources: Sequence[str]) -> bool:
    """Whether the words of ``sentence`` come in the order that they have in ``sources``, one after the other in any
    order of these. Words that stand in none, and numbers, are passed over; who said it may come first or last. Where a
    source has a pronoun, what it stands for may come in its place, which is one step back."""
    steps = any(token.lower in _PRONOUNS for source in sources for token in Line(source).tokens)
    told = [_speaker_first(source) for source in sources]
    return any(_in_order(_speaker_first(sentence), _terms(order), int(steps)) for order in permutations(told))


def _speaker_first(text: str) -> str:
    """Puts the mayor of "It cost 2 million, the mayor said." at the beginning."""
    said, comma, who = text.rstrip(' .!”"').rpartition(",")
    words = who.lower().split()
    if comma and len(words) <= LONGEST_SPEAKER and not (word_list("reporting") | {"according"}).isdisjoint(words):
        return f"{who} {said}"
    return text


def _in_order(sentence: str, heard: Sequence[str], steps_back: int) -> bool:
    at = 0
    for token in _content(sentence):
        places = [place for place, other in enumerate(heard) if _alike(token.term, other)]
        if places:
            after = next((place for place in places if place >= at), None)
            if after is None:
                steps_back -= 1
                after = places[0]
            if steps_back < 0:
                return False
            at = after + 1
    return True


def _alike(one: str, other: str) -> bool:
    return one == other or other in synonyms().get(one, ()) or same_stock(one, other)


def _terms(sources: Iterable[str]) -> list[str]:
    return [token.term for source in sources for token in Line(source).tokens if token.term]


def _content(sentence: str) -> Iterator[Token]:
    numbers = word_list("numbers")
    counted = False
    for token in Line(sentence).tokens:
        is_number = token.text[0].isdigit() or token.lower in numbers
        # "33 years old" is one figure
        of_figure = counted and (token.lower in word_list("units", "duration") or token.lower in ("old", "-"))
        counted = is_number or of_figure
        if token.term and not counted and token.lower not in check_words("light"):
            yield token
