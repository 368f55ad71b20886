"""Learn how sentences are weighed and how sure an answer is, and write ``assistant/weights.toml``.

    python -m tests.benchmarks.learn_reading NEWSBENCH [--archive FOLDER] [--write]

NEWSBENCH is newsbench's folder; its articles are indexed into FOLDER (a temporary one unless given; one that is indexed
already is used as it is). Needs scikit-learn and scipy.

A sentence is right where it names a right choice and no wrong one. Its weights maximise, over the questions, the
logarithm of the share that right sentences have in the softmax over all of a question's sentences, less a penalty on
their squares.

Whether the archive answers is learned by logistic regression from questions with a right choice named in the first five
passages against questions that it does not answer: of newsbench, asked of all of it and of archives of 1, 10 and 100 of
its articles, where the others' questions are the unanswered ones; the short questions of ``short_questions.toml``; and
those on the published seed article. Each of these sets weighs alike.

What is printed is measured with weights from which the question's own week was left out (seven parts of three weeks),
and then with the weights that are written, which have seen every week.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import random
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.confidence import UNSAID, Grounds, grounds
from assistant.evidence import gather
from assistant.questions import Question, analyse
from assistant.reading import Reader, Reading, is_short
from assistant.settings import AssistantSettings
from assistant.signals import NAMES, matrix
from assistant.writers import choose
from index import Archive, SearchHit, open_embedder
from tests.seed_questions import ASKED

PENALTY = 10.0
FOLDS = 7
SMALL = {1: 25, 10: 20, 100: 8}
"""Articles of a small archive, and how many such archives are made."""

ANSWERED_OF_SMALL = 4
"""One of so many articles of a small archive is a question's own."""

OTHERS = 11
"""Questions, of each kind, that a small archive does not answer."""

LEVELS = {"bold": 0.2, "balanced": 0.4, "careful": 0.7}
"""From which probability each level of the setting ``answer_when`` answers."""

_HERE = Path(__file__).parent

Numbers = NDArray[np.float64]


@dataclass
class Sure:
    """What a question and an archive give to think that the one answers the other, and whether it does."""

    kind: str
    part: str
    answerable: bool
    values: Numbers
    unsaid: bool


@dataclass
class Case:
    """One question, read: its sentences' signals, which are right, and how sure an answer is."""

    id: str
    week: str
    answerable: bool
    found: bool
    sure: Sure
    signals: Numbers
    clean: NDArray[np.bool_]
    right_of: Callable[[Numbers], bool]


class Asked:
    """An archive to be asked."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.reader = Reader(open_embedder("fast"), archive.document_frequencies)
        self._settings = AssistantSettings()
        self.statements = self._settings.statements

    def read(self, text: str, day: date) -> tuple[Question, list[SearchHit], list[Reading]]:
        """The question taken apart, its passages and its sentences."""
        hits = self.archive.search(text, self._settings.passages, None, day)
        question = analyse(text)
        return question, hits, self.reader.read(question, gather(text, hits, self._settings.evidence_tokens))

    def sure(
        self, kind: str, part: str, answerable: bool, read: tuple[Question, list[SearchHit], list[Reading]]
    ) -> Sure:
        """What the question and this archive give."""
        question, hits, readings = read
        found = grounds(question, hits, readings, self.reader)
        values = np.array([1.0, *asdict(found).values()])
        size = np.log10(max(1, self.reader.passages()))
        unsaid = is_short(question) and not found.spoken
        return Sure(kind, part, answerable, np.concatenate([values, size * values]), unsaid)


class Newsbench:
    """Its articles and questions, and how it names answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.questions = self._rows("questions")
        self.unanswerable = self._rows("unanswerable")
        spec = importlib.util.spec_from_file_location("newsbench_score", folder / "score.py")
        assert spec is not None and spec.loader is not None
        self._score: ModuleType = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._score)

    def articles(self) -> list[dict[str, Any]]:
        """The articles."""
        return self._rows("articles")

    def named(self, text: str, choices: Sequence[str]) -> set[str]:
        """Those of some choices that a text names."""
        return set(self._score.names(text, choices))

    def _rows(self, name: str) -> list[dict[str, Any]]:
        with gzip.open(self.folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("newsbench", type=Path)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    newsbench = Newsbench(args.newsbench)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.archive or Path(temporary)
        archive = Archive.open(folder)
        if not archive.index_dir.exists():
            shutil.copy(args.newsbench / "articles.jsonl.gz", folder)
            archive.sync()
        asked = Asked(archive)
        cases = list(read(newsbench, asked))
        short = list(short_questions(asked))
    others = [*short, *small_archives(newsbench), *seed()]
    weights = learn_and_tell(cases, others)
    if args.write:
        target = _HERE.parents[1] / "assistant" / "weights.toml"
        # what others learn stands there too
        kept = tomllib.loads(target.read_text(encoding="utf-8"))
        target.write_text(as_toml(kept | weights), encoding="utf-8")


def read(newsbench: Newsbench, asked: Asked) -> Iterator[Case]:
    """Every question with its sentences."""
    every = [(row, True) for row in newsbench.questions] + [(row, False) for row in newsbench.unanswerable]
    for row, answerable in every:
        question, hits, readings = found = asked.read(row["question"], date.fromisoformat(row["date"]))
        right, choices = set(row["answers"] if answerable else ()), row.get("choices", ())
        named = [newsbench.named(reading.text, choices) for reading in readings]

        def right_of(
            scores: Numbers,
            readings: list[Reading] = readings,
            question: Question = question,
            right: set[str] = right,
            choices: Sequence[str] = choices,
        ) -> bool:
            ordered = [replace(one, score=value) for one, value in zip(readings, scores.tolist(), strict=True)]
            ordered.sort(key=lambda one: -one.score)
            said = newsbench.named(" ".join(one.text for one in choose(question, ordered, asked.statements)), choices)
            return bool(said) and said <= right

        yield Case(
            row["id"],
            row["week"],
            answerable,
            any(newsbench.named(hit.passage.text, list(right)) for hit in hits[:5]),
            asked.sure("all articles", row["week"], answerable, found),
            matrix([reading.signals for reading in readings]),
            np.array([bool(one) and one <= right for one in named], bool),
            right_of,
        )


def short_questions(asked: Asked) -> Iterator[Sure]:
    """The short questions that are within reach, and those that are to be declined."""
    rows = tomllib.loads((_HERE / "short_questions.toml").read_text(encoding="utf-8"))
    day = date.fromisoformat(rows["as_of"])
    every = [*rows["answered"].items(), *((text, ()) for text in rows["unanswered"]["list"])]
    for at, (text, answers) in enumerate(every):
        found = asked.read(text, day)
        if not answers or any(answer in hit.passage.text for hit in found[1][:5] for answer in answers):
            yield asked.sure("short", f"part {at % FOLDS}", bool(answers), found)


def seed() -> Iterator[Sure]:
    """The questions on the published seed article."""
    with indexed([], _HERE.parents[1] / "seeds") as asked:
        for at, (text, answer) in enumerate(ASKED):
            found = asked.read(text, date.today())
            if found[2]:
                yield asked.sure("one article", f"part {at % FOLDS}", bool(answer), found)


def small_archives(newsbench: Newsbench) -> Iterator[Sure]:
    """Questions asked of a few of the articles, some of them the question's own."""
    articles = {row["url"]: row for row in newsbench.articles()}
    owned = [row for row in newsbench.questions if any(url in articles for url in row["gold_urls"])]
    chance = random.Random(7)
    for size, times in SMALL.items():
        for _ in range(times):
            asked_of = chance.sample(owned, max(1, size // ANSWERED_OF_SMALL))
            own = {url for row in asked_of for url in row["gold_urls"] if url in articles}
            rest = chance.sample(sorted(articles.keys() - own), max(0, size - len(own)))
            held = [articles[url] for url in (*sorted(own), *rest)]
            text = " ".join(f"{row['title']} {row['text']}" for row in held)
            foreign = [row for row in newsbench.questions if not newsbench.named(text, row["answers"])]
            others = chance.sample(foreign, min(OTHERS, len(foreign))) + chance.sample(newsbench.unanswerable, OTHERS)
            with indexed(held) as asked:
                for row in asked_of + others:
                    found = asked.read(row["question"], date.fromisoformat(row["date"]))
                    answers = row["answers"] if row in asked_of else []
                    within_reach = any(newsbench.named(hit.passage.text, answers) for hit in found[1][:5])
                    if found[2] and (within_reach or row not in asked_of):
                        yield asked.sure(f"{size} of the articles", row["week"], row in asked_of, found)


@contextmanager
def indexed(articles: Sequence[dict[str, Any]], copy_of: Path | None = None) -> Iterator[Asked]:
    """An archive of these articles, or of a copy of a folder, while it is needed."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "articles"
        if copy_of:
            shutil.copytree(copy_of, folder, ignore=shutil.ignore_patterns(".byline"))
        else:
            folder.mkdir()
            (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
        archive = Archive.open(folder)
        archive.sync()
        yield Asked(archive)


def learn_and_tell(cases: list[Case], others: list[Sure]) -> dict[str, dict[str, float]]:
    """Learn from all, print what was measured out of fold and in it; the tables of ``weights.toml``."""
    weeks = sorted({case.week for case in cases})
    parts = [{*weeks[at::FOLDS], f"part {at}"} for at in range(FOLDS)]
    every_sure = [case.sure for case in cases if case.found or not case.answerable] + others
    apart = {name: sentence_weights([c for c in cases if c.week not in part]) for part in parts for name in part}
    sure_apart = {name: sureness([s for s in every_sure if s.part not in part]) for part in parts for name in part}
    every, sure = sentence_weights(cases), sureness(every_sure)
    for label, some in (("all weeks", weeks), ("first six weeks", weeks[:6])):
        for how, weigh, of in (
            ("held out", lambda case: apart[case.week], lambda one: sure_apart[one.part]),
            ("tuned", lambda case: every, lambda one: sure),
        ):
            asked = [case for case in cases if case.answerable and case.week in some]
            right = {case.id: case.right_of(case.signals @ weigh(case)) for case in asked}
            print(f"{label}, {how}: right {np.mean(list(right.values())):.3f} if all were answered")
            for name, level in LEVELS.items():
                kept = np.mean([right[case.id] and _sure(case.sure, of(case.sure)) >= level for case in asked])
                told = _declined([case.sure for case in asked if case.found], of, level)
                rightly = _declined([case.sure for case in cases if not case.answerable], of, level)
                print(f"  {name} {level:.2f}: right {kept:.3f}, declined rightly {rightly:.3f}, wrongly {told:.3f}")
    for kind in dict.fromkeys(one.kind for one in every_sure):
        print(f"{kind}, held out:", end="")
        for name, level in LEVELS.items():
            shares = [
                _declined(
                    [s for s in every_sure if s.kind == kind and s.answerable == side], sure_of(sure_apart), level
                )
                for side in (False, True)
            ]
            print(f" {name}: declined rightly {shares[0]:.3f}, wrongly {shares[1]:.3f};", end="")
        print()
    held_out = np.array([_sure(one, sure_apart[one.part]) for one in every_sure])
    balance = _balance(every_sure)
    were = np.array([one.answerable for one in every_sure])
    edges = np.linspace(0, 1, 6)
    for low, high in pairwise(edges):
        inside = (held_out >= low) & (held_out <= high)
        print(
            f"held out, said {np.average(held_out[inside], weights=balance[inside]):.2f}: "
            f"answerable {np.average(were[inside], weights=balance[inside]):.2f} of {inside.sum()}"
        )
    names = ["bias", *(one.name for one in fields(Grounds))]
    return {
        "sentence": dict(zip(NAMES, every.tolist(), strict=True)),
        "confidence": dict(zip(names, sure[: len(names)].tolist(), strict=True)),
        "confidence_by_size": dict(zip(names, sure[len(names) :].tolist(), strict=True)),
        "answer_when": LEVELS,
    }


def sure_of(apart: dict[str, Numbers]) -> Callable[[Sure], Numbers]:
    """The weights that have not seen a question."""
    return lambda one: apart[one.part]


def _declined(some: Sequence[Sure], of: Callable[[Sure], Numbers], level: float) -> float:
    return float(np.mean([_sure(one, of(one)) < level for one in some]))


def sentence_weights(cases: list[Case]) -> Numbers:
    """What each signal weighs."""
    from scipy.optimize import minimize

    some = [case for case in cases if case.answerable and case.clean.any()]
    stacked = np.vstack([case.signals for case in some])
    spread = stacked.std(0) + 1e-9
    stacked = stacked / spread
    clean = np.concatenate([case.clean for case in some])
    sizes = np.array([len(case.clean) for case in some])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        scores = stacked @ weights
        raised = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        total, good = np.add.reduceat(raised, starts), np.add.reduceat(raised * clean, starts) + 1e-12
        slope = stacked.T @ (raised / np.repeat(total, sizes) - raised * clean / np.repeat(good, sizes))
        return float(-np.log(good / total).sum() + PENALTY * weights @ weights), slope + 2 * PENALTY * weights

    found: Numbers = minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B").x / spread
    return found


def sureness(some: list[Sure]) -> Numbers:
    """The bias and weights of the probability that the archive answers, and how they go with its size."""
    from sklearn.linear_model import LogisticRegression

    values = np.array([one.values for one in some])
    mean, spread = values.mean(0), values.std(0)
    mean[0], spread[0] = 0, 1  # the bias
    balance = _balance(some)
    model = LogisticRegression(max_iter=2000)
    model.fit(((values - mean) / spread)[:, 1:], [one.answerable for one in some], sample_weight=balance)
    weights = model.coef_[0] / spread[1:]
    return np.concatenate([model.intercept_ - mean[1:] @ weights, weights])


def _balance(some: Sequence[Sure]) -> Numbers:
    """What each weighs: the sets alike, and in each two questions that are answered to one that is not."""
    of = [(one.kind, one.answerable) for one in some]
    return np.array(
        [len(some) / 15 * (2 if answerable else 1) / of.count((kind, answerable)) for kind, answerable in of]
    )


def as_toml(tables: dict[str, dict[str, float]]) -> str:
    """The text of ``weights.toml``."""
    lines = ["# What was learned, by learn_reading.py and learn_claims.py in tests/benchmarks; weights.py reads it."]
    for table, values in tables.items():
        lines += ["", f"[{table}]", *(f"{name} = {value:.3f}" for name, value in values.items())]
    return "\n".join(lines) + "\n"


def _sure(one: Sure, weights: Numbers) -> float:
    sure = float(1 / (1 + np.exp(-(one.values @ weights))))
    return min(UNSAID, sure) if one.unsaid else sure


if __name__ == "__main__":
    main()
