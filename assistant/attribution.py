"""Who said it: the speaker that a sentence, or the one beside it, names."""

from __future__ import annotations

import re
from functools import cache

from assistant.questions import word_list

_OPENING, _CLOSING = '“"‘', '”"’'
_NAME = r"[A-Z0-9][^“”\"]{1,90}?"
_LEAD = re.compile(
    r"^(?:(?:in contrast|however|meanwhile|but|and|still|yet|earlier|later|instead|in a statement|on \w+day"
    r"|for (?:his|her|their) part)\b,?\s+)+",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:he|she|they|it|we|i|who|this|that|there)\b", re.IGNORECASE)


@cache
def _verbs() -> str:
    return "(?:" + "|".join(sorted(word_list("reporting"), key=len, reverse=True)) + ")"


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    verbs = _verbs()
    end = r"(?=,|\.|;|:|$|\s(?:in|on|at|during|after|before|told|that|earlier|this|last|who)\b)"
    return (
        re.compile(rf"\baccording to (?P<who>{_NAME.replace('A-Z0-9', 'A-Za-z0-9')}){end}"),
        # … priorities,” said Dr. Faisal Khan, a South Asia analyst
        re.compile(rf"[,.!?][{_CLOSING}]\s*{verbs}\s+(?P<who>(?:Dr\.|Mr\.|Mrs\.|Ms\.|Gen\.|Sen\.|Gov\.|[^,.“”])+)"),
        # … response,” Khowarazmi declared in a statement
        re.compile(rf"[,.!?][{_CLOSING}]\s*(?P<who>[^,“”]{{2,90}}?)(?:,[^,]+,)?\s+{verbs}\b"),
        re.compile(
            rf"^(?P<who>{_NAME})(?:,[^,]{{2,120}},)?\s+"
            rf"(?:also |now |later |(?:have|has|had) (?:repeatedly |consistently |already )?)?{verbs}\b"
        ),
    )


def speaker(sentence: str) -> str:
    """Whoever ``sentence`` attributes its claim to, in the sentence's own words; ``""`` where it names nobody.

    A pronoun names nobody.
    """
    text = _LEAD.sub("", sentence)
    text = text[:1].upper() + text[1:]
    for pattern in _patterns():
        match = pattern.search(text)
        if match:
            who = match["who"].strip(" ,—–-")
            if who and not _PRONOUN.match(who) and len(who.split()) <= 14:
                return who if who in sentence else who[:1].lower() + who[1:]
    return ""


def is_bare_quotation(sentence: str) -> bool:
    """Whether ``sentence`` is somebody's words from end to end, so that who said them must stand beside it."""
    text = sentence.strip()
    return bool(text) and text[0] in '“"' and (text[-1] in '”"' or "”" not in text) and not speaker(text)
