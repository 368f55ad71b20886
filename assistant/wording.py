"""Whether a written sentence keeps to the words of the sentences that it rests on.

How likely passages speak of a sentence as a whole, which is what :mod:`assistant.checking` weighs where no rule finds
fault, lets a word or two of a long sentence pass that no passage has: "the 33-year-old quarterback" of somebody whom
the passage calls 33 and no quarterback. Small models write such sentences all the time, so each word is asked for.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable

from assistant.clauses import Line, check_words, same_stock, synonyms
from assistant.questions import word_list

_MONTHS = frozenset(name.lower() for name in calendar.month_name if name)


def unheard(sentence: str, sources: Iterable[str]) -> list[str]:
    """The words of ``sentence`` that the ``sources`` have in no form and by no other name, in their order.

    Numbers and names are not looked for: the checker does that, and knows their variants.
    """
    heard = {token.term for source in sources for token in Line(source).tokens if token.term}
    numbers = word_list("numbers")
    found: list[str] = []
    counted = False
    for token in Line(sentence).tokens:
        is_number = token.text[0].isdigit() or token.lower in numbers
        # "33 years old" is one figure
        of_figure = counted and (token.lower in word_list("units", "duration") or token.lower in ("old", "-"))
        counted = is_number or of_figure
        if not token.term or counted or token.lower in check_words("light"):
            continue
        # the day of an article gives its month, but not that anything happened in it
        if token.name and token.lower not in _MONTHS:
            continue
        said = synonyms().get(token.term, frozenset()) | {token.term}
        if not said & heard and not any(same_stock(token.term, other) for other in heard):
            found.append(token.text)
    return found
