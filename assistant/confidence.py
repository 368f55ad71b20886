"""How likely the archive answers a question: a probability, from how well the best of what was found speaks of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from assistant.questions import Question
from assistant.reading import Reader, Reading, is_short
from assistant.settings import AnswerWhen
from assistant.weights import weight_of
from index import SearchHit, terms

FIRST = 5
"""So many passages are looked at for the question's words."""


UNSAID = 0.1
"""The probability, at most, that a short question is answered where no sentence speaks of all of it."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the probability rests on; the best of what was found counts.

    ``coverage``: share of the question's words, by weight, that a sentence and its surroundings speak of. ``passage``:
    share of its words, by rarity, that stand in one passage and its headline. ``headline``: what a headline added to a
    passage's score. ``likeness``: cosine of question and sentence. ``search``: the best passage's score without the
    date's part: an archive of last year's news answers as surely as one of this week's. ``spoken``: 1 where a sentence
    speaks of all that is asked (:attr:`Reading.answers`), else 0.
    """

    coverage: float
    passage: float
    headline: float
    likeness: float
    search: float
    spoken: float


def grounds(question: Question, hits: Sequence[SearchHit], readings: Sequence[Reading], reader: Reader) -> Grounds:
    """What there is to think that the archive answers; ``hits`` and ``readings`` must not be empty."""
    asked = list(dict.fromkeys(terms(question.text)))
    rarity = dict(zip(asked, reader.rarity(asked), strict=True))
    total = sum(rarity.values()) or 1.0
    held = [set(terms(f"{hit.article.title} {hit.passage.text}")) for hit in hits[:FIRST]]
    best = hits[0].parts
    return Grounds(
        coverage=max(reading.coverage for reading in readings),
        passage=max(sum(rarity[term] for term in asked if term in found) / total for found in held),
        headline=max(hit.parts.title for hit in hits),
        likeness=max(reading.likeness for reading in readings),
        search=best.keyword + best.vector + best.title + best.lead,
        spoken=float(any(reading.answers for reading in readings)),
    )


def probability(question: Question, found: Grounds, passages: int) -> float:
    """The probability, 0 to 1, that an archive of so many passages answers, as logistic regression learned it.

    What a ground weighs goes with the logarithm of the passages: among a few, one that has the question's words is no
    accident. It is calibrated for two answerable questions to one that is not.
    """
    size = math.log10(max(1, passages))
    logit = sum(
        (weight_of("confidence", name) + size * weight_of("confidence_by_size", name)) * value
        for name, value in {"bias": 1.0, **asdict(found)}.items()
    )
    sure = 1 / (1 + math.exp(-logit))
    return min(UNSAID, sure) if is_short(question) and not found.spoken else sure


def threshold(answer_when: AnswerWhen) -> float:
    """The probability from which a question is answered."""
    return weight_of("answer_when", answer_when)
