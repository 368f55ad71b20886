"""The nouns of the index: Article, Block, Span, Passage, Filters, SearchHit.

Every offset in Byline counts characters (Unicode code points) of ``Article.text``, from 0, end exclusive.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal

BlockKind = Literal["prose", "heading", "title", "caption", "furniture", "divider"]
"""What a stretch of an article's text is.

``prose`` is the article's own running text, the only kind that is ever quoted; ``heading`` opens a section;
``title`` is the headline, wherever it stands; ``caption`` describes a picture; ``furniture`` is what the site
put around the article (navigation, comment areas, share bars, notices, front matter); ``divider`` is what stands
between two items of a live blog or a round-up (a rule, the time of a post): no passage reaches across it.
"""

Origin = Literal["field", "page metadata", "url", "text", "file name", "outlet's dates"]
"""Where a fact about an article was found.

``field`` is a field of a record or of front matter, ``page metadata`` what a page, document or message says of itself,
``text`` the article's own words, ``outlet's dates`` a date in figures settled by how its outlet writes other dates.
"""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of ``Article.text``: characters ``start`` to ``end``, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of an article and what it is. Blocks never overlap and are in the order of the text."""

    start: int
    end: int
    kind: BlockKind


@dataclass(frozen=True)
class Article:
    """One document as it was read, with what was found out about it.

    ``text`` is never altered: what is not prose is marked in ``blocks``, not deleted. ``sentences`` are the
    sentences of the prose, in order. ``published`` and ``updated`` are days as the article gives them,
    ``published_at`` and ``updated_at`` the instants (timezone-aware) where it gives the time and its zone; ``saved`` is
    when its file was written. ``language`` is an ISO 639-1 code, ``""`` where it is not certain. ``origins`` says where
    title, outlet, url, authors, published and updated were found. ``path`` is relative to the archive's folder,
    ``locator`` says which article of a file with several it is (``""`` where the file holds one). ``fields`` are the
    fields of the file that no attribute here holds. ``also_in`` are the copies of the same story in the archive.
    """

    id: str
    title: str
    text: str
    outlet: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    published: date | None = None
    published_at: datetime | None = None
    updated: date | None = None
    updated_at: datetime | None = None
    saved: datetime | None = None
    language: str = ""
    path: str = ""
    locator: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    sentences: tuple[Span, ...] = ()
    also_in: tuple[ArticleRef, ...] = ()

    def __hash__(self) -> int:
        return hash(self.id)

    @cached_property
    def prose(self) -> tuple[Span, ...]:
        """The spans of the article's own prose, in order."""
        return tuple(Span(block.start, block.end) for block in self.blocks if block.kind == "prose")

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Runs of prose blocks between headings and dividers, in order; those without a sentence are left out."""
        sections: list[Section] = []
        heading: Span | None = None
        spans: list[Span] = []
        for block in self.blocks:
            if block.kind in ("heading", "divider"):
                if spans:
                    sections.append(Section(heading, tuple(spans)))
                heading, spans = Span(block.start, block.end) if block.kind == "heading" else None, []
            elif block.kind == "prose":
                spans.extend(self.sentences_between(block.start, block.end))
        if spans:
            sections.append(Section(heading, tuple(spans)))
        return tuple(sections)

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def sentences_between(self, start: int, end: int) -> tuple[Span, ...]:
        """The sentences that begin within ``[start, end)``."""
        low, high = bisect_right(self._starts, start - 1), bisect_right(self._starts, end - 1)
        return self.sentences[low:high]

    def block_at(self, offset: int) -> Block | None:
        """The block that holds the character at ``offset``, or None between blocks."""
        at = bisect_right(self._block_starts, offset) - 1
        if at >= 0 and offset < self.blocks[at].end:
            return self.blocks[at]
        return None

    @cached_property
    def _block_starts(self) -> list[int]:
        return [block.start for block in self.blocks]


@dataclass(frozen=True, slots=True)
class Section:
    """The sentences under one heading; ``heading`` is None before the first one and after a divider."""

    heading: Span | None
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one section of one article: what is embedded and retrieved.

    ``start`` and ``end`` reach from the first character of its first sentence to the last of its last one.
    ``text`` is its prose alone (what stands between, such as "Read more", is left out), ``heading`` the heading it
    stands under, ``tokens`` its length in the embedder's own
    tokens, without the title that it is embedded with.
    """

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    heading: str = ""
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrows a search: days (inclusive), outlets, languages and authors.

    An article without a date is outside every range of days. Of several names of one kind an article has one; an author
    is named whole, as the article has it. ``languages`` are ISO 639-1 codes. Capitals do not matter.
    """

    since: date | None = None
    until: date | None = None
    outlets: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        dated = self.since is not None or self.until is not None
        return dated or bool(self.outlets or self.languages or self.authors)

    def passes(self, ref: ArticleRef) -> bool:
        """Whether an article in a list is one that is looked among."""
        if not all(
            is_among(named, held)
            for named, held in (
                (self.outlets, (ref.outlet,)),
                (self.languages, (ref.language,)),
                (self.authors, ref.authors),
            )
        ):
            return False
        if not (self.since or self.until):
            return True
        return ref.published is not None and (self.since or date.min) <= ref.published <= (self.until or date.max)


def is_among(named: Collection[str], held: Iterable[str]) -> bool:
    """Whether an article that holds these names passes a filter that names those; one that names none lets all pass."""
    return not named or not {name.casefold() for name in named}.isdisjoint(name.casefold() for name in held)


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """What the score of a passage is made of: ``(keyword + vector + title + lead) * (1 + recency)``.

    ``keyword`` is for the question's words in it, ``vector`` for its meaning, ``title`` for the question's words in
    the headline, ``lead`` for opening its article, ``recency`` for its article's nearness to the time asked about.
    Each is at most the weight of its kind (see :mod:`index.retrieval`).
    """

    keyword: float = 0.0
    vector: float = 0.0
    title: float = 0.0
    lead: float = 0.0
    recency: float = 0.0

    @property
    def score(self) -> float:
        """The score itself."""
        return (self.keyword + self.vector + self.title + self.lead) * (1 + self.recency)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A passage that search returned, best first; passages of one section that follow each other come joined.

    ``score`` is comparable only within one search; ``parts`` are what it is made of. A rank counts from 1 and is None
    where that side did not return the passage. Of joined passages all three are those of the best. ``rerank_score`` is
    the cross-encoder's score, by which hits that have one are ordered; None where no ``reranker`` is set, and for those
    that it did not read.
    """

    passage: Passage
    article: Article
    score: float
    vector_rank: int | None
    keyword_rank: int | None
    parts: ScoreParts = ScoreParts()
    rerank_score: float | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Something in the folder that was not read, and why."""

    path: str
    locator: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}{f' ({self.locator})' if self.locator else ''}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """An article named in a list or a report, without its text."""

    id: str
    title: str
    outlet: str
    published: date | None
    path: str
    locator: str = ""
    language: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """What an archive holds, in figures.

    ``outlets`` and ``languages`` give the number of articles of each, the most frequent first; ``""`` is not known.
    ``first`` and ``last`` are the days of the oldest and the newest article, None where no article has a day.
    """

    articles: int
    outlets: Mapping[str, int]
    languages: Mapping[str, int]
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class NearWord:
    """A word as articles write it that is near to another: so many edits away, in so many passages.

    ``beside`` says how well the best of these passages fits the words it was to stand beside: 1 as well as any passage,
    0 not at all (by BM25).
    """

    word: str
    edits: int
    passages: int
    beside: float = 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed between two versions of an article; the wording that is not there is ``""``.

    ``part`` says what: a sentence of the prose (``text``), or a fact; days are ISO dates, authors joined by commas.
    """

    kind: Literal["added", "removed", "changed"]
    part: Literal["text", "title", "authors", "outlet", "published", "updated"]
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it was read at one time, and what had changed since the version before it (nothing for the first).

    ``seen`` is when a sync first read it, ``saved`` when its file was written; both timezone-aware.
    """

    article_id: str
    title: str
    seen: datetime
    saved: datetime | None
    published: date | None
    updated: date | None
    path: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did.

    ``unchanged`` counts articles, ``articles`` and ``passages`` what the archive holds now, ``embedded`` the passages
    whose vectors had to be made. ``earlier`` are files that hold an earlier version of an article that stands elsewhere
    in the folder: they are kept for its history and not searched; ``without_prose`` are articles in which nothing was
    found that could be quoted. ``published`` says whether there is a new generation;
    ``seconds`` are wall time by step.
    """

    added: tuple[ArticleRef, ...]
    changed: tuple[ArticleRef, ...]
    removed: tuple[ArticleRef, ...]
    skipped: tuple[Skip, ...]
    earlier: tuple[ArticleRef, ...]
    without_prose: tuple[ArticleRef, ...]
    unchanged: int
    articles: int
    passages: int
    embedded: int
    generation: int
    published: bool
    seconds: Mapping[str, float]
