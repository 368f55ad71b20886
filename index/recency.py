"""How near in time an article is to what a question asks about: to the day it is asked, or to the time it names.

A recency prior as in Li & Croft (Time-based language models, CIKM 2003): an exponential in an article's age. News
questions mostly ask about the last days; one that names an older time ("in 2019", "last year") is about that time, and
one that asks what a word means is about none.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DECAY_DAYS = 14.0
"""After so many days nearness has fallen to 1/e. Of 5, 7, 14, 21 and 30, on newsbench's 21 weeks 14 put a question's
own article first most often."""

EARLY_DAYS = 1
"""An article may be dated so many days after the day of the question: it is that day already elsewhere."""

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_SPANS = {"year": 1, "decade": 10, "century": 100}

_THESE_DAYS = re.compile(
    r"\b(?:(?:this|last|past) (?:week(?:end)?|month)|this (?:year|morning|evening|summer|winter|spring|autumn|fall)"
    r"|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|today|tonight|yesterday|nowadays|currently|recent(?:ly)?|latest|right now|so far)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS)})(?: \d{{1,2}}(?:st|nd|rd|th)?)?,? (?P<month_year>(?:19|20)\d\d)\b"
    r"|\b(?:in|during|throughout|of|from|for|at|on|the) (?:the )?"
    r"(?:(?:early|late|spring|summer|autumn|fall|winter) |mid-?)?"
    r"(?:(?P<decade>(?:19|20)\d0)s|(?P<year>(?:19|20)\d\d))\b"
    rf"|\b(?P<count>{'|'.join(_COUNTS)}|\d{{1,2}}) (?P<unit>year|month)s? ago\b"
    rf"|\blast (?P<span>{'|'.join(_SPANS)})\b",
    re.IGNORECASE,
)
# "since June 2019" and "than they were a year ago" tell how far back something reaches, not when it was
_REACHES_BACK = re.compile(
    r"\b(?:since|until|till|by|before|after|than|between|compared (?:to|with))(?: \w+){0,2} $"
    r"|\b(?:over|in|within) the $",
    re.IGNORECASE,
)
_TIMELESS = re.compile(
    r"^\W*(?:define\b|what(?: is|'s|’s| are) (?:an? |the (?:meaning|definition|difference) )"
    r"|what (?:does|do|did) .{1,60}\b(?:mean|stand for)\b|how (?:does|do) (?:an? )?[\w-]+(?: [\w-]+)? work\b)",
    re.IGNORECASE,
)


class Days(NamedTuple):
    """A stretch of time, both days inclusive."""

    first: date
    last: date


def asked_about(question: str, as_of: date) -> Days | None:
    """The days that a question is about: the day it is asked, the older time it names, or None for no time at all.

    Args:
        question: as it is asked; "this week" and the like win over any older time in it.
        as_of: the day it is asked.
    """
    if _TIMELESS.search(question):
        return None
    if not _THESE_DAYS.search(question):
        named = _named(question, as_of)
        if named is not None and named.last < as_of:
            return named
    return Days(as_of, as_of)


def without_these_days(question: str) -> str:
    """``question`` without "this week" and the like, which the articles of that week need not say."""
    return _THESE_DAYS.sub(" ", question)


def nearness(days: NDArray[np.int32], about: Days | None, as_of: date) -> NDArray[np.float32]:
    """How near in time articles are to what is asked about, 0 to 1; float32, of the shape of ``days``.

    1 within the days asked about, falling by :data:`DECAY_DAYS` outside of them. An article later than ``as_of`` is
    near to nothing: on that day nobody had read it. Neither is one without a date.

    Args:
        days: of the articles, as ordinals; 0 is no date.
        about: what :func:`asked_about` says.
        as_of: the day of the question.
    """
    if about is None:
        return np.zeros(days.shape, np.float32)
    first, last = about.first.toordinal(), about.last.toordinal()
    if about.last == as_of:
        last += EARLY_DAYS
    outside = np.maximum(np.maximum(first - days, days - last), 0)
    near = np.exp(-outside / DECAY_DAYS).astype(np.float32)
    near[(days == 0) | (days > as_of.toordinal() + EARLY_DAYS)] = 0
    return near


def _named(question: str, as_of: date) -> Days | None:
    for match in _WHEN.finditer(question):
        if _REACHES_BACK.search(question[: match.start()]):
            continue
        if match["month"]:
            return _month(int(match["month_year"]), 1 + _MONTHS.index(match["month"].lower()))
        if match["decade"]:
            return _years(int(match["decade"]), 10)
        if match["year"]:
            return _years(int(match["year"]))
        if match["span"]:
            span = _SPANS[match["span"].lower()]
            return _years(max(1, as_of.year // span * span - span), span)
        count = _COUNTS.get(match["count"].lower()) or int(match["count"])
        if match["unit"].lower() == "year":
            return _years(max(1, as_of.year - count))
        months = max(12, as_of.year * 12 + as_of.month - 1 - count)
        return _month(months // 12, months % 12 + 1)
    return None


def _years(first: int, count: int = 1) -> Days:
    return Days(date(first, 1, 1), date(first + count - 1, 12, 31))


def _month(year: int, month: int) -> Days:
    after = date(year + month // 12, month % 12 + 1, 1)
    return Days(date(year, month, 1), after - timedelta(days=1))
