"""The nouns of answering: Citation, Statement, Gap, Answer, and the events that tell of the work.

An answer's status and text are derived from its statements and gaps, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from index import Article, SearchHit, Span

Status = Literal["answered", "partly answered", "declined", "about"]
"""How far an answer goes; see :attr:`Answer.status`. ``about`` tells of the archive itself, which no article does."""

NoteKind = Literal["archive", "reading", "language", "days", "article", "parts", "unread", "writer"]
"""What a note is about: the archive itself; how the question was read; its language; which days were looked at; which
article was summed up; how many of the questions in it were answered; what a language model was not given to read; why
not it, or not it alone, wrote the answer."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words of an article: ``quote`` is ``article.text[start:end]``, by construction."""

    article: Article
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.article.text):
            raise ValueError(f"citation {self.start}:{self.end} is outside the article {self.article.id}")

    @property
    def quote(self) -> str:
        """The words cited, character for character."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, what it rests on, and who said it where the article says so (else ``""``).

    ``marks`` are the words of ``text`` that answer, as offsets into it; none where that cannot be told.
    ``heading`` is what it stands under, with those beside it that have the same one: the part of the question that it
    answers, or the article that it is the news of; ``""`` where an answer has but one subject.
    """

    text: str
    citations: tuple[Citation, ...]
    speaker: str = ""
    marks: tuple[Span, ...] = ()
    heading: str = ""

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError("a statement must rest on a citation")


@dataclass(frozen=True, slots=True)
class Gap:
    """A question, or a part of one, that the archive does not answer, and why it is thought not to.

    ``missing`` are the words of the question that nothing near speaks of.
    """

    question: str
    reason: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something that Byline itself says beside an answer; it is no statement, for no article says it."""

    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """How likely a question, or a part of one, is answered by the archive: a probability, 0 to 1."""

    question: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Writing:
    """A language model is at work, for so many seconds by now; told several times a second, so that it can be
    stopped."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Checking:
    """A sentence that a model wrote is on hold while it is checked; ``number`` counts them from 1. It is not told."""

    number: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that a model wrote and no cited passage supports. It is not for the reader; ``reason`` is.

    ``reason`` holds none of the sentence's words.
    """

    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question.

    ``statements`` are in reading order. ``gaps`` are the parts of the question that are not answered. ``nearest`` are
    the passages that were retrieved, best first, also where none answers. ``searched`` is how many articles the
    archive held. ``judgements`` say of each part how likely the archive answers it. ``notes`` are what Byline says of
    the archive, or of how it read the question. ``asked`` is the standalone question that was asked in place of a
    follow-up; None where the question was asked as it stands. ``dropped`` are the sentences of a language model that
    the passages do not support.
    """

    question: str
    statements: tuple[Statement, ...]
    gaps: tuple[Gap, ...]
    nearest: tuple[SearchHit, ...]
    searched: int
    judgements: tuple[Judgement, ...] = ()
    notes: tuple[Note, ...] = ()
    asked: str | None = None
    dropped: tuple[Dropped, ...] = ()

    @property
    def confidence(self) -> float:
        """The probability, 0 to 1, that the archive answers: of several parts, that of the least likely one."""
        return min((judgement.confidence for judgement in self.judgements), default=0.0)

    @property
    def status(self) -> Status:
        """``about`` where it tells of the archive, else ``declined`` without a statement, ``partly answered`` with a
        gap, and ``answered``."""
        if not self.statements:
            tells = not self.gaps and any(note.kind == "archive" for note in self.notes)
            return "about" if tells else "declined"
        return "partly answered" if self.gaps else "answered"

    @property
    def reason(self) -> str:
        """Why parts are not answered; ``""`` where all are."""
        return " ".join(dict.fromkeys(gap.reason for gap in self.gaps))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations in order of first use, each once; the numbers in :attr:`text` count them from 1."""
        return tuple(dict.fromkeys(citation for statement in self.statements for citation in statement.citations))

    @property
    def text(self) -> str:
        """The answer as plain text, each sentence with the numbers of its citations; then the reason for any gap.

        Where it is about the archive, what the notes say.
        """
        if self.status == "about":
            return " ".join(note.text for note in self.notes)
        return " ".join([*self.sentences, self.reason] if self.gaps else self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The statements as plain text, each with its citation marks, such as ``[1][3]``."""
        return tuple(
            f"{statement.text} {''.join(f'[{number}]' for number in numbers)}" for statement, numbers in self.numbered()
        )

    def numbered(self) -> Iterator[tuple[Statement, tuple[int, ...]]]:
        """Each statement with the numbers of its citations."""
        numbers = {citation: number for number, citation in enumerate(self.citations, start=1)}
        for statement in self.statements:
            yield statement, tuple(numbers[citation] for citation in statement.citations)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation: the answer given, and through it the question.

    A follow-up leans on these alone: the names and words of questions, and citations that were checked.
    """

    answer: Answer

    @property
    def question(self) -> str:
        """The question as it stands by itself."""
        return self.answer.asked or self.answer.question


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A follow-up was understood as a question that stands by itself."""

    question: str
    asked: str


@dataclass(frozen=True, slots=True)
class Searching:
    """The search has begun, over so many articles."""

    question: str
    articles: int


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The search has ended, after so many seconds."""

    hits: tuple[SearchHit, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement is ready to be read."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete; it holds every statement told of before."""

    answer: Answer


Said = Judgement | Statement | Gap | Writing | Checking | Dropped | Note
"""What a writer tells of; the last four come from language models alone."""

Event = Rewritten | Searching | PassagesFound | Writing | Checking | Dropped | Stated | Finished
"""What a stream tells of: Rewritten for a follow-up alone (after Writing, where a language model writes it out),
Searching, PassagesFound, what a language model is at, Stated once for each statement, Finished. What is answered from
the turns before is not searched for."""
