"""What a question asks: its parts, what kind of answer it wants, and the words an answer must speak of."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from index import term_of, terms, words

Wants = Literal[
    "number",
    "measure",
    "time",
    "place",
    "person",
    "name",
    "expansion",
    "reason",
    "decision",
    "statement",
    "manner",
    "thing",
]
"""What kind of thing would answer: ``decision`` for yes-or-no questions, ``statement`` for "what did X say",
``expansion`` for what initials stand for."""

_PART = re.compile(
    r"(?<=[?])\s+|\s*[,;]?\s+\b(?:and|also)\b\s+(?=(?:who|whom|whose|what|when|where|why|how|which|did|does|is|was|are|were)\b)",
    re.IGNORECASE,
)
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"

_FORMS: tuple[tuple[Wants, str], ...] = (
    ("number", r"\b(?:how many|(?:the |what |which )number of|count of)\b"),
    ("measure", r"\bhow (?:long|lengthy|far|tall|high|deep|wide|big|large|old|heavy|fast|hot|cold|much)\b"),
    (
        "measure",
        r"\b(?:length|width|height|depth|distance|size|weight|age|speed|percentage|per ?cent|share|price|cost"
        r"|temperature)\b(?! of living)",
    ),
    ("expansion", r"\bstands? for\b|\bshort for\b|\bacronym\b|\babbreviation\b"),
    (
        "name",
        rf"\b(?:what|which)\b.*\b{_AUXILIARY}\b.*\b(?:called|named|known as|referred to as|dubbed|nicknamed)\b"
        r"|\bname of\b|\bwhat name\b|'s name\b",
    ),
    (
        "time",
        r"^\W*(?:and |but )?(?:since |until |by )?when\b|\b(?:what|which) (?:day|date|year|month|week|time|hour)\b",
    ),
    (
        "place",
        r"\bwhere\b"
        r"|\b(?:in|at|from|to) (?:what|which) (?:country|city|town|state|place|region|province|capital|location)\b",
    ),
    (
        "person",
        r"\b(?:who|whom|whose)\b"
        r"|\b(?:what|which) (?:person|man|woman|official|politician|minister|leader|actor|actress|singer)\b",
    ),
    ("reason", r"\bwhy\b|\bwhat (?:caused|prompted|led to|triggered)\b|\b(?:reason|cause|motive)s?\b|\bhow come\b"),
    (
        "statement",
        r"\bwhat (?:did|does|do|has|have|had)\b.*\b(?:say|said|claim|claimed|warn|argue|think|tell|told|announce"
        r"|declare|allege|deny|state)\b|\bhow did .* (?:respond|react)\b",
    ),
    ("decision", rf"^\W*(?:and |but |so )?{_AUXILIARY}(?:n['’]t)?\b|\btrue or false\b"),
    ("manner", r"\bhow\b"),
)
_FORM_PATTERNS = tuple((wants, re.compile(pattern, re.IGNORECASE)) for wants, pattern in _FORMS)
_COUNTED = re.compile(r"\b(?:how many|number of|count of)\s+(?P<rest>.+)", re.IGNORECASE)

# which units answer which measure
_MEASURES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"how long (?:did|has|have|had|will|was .* (?:last|take)|ago)|how long .* (?:last|take|took)|duration",
        ("duration",),
    ),
    (r"how (?:long|lengthy|far|tall|high|deep|wide)|length|width|height|depth|distance", ("length", "duration")),
    (r"how old|\bage\b", ("age",)),
    (r"per ?cent|percentage|share|proportion", ("share",)),
    (r"how much .*(?:cost|pay|paid|worth|money|sell|sold|spend|spent|earn|raise|fine)|price|cost", ("money",)),
    (r"how fast|speed", ("speed", "length")),
    (r"how (?:hot|cold)|temperature", ("temperature",)),
    (r"how heavy|weight|weigh", ("weight",)),
    (r"how (?:big|large)|size", ("area", "length", "weight", "money", "share")),
)
_MEASURE_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), kinds) for pattern, kinds in _MEASURES)
# words that only say which measure is wanted; nothing in an answer need repeat them
_MEASURE_WORDS = re.compile(
    r"long|lengthy|far|tall|high|deep|wide|big|large|old|heavy|fast|hot|cold|much|length|width|height|depth|distance|size|weight"
    r"|age|speed|percentage|percent|per|cent|share|price|cost|temperature|total",
    re.IGNORECASE,
)
_TIME_WORDS = re.compile(r"day|date|year|month|week|time|hour", re.IGNORECASE)
_PLACE_WORDS = re.compile(r"country|city|town|state|place|region|province|location", re.IGNORECASE)
_WHICH = re.compile(r"\b(?:which|what|whose)\s+(?P<rest>(?:[\w’'.-]+\s*){1,5})", re.IGNORECASE)
_SEVERAL = re.compile(
    r"^\W*(?:list|name)\b|\b(?:what|who) (?:are|were)\b"
    r"|\b(?:which|what) (?:\w+ ){0,2}\w+(?<!s)s (?:are|were|have|do)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
INTERROGATIVE = re.compile(r"\b(?:which|what|who|whom|whose|where|when|why|how)\b", re.IGNORECASE)
"""A word that asks."""

_NO_NOUN = frozenset(
    ["of", "the", "in", "on", "is", "are", "was", "were", "did", "does", "do", "has", "have", "had", "will", "to"]
)

FOCUS_WORDS = 3
"""Words that name what "which" asks for, at most: "which reality TV show"."""
_CONNECTED = ("of", "the", "for", "and", "de", "al", "bin", "van", "von")


@dataclass(frozen=True, slots=True)
class Term:
    """A word that an answer should speak of: as it stands in the question, and as the index knows it."""

    word: str
    term: str


@dataclass(frozen=True, slots=True)
class Office:
    """An office that a question asks about, in terms: what qualifies it ("foreign"), the role, and whose it is."""

    qualified: frozenset[str]
    role: str
    of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, or one part of one, taken apart.

    ``names`` are its proper names, each as its terms. ``counted`` is what "how many" counts, ``units`` the lists of
    units in which a measure could be given. ``focus`` is the noun after "which" or "what" ("which airline"), ``asking``
    the sentence that asks, where others before it only tell what it is about. ``several`` says that more than one thing
    is asked for ("which countries have", "name the"). ``office_of`` are the terms of those whose official, troops
    and so on are asked for, ``offices`` the offices of which nothing is asked but who holds them.
    """

    text: str
    wants: Wants
    terms: tuple[Term, ...]
    names: tuple[tuple[str, ...], ...] = ()
    counted: str = ""
    units: tuple[str, ...] = ()
    focus: str = ""
    asking: str = ""
    several: bool = False
    office_of: frozenset[str] = frozenset()
    offices: tuple[Office, ...] = ()


@cache
def lexicon() -> dict[str, object]:
    """The word lists of ``lexicon.toml``."""
    return tomllib.loads((files("assistant") / "lexicon.toml").read_text(encoding="utf-8"))


@cache
def word_list(*path: str) -> frozenset[str]:
    """One list of the lexicon, as a set."""
    found: object = lexicon()
    for name in path:
        assert isinstance(found, dict)
        found = found[name]
    assert isinstance(found, list)
    return frozenset(found)


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """For a term, the terms that news uses for it, itself among them."""
    groups = lexicon()["synonyms"]
    assert isinstance(groups, list)
    found: dict[str, set[str]] = {}
    for group in groups:
        terms = {term_of(word) for word in group}
        for term in terms:
            found.setdefault(term, set()).update(terms)
    return {term: frozenset(others) for term, others in found.items()}


def words_of(text: str) -> list[tuple[str, str]]:
    """The words of a text that the index knows, each with its term."""
    return [pair for pair in map(_with_term, words(text)) if pair[1]]


@lru_cache(maxsize=262_144)
def _with_term(word: str) -> tuple[str, str]:
    # one object for all places of a word: articles are kept as their words
    return word, term_of(word)


def parts(question: str) -> list[str]:
    """The questions in a question: "How long is it, and who drew it?" asks two."""
    found = [part.strip(" \t\n,;") for part in _PART.split(question)]
    return [part for part in found if re.search(r"\w", part)] or [question.strip()]


def analyse(text: str) -> Question:
    """Take one question apart."""
    wants: Wants = next((wants for wants, pattern in _FORM_PATTERNS if pattern.search(text)), "thing")
    counted = ""
    units: tuple[str, ...] = ()
    if wants == "number":
        counted = _counted(text)
        units = tuple(kind for kind in _unit_kinds() if term_of(counted or "x") in _unit_terms(kind))
        if units:
            wants = "measure"
    elif wants == "measure":
        units = next((kinds for pattern, kinds in _MEASURE_PATTERNS if pattern.search(text)), ())
    names = _names(text)
    in_names = {term for name in names for term in name}
    terms = []
    for word in words(text):
        term = term_of(word)
        if not term or (term not in in_names and _only_asks(word, wants, units)):
            continue
        terms.append(Term(word, term))
    unique = tuple({term.term: term for term in terms}.values())
    return Question(
        text,
        wants,
        unique,
        names,
        counted,
        units,
        _focus(text),
        _asking(text),
        bool(_SEVERAL.search(text)),
        _office_of(text),
        _offices(text, unique) if wants in ("person", "name") else (),
    )


def _office_of(text: str) -> frozenset[str]:
    roles = "|".join(sorted(word_list("roles")))
    found = re.findall(
        rf"\b(?:{roles}) of (?:the )?([A-Z][\w-]+)|\b([A-Z][\w-]+)[’']s (?:[\w-]+ ){{0,3}}(?:{roles})\b", text
    )
    return frozenset(term for pair in found for name in pair for _, term in words_of(name))


def _offices(text: str, asked: tuple[Term, ...]) -> tuple[Office, ...]:
    role = rf"(?P<role>{'|'.join(sorted(word_list('offices')))})\b"
    owner = r"(?P<of>[A-Z][\w.-]+(?: [A-Z][\w.-]+)*)"
    found = (
        *re.finditer(rf"(?P<qualified>(?:[\w-]+ ){{0,2}}){role} (?:of|for) (?:the )?{owner}", text),
        *re.finditer(rf"\b{owner}[’']s (?P<qualified>(?:[\w-]+ ){{0,3}}){role}", text),
        *re.finditer(rf"\bthe {owner} (?P<qualified>(?:[a-z-]+ ){{0,2}}){role}", text),
    )
    offices = (
        Office(
            frozenset(term for word, term in words_of(match["qualified"]) if word.lower() not in word_list("asking")),
            term_of(words(match["role"])[0]),
            _owner_terms(match["of"]),
        )
        for match in found
    )
    return tuple(
        office for office in offices if {term.term for term in asked} <= {*office.qualified, office.role, *office.of}
    )


@cache
def nations() -> tuple[tuple[str, ...], ...]:
    """For each country whose people is called otherwise, its names and theirs."""
    groups = lexicon()["nations"]
    assert isinstance(groups, list)
    return tuple(tuple(group) for group in groups)


def _owner_terms(name: str) -> frozenset[str]:
    others = [other for group in nations() if any(terms(one) == terms(name) for one in group) for other in group]
    return frozenset(term for one in (name, *others) for term in terms(one))


def _focus(text: str) -> str:
    found = [match["rest"] for match in _WHICH.finditer(text)]
    noun: list[str] = []
    for word in found[-1].split() if found else []:
        plain = word.lower().strip(".,?'’")
        if plain in _NO_NOUN and not (plain == "of" and noun):
            break
        noun.append(word)
    return " ".join(noun[:FOCUS_WORDS])


def _asking(text: str) -> str:
    sentences = _SENTENCE.split(text)
    return next((sentence for sentence in reversed(sentences) if INTERROGATIVE.search(sentence)), sentences[-1])


def _only_asks(word: str, wants: Wants, units: tuple[str, ...]) -> bool:
    word = word.lower()
    return (
        word in word_list("asking")
        or (wants == "measure" and bool(_MEASURE_WORDS.fullmatch(word)))
        or (wants == "measure" and word in word_list("measuring"))
        or (wants == "expansion" and word in ("stand", "stands", "short", "acronym", "abbreviation"))
        or (wants == "measure" and any(term_of(word) in _unit_terms(kind) for kind in units))
        or (wants == "time" and bool(_TIME_WORDS.fullmatch(word)))
        or (wants == "place" and bool(_PLACE_WORDS.fullmatch(word)))
        or (wants == "reason" and word in ("reason", "reasons", "cause", "caused", "motive", "prompted", "led", "come"))
        or (wants == "statement" and word in word_list("reporting"))
        or (wants == "decision" and word in ("true", "false"))
    )


@cache
def _unit_kinds() -> tuple[str, ...]:
    units = lexicon()["units"]
    assert isinstance(units, dict)
    return tuple(units)


@cache
def _unit_terms(kind: str) -> frozenset[str]:
    return frozenset(term_of(unit) for unit in word_list("units", kind))


def _counted(text: str) -> str:
    match = _COUNTED.search(text)
    if not match:
        return ""
    # the noun ends before the first verb or preposition: "how many Pakistani outposts did the Taliban claim"
    noun = ""
    for word in re.findall(r"[\w’'-]+", match["rest"]):
        if not term_of(words(word)[0]) if words(word) else True:
            break
        noun = word
        if len(noun) > 3 and noun.endswith("s"):
            break
    return noun


def _names(text: str) -> tuple[tuple[str, ...], ...]:
    tokens = re.findall(r"[\w’'.-]+|[^\w\s]", text)
    names: list[tuple[str, ...]] = []
    run: list[str] = []
    waiting: list[str] = []

    def close() -> None:
        found = tuple(term for word in words(" ".join(run)) if (term := term_of(word)))
        if found:
            names.append(found)
        run.clear()
        waiting.clear()

    shouted = text.isupper()
    for at, token in enumerate(tokens):
        capital = token[:1].isupper() and not shouted
        # the first word is capitalised anyway; it is a name only if it does not ask
        if capital and (at > 0 or term_of(words(token)[0] if words(token) else "a")):
            if at == 0 and token.lower() in word_list("asking") | word_list("reporting"):
                continue
            run.extend(waiting)
            waiting.clear()
            run.append(token)
            if token.endswith(("'s", "’s")):
                close()
        elif run and token.lower() in _CONNECTED:
            waiting.append(token)
            if token.lower() == "and":
                close()
        elif run:
            close()
    close()
    return tuple(dict.fromkeys(names))
