"""Learn how much of a sentence its passages must speak of: the part ``checking`` of ``assistant/weights.toml``.

    python -m tests.benchmarks.learn_claims [--write]

Needs scikit-learn. Learned from ``claims_tuning.toml`` alone: the sentences that are supported against those that are
unsupported by what they speak of (:data:`UNSPOKEN_WAYS`). What is printed is measured with
weights that have not seen the sentence's own story.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import astuple
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from assistant.alignment import Ground, Source
from assistant.checking import NAMES, signals
from assistant.clauses import Line
from assistant.likeness import Likeness
from assistant.types import Citation
from index import open_embedder
from tests.benchmarks.claims import pairs

UNSPOKEN_WAYS = ("citation", "unstated", "extrapolation")
"""The ways in which a sentence says something of which its passage does not speak."""

PENALTY = 0.5
REFUSED = 0.02
"""The share of supported tuning sentences that the threshold may refuse, on stories that the weights have not seen."""

FOLDS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows, supported, stories = read()
    mean, spread = rows.mean(0), rows.std(0) + 1e-9
    scaled = (rows - mean) / spread
    order = sorted(set(stories))
    part = np.array([order.index(story) % FOLDS for story in stories])
    unseen = np.zeros(len(rows))
    for fold in range(FOLDS):
        model = LogisticRegression(C=PENALTY, class_weight="balanced").fit(
            scaled[part != fold], supported[part != fold]
        )
        unseen[part == fold] = model.predict_proba(scaled[part == fold])[:, 1]
    threshold = float(np.quantile(unseen[supported], REFUSED))
    print(
        f"unseen stories: threshold {threshold:.3f}, "
        f"caught {np.mean(unseen[~supported] < threshold):.3f} at {REFUSED:.0%} refused"
    )
    for share in (0.01, 0.03, 0.05, 0.08):
        at = np.quantile(unseen[supported], share)
        print(f"  at {share:.0%} refused: caught {np.mean(unseen[~supported] < at):.3f} (threshold {at:.3f})")
    model = LogisticRegression(C=PENALTY, class_weight="balanced").fit(scaled, supported)
    weights = model.coef_[0] / spread
    table = {"bias": float(model.intercept_[0] - mean @ weights), **dict(zip(NAMES, weights.tolist(), strict=True))}
    table["supported"] = threshold
    text = "\n".join(f"{name} = {value:.3f}" for name, value in table.items())
    print(text)
    if options.write:
        target = Path(__file__).parents[2] / "assistant" / "weights.toml"
        kept = re.sub(r"\n\[checking\]\n[^\[]*", "", target.read_text(encoding="utf-8"))
        target.write_text(f"{kept.rstrip()}\n\n[checking]\n{text}\n", encoding="utf-8")


def read() -> tuple[NDArray[np.float64], NDArray[np.bool_], list[str]]:
    """Signals, whether supported, and the story, of every tuning sentence that is learned from."""
    like = Likeness(open_embedder("fast"))
    found = [pair for pair in pairs("tuning") if pair.way in ("", *UNSPOKEN_WAYS)]
    rows, supported, stories = [], [], []
    for pair in found:
        rows.append(astuple(signals(_ground(pair.sentence, pair.cited, like), like)))
        supported.append(not pair.way)
        stories.append(pair.cited.article.id)
    return np.array(rows), np.array(supported), stories


def _ground(sentence: str, cited: Citation, like: Likeness) -> Ground:
    article = cited.article
    sources = [
        Source(Line(article.text[span.start : span.end], span.start), 0, article.published)
        for span in article.sentences
        if span.start < cited.end
    ]
    return Ground(Line(sentence), sources, like)


if __name__ == "__main__":
    main()
