"""How well an archive is answered from: questions asked one by one, figures, and where each loss lies.

The figures are newsbench's, so that runs of other programs can be set beside them.
"""

from __future__ import annotations

import math
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, NamedTuple

from assistant.assistant import Assistant
from assistant.cases import Case
from assistant.errors import CasesUnreadable, PredictionsRefused
from assistant.predictions import Prediction, PredictionsFile, made_with, predict
from assistant.types import Answer
from index import ArticleMissing, Progress, SearchHit

DEPTH = 20
"""Passages looked at for each question."""

FIRST = 5
"""Among how many passages the answer must stand for declining to be wrong."""

Loss = Literal[
    "article not retrieved",
    "answer in no passage",
    "passage not among the first",
    "wrongly declined",
    "sentence not chosen",
    "rival named as well",
    "answered, not declined",
]
"""Why a question is not answered rightly: the first step on the way that went wrong."""

LOSSES: Mapping[Loss, str] = {
    "article not retrieved": f"the article known to answer is in none of the {DEPTH} passages",
    "answer in no passage": f"the right answer is named in none of the {DEPTH} passages",
    "passage not among the first": f"a passage names the right answer, but none of the first {FIRST}",
    "wrongly declined": f"one of the first {FIRST} passages names the right answer, and the question was declined",
    "sentence not chosen": f"one of the first {FIRST} passages names the right answer, and the answer does not",
    "rival named as well": "the answer names the right answer, and a wrong one",
    "answered, not declined": "the archive does not answer, and the question was not declined",
}
"""Each loss with what it means, in the order of the way from question to answer."""


def _first(k: int) -> str:
    return "the first passage" if k == 1 else f"the first {k} passages"


FIGURES: Mapping[str, str] = {
    **{f"recall@{k}": f"the right answer is named in {_first(k)}" for k in (1, 5, 10, DEPTH)},
    **{
        f"gold@{k}": f"of questions whose article is known: it gave {'' if k == 1 else 'one of '}{_first(k)}"
        for k in (1, 5, 10)
    },
    "right": "the answer names the right answer and no wrong one",
    "cited": "of those: the quotes name it as well",
    "verbatim": "quotes that stand in the article exactly where they are said to",
    "declined_wrongly": f"declined although one of the first {FIRST} passages names the right answer",
    "declined_rightly": "of questions that the archive does not answer: declined",
}
"""Each figure with what it is the share of; all but the last are of questions that the archive is thought to answer."""

_WORD = re.compile("[a-z0-9]+")


def normalised(text: str) -> str:
    """``text`` as wordings are compared: runs of a to z and 0 to 9 in lower case, a space around each."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


def named(text: str, wordings: Iterable[str]) -> tuple[str, ...]:
    """Those of ``wordings`` that ``text`` names."""
    text = normalised(text)
    return tuple(wording for wording in wordings if normalised(wording) in text)


@dataclass(frozen=True)
class Result:
    """A question, what was made of it, and for each citation whether its quote stands where it is said to."""

    case: Case
    prediction: Prediction
    verbatim: tuple[bool, ...]

    @property
    def is_scored(self) -> bool:
        """Whether it is known what the right answer is, and thought that the archive gives it."""
        return self.case.answerable and bool(self.case.answers)

    @cached_property
    def answer_rank(self) -> int | None:
        """The first passage that names a right answer, counted from 1; None where none does."""
        return _rank(bool(named(passage.text, self.case.answers)) for passage in self.prediction.passages)

    @cached_property
    def gold_rank(self) -> int | None:
        """The first passage of an article that is known to answer, counted from 1; None where none is."""
        return _rank(passage.url in self.case.gold_urls for passage in self.prediction.passages)

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The choices, or else the right answers, that the answer names."""
        return named(self.prediction.answer, self.case.choices or self.case.answers)

    @property
    def is_right(self) -> bool:
        """Whether the answer names a right answer and no wrong one."""
        return not self.prediction.abstained and bool(self.said) and set(self.said) <= set(self.case.answers)

    @property
    def is_cited(self) -> bool:
        """Whether one of the quotes names a right answer."""
        return any(named(citation.quote, self.case.answers) for citation in self.prediction.citations)

    @property
    def is_within_reach(self) -> bool:
        """Whether one of the first passages names a right answer, so that declining is wrong."""
        return self.is_scored and _within(self.answer_rank, FIRST)

    @property
    def loss(self) -> Loss | None:
        """What went wrong first; None where nothing did, or nothing is known of the right answer."""
        if not self.case.answerable:
            return None if self.prediction.abstained else "answered, not declined"
        if self.is_right:
            return None
        if not self.prediction.abstained and set(self.said) & set(self.case.answers):
            return "rival named as well"
        if self.answer_rank is None and self.case.gold_urls and self.gold_rank is None:
            return "article not retrieved"
        if not self.is_scored:
            return None
        if self.answer_rank is None:
            return "answer in no passage"
        if not self.is_within_reach:
            return "passage not among the first"
        return "wrongly declined" if self.prediction.abstained else "sentence not chosen"


@dataclass(frozen=True, slots=True)
class Lost:
    """How many questions were lost in one way, and their share of those that could be."""

    count: int
    share: float


class TradeOff(NamedTuple):
    """What declining below a threshold of confidence would come to: the figures of the same names."""

    threshold: float
    declined_wrongly: float
    declined_rightly: float


@dataclass(frozen=True)
class Evaluation:
    """Every question with what was made of it, and what the answers depend on (see :attr:`Prediction.made_with`)."""

    results: tuple[Result, ...]
    made_with: Mapping[str, object]

    @property
    def scored(self) -> tuple[Result, ...]:
        """Questions that the archive is thought to answer, whose right answer is known."""
        return tuple(result for result in self.results if result.is_scored)

    @property
    def unanswerable(self) -> tuple[Result, ...]:
        """Questions that the archive is thought not to answer."""
        return tuple(result for result in self.results if not result.case.answerable)

    @property
    def figures(self) -> dict[str, float | None]:
        """The shares of :data:`FIGURES`, 0 to 1; None where no question tells."""
        right = [result for result in self.scored if result.is_right]
        return {
            **{f"recall@{k}": self.recall(k) for k in (1, 5, 10, DEPTH)},
            **{f"gold@{k}": self.gold(k) for k in (1, 5, 10)},
            "right": _share(result.is_right for result in self.scored),
            "cited": _share(result.is_cited for result in right),
            "verbatim": _share(exact for result in self.results for exact in result.verbatim),
            "declined_wrongly": _share(r.prediction.abstained for r in self.scored if r.is_within_reach),
            "declined_rightly": _share(result.prediction.abstained for result in self.unanswerable),
        }

    @property
    def losses(self) -> dict[Loss, Lost]:
        """How many questions were lost to what, in the order of the way from question to answer."""
        counted = Counter(result.loss for result in self.results)
        told = sum(result.is_scored or bool(result.case.gold_urls) for result in self.results if result.case.answerable)
        of = {loss: len(self.unanswerable) if loss == "answered, not declined" else told for loss in LOSSES}
        return {loss: Lost(counted[loss], counted[loss] / of[loss] if of[loss] else 0.0) for loss in LOSSES}

    @property
    def trade_off(self) -> list[TradeOff]:
        """What each threshold of confidence would come to, lowest first; none where confidences are not known."""
        wrongly = [r.prediction.confidence for r in self.scored if r.is_within_reach]
        rightly = [r.prediction.confidence for r in self.unanswerable]
        known = sorted({c for c in (*wrongly, *rightly) if c is not None})
        if not wrongly or not rightly or None in wrongly or None in rightly:
            return []

        def below(confidences: Sequence[float | None], threshold: float) -> float:
            return _share(c is not None and c < threshold for c in confidences) or 0.0

        return [
            TradeOff(t, below(wrongly, t), below(rightly, t)) for t in (*known, math.nextafter(known[-1], math.inf))
        ]

    @staticmethod
    def meaning(name: str) -> str:
        """What the figure or the loss of this name says."""
        return dict((*FIGURES.items(), *LOSSES.items()))[name]

    def recall(self, k: int) -> float | None:
        """The share of scored questions with a right answer named in the first ``k`` passages, 20 at most."""
        return _share(_within(result.answer_rank, k) for result in self.scored)

    def gold(self, k: int) -> float | None:
        """The share of questions whose article is known with it among the first ``k`` passages, 20 at most."""
        return _share(
            _within(result.gold_rank, k) for result in self.results if result.case.answerable and result.case.gold_urls
        )

    def seconds(self, share: float) -> float:
        """The time in seconds within which ``share`` of the questions were answered: 0.5 gives the median."""
        times = sorted(result.prediction.seconds for result in self.results)
        return times[max(0, math.ceil(share * len(times)) - 1)]


def evaluate(
    assistant: Assistant,
    cases: Sequence[Case],
    predictions: str | os.PathLike[str] | None = None,
    *,
    progress: Progress | None = None,
) -> Evaluation:
    """Ask the questions and see how they were answered.

    Args:
        assistant: who is asked.
        cases: the questions; see :func:`read_cases`.
        predictions: a file to which each prediction is added as it is made. Those that are there already are not made
            again, so that a run that was stopped goes on. None keeps them in memory alone.
        progress: told how many questions have been asked.

    Raises:
        CasesUnreadable: there is no question, an id stands twice, or a question is too long to be asked.
        PredictionsRefused: the file holds something else, or was made from other contents, settings or wordings.
        ArchiveError, EmbedderError: the archive cannot be searched; a fault is never a declined question.
        OSError: the file of predictions cannot be read or written.
    """
    tell = progress or (lambda *_: None)
    _check(assistant, cases)
    made = made_with(assistant)
    file = PredictionsFile(predictions) if predictions is not None else None
    done = _kept(file, cases, made) if file else {}
    missing = [case for case in cases if case.id not in done]
    with file.appending() if file else _nowhere() as add:
        if missing:
            # the first question of a process waits for the models, which is no part of answering it
            assistant.ask(missing[0].question)
        tell("asking", len(cases) - len(missing), len(cases))
        for number, case in enumerate(missing, start=len(cases) - len(missing) + 1):
            prediction = _ask(assistant, case, made)
            if made_with(assistant) != made:
                raise PredictionsRefused(
                    "The archive was indexed anew while its questions were asked. Start again"
                    + (f", with another file than {file.path}." if file else ".")
                )
            add(prediction)
            done[case.id] = prediction
            tell("asking", number, len(cases))
    text_of = cache(lambda article_id: _text_of(assistant, article_id))
    return Evaluation(tuple(_result(case, done[case.id], text_of) for case in cases), made)


def _check(assistant: Assistant, cases: Sequence[Case]) -> None:
    if not cases:
        raise CasesUnreadable("There is no question to ask.")
    twice = [id_ for id_, times in Counter(case.id for case in cases).items() if times > 1]
    if twice:
        raise CasesUnreadable(f"Two questions have the id {twice[0]!r}. Give each its own.")
    longest = assistant.settings.question_characters
    for case in cases:
        if len(case.question) > longest:
            raise CasesUnreadable(f"The question {case.id!r} is longer than the {longest:,} characters that are read.")


def _kept(file: PredictionsFile, cases: Sequence[Case], made: Mapping[str, object]) -> dict[str, Prediction]:
    done = {prediction.id: prediction for prediction in file.read()}
    for prediction in done.values():
        if prediction.made_with != made:
            raise PredictionsRefused(f"{file.path} was made otherwise: {_difference(prediction.made_with, made)}.")
    for case in cases:
        kept = done.get(case.id)
        if kept and (kept.question, kept.asked_on) != (case.question, case.asked_on and case.asked_on.isoformat()):
            raise PredictionsRefused(f"{file.path} has another wording or day of the question {case.id!r}.")
    return done


def _difference(old: Mapping[str, object], new: Mapping[str, object]) -> str:
    name = next(name for name in {**new, **old} if old.get(name) != new.get(name))
    if name in ("generation", "contents"):
        return "the archive was indexed anew since, or is another"
    return f"{name} was {old.get(name)}, and is {new.get(name)}"


@contextmanager
def _nowhere() -> Iterator[Callable[[Prediction], None]]:
    yield lambda _: None


def _ask(assistant: Assistant, case: Case, made: Mapping[str, object]) -> Prediction:
    began = time.perf_counter()
    answer = assistant.ask(case.question, as_of=case.asked_on)
    seconds = time.perf_counter() - began
    return predict(case, answer, _passages(assistant, case, answer), seconds, made)


def _passages(assistant: Assistant, case: Case, answer: Answer) -> list[SearchHit]:
    """Those that the answer was read from, and then more, as far as :data:`DEPTH`."""
    hits = list(answer.nearest[:DEPTH])
    if len(hits) < DEPTH:
        seen = [(hit.article.id, hit.passage.start, hit.passage.end) for hit in hits]
        for hit in assistant.search(case.question, DEPTH, as_of=case.asked_on):
            # a deeper search may draw the bounds of a passage otherwise
            if not any(
                hit.article.id == id_ and hit.passage.start < end and start < hit.passage.end
                for id_, start, end in seen
            ):
                hits.append(hit)
    return hits[:DEPTH]


def _result(case: Case, prediction: Prediction, text_of: Callable[[str], str]) -> Result:
    verbatim = tuple(
        text_of(citation.article)[citation.start : citation.end] == citation.quote for citation in prediction.citations
    )
    return Result(case, prediction, verbatim)


def _text_of(assistant: Assistant, article_id: str) -> str:
    try:
        return assistant.archive.article(article_id).text
    except ArticleMissing:
        return ""


def _rank(hits: Iterable[bool]) -> int | None:
    return next((rank for rank, hit in enumerate(hits, start=1) if hit), None)


def _within(rank: int | None, k: int) -> bool:
    return rank is not None and rank <= k


def _share(hits: Iterable[bool]) -> float | None:
    counted = list(hits)
    return round(sum(counted) / len(counted), 4) if counted else None
