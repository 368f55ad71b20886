"""The filters of a question: read from what a browser sends, shown as chips, and the archive's days to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from assistant import QuestionError
from index import ArticleRef, Filters
from ui.plots import columns

MOST_OUTLETS = 200
"""Outlets that one question may name, and that are listed to choose from: those with most articles."""

CHIP_OUTLETS = 4
"""Outlets named on chips; of more, how many more there are."""

COLUMNS = 60
"""Columns of the histogram, at most; a column is a day, a week, a month or a year."""


class Period(NamedTuple):
    """A column of the histogram: its days (both included), how they are called, and how many articles they have."""

    first: date
    last: date
    name: str
    articles: int


def read_filters(since: object, until: object, outlets: object) -> Filters:
    """What a question is to look among.

    Raises:
        QuestionError: a day is none, or the last is before the first.
    """
    first, last = _day(since), _day(until)
    if first and last and last < first:
        raise QuestionError(f"The last day ({last}) is before the first ({first}). Change the filters.")
    named = outlets if isinstance(outlets, list | tuple) else ()
    return Filters(first, last, frozenset(name for name in named[:MOST_OUTLETS] if isinstance(name, str)))


def _day(value: object) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise QuestionError(f"{str(value)[:40]!r} is not a day such as 2026-01-31. Change the filters.") from None


def chips(filters: Filters) -> tuple[str, ...]:
    """The filters in words, one of each kind."""
    since, until = filters.since, filters.until
    days = ""
    if since and until:
        days = _in_words(since) if since == until else f"{_in_words(since)} to {_in_words(until)}"
    elif since:
        days = f"from {_in_words(since)}"
    elif until:
        days = f"until {_in_words(until)}"
    names = sorted(filters.outlets)
    more = [f"{len(names) - CHIP_OUTLETS} more outlets"] if len(names) > CHIP_OUTLETS else []
    return tuple(chip for chip in (days, *names[:CHIP_OUTLETS], *more) if chip)


def outlets_of(refs: Iterable[ArticleRef]) -> list[str]:
    """The outlets of an archive, those with most articles first."""
    counts = Counter(ref.outlet for ref in refs if ref.outlet)
    return [name for name, _ in counts.most_common(MOST_OUTLETS)]


def periods(refs: Iterable[ArticleRef]) -> list[Period]:
    """The days of an archive from the first to the last, by day, week, month or year, so that they are at most
    ``COLUMNS`` (years may be more), with the articles of each."""
    days = Counter(ref.published for ref in refs if ref.published)
    if not days:
        return []
    first, last = min(days), max(days)
    span = (last - first).days + 1
    if span <= COLUMNS:
        starts = [first + timedelta(at) for at in range(span)]
    elif span / 7 <= COLUMNS:
        monday = first - timedelta(min(first.weekday(), (first - date.min).days))
        starts = [monday + timedelta(7 * at) for at in range((last - monday).days // 7 + 1)]
    elif span / 30.4 <= COLUMNS:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        starts = [date(month // 12, month % 12 + 1, 1) for month in months]
    else:
        starts = [date(year, 1, 1) for year in range(first.year, last.year + 1)]
    ends = [start - timedelta(1) for start in starts[1:]] + [last]
    found = []
    for start, end in zip(starts, ends, strict=True):
        held = sum(days[day] for day in days if start <= day <= end) if len(days) < 4000 else 0
        found.append(Period(start, end, _called(start, end, span), held))
    return found


def histogram_html(found: Sequence[Period], filters: Filters, to: str = "") -> str:
    """The archive over time as columns, those within the filters' days told apart.

    Args:
        found: the columns.
        filters: whose days are told apart.
        to: whom a column tells when it is chosen; ``""``: they cannot be chosen.
    """
    if not found:
        return '<p class="byline-note">No article of the archive has a date.</p>'
    low, high = filters.since or date.min, filters.until or date.max
    rows = [
        (period.name, period.articles, period.first <= high and period.last >= low, str(at))
        for at, period in enumerate(found)
    ]
    return columns("Articles over time", rows, to)


def _called(first: date, last: date, span: int) -> str:
    if first == last:
        return _in_words(first)
    if span / 7 <= COLUMNS:
        return f"{_in_words(first)} to {_in_words(last)}"
    return f"{first:%B %Y}" if span / 30.4 <= COLUMNS else str(first.year)


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
