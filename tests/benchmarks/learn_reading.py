"""Learn how sentences are weighed and how sure an answer is, and write ``assistant/weights.toml``.

    python tests/benchmarks/learn_reading.py NEWSBENCH [--archive FOLDER] [--write]

NEWSBENCH is newsbench's folder; its articles are indexed into FOLDER (a temporary one unless given; one that is indexed
already is used as it is). Needs scikit-learn, scipy.

A sentence is right where it names a right choice and no wrong one. Its weights maximise, over the questions, the
logarithm of the share that right sentences have in the softmax over all of a question's sentences, less a penalty on
their squares. Whether the archive answers is learned by logistic regression: questions with a right choice named in
the first five passages against questions about the news of another year.

What is printed is measured with weights from which the question's own week was left out (seven parts of three weeks),
and then with the weights that are written, which have seen every week.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from assistant.confidence import grounds
from assistant.evidence import gather
from assistant.questions import analyse
from assistant.reading import Reader
from assistant.settings import AssistantSettings
from assistant.signals import NAMES, matrix
from assistant.writers import answers, choose, is_short
from index import Archive, open_embedder

PENALTY = 10.0
FOLDS = 7
SURE_PENALTY = 1.0
LEVELS = {"bold": 0.2, "balanced": 0.5, "careful": 0.8}
"""From which probability each level of the setting ``answer_when`` answers."""

Numbers = NDArray[np.float64]


@dataclass
class Case:
    """One question, read: its sentences' signals, which are right and which name a wrong choice, and the grounds."""

    id: str
    week: str
    answerable: bool
    found: bool
    short_unsaid: bool
    signals: Numbers
    clean: NDArray[np.bool_]
    grounds: dict[str, float]
    right_of: Callable[[Numbers], bool]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("newsbench", type=Path)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.archive or Path(temporary)
        archive = Archive.open(folder)
        if not archive.index_dir.exists():
            shutil.copy(args.newsbench / "articles.jsonl.gz", folder)
            archive.sync()
        cases = list(read(args.newsbench, archive))
    weights = learn_and_tell(cases)
    if args.write:
        target = Path(__file__).parents[2] / "assistant" / "weights.toml"
        target.write_text(as_toml(weights), encoding="utf-8")


def read(newsbench: Path, archive: Archive):  # type: ignore[no-untyped-def]
    """Every question with its sentences."""
    score = _score(newsbench)
    reader = Reader(open_embedder("fast"), archive.document_frequencies)
    settings = AssistantSettings()
    for name in ("questions", "unanswerable"):
        with gzip.open(newsbench / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            asked = [json.loads(line) for line in lines]
        for row in asked:
            hits = archive.search(row["question"], settings.passages, None, date.fromisoformat(row["date"]))
            question = analyse(row["question"])
            readings = reader.read(question, gather(row["question"], hits, settings.evidence_tokens))
            named = [set(score.names(reading.text, row["choices"])) for reading in readings]
            right = set(row["answers"])

            def right_of(scores, readings=readings, question=question, right=right, row=row):  # type: ignore[no-untyped-def]
                from dataclasses import replace

                ordered = [replace(one, score=value) for one, value in zip(readings, scores.tolist(), strict=True)]
                ordered.sort(key=lambda one: -one.score)
                said = " ".join(one.text for one in choose(question, ordered, settings.statements))
                named = set(score.names(said, row["choices"]))
                return bool(named) and named <= right

            yield Case(
                row["id"],
                row["week"],
                name == "questions",
                any(score.names(hit.passage.text, row["answers"]) for hit in hits[:5]),
                is_short(question) and not any(answers(reading) for reading in readings),
                matrix([reading.signals for reading in readings]),
                np.array([bool(one) and one <= right for one in named], bool),
                asdict(grounds(question, hits, readings, reader)),
                right_of,
            )


def learn_and_tell(cases: list[Case]) -> dict[str, dict[str, float]]:
    """Learn from all, print what was measured out of fold and in it; the tables of ``weights.toml``."""
    weeks = sorted({case.week for case in cases})
    parts = [set(weeks[at::FOLDS]) for at in range(FOLDS)]
    apart = {part_of: sentence_weights([c for c in cases if c.week not in part]) for part in parts for part_of in part}
    sure_apart = {part_of: sureness([c for c in cases if c.week not in part]) for part in parts for part_of in part}
    every, sure = sentence_weights(cases), sureness(cases)
    held_out = {case.id: _sure(case, sure_apart[case.week]) for case in cases}
    tuned = {case.id: _sure(case, sure) for case in cases}
    for label, some in (("all weeks", weeks), ("first six weeks", weeks[:6])):
        for how, weigh, confidence in (
            ("held out", lambda case: apart[case.week], held_out),
            ("tuned", lambda case: every, tuned),
        ):
            asked = [case for case in cases if case.answerable and case.week in some]
            right = {case.id: case.right_of(case.signals @ weigh(case)) for case in asked}
            print(f"{label}, {how}: right {np.mean(list(right.values())):.3f} if all were answered;", end=" ")
            for name, level in LEVELS.items():
                kept = np.mean([right[case.id] and confidence[case.id] >= level for case in asked])
                wrongly = np.mean([confidence[case.id] < level for case in asked if case.found])
                rightly = np.mean([confidence[case.id] < level for case in cases if not case.answerable])
                print(
                    f"{name} {level:.2f}: right {kept:.3f}, declined rightly {rightly:.3f}, wrongly {wrongly:.3f};",
                    end=" ",
                )
            print()
    edges = np.quantile(list(held_out.values()), np.linspace(0, 1, 6))
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        inside = [case for case in cases if low <= held_out[case.id] <= high and (case.found or not case.answerable)]
        said, were = np.mean([held_out[c.id] for c in inside]), np.mean([c.answerable for c in inside])
        print(f"held out, said {said:.2f}: answerable {were:.2f} of {len(inside)}")
    return {
        "sentence": dict(zip(NAMES, every.tolist(), strict=True)),
        "confidence": {"bias": float(sure[0]), **dict(zip(cases[0].grounds, sure[1:].tolist(), strict=True))},
        "answer_when": LEVELS,
    }


def sentence_weights(cases: list[Case]) -> Numbers:
    """What each signal weighs."""
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


def sureness(cases: list[Case]) -> Numbers:
    """The bias and weights of the probability that the archive answers."""
    some = [case for case in cases if case.found or not case.answerable]
    values = np.array([list(case.grounds.values()) for case in some])
    mean, spread = values.mean(0), values.std(0)
    model = LogisticRegression(C=SURE_PENALTY).fit((values - mean) / spread, [case.answerable for case in some])
    weights = model.coef_[0] / spread
    return np.concatenate([model.intercept_ - mean @ weights, weights])


def as_toml(tables: dict[str, dict[str, float]]) -> str:
    """The text of ``weights.toml``."""
    lines = ["# What was learned; tests/benchmarks/learn_reading.py makes this file and assistant/weights.py reads it."]
    for table, values in tables.items():
        lines += ["", f"[{table}]", *(f"{name} = {value:.3f}" for name, value in values.items())]
    return "\n".join(lines) + "\n"


def _sure(case: Case, weights: Numbers) -> float:
    from assistant.writers import UNSAID

    logit = weights[0] + np.array(list(case.grounds.values())) @ weights[1:]
    sure = float(1 / (1 + np.exp(-logit)))
    return min(UNSAID, sure) if case.short_unsaid else sure


def _score(newsbench: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("newsbench_score", newsbench / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
