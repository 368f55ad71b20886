"""Questions that suggest themselves: of an archive to begin with, and after an answer, from its evidence alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from assistant import Answer
from index import ArticleRef
from ui import render

EXAMPLES = 4
"""Questions shown on an empty chat."""

CONSIDERED = 60
"""Newest articles of which examples are drawn."""

FOLLOW_UPS = 4
"""Questions offered after an answer."""

MOST_WORDS = 4
"""Words of a name that is asked about: more are a title before it, or a headline."""

LONGEST_TITLE = 90
"""Characters of a headline that is asked about: a longer one is no headline but a sentence."""

# words with capitals within a sentence; what opens one may be any word
_NAME = re.compile(r"(?<=[a-z,;] )(?:[A-Z][\w’'-]+)(?: (?:(?:of|the|de|al|bin|van|von) )?[A-Z][\w’'-]+)+")
# asked for a summary of "Why …", it would be asked why
_ASKS = re.compile(r"(?:who|whom|whose|what|when|where|why|how|which|latest|news)\b", re.IGNORECASE)
_OF_A_PEOPLE = ("ian", "ean", "ese", "ish", "ican")
_OUTLET_PART = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")


def examples(held: Iterable[ArticleRef]) -> list[str]:
    """Questions that an archive surely answers, from its newest headlines, of as many outlets as there are."""
    refs = [ref for ref in held if _title_of(ref)]
    refs.sort(key=lambda ref: (ref.published or date.min, ref.id), reverse=True)
    chosen: list[ArticleRef] = []
    recent = refs[:CONSIDERED]
    while recent and len(chosen) < EXAMPLES - 1:
        told = {ref.outlet for ref in chosen}
        best = next((ref for ref in recent if ref.outlet not in told), recent[0])
        chosen.append(best)
        recent = [ref for ref in recent if ref is not best and _title_of(ref) != _title_of(best)]
    questions = [f"Summarise “{_title_of(ref)}”" for ref in chosen]
    return ["What is new?", *questions] if any(ref.published for ref in refs) else questions


def follow_ups(answer: Answer) -> tuple[str, ...]:
    """What may be asked next: of the names in the cited sentences that the question does not have, who said it, and
    more of the same; nothing where nothing was answered."""
    if not answer.statements:
        return ()
    asked = f"{answer.question} {answer.asked or ''}".lower()
    names: list[str] = []
    for statement in answer.statements:
        for name in _names(statement.text):
            known = " ".join(name.split()[-2:]).lower() in asked  # a title before it makes no other name
            if not known and not any(name in other or other in name for other in names):
                names.append(name)
    found = [f"What do you know about {name}?" for name in names[: FOLLOW_UPS - 2]]
    if any(statement.speaker for statement in answer.statements) and "who said" not in asked:
        found.append("Who said that?")
    return (*found, "Tell me more")


def _names(text: str) -> Sequence[str]:
    found = [match[0].removesuffix("’s").removesuffix("'s") for match in _NAME.finditer(text)]
    return [name for name in found if len(name.split()) <= MOST_WORDS and not name.endswith(_OF_A_PEOPLE)]


def _title_of(ref: ArticleRef) -> str:
    title = _OUTLET_PART.sub("", render.plain(ref.title))
    plain = 12 <= len(title) <= LONGEST_TITLE and not set(title) & set("“”<>[]") and not _ASKS.match(title)
    return title if plain else ""
