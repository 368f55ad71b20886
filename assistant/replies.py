"""From a question to its answer, by the form it has: each form is searched and told in its own way."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from assistant.about import coverage_note, known_languages, language_name, notes_about
from assistant.asking import LONG, MOST_PARTS, Asking, askings
from assistant.evidence import gather
from assistant.fluent import ModelWriter
from assistant.forms import AboutArchive, Coverage, Summary, WhatIsNew, form_of
from assistant.newest import newest, nothing_new
from assistant.reading import Reader
from assistant.settings import AssistantSettings
from assistant.spelling import correct
from assistant.stretches import in_words
from assistant.summaries import find_article, key_sentences
from assistant.topics import Topic
from assistant.types import Answer, Dropped, Event, Finished, Gap, Judgement, Note, PassagesFound, Stated, Statement
from assistant.writers import QuoteWriter, state
from index import Archive, Article, Embedder, Filters, SearchHit, language_of_question


class Replies:
    """Answers questions of every form from one archive. May be shared by threads."""

    def __init__(
        self,
        archive: Archive,
        settings: AssistantSettings,
        reader: Reader,
        writer: QuoteWriter | ModelWriter,
        embedder: Embedder,
    ) -> None:
        """Args:
        archive: where to look.
        settings: how to answer.
        reader: knows how rare words are.
        writer: answers questions about the news.
        embedder: gives the vectors of sentences and headlines.
        """
        self._archive = archive
        self._settings = settings
        self._reader = reader
        self._writer = writer
        self._embedder = embedder

    def stream(self, question: str, filters: Filters | None, as_of: date) -> Iterator[Event]:
        """What comes of a question asked on the day ``as_of``: PassagesFound, Stated…, Finished.

        Raises:
            ArchiveError, EmbedderError: the archive cannot be searched.
        """
        reply = _Reply(question, self._archive.manifest().articles)
        form = form_of(question, as_of)
        if isinstance(form, AboutArchive):
            reply.notes.extend(notes_about(form.subject, self._archive.overview()))
            yield Finished(reply.answer())
            return
        if isinstance(form, Coverage):
            refs = self._archive.mentioning(form.topic, filters)
            reply.notes.append(coverage_note(form.topic, refs, self._archive.overview()))
            yield Finished(reply.answer())
            return
        asked = self._read(question, reply)
        if len(asked) == 1:
            form = form_of(asked[0].text, as_of)
        if isinstance(form, WhatIsNew):
            yield from self._tell_what_is_new(form, filters, as_of, reply)
        elif isinstance(form, Summary):
            yield from self._sum_up(form, filters, as_of, reply)
        else:
            yield from self._answer(asked, filters, as_of, reply)
        yield Finished(reply.answer())

    def _read(self, question: str, reply: _Reply) -> list[Asking]:
        """The questions in a question, as they are read; what was read otherwise than it was typed is noted."""
        asked = askings(question, self._weights)
        if len(asked) > MOST_PARTS:
            reply.notes.append(Note("parts", f"Of {len(asked)} questions in one the first {MOST_PARTS} are answered."))
            asked = asked[:MOST_PARTS]
        language = language_of_question(question)
        languages = self._archive.overview().languages if language else {}
        if languages.keys() - {""} and language not in languages:
            held, spoken = known_languages(languages), language_name(language)
            reply.foreign = f"The archive does not say, as far as one in {held} can be asked in {spoken}."
            told = (
                f"The question is in {spoken}, the archive in {held}. It was looked for by meaning as far as that goes."
            )
            reply.notes.append(Note("language", told))
            return asked
        read = [self._corrected(one) for one in asked]
        if read != asked or any(len(one.text) < len(question) / 2 for one in asked if len(question.split()) > LONG):
            reply.notes.append(Note("reading", f"Read as: {' '.join(f'“{one.text}”' for one in read)}"))
        return read

    def _corrected(self, asked: Asking) -> Asking:
        corrected = correct(asked.text, self._archive, self._is_word)
        if not corrected.changes:
            return asked
        # what is searched begins with what is asked
        return Asking(corrected.text, corrected.text + asked.query.removeprefix(asked.text))

    def _is_word(self, word: str) -> bool:
        # the embedder's vocabulary is of whole words that are frequent in English, and of pieces for all others
        return self._embedder.count([word.lower()]) == [1]

    def _weights(self, terms: Sequence[str]) -> list[float]:
        counts, _ = self._archive.document_frequencies(terms)
        return [weight if count else 0.0 for weight, count in zip(self._reader.rarity(terms), counts, strict=True)]

    def _answer(self, asked: Sequence[Asking], filters: Filters | None, as_of: date, reply: _Reply) -> Iterator[Event]:
        began = time.perf_counter()
        found = [tuple(self._archive.search(one.query, self._settings.passages, filters, as_of)) for one in asked]
        reply.nearest = _interleaved(found)
        yield PassagesFound(reply.nearest, time.perf_counter() - began)
        for one, hits in zip(asked, found, strict=True):
            if filters and not hits:
                reply.gaps.append(Gap(one.text, "No article that passes the filters comes near this question."))
                continue
            heading = one.text if len(asked) > 1 else ""
            with closing(self._writer.write(gather(one.text, hits, self._settings.evidence_tokens))) as writing:
                for said in writing:
                    if isinstance(said, Judgement):
                        reply.judgements.append(said)
                    elif isinstance(said, Gap):
                        reply.gaps.append(Gap(said.question, reply.foreign) if reply.foreign else said)
                    elif isinstance(said, Statement):
                        yield from reply.say(replace(said, heading=heading))
                    elif isinstance(said, Note):
                        reply.notes.append(said)
                    else:
                        if isinstance(said, Dropped):
                            reply.dropped.append(said)
                        yield said

    def _tell_what_is_new(
        self, asked: WhatIsNew, filters: Filters | None, as_of: date, reply: _Reply
    ) -> Iterator[Event]:
        began = time.perf_counter()
        topic = Topic(asked.topic, self._reader.rarity) if asked.topic else None
        found = newest(self._archive, asked, topic, self._embedder, filters, as_of)
        reply.nearest = found.hits
        yield PassagesFound(found.hits, time.perf_counter() - began)
        for article in found.articles:
            for sentence in key_sentences(article, self._embedder, 1, topic):
                yield from reply.say(replace(state(article, sentence), heading=_headline(article)))
        if not reply.statements:
            reply.gaps.append(Gap(reply.question, nothing_new(found, asked.topic)))
        elif topic:
            days = f"{found.stretch}" if found.stretch else "the newest first"
            reply.notes.append(Note("days", f"About “{asked.topic}”, {days}."))
        elif found.stretch:
            stories = "1 story" if found.count == 1 else f"{found.count:,} stories"
            reply.notes.append(Note("days", f"{len(reply.statements)} of {stories} of {found.stretch}."))
        reply.judgements.append(Judgement(reply.question, float(bool(reply.statements))))

    def _sum_up(self, asked: Summary, filters: Filters | None, as_of: date, reply: _Reply) -> Iterator[Event]:
        began = time.perf_counter()
        refs = self._archive.articles() if not asked.topic else []
        found: tuple[Article, float] | None = None
        if asked.topic:
            found = find_article(self._archive, Topic(asked.topic, self._reader.rarity), filters, as_of)
        elif len(refs) == 1:
            found = self._archive.article(refs[0].id), 1.0
        yield PassagesFound((), time.perf_counter() - began)
        article, share = found or (None, 0.0)
        if article is not None:
            chosen = key_sentences(article, self._embedder)
            for sentence in chosen:
                yield from reply.say(state(article, sentence))
            summed = f"{len(chosen)} of {len(article.sentences)} sentences of {_headline(article)}, in their order."
            reply.notes.append(Note("article", summed))
        if not reply.statements:
            named = (
                f"No article about “{asked.topic}” was found."
                if asked.topic
                else "Say which article: its title, or what it is about."
            )
            reply.gaps.append(Gap(reply.question, named))
        reply.judgements.append(Judgement(reply.question, share))


class _Reply:
    """An answer while it grows."""

    def __init__(self, question: str, searched: int) -> None:
        self.question = question
        self.foreign = ""
        self.nearest: tuple[SearchHit, ...] = ()
        self.statements: list[Statement] = []
        self.gaps: list[Gap] = []
        self.judgements: list[Judgement] = []
        self.notes: list[Note] = []
        self.dropped: list[Dropped] = []
        self._searched = searched

    def say(self, statement: Statement) -> Iterator[Event]:
        """Add a statement, unless it has been made before."""
        if any((statement.text, statement.citations) == (other.text, other.citations) for other in self.statements):
            return
        self.statements.append(statement)
        yield Stated(statement)

    def answer(self) -> Answer:
        return Answer(
            self.question,
            tuple(self.statements),
            tuple(self.gaps),
            self.nearest,
            self._searched,
            tuple(self.judgements),
            tuple(self.notes),
            dropped=tuple(self.dropped),
        )


def _headline(article: Article) -> str:
    facts = (article.title or article.path, article.outlet, in_words(article.published) if article.published else "")
    return " · ".join(fact for fact in facts if fact)


def _interleaved(found: Sequence[Sequence[SearchHit]]) -> tuple[SearchHit, ...]:
    """The passages found for several questions, the first of each first, each passage once."""
    ordered = [hit for of_rank in zip_longest(*found) for hit in of_rank if hit is not None]
    return tuple({(hit.passage.id, hit.passage.end): hit for hit in ordered}.values())
