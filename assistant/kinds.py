"""Whether a sentence holds the kind of thing that a question asks for: a number of what is counted, a day, a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from assistant.attribution import speaker
from assistant.likeness import LIKE_FULL, same_stock
from assistant.questions import Office, Question, synonyms, word_list, words_of
from index import term_of, terms, words

_DIGITS = r"\d[\d,.]*"
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}(?::\d\d)?\s*[ap]\.?m\b|\b(?:mid)?night\b|\bnoon\b", re.IGNORECASE)
_PLACED = re.compile(
    r"\b(?:in|at|near|from|to|across|outside|into|inside|over|of|for|off|around|towards?)\s+"
    r"(?:the\s+|downtown\s+|(?:north|south|east|west)(?:ern)?\s+|central\s+)*[A-Z]"
)
_CAPITAL = re.compile(r"(?<=[\w,;:—–-] )[“\"‘]?[A-Z][\w’'-]+|^[“\"‘]?[A-Z][\w’'-]+ [A-Z][\w’'-]+")
_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+")
_HAS = re.compile(r"(?:[’']s?)?[\s-]+(?:(?!(?:and|or|of|in|to|by|with|from|for|that|said|as|on|at)\b)[\w’'-]+[\s-]+)*")
_OF = re.compile(r"\s+(?:[A-Z][\w.’'-]+\s+){0,3}(?:of|for)\b[^,;:.—–()]*$")
_ONE_OF = re.compile(r"\bone of\b", re.IGNORECASE)
_LANDMARK = re.compile(r"\b(?:before|after|since|following|until|ahead of|prior to)(?:\W+\w+){1,4}", re.IGNORECASE)
_UNCOUNTED_PLURALS = frozenset(
    ["people", "police", "men", "women", "children", "troops", "staff", "personnel", "crew", "cattle"]
)

NUMBER_REACH = 4
"""How many words may stand between a number and what it counts: "three heavily guarded Pakistani outposts"."""

OFFICE_REACH = 4
"""How many words may stand between an office and whose it is: "the Taliban's acting foreign minister"."""

VAGUE = 0.4
"""What a vague hint counts ("days before", "after") where a plain one ("Saturday", "because") counts 1."""


def fits_kind(question: Question, sentence: str, like: Callable[[str, str], float]) -> float:
    """How well ``sentence`` holds the kind of thing that ``question`` asks for: 0 not at all, 1 plainly."""
    match question.wants:
        case "number":
            return float(_counts(question.counted, sentence, like))
        case "measure":
            return float(_measures(question.units, sentence))
        case "time":
            return _tells_time(sentence) * (VAGUE if _is_only_a_landmark(question, sentence) else 1.0)
        case "place":
            return float(bool(_PLACED.search(sentence))) * (VAGUE if _is_only_a_landmark(question, sentence) else 1.0)
        case "person":
            return float(_has_person(question, sentence))
        case "name":
            return float(_has_cue("naming", sentence))
        case "expansion":
            return float(
                any(
                    re.search(rf"\(\W*{re.escape(t.word)}\W*\)|\b{re.escape(t.word)}\s*\(", sentence)
                    for t in question.terms
                )
            )
        case "reason":
            return 1.0 if _has_cue("reason", sentence) else VAGUE * _has_cue("hint", sentence)
        case "statement":
            return float(bool(speaker(sentence)) or "“" in sentence or '"' in sentence)
        case _:
            return 1.0


def _tells_time(sentence: str) -> float:
    found = {word.lower().strip(".") for word in re.findall(r"[\w.]+", sentence)}
    if (
        _YEAR.search(sentence)
        or _CLOCK.search(sentence)
        or found & _days_and_months()
        or re.search(r"\bMay \d", sentence)
    ):
        return 1.0
    return VAGUE if found & word_list("times") else 0.0


@cache
def _days_and_months() -> frozenset[str]:
    return (word_list("months") - {"may"}) | word_list("weekdays")


def _is_only_a_landmark(question: Question, sentence: str) -> bool:
    # "days before the fighting erupted" tells when something else was
    clauses = list(_LANDMARK.finditer(sentence))
    rest = _LANDMARK.sub(" ", sentence)
    return any(_touched(question, clause[0]) > _touched(question, rest) for clause in clauses)


def _touched(question: Question, text: str) -> int:
    found = {term for _, term in words_of(text)}
    return sum(1 for term in question.terms if term.term in found or found & synonyms().get(term.term, frozenset()))


def _counts(counted: str, sentence: str, like: Callable[[str, str], float]) -> bool:
    tokens = re.findall(rf"{_DIGITS}|[^\W\d_]+", _ONE_OF.sub("", sentence))
    wanted = term_of(words(counted)[0]) if words(counted) else ""
    for at, token in enumerate(tokens):
        if not (token[0].isdigit() or token.lower() in word_list("numbers")):
            continue
        if not wanted:
            return True
        for word in tokens[at + 1 : at + 2 + NUMBER_REACH]:
            term = term_of(word)
            if term == wanted:
                return True
            plural = word.lower().endswith("s") or word.lower() in _UNCOUNTED_PLURALS
            if plural and term and (term in synonyms().get(wanted, ()) or like(counted, word) >= LIKE_FULL):
                return True
    return False


def _measures(units: tuple[str, ...], sentence: str) -> bool:
    if not units:
        return bool(re.search(_number(), sentence, re.IGNORECASE))
    for kind in units:
        if kind == "money" and re.search(r"[$€£¥₹]\s*\d", sentence):
            return True
        if kind == "share" and re.search(r"\d\s*%", sentence):
            return True
        if _of_unit(kind).search(sentence):
            return True
    return False


@cache
def _number() -> str:
    return rf"(?:{_DIGITS}|\b(?:{'|'.join(word_list('numbers'))}|a|an)\b)"


@cache
def _of_unit(kind: str) -> re.Pattern[str]:
    names = "|".join(re.escape(unit) for unit in sorted(word_list("units", kind), key=len, reverse=True))
    return re.compile(rf"{_number()}[\s-]*(?:\w+[\s-]+)?(?:{names})s?\b", re.IGNORECASE)


def _has_person(question: Question, sentence: str) -> bool:
    found = {word.lower() for word in re.findall(r"\w+", sentence)}
    if found & word_list("roles"):
        return True
    asked = {term for name in question.names for term in name}
    names = [word for match in _CAPITAL.finditer(sentence) for word in words(match[0])]
    return any(term_of(name) and term_of(name) not in asked for name in names)


def _has_cue(kind: str, sentence: str) -> bool:
    return bool(_cues(kind).search(sentence.lower()))


@cache
def _cues(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, word_list('cues', kind)))})")


def names_office(office: Office, sentence: str) -> bool:
    """Whether a sentence speaks of this office of theirs: "their minister", "the minister of theirs"."""
    tokens = [(match, "".join(terms(match[0]))) for match in _TOKEN.finditer(sentence)]
    roles = synonyms().get(office.role, frozenset([office.role]))
    for at, (role, term) in enumerate(tokens):
        if term not in roles:
            continue
        for place in range(max(0, at - 1 - OFFICE_REACH), min(len(tokens), at + 2 + OFFICE_REACH)):
            owner, of = tokens[place]
            if not any(one == of or same_stock(one, of) for one in office.of):
                continue
            linked = (
                _HAS.fullmatch(sentence[owner.end() : role.start()])
                if place < at
                else _OF.match(sentence[role.end() : owner.start()])
            )
            phrase = {term for _, term in tokens[max(0, min(at, place) - 2) : max(at, place) + 2]}
            if linked and office.qualified <= phrase:
                return True
    return False
