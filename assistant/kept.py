"""Answers that are kept: to JSON and back. What comes back is held against the archive as it is now.

A quote is shown as verified only where its article still says it, character for character. An article's id is a hash
of what it says, so one whose text changed is another article, and the one that was cited is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from assistant.types import Answer, Citation, Gap, Judgement, Note, Statement, Status
from index import Article, Filters, Passage, ScoreParts, SearchHit, Span

Verdict = Literal["right", "wrong", "wrong source", "outdated"]
"""What a person thinks of an answer: ``right`` as it is, ``wrong``, from the ``wrong source``, or ``outdated``, right
once and not on the day that it was asked for."""

FindArticle = Callable[[str], Article | None]
"""The article with an id, as the archive has it now; None where it has none."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An article as it was when it was cited, without its text."""

    id: str
    title: str
    outlet: str
    url: str
    published: date | None
    saved: datetime | None
    path: str


@dataclass(frozen=True, slots=True)
class KeptCitation:
    """Words that were cited: ``citation`` where the article still has them there, None where it changed or is gone.

    ``start`` and ``end`` count characters of the article's text as it was, end exclusive; ``quote`` is what was there.
    """

    reference: Reference
    start: int
    end: int
    quote: str
    citation: Citation | None


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """A sentence of a kept answer; ``citations`` are numbers, from 1, into :attr:`KeptAnswer.citations`."""

    text: str
    citations: tuple[int, ...]
    speaker: str = ""
    marks: tuple[Span, ...] = ()
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person said of an answer, when (UTC), and why."""

    verdict: Verdict
    note: str
    at: datetime


@dataclass(frozen=True)
class KeptAnswer:
    """A turn of a kept conversation: the answer as it was given, each of its quotes held against the archive of now.

    ``key`` names it among all answers and cannot be guessed. ``filters`` and ``as_of`` are what it was asked with,
    ``at`` is when it was kept (UTC), ``made_with`` what it depended on (see
    :attr:`assistant.predictions.Prediction.made_with`). The rest is as in :class:`Answer`; of ``nearest`` only the
    passages are there whose article has not changed.
    """

    key: str
    question: str
    asked: str | None
    filters: Filters
    as_of: date | None
    at: datetime
    made_with: Mapping[str, object]
    statements: tuple[KeptStatement, ...]
    citations: tuple[KeptCitation, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[Note, ...]
    judgements: tuple[Judgement, ...]
    nearest: tuple[SearchHit, ...]
    searched: int
    feedback: Feedback | None = None

    @property
    def status(self) -> Status:
        """How far the answer went when it was given."""
        if self.statements:
            return "partly answered" if self.gaps else "answered"
        return self.answer.status

    @property
    def reason(self) -> str:
        """Why parts were not answered; ``""`` where all were."""
        return self.answer.reason

    @property
    def standalone(self) -> str:
        """The question as it stands by itself."""
        return self.asked or self.question

    def is_verified(self, statement: KeptStatement) -> bool:
        """Whether all that a statement rests on still stands in the archive."""
        return all(self.citations[number - 1].citation for number in statement.citations)

    @property
    def changed(self) -> tuple[KeptStatement, ...]:
        """The statements that rest on an article that has changed since."""
        return tuple(statement for statement in self.statements if not self.is_verified(statement))

    @cached_property
    def answer(self) -> Answer:
        """What of it still holds, for follow-ups to lean on: the statements whose citations are all verified."""
        statements = []
        for kept in self.statements:
            found = [self.citations[number - 1].citation for number in kept.citations]
            citations = tuple(citation for citation in found if citation is not None)
            if len(citations) == len(found):
                statements.append(Statement(kept.text, citations, kept.speaker, kept.marks, kept.heading))
        return Answer(
            self.question,
            tuple(statements),
            self.gaps,
            self.nearest,
            self.searched,
            self.judgements,
            self.notes,
            self.asked,
        )


def answer_record(answer: Answer) -> dict[str, Any]:
    """An answer as JSON has it, to be read back by :func:`recalled`: without the texts of articles, but for the quotes
    and the passages found."""
    articles = list(dict.fromkeys([*(c.article for c in answer.citations), *(hit.article for hit in answer.nearest)]))
    places = {article.id: place for place, article in enumerate(articles)}
    return {
        "articles": [{**_reference_record(article), "text": _digest(article)} for article in articles],
        "statements": [
            {
                "text": statement.text,
                "citations": numbers,
                "speaker": statement.speaker,
                "marks": [(mark.start, mark.end) for mark in statement.marks],
                "heading": statement.heading,
            }
            for statement, numbers in answer.numbered()
        ],
        "citations": [
            {"article": places[c.article.id], "start": c.start, "end": c.end, "quote": c.quote}
            for c in answer.citations
        ],
        "gaps": [asdict(gap) for gap in answer.gaps],
        "notes": [asdict(note) for note in answer.notes],
        "judgements": [asdict(judgement) for judgement in answer.judgements],
        "nearest": [
            {
                "article": places[hit.article.id],
                "passage": asdict(hit.passage),
                "score": hit.score,
                "vector_rank": hit.vector_rank,
                "keyword_rank": hit.keyword_rank,
                "parts": asdict(hit.parts),
                "rerank_score": hit.rerank_score,
            }
            for hit in answer.nearest
        ],
        "searched": answer.searched,
    }


def recalled(
    record: Mapping[str, Any],
    find: FindArticle,
    *,
    key: str,
    question: str,
    asked: str | None,
    filters: Filters,
    as_of: date | None,
    at: datetime,
    made_with: Mapping[str, object],
    feedback: Feedback | None = None,
) -> KeptAnswer:
    """A kept answer from what :func:`answer_record` gave, held against the archive of now.

    ``find`` looks up articles; what follows it is as in :class:`KeptAnswer`.

    Raises:
        KeyError, TypeError, ValueError, IndexError: it is no such record.
    """
    references = [_reference(row) for row in record["articles"]]
    articles = [find(reference.id) for reference in references]
    same = [
        article is not None and _digest(article) == row["text"]
        for article, row in zip(articles, record["articles"], strict=True)
    ]
    citations = tuple(
        _citation(row, references[row["article"]], articles[row["article"]]) for row in record["citations"]
    )
    statements = tuple(
        KeptStatement(
            str(row["text"]),
            tuple(int(number) for number in row["citations"]),
            str(row["speaker"]),
            tuple(Span(*mark) for mark in row["marks"]),
            str(row["heading"]),
        )
        for row in record["statements"]
    )
    if any(
        not statement.citations or not all(1 <= number <= len(citations) for number in statement.citations)
        for statement in statements
    ):
        raise ValueError("a statement rests on no citation")
    return KeptAnswer(
        key,
        question,
        asked,
        filters,
        as_of,
        at,
        made_with,
        statements,
        citations,
        tuple(Gap(row["question"], row["reason"], tuple(row["missing"])) for row in record["gaps"]),
        tuple(Note(row["kind"], row["text"]) for row in record["notes"]),
        tuple(Judgement(row["question"], row["confidence"]) for row in record["judgements"]),
        tuple(
            _hit(row, article)
            for row in record["nearest"]
            if (article := articles[row["article"]]) is not None and same[row["article"]]
        ),
        int(record["searched"]),
        feedback,
    )


def searchable(answer: Answer) -> str:
    """The words by which a kept answer is found: its sentences, the titles and outlets that it cites, its reason."""
    titles = [text for c in answer.citations for text in (c.article.title, c.article.outlet) if text]
    return "\n".join([*(statement.text for statement in answer.statements), *dict.fromkeys(titles), answer.reason])


def filters_record(filters: Filters) -> dict[str, Any]:
    """Filters as JSON has them; what narrows nothing is left out."""
    return {
        name: value
        for name, value in (
            ("since", filters.since.isoformat() if filters.since else None),
            ("until", filters.until.isoformat() if filters.until else None),
            ("outlets", sorted(filters.outlets)),
            ("languages", sorted(filters.languages)),
            ("authors", sorted(filters.authors)),
        )
        if value
    }


def filters_of(record: Mapping[str, Any]) -> Filters:
    """Filters from what :func:`filters_record` gave."""
    outlets, languages, authors = (frozenset(record.get(name, ())) for name in ("outlets", "languages", "authors"))
    return Filters(_day(record.get("since")), _day(record.get("until")), outlets, languages, authors)


def _citation(row: Mapping[str, Any], reference: Reference, article: Article | None) -> KeptCitation:
    start, end, quote = int(row["start"]), int(row["end"]), str(row["quote"])
    stands = article is not None and 0 <= start < end and article.text[start:end] == quote
    return KeptCitation(reference, start, end, quote, Citation(article, start, end) if article and stands else None)


def _hit(row: Mapping[str, Any], article: Article) -> SearchHit:
    return SearchHit(
        Passage(**row["passage"]),
        article,
        float(row["score"]),
        row["vector_rank"],
        row["keyword_rank"],
        ScoreParts(**row["parts"]),
        row["rerank_score"],
    )


def _reference_record(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "url": article.url,
        "published": article.published.isoformat() if article.published else None,
        "saved": article.saved.isoformat() if article.saved else None,
        "path": article.path,
    }


def _reference(row: Mapping[str, Any]) -> Reference:
    saved = row["saved"]
    return Reference(
        str(row["id"]),
        str(row["title"]),
        str(row["outlet"]),
        str(row["url"]),
        _day(row["published"]),
        datetime.fromisoformat(saved) if saved else None,
        str(row["path"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _digest(article: Article) -> str:
    return hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
