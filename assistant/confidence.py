"""How likely the archive answers a question: a probability, from how well the best of what was found speaks of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from assistant.questions import Question
from assistant.reading import Reader, Reading
from assistant.settings import AnswerWhen
from assistant.weights import weight_of
from index import SearchHit, terms

FIRST = 5
"""So many passages are looked at for the question's words."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the probability rests on; the best of what was found counts.

    ``coverage``: share of the question's words, by weight, that a sentence and its surroundings speak of.
    ``passage``: share of its words, by rarity, that stand in one passage and its headline. ``headline``: what a
    headline added to a passage's score. ``likeness``: cosine of question and sentence. ``search``: the best
    passage's score without the date's part: an archive of last year's news answers as surely as one of this week's.
    """

    coverage: float
    passage: float
    headline: float
    likeness: float
    search: float


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
    )


def probability(found: Grounds) -> float:
    """The probability, 0 to 1, that the archive answers, as logistic regression learned it on newsbench.

    It is calibrated for about two answerable questions to one that is not.
    """
    logit = weight_of("confidence", "bias") + sum(
        weight_of("confidence", name) * value for name, value in asdict(found).items()
    )
    return 1 / (1 + math.exp(-logit))


def threshold(answer_when: AnswerWhen) -> float:
    """The probability from which a question is answered."""
    return weight_of("answer_when", answer_when)
