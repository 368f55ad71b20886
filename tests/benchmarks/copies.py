"""Copies of one story: how many there are in a folder of articles, how surely, and in what time.

    python -m tests.benchmarks.copies FOLDER_OR_FILE

Found copies are held against the exact Jaccard index of what the signatures estimate, and the time against a plain
search that computes it for every pair of a sample that has anything in common.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from factories import with_marks

from index import Article, Skip
from index.copies import ALIKE, CONTAINED, elements, signature, stories, words
from index.readers import formats, read

SAMPLE = 500
MANY = 100_000
NEAR = 0.4
"""Jaccard index from which pairs that are not called copies are listed, to be read by a person."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.copies", description=__doc__)
    parser.add_argument("articles", type=Path, help="a folder of articles, or a file; it is only read")
    parser.add_argument("--pairs", action="store_true", help="list the copies found and the pairs near the threshold")
    options = parser.parse_args()
    articles = list(read_all(options.articles))
    prose = ["\n".join(article.text[span.start : span.end] for span in article.prose) for article in articles]

    began = time.perf_counter()
    signatures = np.stack([signature(text) for text in prose])
    signed = time.perf_counter()
    lengths = np.array([len(words(text)) for text in prose])
    sorted_out = time.perf_counter()
    story = stories(signatures, lengths)
    ended = time.perf_counter()
    numbers, sizes = np.unique(story, return_counts=True)
    print(
        f"{len(articles):,} articles: {(sizes > 1).sum()} stories of several, {sizes[sizes > 1].sum()} articles in them"
    )
    print(f"signatures {signed - began:.2f} s, stories {ended - sorted_out:.2f} s")

    said = [elements(text) for text in prose]
    led = [(int(number), at) for at, number in enumerate(story.tolist()) if number != at]
    leaders = {
        number: max(np.flatnonzero(story == number), key=lambda at: lengths[at]) for number in numbers[sizes > 1]
    }
    pairs = {tuple(sorted((int(leaders[number]), at))) for number, at in led} | {
        tuple(sorted((number, int(leaders[number])))) for number, _ in led
    }
    exact = {(one, other): overlap(said[one], said[other]) for one, other in pairs if one != other}
    right = sum(are_copies(*shares) for shares in exact.values())
    print(f"of {len(exact)} articles called copies of a fuller one, {right} are by the exact figures")

    sample = sorted(random.Random(0).sample(range(len(said)), min(SAMPLE, len(said))))
    began = time.perf_counter()
    stories(signatures[sample], lengths[sample])
    fast = time.perf_counter() - began
    began = time.perf_counter()
    plain = [pair for pair in touching(said, sample) if are_copies(*overlap(said[pair[0]], said[pair[1]]))]
    slow = time.perf_counter() - began
    missed = sum(story[one] != story[other] for one, other in plain)
    print(f"sample of {len(sample)}: {fast:.3f} s, plainly {slow:.2f} s; {missed} of {len(plain)} copies missed")
    measure_many(signatures, lengths)
    if options.pairs:
        list_pairs(articles, exact, said, story, signatures)


def read_all(path: Path) -> Iterator[Article]:
    endings = tuple(ending for form in formats() for ending in form.endings)
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.name.lower().endswith(endings))
    for file in files:
        with file.open("rb") as stream:
            for found in read(file.name, stream, 1 << 30):
                if not isinstance(found, Skip):
                    yield with_marks(found)


def overlap(one: set[str], other: set[str]) -> tuple[float, float]:
    """The exact Jaccard index, and the share of the shorter that stands in the longer."""
    shared = len(one & other)
    return shared / max(1, len(one | other)), shared / max(1, min(len(one), len(other)))


def are_copies(jaccard: float, contained: float) -> bool:
    return jaccard >= ALIKE or (contained >= CONTAINED[0] and jaccard >= CONTAINED[1])


def touching(said: list[set[str]], rows: list[int]) -> set[tuple[int, int]]:
    """Every pair of ``rows`` that has anything in common."""
    holders = defaultdict(list)
    for row in rows:
        for element in said[row]:
            holders[element].append(row)
    return {pair for found in holders.values() for pair in combinations(found, 2)}


def measure_many(signatures: np.ndarray, lengths: np.ndarray) -> None:
    """The time for ``MANY`` articles: these, each with minima of its own, and a tenth of them with a copy."""
    rng = np.random.default_rng(0)
    rows = np.resize(signatures, (MANY, signatures.shape[1])) ^ rng.integers(0, 1 << 32, (MANY, 1), dtype=np.uint32)
    copied = rng.choice(MANY, MANY // 10, replace=False)
    changed = rng.random((len(copied), rows.shape[1])) < 0.1
    rows[copied] = np.where(changed, rows[copied], rows[np.roll(copied, 1)])
    began = time.perf_counter()
    stories(rows, np.resize(lengths, MANY))
    print(f"stories of {MANY:,} articles: {time.perf_counter() - began:.1f} s")


def list_pairs(
    articles: list[Article], exact: dict, said: list[set[str]], story: np.ndarray, signatures: np.ndarray
) -> None:
    print("called copies")
    for (one, other), shares in sorted(exact.items(), key=lambda item: item[1]):
        show(articles[one], articles[other], shares)
    print("near, and not called copies")
    near = {}
    for one, row in enumerate(signatures):
        for at in np.flatnonzero((signatures[one + 1 :] == row).mean(axis=1) >= NEAR - 0.1) + one + 1:
            if story[one] != story[at]:
                near[one, int(at)] = overlap(said[one], said[at])
    for (one, other), shares in sorted(near.items(), key=lambda item: item[1], reverse=True):
        if shares[0] >= NEAR:
            show(articles[one], articles[other], shares)


def show(one: Article, other: Article, shares: tuple[float, float]) -> None:
    print(f"  {shares[0]:.2f} {shares[1]:.2f}  {one.url or one.path}  {other.url or other.path}")


if __name__ == "__main__":
    main()
