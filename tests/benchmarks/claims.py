"""How well sentences are checked against the passages they cite, on invented news.

    python -m tests.benchmarks.claims [--tuning] [--failures]

``claims_held_out.toml`` and ``claims_fresh.toml`` report; the checker was tuned on the files of :data:`TUNING`.
Balanced accuracy is the mean of the share of supported sentences that pass and the share of broken ones that do not.
"""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.checking import Check, Checker
from assistant.types import Citation
from index import Article, open_embedder
from index.sentences import split_sentences

WAYS = (
    "number", "date", "name", "place", "roles", "negation", "hedging", "attribution", "merged", "citation",
    "extrapolation", "unstated",
)  # fmt: skip
"""The ways in which sentences are broken; ``citation``: supported by another paragraph of the article than the one
cited; ``unstated``: true, or it may be, but not in the passage."""

TUNING = ("tuning", "national", "abroad", "business", "america", "science")
"""The files whose pairs may be looked at one by one."""

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Pair:
    """A sentence, the passage it cites, and how it is broken (``""``: it is supported)."""

    sentence: str
    cited: Citation
    way: str


def pairs(name: str) -> Iterator[Pair]:
    """The pairs of ``claims_NAME.toml``."""
    with (HERE / f"claims_{name}.toml").open("rb") as file:
        stories = tomllib.load(file)["story"]
    for number, story in enumerate(stories):
        text = story["text"] + ("\n\n" + story["elsewhere"] if "elsewhere" in story else "")
        spans = split_sentences(text, 0, len(text))
        article = Article(f"{name}{number}", story["topic"], text, published=story["day"], sentences=tuple(spans))
        cited = Citation(article, 0, len(story["text"]))
        for way in ("supported", *WAYS):
            for sentence in story.get(way, ()):
                yield Pair(sentence, cited, "" if way == "supported" else way)


def measure_claims(name: str = "held_out", failures: bool = False) -> tuple[float, float]:
    """Print the figures; returns the balanced accuracy and the share of supported sentences that are refused."""
    checker = Checker(open_embedder("fast"))
    passed: dict[str, list[bool]] = defaultdict(list)
    wrong: list[tuple[Pair, Check]] = []
    for pair in pairs(name):
        check = checker.check(pair.sentence, [pair.cited])
        passed[pair.way].append(check.supported)
        if check.supported != (not pair.way):
            wrong.append((pair, check))
    refused = 1 - sum(passed[""]) / len(passed[""])
    broken = [not ok for way, checks in passed.items() if way for ok in checks]
    caught = sum(broken) / len(broken)
    balanced = (1 - refused + caught) / 2
    total = len(passed[""]) + len(broken)
    print(
        f"claims {name}: balanced accuracy {balanced:.3f} over {total} pairs, "
        f"supported refused {refused:.1%}, broken caught {caught:.1%}"
    )
    print(
        "  " + ", ".join(f"{way} {sum(not ok for ok in passed[way])}/{len(passed[way])}" for way in WAYS if passed[way])
    )
    kinds = Counter(fault.kind for pair, check in wrong if not pair.way for fault in check.faults)
    print("  refused for: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    if failures:
        for pair, check in wrong:
            told = (
                "; ".join(f"{fault.kind}: {fault.reason}" for fault in check.faults) or f"passed at {check.support:.2f}"
            )
            print(f"  [{pair.way or 'supported'}] {pair.sentence}\n      {told}")
    return balanced, refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuning", action="store_true", help="measure on the pairs that the checker was tuned on")
    parser.add_argument("--failures", action="store_true", help="show which tuning pairs were judged wrongly, and why")
    options = parser.parse_args()
    if options.failures and not options.tuning:
        parser.error("the held-out pairs are never looked at one by one; use --tuning")
    if options.tuning:
        for name in TUNING:
            measure_claims(name, options.failures)
    else:
        measure_claims("held_out")
        measure_claims("fresh")


if __name__ == "__main__":
    main()
