"""The shapes of what the API answers, as its document tells them. A test holds what is answered against them.

Nothing is made of these: what is answered comes from :mod:`ui.render`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant import Status


class Shape(BaseModel):
    """Plain data with exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class Copy(Shape):
    """Another article that has the same story."""

    id: str
    title: str
    outlet: str
    published: str | None = Field(description="its day, such as 2026-01-31")
    url: str


class Article(Shape):
    """An article without its text."""

    id: str
    title: str
    outlet: str
    url: str = Field(description="where it comes from: http or https, else empty")
    authors: list[str]
    published: str | None = Field(description="its day, such as 2026-01-31")
    published_at: str | None = Field(description="the moment, where it is known")
    updated: str | None
    updated_at: str | None
    saved: str | None
    language: str = Field(description="ISO 639-1; empty where it cannot be told")
    origins: dict[str, str] = Field(description="where each fact was found")
    path: str = Field(description="its file within the folder of articles")
    locator: str = Field(description="where in the file it stands")
    also_in: list[Copy]


class Listed(Shape):
    """An article in a list."""

    id: str
    title: str
    outlet: str
    published: str | None
    path: str
    locator: str
    language: str = Field(description="ISO 639-1; empty where it cannot be told")
    url: str = Field(description="where it comes from: http or https, else empty")
    authors: list[str]


class Stretch(Shape):
    """A stretch of a text: characters (Unicode code points) from start to end, end exclusive."""

    start: int
    end: int


class Block(Stretch):
    """A paragraph, and what it was taken for. Only prose is quoted."""

    kind: Literal["prose", "heading", "title", "caption", "furniture", "divider"]


class FullArticle(Article):
    """An article with its text, which is plain text and never markup."""

    text: str
    blocks: list[Block]
    sentences: list[Stretch]


class Parts(Shape):
    """What a score is made of."""

    keyword: float
    vector: float
    title: float
    lead: float
    recency: float


class Hit(Shape):
    """A passage that was found: text is what the article says from start to end, on one line."""

    article: Article
    heading: str
    text: str
    start: int
    end: int
    score: float
    parts: Parts
    vector_rank: int | None
    keyword_rank: int | None
    rerank_score: float | None


class Statement(Shape):
    """A sentence of an answer, with the numbers of its citations."""

    text: str
    marks: list[tuple[int, int]] = Field(description="the words that answer, as offsets into text")
    speaker: str = Field(description="who said it, where the article says so")
    heading: str = Field(description="the part of the question, or the article, that it stands under")
    citations: list[int]


class Citation(Shape):
    """The exact words of an article: quote is its text from start to end."""

    number: int
    quote: str
    start: int
    end: int
    article: Article


class Judgement(Shape):
    """How likely a part of the question is answered by the archive, 0 to 1."""

    question: str
    confidence: float


class Note(Shape):
    """Something that Byline itself says beside an answer."""

    kind: str
    text: str


class Gap(Shape):
    """A part of the question that is not answered, and why."""

    question: str
    reason: str
    missing: list[str]


class Dropped(Shape):
    """A sentence that a language model wrote and that no reader is shown, and why."""

    sentence: str
    reason: str


class Answer(Shape):
    """An answer. Its id may stand in the history of the next question."""

    id: str
    question: str
    status: Status
    confidence: float
    text: str
    reason: str = Field(description="why parts are not answered")
    statements: list[Statement]
    citations: list[Citation]
    judgements: list[Judgement]
    notes: list[Note]
    dropped: list[Dropped]
    gaps: list[Gap]
    nearest: list[Hit]
    searched: int = Field(description="how many articles the archive held")
    asked: str | None = Field(description="the question that was asked in place of a follow-up")


class Found(Shape):
    """Passages, best first."""

    query: str
    hits: list[Hit]


class Articles(Shape):
    """Some of the articles, and how many there are."""

    total: int
    articles: list[Listed]


class Fault(Shape):
    """What went wrong, and the command that mends it if there is one."""

    kind: str
    message: str
    command: str | None


class Faulty(Shape):
    """A fault. An answer that is declined is none."""

    error: Fault


class RewrittenEvent(Shape):
    """A follow-up was understood as a question that stands by itself."""

    question: str
    asked: str


class SearchingEvent(Shape):
    """The search has begun, over so many articles."""

    question: str
    articles: int


class PassagesFoundEvent(Shape):
    """The search has ended, after so many seconds."""

    hits: list[Hit]
    seconds: float


class StatedEvent(Shape):
    """A statement, with the citations that no statement before had."""

    statement: Statement
    citations: list[Citation]


EVENTS: dict[str, type[Shape]] = {
    "rewritten": RewrittenEvent,
    "searching": SearchingEvent,
    "passages_found": PassagesFoundEvent,
    "stated": StatedEvent,
    "finished": Answer,
    "fault": Faulty,
}
"""The data of each event of an answer, by the event's name."""

Responses = dict[int | str, dict[str, Any]]

_FAULTS = {
    404: "There is no such article, or several.",
    410: "An answer of the history is not kept any more.",
    422: "The request is wrong; the message says what of it.",
    500: "A fault; the message says what, and the command that mends it.",
    503: "Too many questions are being answered (Retry-After says when to come again), or there is no usable index.",
}


def faults(*statuses: int) -> Responses:
    """The faults that a route may answer, for its description."""
    return {status: {"model": Faulty, "description": _FAULTS[status]} for status in statuses}


def _answers(shape: type[Shape], what: str) -> Responses:
    return {200: {"model": shape, "description": what}}


def ask_responses() -> Responses:
    """What a question is answered with."""
    names = ", ".join(f"`{name}` ({shape.__name__})" for name, shape in EVENTS.items())
    return {
        200: {
            "model": Answer,
            "description": f"The answer, or a stream of events whose data is JSON: {names}.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    }


def search_responses() -> Responses:
    """What a search is answered with."""
    return _answers(Found, "The passages.")


def articles_responses() -> Responses:
    """What a list of articles is."""
    return _answers(Articles, "The articles.")


def article_responses() -> Responses:
    """What one article is."""
    return _answers(FullArticle, "The article.")
