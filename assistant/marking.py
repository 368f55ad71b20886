"""Which words of a sentence answer: the number of what is counted, the day, the name that other sentences give as well.

What cannot be told is not marked: a mark in the wrong place is worse than none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import takewhile

from assistant.kinds import NUMBER_REACH
from assistant.likeness import Likeness
from assistant.questions import Question, word_list
from assistant.reading import Reading
from assistant.signals import new_names
from index import Span, term_of, terms, words

OF_KIND = 0.3
"""Cosine with what is asked for ("which airline") from which a name is marked. Of marked sentences on newsbench that
hold the answer the marked name is the answer in 0.71 of cases; with every name marked in 0.52."""

_ABOUT = (
    r"(?:\b(?:at least|at most|more than|less than|fewer than|up to|as many as|as much as|about|around|nearly|almost"
    r"|roughly|approximately|over|under|some|only|just)\s+)?"
)
_DIGITS = r"[$€£¥₹]?\d(?:[\d,.]*\d)?"
_DAY = (
    r"(?:(?:late|early)(?: on)? )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?"
)
_MONEY = re.compile(rf"{_ABOUT}[$€£¥₹]\s*\d(?:[\d,.]*\d)?(?: (?:m|b|tr)illion)?", re.IGNORECASE)
_SHARE = re.compile(rf"{_ABOUT}\d[\d.,]*\s*%", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[,;:.!?—–]|\b(?:but|while|although|which|who)\b")
_QUOTED = re.compile(r"[“\"]([^”\"]{2,})[”\"]")


class Marker:
    """Marks the answering words in the sentences that answer one question."""

    def __init__(self, question: Question, readings: Sequence[Reading], like: Likeness) -> None:
        """Args:
        question: taken apart.
        readings: every sentence that was read for it: a name that more of the best of them have is the likelier one.
        like: the vectors of words.
        """
        self._question = question
        self._asked = set(terms(question.text))
        self._like = like
        self._readings = readings

    def marks(self, text: str) -> tuple[Span, ...]:
        """The words of ``text`` that answer, as offsets into it; none where that cannot be told."""
        match self._question.wants:
            case "number":
                found = self._counted(text)
            case "measure":
                found = self._measured(text)
            case "time":
                found = (Span(*match.span()) for match in _time().finditer(text) if self._is_new(match[0]))
            case "reason":
                found = _reasons(text)
            case "statement":
                return tuple(Span(*match.span(1)) for match in _QUOTED.finditer(text))
            case "expansion":
                found = self._expanded(text)
            case "decision" | "manner":
                return ()
            case _:
                found = self._named(text)
        return tuple([span for span in (next(found, None),) if span])

    def _counted(self, text: str) -> Iterator[Span]:
        counted = words(self._question.counted)
        wanted = term_of(counted[0]) if counted else ""
        for number in _numbers().finditer(text):
            words_after = list(re.finditer(r"[\w’'-]+", text[number.end() :]))[: 1 + NUMBER_REACH]
            # "in 2019 twelve ferries": the nearer number counts them
            nearest = takewhile(lambda found: not _numbers().fullmatch(found[0]), words_after)
            end = next((found.end() for found in nearest if wanted and term_of(found[0]) == wanted), None)
            if end is not None:
                yield Span(number.start(), number.end() + end)
        yield from (Span(*number.span()) for number in _numbers().finditer(text))

    def _measured(self, text: str) -> Iterator[Span]:
        for kind in self._question.units:
            patterns = [_of_unit(kind), *([_MONEY] if kind == "money" else []), *([_SHARE] if kind == "share" else [])]
            for pattern in reversed(patterns):
                yield from (Span(*match.span()) for match in pattern.finditer(text))
        if not self._question.units:
            yield from (Span(*number.span()) for number in _numbers().finditer(text))

    def _expanded(self, text: str) -> Iterator[Span]:
        for term in self._question.terms:
            match = re.search(rf"((?:[\w’'-]+\W+){{1,{len(term.word) + 2}}})\(\W*{re.escape(term.word)}\W*\)", text)
            spelled = list(re.finditer(r"[\w’'-]+", match[1])) if match else []
            for first in spelled:
                if match and first[0][0].lower() == term.word[0].lower():
                    yield Span(match.start() + first.start(), match.start() + spelled[-1].end())

    def _is_new(self, text: str) -> bool:
        found = terms(text)
        return not found or not set(found) <= self._asked

    def _named(self, text: str) -> Iterator[Span]:
        found = new_names(text, self._asked)
        if not found:
            return
        shares = self._shares
        worth = [
            max((shares.get(term, 0.0) for term in {*terms(name)} - self._asked), default=0.0) for _, name in found
        ]
        if self._question.wants not in ("person", "place"):
            if not self._question.focus:
                return
            near = self._like.cosines([name for _, name in found], [self._question.focus])[:, 0].tolist()
            worth = [share + cosine if cosine >= OF_KIND else 0.0 for share, cosine in zip(worth, near, strict=True)]
        if max(worth) > 0:
            start, name = found[worth.index(max(worth))]
            yield Span(start, start + len(name))

    @cached_property
    def _shares(self) -> dict[str, float]:
        """How much each word of the names in all sentences is said, as a share of the most said one."""
        top = max((reading.score for reading in self._readings), default=0.0)
        by_term: dict[str, dict[str, float]] = {}
        for reading in self._readings:
            weight = math.exp(reading.score - top)
            for _, name in new_names(reading.text, self._asked):
                for term in {*terms(name)} - self._asked:
                    # an article has one say, however often it says it
                    said = by_term.setdefault(term, {})
                    said[reading.hit.article.id] = max(said.get(reading.hit.article.id, 0.0), weight)
        sums = {term: sum(said.values()) for term, said in by_term.items()}
        most = max(sums.values(), default=1.0)
        return {term: total / most for term, total in sums.items()}


@cache
def _numbers() -> re.Pattern[str]:
    spelled = "|".join(sorted(word_list("numbers")))
    return re.compile(
        rf"{_ABOUT}(?:{_DIGITS}|\b(?:{spelled})\b)(?: (?:hundred|thousand|(?:m|b|tr)illion))?", re.IGNORECASE
    )


@cache
def _of_unit(kind: str) -> re.Pattern[str]:
    units = "|".join(re.escape(unit) for unit in sorted(word_list("units", kind), key=len, reverse=True))
    return re.compile(rf"{_numbers().pattern}[\s-]*(?:\w+[\s-]+)?(?:{units})s?\b", re.IGNORECASE)


@cache
def _time() -> re.Pattern[str]:
    names = sorted((name.capitalize() for name in word_list("months")), key=len, reverse=True)
    month = rf"(?:{'|'.join(names)})\b\.?"
    year = r"(?:1[5-9]|20)\d\d\b"
    return re.compile(
        rf"\b(?:{_DAY},? )?{month} \d{{1,2}}(?:st|nd|rd|th)?\b(?:, {year})?|\b\d{{1,2}} {month}(?: {year})?"
        rf"|\b\d{{1,2}}(?::\d\d)?\s*[ap]\.?m\b\.?|\bmidnight\b|\bnoon\b|\b{_DAY}\b|\b{month} {year}"
        rf"|\b(?:in|since|until) {month}|\b{year}"
    )


def _reasons(text: str) -> Iterator[Span]:
    for cue in sorted(word_list("cues", "reason"), key=len, reverse=True):
        for match in re.finditer(rf"\b{re.escape(cue)}", text, re.IGNORECASE):
            end = _CLAUSE_ENDS.search(text, match.end() + 1)
            yield Span(match.start(), end.start() if end else len(text))
