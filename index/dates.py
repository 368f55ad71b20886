"""Days and instants from fields and lines of text. A date that could be two days is never taken for one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from dateutil import parser as dateparser

DateOrder = Literal["day first", "month first"]
"""How an outlet writes dates in figures: 25/04/2022 or 04/25/2022."""

EARLIEST, LATEST = 1600, 2200
"""Years outside of these are slips: the first newspaper appeared in 1605."""

_WORDED_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_NUMERIC_DATE = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day as it is written, and the instant (timezone-aware) where both the time and its zone are given."""

    day: date
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EitherDay:
    """A date in figures that could be two days, such as 03/04/2022."""

    day_first: date
    month_first: date

    def settled(self, order: DateOrder) -> Moment:
        """The day that it is where dates are written in this order."""
        return Moment(self.day_first if order == "day first" else self.month_first)


def parse_moment(value: object) -> Moment | EitherDay | None:
    """What a field or a line of text says of a day; None where it says none, or not for certain.

    ISO 8601, dates in figures and dates with the month in words are read. "25/04/2022" is a day, "03/04/2022" is
    :class:`EitherDay`, "04/04/2022" is a day again.
    """
    if isinstance(value, datetime):
        return _plausible(Moment(value.date(), value if value.tzinfo else None))
    if isinstance(value, date):
        return _plausible(Moment(value))
    if not isinstance(value, str) or not 6 <= len(value.strip()) <= 60:
        return None
    value = value.strip()
    try:
        return parse_moment(datetime.fromisoformat(value))
    except ValueError:
        pass
    numeric = _NUMERIC_DATE.search(value)
    if numeric:
        return _numeric(*(int(part) for part in numeric.groups()))
    if not _WORDED_MONTH.search(value) or not re.search(r"\b\d{4}\b", value) or not re.search(r"\b\d{1,2}\b", value):
        return None
    try:
        return parse_moment(dateparser.parse(value, fuzzy=False))
    except (ValueError, OverflowError):
        return None


def parse_date(value: object) -> date | None:
    """The day of :func:`parse_moment`, or None where it is not certain."""
    found = parse_moment(value)
    return found.day if isinstance(found, Moment) else None


def date_order(value: object) -> DateOrder | None:
    """In which order a date in figures is written, where it can only be one: "25/04/2022" is day first."""
    numeric = _NUMERIC_DATE.search(value) if isinstance(value, str) else None
    if not numeric:
        return None
    first, second, year = (int(part) for part in numeric.groups())
    if first == second or not isinstance(_numeric(first, second, year), Moment):
        return None
    return "day first" if first > 12 else "month first"


def _numeric(first: int, second: int, year: int) -> Moment | EitherDay | None:
    try:
        if first > 12 or second > 12 or first == second:
            return _plausible(Moment(date(year, min(first, second), max(first, second))))
        return EitherDay(date(year, second, first), date(year, first, second)) if EARLIEST <= year <= LATEST else None
    except ValueError:
        return None


def _plausible(moment: Moment) -> Moment | None:
    return moment if EARLIEST <= moment.day.year <= LATEST else None
