"""What only the whole archive can tell of an article: its copies, later versions, recurring lines, and its day.

Articles are compared by their sketches (see :class:`index.store.Sketch`); nothing is read again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.copies import Copy, best_first, stories
from index.dates import DateOrder
from index.recurring import recurring, without_recurring
from index.store import Sketch
from index.types import Article
from index.versions import canonical_url, is_version

Place = tuple[str, str]
"""Path and locator: where an article stands in the folder."""

_NOTHING = np.empty(0, np.uint64)


@dataclass(frozen=True)
class Settled:
    """What the archive tells of its articles, by their rows in the store.

    ``earlier`` are the places of articles of which a later version stands elsewhere. ``lines`` are, for each article
    that has any, the hashes of its paragraphs that recur in its outlet. ``days`` are days of publication that could be
    two, settled by the outlet's other dates. ``stories`` are groups of copies, the best copy first.
    """

    earlier: frozenset[Place]
    lines: Mapping[int, NDArray[np.uint64]]
    days: Mapping[int, date]
    stories: tuple[tuple[int, ...], ...]

    def told(self, row: int) -> str:
        """What was told of an article, as a part of the recipe by which it is indexed; ``""`` for nothing."""
        told = ""
        if row in self.lines:
            told += f"; recurring {hashlib.sha256(self.lines[row].tobytes()).hexdigest()[:16]}"
        if row in self.days:
            told += f"; published {self.days[row]}"
        return told

    def applied(self, row: int, article: Article, hashes: NDArray[np.uint64]) -> Article:
        """The article with all of that applied to its marks and its day; ``hashes`` are those of its paragraphs."""
        if row in self.lines:
            blocks = without_recurring(article.blocks, hashes, self.lines[row])
            kept = {(block.start, block.end) for block in blocks if block.kind == "prose"}
            sentences = tuple(
                sentence
                for block in article.blocks
                if (block.start, block.end) in kept
                for sentence in article.sentences_between(block.start, block.end)
            )
            article = replace(article, blocks=blocks, sentences=sentences)
        return replace(article, published=self.days.get(row, article.published))


def settle(sketches: Mapping[int, Sketch], places: Mapping[Place, int], prose_of: Callable[[int], str]) -> Settled:
    """Compare the articles of an archive with each other.

    Args:
        sketches: by row.
        places: where they stand, to their rows.
        prose_of: gives the prose of an article by its row; asked only where two articles have one url.
    """
    earlier = _earlier(sketches, places, prose_of)
    rows = sorted({row for place, row in places.items() if place not in earlier})
    return Settled(earlier, _recurring(sketches, rows), _days(sketches, rows), _stories(sketches, rows))


def _earlier(
    sketches: Mapping[int, Sketch], places: Mapping[Place, int], prose_of: Callable[[int], str]
) -> frozenset[Place]:
    by_address: dict[str, list[Place]] = defaultdict(list)
    for place, row in places.items():
        if address := canonical_url(sketches[row].url):
            by_address[address].append(place)
    earlier: set[Place] = set()
    for same in by_address.values():
        if len({sketches[places[place]].article_id for place in same}) < 2:
            continue
        *older, newest = sorted(same, key=lambda place: _recency(sketches[places[place]], place))
        latest = places[newest]
        earlier.update(
            place
            for place in older
            if sketches[places[place]].article_id != sketches[latest].article_id
            and is_version(prose_of(places[place]), prose_of(latest))
        )
    return frozenset(earlier)


def _recency(sketch: Sketch, place: Place) -> tuple[date, str, int, Place]:
    # of one day and one file, the fuller text: the other is what was left of it
    return sketch.updated or sketch.published or date.min, sketch.saved, sketch.words, place


def _recurring(sketches: Mapping[int, Sketch], rows: Collection[int]) -> dict[int, NDArray[np.uint64]]:
    # the same text twice is a copy; what recurs must recur in different texts
    distinct = {sketches[row].lines.tobytes(): row for row in rows}.values()
    found = recurring([sketches[row].outlet for row in distinct], [sketches[row].lines for row in distinct])
    told = {}
    for row in rows:
        lines = sketches[row].lines
        own = np.unique(lines[np.isin(lines, found.get(sketches[row].outlet, _NOTHING))])
        if own.size:
            told[row] = own
    return told


def _days(sketches: Mapping[int, Sketch], rows: Collection[int]) -> dict[int, date]:
    orders: dict[str, set[DateOrder]] = defaultdict(set)
    for row in rows:
        if order := sketches[row].order:
            orders[sketches[row].outlet].add(order)
    days = {}
    for row in rows:
        sketch = sketches[row]
        # an outlet that writes both ways settles nothing, and neither does an article without an outlet
        if sketch.either is not None and sketch.outlet and len(orders[sketch.outlet]) == 1:
            day_first, month_first = sketch.either
            days[row] = day_first if orders[sketch.outlet] == {"day first"} else month_first
    return days


def _stories(sketches: Mapping[int, Sketch], rows: Collection[int]) -> tuple[tuple[int, ...], ...]:
    ordered = list(rows)
    if not ordered:
        return ()
    numbers = stories(
        np.stack([sketches[row].signature for row in ordered]), np.array([sketches[row].words for row in ordered])
    )
    groups: dict[int, list[int]] = defaultdict(list)
    for row, number in zip(ordered, numbers.tolist(), strict=True):
        groups[number].append(row)
    told = []
    for group in groups.values():
        if len(group) > 1:
            row_of = {sketches[row].article_id: row for row in group}
            copies = best_first(
                Copy(sketch.article_id, sketch.outlet, sketch.published, sketch.words)
                for sketch in (sketches[row] for row in group)
            )
            told.append(tuple(row_of[copy.article_id] for copy in copies))
    return tuple(told)
