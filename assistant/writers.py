"""What turns evidence into statements. The quote writer needs no model: it states the article's own sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.attribution import is_bare_quotation, speaker
from assistant.evidence import Evidence
from assistant.questions import Question, analyse, parts
from assistant.reading import ENOUGH, Reader, Reading
from assistant.types import Citation, Gap, Statement
from index import Article, Span

CLOSE = 0.9
"""A further sentence is worth reading if its score comes so near to the best one's and it adds something."""

ALIKE = 0.8
"""Share of the shorter sentence's words from which a second sentence repeats the first."""

_WORD = re.compile(r"\w+")
_LEANING = re.compile(
    r"(?:he|she|they|his|her|their|its|this|that|these|those|such|both"
    r"|it (?!remains|is (?:un|not )|was (?:un|not )))\b",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")


class QuoteWriter:
    """States the one to three sentences that answer, word for word, each with its citation."""

    def __init__(self, reader: Reader, statements: int = 3) -> None:
        """Args: reader: weighs the sentences. statements: how many, at most, to each part of a question."""
        self._reader = reader
        self._statements = statements

    def write(self, evidence: Evidence) -> Iterator[Statement | Gap]:
        """The statements that answer, in reading order, and a gap for each part of the question that none answers."""
        said: set[tuple[str, int]] = set()
        for part in parts(evidence.question):
            question = analyse(part)
            readings = self._reader.read(question, evidence)
            chosen = choose(readings, self._statements)
            if not chosen:
                yield gap(question, readings)
                continue
            for article, sentence in with_context(chosen, self._statements):
                if (article.id, sentence.start) in said:
                    continue
                said.add((article.id, sentence.start))
                yield state(article, sentence)


def answers(reading: Reading) -> bool:
    """Whether a sentence is taken for an answer."""
    return reading.exact and reading.fits > 0 and not reading.missing and reading.coverage >= ENOUGH


def choose(readings: Sequence[Reading], most: int) -> list[Reading]:
    """The fewest sentences that answer, best first; none where the evidence does not answer."""
    answering = [reading for reading in readings if answers(reading)]
    if not answering:
        return []
    best = answering[0]
    chosen = [best]
    for reading in answering[1:]:
        if len(chosen) >= most or reading.score < CLOSE * best.score:
            break
        if not any(_alike(reading.text, other.text) for other in chosen):
            chosen.append(reading)
    return chosen


def with_context(chosen: Sequence[Reading], most: int) -> list[tuple[Article, Span]]:
    """The chosen sentences, each after the one it leans on (who "he" is, whose words these are), ``most`` in all."""
    result: list[tuple[Article, Span]] = []
    for reading in chosen:
        article, at = reading.hit.article, reading.sentence
        needed = [at]
        before = _before(article, at)
        if before is not None and (_LEANING.match(reading.text) or is_bare_quotation(reading.text)):
            needed.insert(0, before)
        new = [sentence for sentence in needed if (article, sentence) not in result]
        # a sentence without what it leans on would mislead
        if len(result) + len(new) <= max(most, len(needed)):
            result.extend((article, sentence) for sentence in new)
    return result


def gap(question: Question, readings: Sequence[Reading]) -> Gap:
    """Why no sentence was taken for an answer."""
    if not question.terms:
        return Gap(question.text, "The question names nothing to look for.")
    if not readings:
        return Gap(question.text, "No article of the archive comes near this question.")
    best = max(readings, key=lambda reading: (-len(reading.missing), reading.coverage))
    if best.missing:
        words = ", ".join(f"“{word}”" for word in best.missing)
        return Gap(
            question.text, f"The archive does not say: no passage near the question speaks of {words}.", best.missing
        )
    wanted = {
        "number": f"a number of {question.counted or 'them'}",
        "measure": "such a measure",
        "time": "a time",
        "place": "a place",
        "person": "who it was",
        "name": "such a name",
        "reason": "a reason",
        "statement": "what was said",
    }.get(question.wants)
    if wanted and not any(reading.fits and reading.coverage >= ENOUGH for reading in readings):
        return Gap(question.text, f"The archive does not say: the passages that come nearest do not give {wanted}.")
    return Gap(question.text, "The archive does not say: the passages that come nearest do not answer the question.")


def state(article: Article, sentence: Span) -> Statement:
    """A sentence of an article as a statement; line breaks within it become spaces, the quote keeps them."""
    citation = Citation(article, sentence.start, sentence.end)
    text = _SPACES.sub(" ", citation.quote)
    return Statement(text, (citation,), speaker(text))


def _before(article: Article, sentence: Span) -> Span | None:
    section = next((s for s in article.sections if sentence in s.sentences), None)
    if section is None:
        return None
    at = section.sentences.index(sentence)
    return section.sentences[at - 1] if at else None


def _alike(one: str, other: str) -> bool:
    first, second = set(_WORD.findall(one)), set(_WORD.findall(other))
    # two accounts that differ in a figure or in who gave it are two accounts
    differing = first ^ second
    if any(word[0].isdigit() or word[0].isupper() for word in differing):
        return False
    return len(first & second) >= ALIKE * min(len(first), len(second))
