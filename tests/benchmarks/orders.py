"""How many orders to a machine are known for such, and how many harmless sentences of news are taken for one.

    python -m tests.benchmarks.orders [ARCHIVE]

The sentences are those of ``orders.toml``. Of ARCHIVE, if one is named, it counts the articles that would be kept from
a language model.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from assistant.instructions import instructs, is_instruction
from index import Archive

PARTS = tomllib.loads((Path(__file__).parent / "orders.toml").read_text(encoding="utf-8"))


def taken(part: str, kind: str) -> list[str]:
    """The sentences of a part, ``orders`` or ``harmless``, that are taken for orders."""
    return [sentence for sentence in PARTS[part][kind] if is_instruction(sentence)]


def main() -> None:
    for part, lists in PARTS.items():
        counts = ", ".join(f"{len(taken(part, kind))} of {len(those)} {kind}" for kind, those in lists.items())
        print(f"{part}: {counts}")
    if len(sys.argv) > 1:
        archive = Archive.open(sys.argv[1])
        refs = archive.articles()
        kept = sum(instructs(archive.article(ref.id)) for ref in refs)
        print(f"{kept} of {len(refs)} articles would be kept from a model")


if __name__ == "__main__":
    main()
