"""What is new: the stories of some days, those that most is written about first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from assistant.forms import WhatIsNew
from assistant.stretches import Stretch, in_words
from assistant.topics import SPOKEN_OF, Topic
from index import Archive, Article, ArticleRef, Embedder, Filters, SearchHit

STORIES = 5
"""Stories told, at most."""

LATELY_DAYS = 7
"""Without a stretch named, the news is of so many days up to the newest article."""

COMPARED = 1500
"""Stories compared with each other, at most; the newest."""

SAME_MATTER = 0.45
"""Cosine of two headlines from which they are of one matter: it counts for more the more is written of it, and is told
once."""

SEARCHED = 30
"""Passages that are looked through for a topic."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The stories of a stretch of days, the best first, by their best copies.

    ``stretch`` are the days looked at, ``count`` how many stories there were in them, ``last`` the day of the newest
    article on or before the day of the question (None: there is none). ``hits`` are the passages found for a topic.
    """

    articles: tuple[Article, ...]
    stretch: Stretch | None
    count: int
    last: date | None
    hits: tuple[SearchHit, ...] = ()


def newest(
    archive: Archive, asked: WhatIsNew, topic: Topic | None, embedder: Embedder, filters: Filters | None, as_of: date
) -> Newest:
    """The stories that are new in the stretch asked for, about the topic if there is one."""
    filters = filters or Filters()
    until = min(filters.until or as_of, as_of)
    stories = archive.stories()
    days = [ref.published for story in stories for ref in story if ref.published and ref.published <= until]
    last = max(days, default=None)
    if topic is not None and asked.stretch is None:
        return _about(archive, topic, filters, None, last, as_of)
    stretch = asked.stretch
    if stretch is None:
        if last is None:
            return Newest((), None, 0, None)
        stretch = Stretch(last - timedelta(days=LATELY_DAYS - 1), last)
    within = replace(
        filters,
        since=max(stretch.first, filters.since or date.min),
        until=min(stretch.last, filters.until or date.max),
    )
    if topic is not None:
        return _about(archive, topic, within, stretch, last, as_of)
    told = [copies for story in stories if (copies := [ref for ref in story if within.passes(ref)])]
    chosen = _most_written_of(told, embedder)
    return Newest(tuple(archive.article(ref.id) for ref in chosen), stretch, len(told), last)


def _about(
    archive: Archive, topic: Topic, within: Filters, stretch: Stretch | None, last: date | None, as_of: date
) -> Newest:
    hits = archive.search(topic.text, SEARCHED, within, as_of)
    # on the day of the question nobody had read what came later
    known_by_then = [hit for hit in hits if (hit.article.published or as_of) <= as_of]
    fitting = [hit for hit in known_by_then if topic.share_in(hit) >= SPOKEN_OF]
    found: list[Article] = []
    known: set[str] = set()
    for hit in fitting:
        if hit.article.id not in known:
            known |= {hit.article.id, *(copy.id for copy in hit.article.also_in)}
            found.append(hit.article)
    best = found[:STORIES]
    if stretch is None:
        best = sorted(best, key=lambda article: article.published or date.min, reverse=True)
    return Newest(tuple(best), stretch, len(found), last, tuple(fitting))


def _most_written_of(stories: Sequence[Sequence[ArticleRef]], embedder: Embedder) -> list[ArticleRef]:
    by_day = sorted(stories, key=lambda story: story[0].published or date.min, reverse=True)[:COMPARED]
    if not by_day:
        return []
    best = [story[0] for story in by_day]
    vectors = embedder.embed_documents([ref.title or ref.path for ref in best])
    alike = vectors @ vectors.T
    copies = np.array([len(story) for story in by_day])
    written = (alike >= SAME_MATTER) @ copies
    chosen: list[int] = []
    # of equally many the newest, which come first
    for at in np.argsort(-written, kind="stable").tolist():
        if len(chosen) < STORIES and not any(alike[at, other] >= SAME_MATTER for other in chosen):
            chosen.append(at)
    return [best[at] for at in chosen]


def nothing_new(found: Newest, topic: str) -> str:
    """Why nothing is told: which days were looked at, and of which day the newest article is."""
    what = f"No article about “{topic}”" if topic else "No article"
    days = f" is of {found.stretch}" if found.stretch else " was found" if topic else " says its day"
    return f"{what}{days}; the newest one is of {in_words(found.last)}." if found.last else f"{what}{days}."
