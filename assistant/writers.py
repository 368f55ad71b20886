"""What turns evidence into statements. The quote writer needs no model: it states the article's own sentences."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from assistant.attribution import is_bare_quotation, speaker
from assistant.confidence import grounds, probability
from assistant.evidence import Evidence
from assistant.instructions import is_about_machines, is_bidden
from assistant.marking import Marker
from assistant.questions import Question, analyse, parts
from assistant.reading import ENOUGH, Reader, Reading, is_short
from assistant.types import Citation, Gap, Judgement, Statement
from index import Article, Span

LEARNED = 0.05
"""What the learned score of a sentence adds to the hand-set one where a short question is asked. Of 76 short questions
on newsbench 0.58 have their answer in the first sentence with it, 0.53 without, 0.57 by the learned score alone; of 54
on the published seed article all, all and 0.94."""

UNSPOKEN = 0.25
"""What a further sentence loses that does not speak of all of a short question. More would leave out right ones: of 63
short questions of newsbench 0.43 are answered rightly at 0.25 and 0.40 from 0.75 on."""

LESS = 2.0
"""A further sentence is worth reading if its score is less than the best one's by no more than this. The score is a
logit: at 2 a sentence is held for an answer 7 times less often than the best one. On newsbench, held out, answers of
one sentence are right for 0.37 of the questions, with further ones up to 1 less for 0.456, 1.5 for 0.458, 2 for 0.461
and always three for 0.470."""

LESS_OF_SEVERAL = 2.5
"""The same where several things are asked for."""

SAME_ARTICLE = 0.25
"""What a further sentence gains by standing in the article of the best one, which it goes on with."""

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

    def __init__(self, reader: Reader, statements: int = 3, sure_enough: float = 0.5) -> None:
        """Args:
        reader: weighs the sentences.
        statements: how many, at most, to each part of a question.
        sure_enough: the probability of being answered from which a part is answered.
        """
        self._reader = reader
        self._statements = statements
        self._sure_enough = sure_enough

    def write(self, evidence: Evidence) -> Generator[Statement | Gap | Judgement]:
        """For each part of the question how likely it is answered, then what answers it, in reading order, or a gap."""
        said: set[tuple[str, int]] = set()
        for part in parts(evidence.question):
            question = analyse(part)
            readings = self._reader.read(question, evidence)
            sure, chosen = self._answering(question, evidence, readings)
            while bidden := [one for one in chosen if _is_bidden(one)] if not is_about_machines(part) else []:
                readings = [one for one in readings if one not in bidden]
                sure, chosen = self._answering(question, evidence, readings)
            yield Judgement(part, sure)
            if not chosen:
                yield gap(question, readings)
                continue
            marker = Marker(question, readings, self._reader.like)
            answering = {(reading.hit.article.id, reading.sentence.start) for reading in chosen}
            for article, sentence in with_context(chosen, self._statements):
                place = (article.id, sentence.start)
                if place not in said:
                    said.add(place)
                    yield state(article, sentence, marker if place in answering else None)

    def _answering(
        self, question: Question, evidence: Evidence, readings: Sequence[Reading]
    ) -> tuple[float, list[Reading]]:
        """How likely a part is answered, and the sentences that answer it: none where that is not likely enough."""
        sure = self._judge(question, evidence, readings)
        return sure, choose(question, readings, self._statements) if sure >= self._sure_enough else []

    def shortfalls(self, evidence: Evidence) -> dict[tuple[str, int], float]:
        """By how much each sentence of the evidence answers less than the best one, in logits: by the article's id and
        the sentence's start; of several parts of the question, for the one that it answers best."""
        found: dict[tuple[str, int], float] = {}
        for part in parts(evidence.question):
            readings = self._reader.read(analyse(part), evidence)
            best = max((reading.score for reading in readings), default=0.0)
            for reading in readings:
                place = (reading.hit.article.id, reading.sentence.start)
                found[place] = min(found.get(place, best - reading.score), best - reading.score)
        return found

    def _judge(self, question: Question, evidence: Evidence, readings: Sequence[Reading]) -> float:
        if not readings or not question.terms:
            return 0.0
        found = grounds(question, evidence.hits, readings, self._reader)
        return probability(question, found, self._reader.passages())


def choose(question: Question, readings: Sequence[Reading], most: int) -> list[Reading]:
    """The fewest sentences that answer, best first; ``readings`` are best first."""
    if not readings:
        return []
    best, spoken = readings[0], False
    if is_short(question):
        # the weights were learned on long questions; the words of a short one are few enough to be looked for each
        speaking = [reading for reading in readings if reading.answers]
        best = max(speaking, key=lambda reading: reading.worth + LEARNED * reading.score, default=best)
        spoken = bool(speaking)

    def score(reading: Reading) -> float:
        same_article = reading.hit.article.id == best.hit.article.id
        return reading.score + SAME_ARTICLE * same_article - UNSPOKEN * (spoken and not reading.answers)

    less = LESS_OF_SEVERAL if question.several else LESS
    chosen = [best]
    for reading in sorted(readings, key=score, reverse=True):
        if len(chosen) >= most or score(reading) < best.score - less:
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
        earlier = before(article, at)
        if earlier is not None and (leans(reading.text) or is_bare_quotation(reading.text)):
            needed.insert(0, earlier)
        new = [sentence for sentence in needed if (article, sentence) not in result]
        # a sentence without what it leans on would mislead
        if len(result) + len(new) <= max(most, len(needed)):
            result.extend((article, sentence) for sentence in new)
    return result


def _is_bidden(reading: Reading) -> bool:
    return is_bidden(reading.hit.article, reading.sentence)


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


def state(article: Article, sentence: Span, marker: Marker | None = None) -> Statement:
    """A sentence of an article as a statement; line breaks within it become spaces, the quote keeps them."""
    citation = Citation(article, sentence.start, sentence.end)
    text = _SPACES.sub(" ", citation.quote)
    return Statement(text, (citation,), speaker(text), marker.marks(text) if marker else ())


def leans(text: str) -> bool:
    """Whether a sentence opens with a word that stands for something before it."""
    return bool(_LEANING.match(text))


def before(article: Article, sentence: Span) -> Span | None:
    """The sentence before one in the same section of an article."""
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
