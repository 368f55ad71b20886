"""Who somebody is, and what something is: the sentences that introduce what a question asks after.

News introduces by a few turns: the office before the name ("House Speaker Ada Berg"), words set beside it ("Ada Berg,
the speaker of the House,", "its speaker, Ada Berg,"), a plain statement ("the Brenna is a river"), a naming ("a disease
called scurvy") and a name spelled out ("the Valley Transport Authority (VTA)").
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.questions import word_list

WORDS = 6
"""Words of what is asked after, at most: "What is the James Webb Space Telescope?" """

_ASKED = re.compile(
    r"\W*(?:and |so )?(?P<wh>who|what)(?:['’]s| is| was| are| were)(?: exactly)? (?:(?:the|a|an|this|that) )?"
    r"(?P<what>\S.*?)[\s?!.]*",
    re.IGNORECASE,
)
_SAYS_MORE = re.compile(
    r"\b(?:of|in|on|at|for|to|from|with|by|about|after|before|and|or|that|which|who|is|are|was|were|do|does|did|has|have|had"
    r"|new|next|latest|current|going|happening|said|saying)\b"
)
_BESIDE = (
    r"(?:the|an?|one of|his|her|their|its|our"
    r"|who (?:is|was|has|had|heads?|leads?|led|runs?|ran|serves?|served|founded|became)"
    r"|which (?:is|was|has|had)|formerly|former|then|also known|(?:better |best |widely )?known|chief|head)\b"
)
_NAME = r"(?-i:[A-Z]\w+(?: [A-Z]\w+)*)"
_IS = r"(?:is|was|are|were|became|becomes|has become|has been|had been|remains|refers to|stands for)"


def asked_after(question: str) -> str:
    """What a question asks after and nothing else: "Ada Berg" of "Who is Ada Berg?"; ``""`` where it asks for more."""
    match = _ASKED.fullmatch(question)
    if not match:
        return ""
    what = match["what"]
    common = [word for word in re.findall(r"\w+", what) if word.islower()]
    if len(what.split()) > WORDS or _SAYS_MORE.search(what):
        return ""
    # "who is the mayor" asks for a name
    return "" if match["wh"].lower() == "who" and set(common) & word_list("roles") else what


@lru_cache(maxsize=64)
def _introductions(what: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in re.findall(r"[\w.-]*\w", what)]
    name = r"\s+(?:(?-i:[A-Z])\.\s+)?".join(parts)
    own = rf"(?<![\w-]){name}(?![\w-])"
    people = "|".join(sorted(word_list("roles") | word_list("descriptions")))
    role = rf"\b(?:{people})(?: of (?:the )?{_NAME})?"
    return re.compile(
        rf"{role} {own}"
        rf"|{role}[^,.;:“”]{{0,40}}, {own}(?=\W)"
        rf"|{own}(?: \([^)]*\))?(?:,| [—–-]+|—) (?:\d\d, )?{_BESIDE}"
        rf"|{own}(?: \([^)]*\))? {_IS} (?:also |now |not )?(?:the|an?|one of|among|known as|his|her|its)\b"
        rf"|{own}[^.;“”]{{0,60}}\b(?:become|became|named|elected|appointed)\b[^.;,“”]{{0,40}}\b(?:{people})\b"
        rf"|\b(?:called|named|known as|dubbed|nicknamed) (?:the |an? )?[“\"‘']?{own}(?!['’]s\b)"
        rf"|{_NAME} \({own}\)|{own} \({_NAME} {_NAME}\)",
        re.IGNORECASE,
    )


def introduces(what: str, sentence: str) -> bool:
    """Whether a sentence introduces what is asked after: says who or what it is."""
    return bool(what) and _introductions(what).search(sentence) is not None
