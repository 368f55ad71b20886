"""Which form a question has: about the archive, about what is new, for a summary of one article, or about the news."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.questions import INTERROGATIVE
from assistant.stretches import Stretch, find_stretch

Subject = Literal["greeting", "thanks", "help", "articles", "outlets", "days", "languages"]
"""What is asked about the archive, or said to it."""


@dataclass(frozen=True, slots=True)
class AboutArchive:
    """Small talk, or a question about the archive itself."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many articles, and of which outlets, speak of ``topic``."""

    topic: str


@dataclass(frozen=True, slots=True)
class WhatIsNew:
    """What is new in a stretch of days (None: lately), about ``topic`` (``""``: about anything)."""

    stretch: Stretch | None
    topic: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What one article says: the one about ``topic``, or of that title; ``""`` where it is not named."""

    topic: str


@dataclass(frozen=True, slots=True)
class News:
    """Anything else: a question about the news."""


Form = AboutArchive | Coverage | WhatIsNew | Summary | News

LONGEST = 300
"""Characters up to which what is asked can have one of the other forms."""

NEW_DAYS = 31
"""What happened longer ago is no longer new."""

_ARCHIVE = r"(?:(?:the|this|your) (?:\w+ )?(?:archive|collection|database|index|folder|library)|here|byline|you)"
_ITEMS = r"(?:news )?(?:articles?|stories|news|documents|texts|items|files|reports)"
_HOLDS = r"(?:have|got|hold|know|contain|cover|search|read|use|include|span|index)"
_HERE = (
    rf"(?:(?: do you {_HOLDS}| have you(?: got)?| can you search| are you (?:using|searching)|(?: are|'s| is)? there"
    rf"|(?: are| is)? (?:in|part of) {_ARCHIVE}| does {_ARCHIVE} {_HOLDS}| are (?:indexed|available|included|covered))"
    rf"(?: in {_ARCHIVE})?(?: (?:in total|altogether|now|right now))?)"
)
_UTMOST = r"(?:oldest|newest|latest|first|last|most recent)"
_OUTLETS = r"(?:news )?(?:outlets?|sources?|newspapers?|papers|publishers|publications|magazines|(?:web)?sites|media)"

# each must be the whole of what is said: "how many articles of the constitution were changed" is about the news
_ABOUT: tuple[tuple[Subject, str], ...] = (
    (
        "greeting",
        r"(?:hi|hello|hey|hiya|howdy|greetings|hallo|hola|bonjour|ciao|good (?:morning|afternoon|evening|day))"
        r"(?: there| byline| everyone| all| again)?",
    ),
    (
        "thanks",
        r"(?:(?:ok|okay|great|perfect|good|nice|many|no) )*(?:thanks?(?: you)?|thx|cheers|bye|goodbye|ok|okay|great)"
        r"(?: (?:a lot|so much|very much|again|byline|bye|for (?:the|your) (?:help|answers?)|for that|that helped))*",
    ),
    (
        "help",
        r"help(?: me)?|what (?:can|do) you do(?: for me)?|what can (?:i|we) (?:ask|do)(?: you| here)?|what do you know"
        r"|how (?:do|does|can) (?:i|we|you|this|it|byline) (?:work|use (?:you|this|it|byline))"
        r"|(?:who|what) are you|what(?: is|'s) (?:this|byline)|how can you help(?: me)?",
    ),
    (
        "articles",
        rf"(?:how many|number of) {_ITEMS}{_HERE}?|how (?:big|large) is {_ARCHIVE}"
        rf"|what(?: is|'s) in {_ARCHIVE}|what do you have(?: here)?|what does {_ARCHIVE} {_HOLDS}"
        rf"|what (?:kind|sort)s? of {_ITEMS}{_HERE}",
    ),
    (
        "outlets",
        rf"(?:which|what|how many|whose|list (?:the|all|your)) {_OUTLETS}{_HERE}?"
        rf"|what are (?:your|the) {_OUTLETS}|where (?:do|are) (?:the|your|these) {_ITEMS} (?:come )?from"
        rf"|who (?:wrote|published) (?:the|your|these) {_ITEMS}{_HERE}",
    ),
    (
        "days",
        r"from when (?:to|till|until) when|since when do you have articles"
        r"|(?:what|which) (?:dates?|days|period|time(?: ?span| ?frame| period)?|years?|months?)"
        rf"(?: (?:do|does) (?:{_ARCHIVE}|it|(?:the|your) {_ITEMS}) {_HOLDS}| (?:is|are) covered|{_HERE})"
        rf"|how (?:old|recent|new|current|up[- ]to[- ]date|far back) (?:is|are|do|does) "
        rf"(?:{_ARCHIVE}|(?:the|your) {_ITEMS})(?: go| reach)?"
        rf"|(?:what|which|when|how old|what date|from when)(?: is|'s) (?:the|your) {_UTMOST} article(?: from| of)?"
        rf"(?: in {_ARCHIVE})?|what(?: is|'s) the date of (?:the|your) {_UTMOST} article",
    ),
    (
        "languages",
        rf"(?:in )?(?:which|what) languages?(?: (?:is|are) (?:{_ARCHIVE}|(?:the|your|these) {_ITEMS})(?: in)?"
        rf"|{_HERE}| do you (?:speak|understand|read))",
    ),
)
_ABOUT_PATTERNS = tuple((subject, re.compile(pattern)) for subject, pattern in _ABOUT)

_SPEAK = (
    r"(?:(?:are |were )?(?:about|on)|mention(?:s|ed|ing)?|discuss(?:es|ed|ing)?|cover(?:s|ed|ing)?"
    r"|(?:were )?written about|(?:talk|speak|spoke|refer|report)(?:s|ed|ing)? (?:about|of|on|to))"
)
_HAVE = r"(?:do you have|have you(?: got)?|are there|there are)"
_WROTE = (
    r"(?:(?:have )?(?:wrote|write|written|reported|report|published)(?: the)?(?: most| least| more| anything)?"
    r"(?: articles| stories)? (?:about|on)|(?:have )?cover(?:ed)?|(?:have )?mention(?:ed)?)"
)
_COVERAGE = re.compile(
    rf"(?:how many (?:of (?:the|your) )?(?:news )?(?:articles|stories)(?: {_HAVE})?(?: in {_ARCHIVE})?"
    rf"(?: (?:that|which|do|have))? {_SPEAK}|which {_OUTLETS} {_WROTE}|how much (?:coverage|reporting) (?:of|on|about)"
    r"|how (?:often|many times) (?:is|was|has) (?=.* (?:mentioned|covered|written about)\b))"
    r" ?(?P<topic>\S.*?)(?: (?:been )?(?:mentioned|covered|written about))?"
    rf"(?: {_HAVE})?(?: in (?:{_ARCHIVE}|(?:the|your|these) articles))?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:did|does|do|was|were|is|are|has|have|had|will|would|can|could|that|which|who)\b", re.IGNORECASE
)

_PRONOUN = re.compile(r"(?:he|him|she|her|it|they|them|this|that|these|those)", re.IGNORECASE)

# a follow-up as it is written out: "it (the harbour fire)"
_POINTED_AT = re.compile(rf"^{_PRONOUN.pattern} \((.+)\)$", re.IGNORECASE)

_ASKED_FOR = (
    r"(?:(?:so|and|please|now|also|can you|could you|would you|i want|i'd like"
    r"|(?:give|show|tell|get|bring) (?:me|us)) )*"
)
_NEWS = r"(?:news|headlines?|top stories|(?:news )?stories|(?:news )?articles|developments?|updates?)"
_NEWEST = r"(?:latest|newest|most recent|new|recent|breaking|top|big|biggest|main|important)"
_HEADS = (
    # what may stand with or without a topic
    r"(?:what(?: is|'s|s| are| was|'re)|is there|are there|any|the) (?:the |any )?"
    rf"(?:(?:{_NEWEST} )*{_NEWS}|anything new)",
    rf"(?:(?:the|any|all|my) )?(?:{_NEWEST} )+{_NEWS}",
    rf"(?:the )?(?:{_NEWS})",
    r"what(?: is|'s|s| was| has been) new|what else is new|anything new",
    r"(?:(?:what(?: is|'s|s) )?the )?latest|what(?: is|'s|s| was) in the news|update(?: me)?|catch me up",
)
_ON = r"(?:on|about|with|regarding|concerning|around|re)"
_HELD = (
    rf"(?:do you have|have you(?: got)?|is there|are there) (?:any |some )?(?:{_NEWS}|anything)"
    r"|what do you (?:have|know)"
)
_TOPICAL = re.compile(rf"{_ASKED_FOR}(?:{'|'.join(_HEADS)}|{_HELD}) {_ON} (?P<topic>\S.*)", re.IGNORECASE)
_PLACED = re.compile(
    rf"{_ASKED_FOR}(?:(?:(?:the|any) )?(?:{_NEWEST} )*{_NEWS}|what(?: is|'s|s) (?:new|happening|going on))"
    r" (?:in|from|at|for|of) (?P<topic>\S.*)",
    re.IGNORECASE,
)
_UNTOPICAL = re.compile(
    rf"{_ASKED_FOR}(?:{'|'.join(_HEADS)}|what(?: is|'s|s) (?:happening|going on)|what (?:has )?changed"
    r"|what (?:has |have |did )?(?:i|we) miss(?:ed)?)(?: (?:in|around) the (?:news|world))?",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    rf"{_ASKED_FOR}(?:what(?: has|'s|s| was)? (?:been )?(?:happened|happening|going on)"
    r"|what (?:did )?(?:you|the (?:papers|outlets|articles)) report(?:ed)?)"
    r"(?: (?:in|around) the (?:news|world))?",
    re.IGNORECASE,
)

_ARTICLE = r"(?:(?:the|this|that|an?|one) )?(?:(?:news|latest|newest) )?(?:article|story|report|piece)"
_ABOUT_WHAT = (
    r"(?:(?:(?:that|which) is )?(?:about|on|of|regarding)"
    r"|(?:titled|entitled|called|named|headlined|headed)|with the (?:title|headline))"
)
_SUMMARY = re.compile(
    rf"{_ASKED_FOR}(?:summari[sz]e|sum(?: up)?|tl;?dr:?|recap"
    r"|(?:(?:a|the) )?(?:(?:short|brief|quick) )?(?:summary|gist|key points|main points|recap) (?:of|from))"
    rf"(?: for me)?(?:(?: {_ARTICLE})(?: {_ABOUT_WHAT})?| {_ABOUT_WHAT}(?: {_ARTICLE})?)?"
    r"(?: (?P<topic>\S.*?))?(?: (?:for me|please|in (?:short|brief|a few (?:words|sentences))))?",
    re.IGNORECASE,
)
_SAYS = re.compile(
    rf"what (?:does|did) {_ARTICLE}(?: {_ABOUT_WHAT})?(?: (?P<topic>\S.*?))? say"
    rf"|what(?: is|'s) {_ARTICLE}(?: {_ABOUT_WHAT})?(?: (?P<topic2>\S.*?))? about",
    re.IGNORECASE,
)
_LAST_NOUN = re.compile(r"^(?:the )|(?<=\w) (?:article|story|report|piece)$", re.IGNORECASE)
_QUOTES = "“”\"„«»‘’' "
_SPACES = re.compile(r"\s+")


def form_of(question: str, as_of: date) -> Form:
    """The form of a question that is asked on the day ``as_of``.

    Whatever is not wholly of one of the other forms is a question about the news.
    """
    if len(question) > LONGEST:
        return News()
    said = _SPACES.sub(" ", question).strip(" \t.!?,;…¡¿").replace("’", "'")
    plain = said.replace(",", "").lower().removesuffix(" please").removeprefix("please ")
    for subject, pattern in _ABOUT_PATTERNS:
        if pattern.fullmatch(plain):
            return AboutArchive(subject)
    return _coverage(said) or _summary(said, as_of) or _what_is_new(said, as_of) or News()


def _coverage(said: str) -> Coverage | None:
    match = _COVERAGE.fullmatch(said)
    topic = _POINTED_AT.sub(r"\1", match["topic"]).strip(_QUOTES) if match else ""
    # "which papers reported on how the mill was sold" is asked of the news, and "how often is he mentioned" of nobody
    return Coverage(topic) if topic and not _CLAUSE.search(topic) and not _PRONOUN.fullmatch(topic) else None


def _summary(said: str, as_of: date) -> Summary | WhatIsNew | None:
    match = _SUMMARY.fullmatch(said) or _SAYS.fullmatch(said)
    if match is None:
        return None
    topic = next((topic for topic in match.groupdict().values() if topic), "")
    days = find_stretch(topic, as_of)
    if days is not None and not days[1]:
        return WhatIsNew(days[0], "")
    news = _what_is_new(topic, as_of)
    if news is not None:
        return news
    # "summarise what the mayor said" is a question about the news
    return None if INTERROGATIVE.match(topic) else Summary(_LAST_NOUN.sub("", topic).strip(_QUOTES))


def _what_is_new(said: str, as_of: date) -> WhatIsNew | None:
    found = find_stretch(said, as_of)
    stretch, rest = found or (None, said)
    if stretch is not None and _HAPPENED.fullmatch(rest):
        # "what happened on 11 September 2001" is asked of an event, whenever articles speak of it
        return WhatIsNew(stretch, "") if (as_of - stretch.last).days <= NEW_DAYS else None
    if _UNTOPICAL.fullmatch(rest):
        return WhatIsNew(stretch, "")
    match = _TOPICAL.fullmatch(rest) or _PLACED.fullmatch(rest)
    return WhatIsNew(stretch, match["topic"].strip(_QUOTES)) if match else None
