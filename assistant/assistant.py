"""The front of the assistant: a question in, a cited answer out."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import SecretStr

from assistant.checking import Checker
from assistant.confidence import threshold
from assistant.conversation import from_turns, rewritten
from assistant.entailment import open_entailment
from assistant.errors import QuestionError
from assistant.fluent import ModelWriter
from assistant.followups import FollowUp, resolve
from assistant.forms import AboutArchive, form_of
from assistant.models import open_model
from assistant.reading import Reader
from assistant.replies import Replies
from assistant.settings import AssistantSettings
from assistant.standalone import Standalone, written_out
from assistant.types import Answer, Event, Finished, Searching, Turn
from assistant.writers import QuoteWriter
from index import Archive, Filters, IndexSettings, SearchHit, count_tokens

if TYPE_CHECKING:
    from assistant.workers import Workers
    from index import Embedder

_SURROGATE = re.compile("[\ud800-\udfff]")

READING_MODEL = "fast"
"""Words are compared by the distilled vectors, whatever the archive is indexed with: 500 of them take milliseconds."""


class Assistant:
    """Answers questions from one archive. May be shared by threads."""

    def __init__(
        self, archive: Archive, settings: AssistantSettings | None = None, model_key: SecretStr | None = None
    ) -> None:
        """Args:
        archive: where to look.
        settings: how to answer.
        model_key: the key of the language model that the settings name, if it asks for one.

        Raises:
            SettingsError, WriterUnavailable: the settings name a model that cannot be asked as they are.
        """
        self.archive = archive
        self.settings = settings or AssistantSettings()
        self.model = open_model(self.settings, model_key)
        self.workers: Workers | None = None
        """Processes that answer where no language model does; None: none."""
        self._model_key = model_key

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        index_settings: IndexSettings | None = None,
        settings: AssistantSettings | None = None,
        *,
        sync: bool = False,
        model_key: SecretStr | None = None,
    ) -> Assistant:
        """The assistant over the archive of ``folder``. It syncs nothing by itself unless ``sync`` asks for it.

        Raises:
            SettingsError, WriterUnavailable: as :class:`Assistant`.
            FolderMissing: there is no such folder.
            IndexMissing, IndexDamaged: it has no usable index; the message says what to run.
            ArchiveError, EmbedderError: with ``sync``, what :meth:`index.Archive.sync` raises.
        """
        archive = Archive.open(folder, index_settings)
        if sync:
            archive.sync()
        archive.manifest()
        return cls(archive, settings, model_key)

    def with_settings(self, settings: AssistantSettings) -> Assistant:
        """The assistant that answers otherwise, over the same archive, with the same processes and what was read.

        Raises:
            SettingsError, WriterUnavailable: as :class:`Assistant`.
        """
        other = copy.copy(self)
        other.settings = settings
        other.model = open_model(settings, self._model_key)
        other.__dict__.pop("_replies", None)
        return other

    @property
    def writes(self) -> bool:
        """Whether a language model writes its answers, which takes as long as the model takes."""
        return self.model is not None

    def warm_up(self) -> None:
        """Load what every question needs, so that the first one need not wait for it. No language model is asked.

        Raises:
            As :meth:`ask`.
        """
        count_tokens("news")
        quoting = self.with_settings(self.settings.quoting()) if self.writes else self
        quoting.ask("What is the news, and who said so?")

    def ask(
        self,
        question: str,
        filters: Filters | None = None,
        as_of: date | None = None,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Answer a question, asked on the day ``as_of`` (today unless given), after the turns of ``history``.

        A follow-up is written out as a question that stands by itself (:attr:`Answer.asked`). Turns are answers that
        this assistant gave; what a client claims to have been said is no history.

        Raises:
            QuestionError: the question is empty or too long.
            ArchiveError, EmbedderError: the archive cannot be searched; a fault is never an answer.
        """
        for event in self.stream(question, filters, as_of, history):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("a stream ends with Finished")

    def stream(
        self,
        question: str,
        filters: Filters | None = None,
        as_of: date | None = None,
        history: Sequence[Turn] = (),
    ) -> Iterator[Event]:
        """Answer a question, telling of each step: Rewritten if it is a follow-up (Writing before it, while a language
        model writes it out), Searching, PassagesFound, Stated…, Finished. Closing the iterator stops the work, a
        language model's too.

        Raises:
            As :meth:`ask`; the question is checked before the first event.
        """
        question = self._checked(question)
        if isinstance(form_of(question, as_of or date.today()), AboutArchive):
            history = ()
        meant = resolve(question, history, lambda query: self.archive.search(query, 1, filters, as_of))
        if meant.wants != "search":
            return from_turns(question, meant, history, self.settings.statements)
        if meant.asked == question:
            return self._stream(question, filters, as_of)
        return self._follow_up(question, meant, history, filters, as_of)

    def search(
        self, query: str, k: int = 10, filters: Filters | None = None, as_of: date | None = None
    ) -> list[SearchHit]:
        """The ``k`` passages that fit ``query`` best, best first.

        Raises:
            As :meth:`ask`.
        """
        return self.archive.search(self._checked(query), k, filters, as_of)

    def _follow_up(
        self,
        question: str,
        meant: FollowUp,
        history: Sequence[Turn],
        filters: Filters | None,
        as_of: date | None,
    ) -> Iterator[Event]:
        standalone = Standalone(meant.asked)
        if self.model and not meant.is_exact:
            standalone = yield from written_out(self.model, question, meant.asked, history)
        answering = self._stream(standalone.asked, filters, as_of)
        yield from rewritten(question, standalone.asked, answering, standalone.notes)

    def _stream(self, question: str, filters: Filters | None, as_of: date | None) -> Iterator[Event]:
        if self.workers is not None and self.workers.ready and not self.writes:
            yield from self.workers.stream(self.settings, question, filters, as_of or date.today())
            return
        searched = self.archive.manifest().articles
        yield Searching(question, searched)
        yield from self._replies.stream(question, filters, as_of or date.today())

    @cached_property
    def _replies(self) -> Replies:
        reader = self._reader
        embedder = reader.like.embedder
        quotes = QuoteWriter(reader, self.settings.statements, threshold(self.settings.answer_when))
        writer = self._fluent(quotes, embedder) if self.model else quotes
        return Replies(self.archive, self.settings, reader, writer, embedder)

    def _fluent(self, quotes: QuoteWriter, embedder: Embedder) -> ModelWriter:
        assert self.model is not None
        named = self.settings.entailment
        checker = Checker(embedder, open_entailment(named) if named else None)
        return ModelWriter(self.model, quotes, checker, may_rephrase=self.settings.may_rephrase)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.archive.embedder(READING_MODEL), self.archive.document_frequencies)

    def _checked(self, question: str) -> str:
        longest = self.settings.question_characters
        if len(question) > longest:
            raise QuestionError(f"The question is longer than the {longest:,} characters that are read. Shorten it.")
        # lone surrogates come from terminals with another encoding; no model or database takes them
        question = _SURROGATE.sub("\ufffd", question).strip()
        if not question:
            raise QuestionError("The question is empty. Ask something about the articles.")
        return question
