"""Stretches of days that a question names: "since Monday", "yesterday", "in the last three days", "on 3 June"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_COUNTS = {
    **{"a": 1, "one": 1, "couple of": 2, "two": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6},
    **{"seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fourteen": 14},
}
_UNITS = {"hour": 0, "day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}

_DAY = (
    r"(?:(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{'|'.join(_MONTHS)})(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<month2>{'|'.join(_MONTHS)}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? (?P<year2>\d{{4}}))?"
    rf"|(?:last |this )?(?P<weekday>{'|'.join(_WEEKDAYS)})"
    r"|(?P<word>yesterday|today|last night|the weekend|last weekend|last week|last month|this week|this month)"
    rf"|(?P<named_month>{'|'.join(_MONTHS)})(?: (?P<named_year>\d{{4}}))?)"
)


def _named(pattern: str, prefix: str) -> str:
    return re.sub(r"\(\?P<(\w+)>", rf"(?P<{prefix}\1>", pattern)


_STRETCH = re.compile(
    r"(?:^|(?<=[\s,]))(?:"
    rf"(?:since|starting) {_named(_DAY, 's_')}"
    rf"|(?:between|from) {_named(_DAY, 'f_')} (?:and|to|until|till) {_named(_DAY, 't_')}"
    rf"|(?:(?:in|over|during|within|of|for) )?(?:the |these )?(?:last|past) "
    rf"(?:(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)}) )?(?P<unit>{'|'.join(_UNITS)})s?"
    rf"|(?:(?:of|from|for) )?(?P<now>this (?:morning|afternoon|evening|week|weekend|month|year)|tonight)"
    rf"|(?:(?:on|of|from|over|in|during) )?{_named(_DAY, 'o_')}"
    r")(?![\w'’-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of days, both inclusive."""

    first: date
    last: date

    def __str__(self) -> str:
        if self.first == self.last:
            return in_words(self.first)
        return f"{in_words(self.first)} to {in_words(self.last)}"


def in_words(day: date) -> str:
    """A day as it is written here: 3 June 2022."""
    return f"{day.day} {day:%B %Y}"


def find_stretch(text: str, as_of: date) -> tuple[Stretch, str] | None:
    """The stretch of days that ``text`` names last, asked on ``as_of``, and the text without it; None where it names
    none, or none that has begun.

    A weekday is the last one before ``as_of``, a date without a year the last such date. A week begins on Monday.
    """
    for match in reversed(list(_STRETCH.finditer(text))):
        stretch = _stretch(match, as_of)
        if stretch is not None and stretch.first <= as_of:
            rest = f"{text[: match.start()].rstrip(' ,')} {text[match.end() :].lstrip(' ,')}"
            return Stretch(stretch.first, min(stretch.last, as_of)), rest.strip()
    return None


def _stretch(match: re.Match[str], as_of: date) -> Stretch | None:
    try:
        since, start, end, on = (_days(match, prefix, as_of) for prefix in ("s_", "f_", "t_", "o_"))
    except (ValueError, OverflowError):  # 31 June
        return None
    if since:
        return Stretch(since.first, as_of)
    if start and end:
        return Stretch(start.first, end.last) if start.first <= end.last else None
    if match["unit"]:
        return _last(match["count"], match["unit"].lower(), as_of)
    if match["now"]:
        return _current(match["now"].lower(), as_of)
    return on


def _last(count: str | None, unit: str, as_of: date) -> Stretch:
    if count is None and unit in ("week", "month", "year"):
        return _calendar(unit, as_of)
    many = 1 if count is None else _COUNTS.get(count.lower()) or int(count)
    return Stretch(as_of - timedelta(days=many * _UNITS[unit] or 1), as_of)


def _calendar(unit: str, as_of: date) -> Stretch:
    """The week, month or year before the one that ``as_of`` is in."""
    begins: dict[str, Callable[[date], date]] = {
        "week": lambda day: day - timedelta(days=day.weekday()),
        "month": lambda day: day.replace(day=1),
        "year": lambda day: day.replace(month=1, day=1),
    }
    last = begins[unit](as_of) - timedelta(days=1)
    return Stretch(begins[unit](last), last)


def _current(word: str, as_of: date) -> Stretch:
    if word == "this week":
        return Stretch(as_of - timedelta(days=as_of.weekday()), as_of)
    if word == "this weekend":
        return _weekend(as_of)
    if word == "this month":
        return Stretch(as_of.replace(day=1), as_of)
    if word == "this year":
        return Stretch(as_of.replace(month=1, day=1), as_of)
    return Stretch(as_of, as_of)


def _weekend(as_of: date) -> Stretch:
    saturday = as_of - timedelta(days=(as_of.weekday() - 5) % 7)
    return Stretch(saturday, saturday + timedelta(days=1))


def _days(match: re.Match[str], prefix: str, as_of: date) -> Stretch | None:
    def named(name: str) -> str:
        return match[prefix + name] or ""

    if named("iso"):
        day = date.fromisoformat(named("iso"))
        return Stretch(day, day)
    for number, month, year in (("day", "month", "year"), ("day2", "month2", "year2")):
        if named(number):
            day = _latest(int(named(number)), named(month), named(year), as_of)
            return Stretch(day, day)
    if named("weekday"):
        back = (as_of.weekday() - _WEEKDAYS.index(named("weekday").lower())) % 7
        day = as_of - timedelta(days=back or 7)
        return Stretch(day, day)
    if named("named_month"):
        first = _latest(1, named("named_month"), named("named_year"), as_of)
        return Stretch(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    yesterday = as_of - timedelta(days=1)
    match named("word").lower():
        case "":
            return None
        case "today":
            return Stretch(as_of, as_of)
        case "yesterday" | "last night":
            return Stretch(yesterday, yesterday)
        case "the weekend" | "last weekend":
            return _weekend(as_of)
        case "last week" | "last month" as words:
            return _calendar(words.removeprefix("last "), as_of)
        case words:
            return _current(words, as_of)


def _latest(day: int, month: str, year: str, as_of: date) -> date:
    at = 1 + _MONTHS.index(month.lower())
    if year:
        return date(int(year), at, day)
    # 29 February is not of every year
    years = range(as_of.year, max(0, as_of.year - 5), -1)
    return max(found for found in (_date(one, at, day) for one in years) if found is not None and found <= as_of)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
