"""The filters of a question: read from what a browser sends, shown as chips, and the archive's days to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from assistant import QuestionError, language_name
from index import ArticleRef, Filters
from ui.plots import columns
from ui.render import plain

MOST_NAMES = 200
"""Outlets, languages and authors each that one question may name, and that are listed to choose from: those with most
articles."""

CHIP_NAMES = 4
"""Names of one kind on chips; of more, how many more there are."""

COLUMNS = 60
"""Columns of the histogram, at most; a column is a day, a week, a month or a year."""


class Period(NamedTuple):
    """A column of the histogram: its days (both included), how they are called, and how many articles they have."""

    first: date
    last: date
    name: str
    articles: int


class Choices(NamedTuple):
    """What there is to choose from: of each name how it is shown, with its articles, and how it is named."""

    outlets: tuple[tuple[str, str], ...] = ()
    languages: tuple[tuple[str, str], ...] = ()
    authors: tuple[tuple[str, str], ...] = ()


def read_filters(
    since: object, until: object, outlets: object, languages: object = None, authors: object = None
) -> Filters:
    """What a question is to look among.

    Raises:
        QuestionError: a day is none, or the last is before the first.
    """
    first, last = _day(since), _day(until)
    if first and last and last < first:
        raise QuestionError(f"The last day ({last}) is before the first ({first}). Change the filters.")
    return Filters(first, last, _names(outlets), _names(languages), _names(authors))


def _names(value: object) -> frozenset[str]:
    named = value if isinstance(value, list | tuple) else ()
    return frozenset(name for name in named[:MOST_NAMES] if isinstance(name, str))


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
    kinds = (
        (filters.outlets, "", "outlets"),
        (map(language_name, filters.languages), "in ", "languages"),
        (filters.authors, "by ", "authors"),
    )
    found = [days] if days else []
    for given, before, kind in kinds:
        names = sorted(given)
        found += [f"{before}{name}" for name in names[:CHIP_NAMES]]
        if len(names) > CHIP_NAMES:
            found.append(f"{len(names) - CHIP_NAMES} more {kind}")
    return tuple(found)


def choices_of(refs: Sequence[ArticleRef]) -> Choices:
    """Outlets, languages and authors of an archive, those with most articles first. A name in other capitals is the
    same, and shown as most articles have it."""
    return Choices(
        _counted(ref.outlet for ref in refs),
        tuple((f"{language_name(code)} ({many:,})", code) for code, many in _most(ref.language for ref in refs)),
        _counted(name for ref in refs for name in dict.fromkeys(ref.authors)),
    )


def _counted(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{plain(name)} ({many:,})", name) for name, many in _most(names))


def _most(names: Iterable[str]) -> list[tuple[str, int]]:
    spellings = Counter(name for name in names if name)
    together: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for name, many in spellings.most_common():
        together[name.casefold()] += many
        shown.setdefault(name.casefold(), name)
    return [(shown[folded], many) for folded, many in together.most_common(MOST_NAMES)]


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
