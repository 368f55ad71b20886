"""Lines that recur across many articles of one outlet: what its template prints, whatever the words.

A line is judged by how many stories it stands in, not by what it says, so this holds for any language and for sites
that nobody has seen. Articles that share most of their lines (copies, later versions of one story) are one story: of
each article the least hash of its lines is taken under several permutations (MinHash; Broder, 1997), and a line stands
in as many stories as the articles around it differ in that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from index.types import Block

LINES_VERSION = 1
"""Part of what an index remembers of its making; to be raised when the hashes change."""

RECURRING_ARTICLES = 10
"""A line stands in at least so many stories of its outlet; of fewer articles than that, nothing recurs."""

RECURRING_SHARE = 0.005
"""And in at least this share of them: among 10,000 articles, a dozen may say the same sentence by chance."""

RECURRING_VARIETY = 0.25
"""And the stories are at least this share of the articles that it stands in: where nine lines of ten are shared, these
are versions of one story, though each has a line of its own. Pages of which the template is up to three lines of four
pass."""

MASKED_WORDS = 4
"""Figures count as equal only among so many words: "Page 3 of 12" recurs, "Population: 3,412" is a fact."""

_PERMUTATIONS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
"""Odd numbers, so that multiplying by them (modulo 2**64) permutes the hashes: the primes of xxHash and splitmix64."""

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_AROUND = " \t\n\r\"'“”‘’.,:;!?…»›>|•·*-–—()[]"


def line_hashes(text: str, blocks: Sequence[Block]) -> NDArray[np.uint64]:
    """One hash a block, of shape (blocks,): equal for lines equal but for case, figures, spaces and end punctuation.

    A heading over prose has a hash of its own: "What we know" may stand over many stories, and "Ohio" in a list is
    not what "Ohio" is over a paragraph. The hashes are the same in every process.
    """
    over_prose = _headings_over_prose(blocks)
    hashes = np.empty(len(blocks), np.uint64)
    for at, block in enumerate(blocks):
        line = " ".join(text[block.start : block.end].casefold().split())
        if len(_WORD.findall(line)) >= MASKED_WORDS:
            line = _DIGITS.sub("0", line)
        line = line.strip(_AROUND) or line
        person = b"heading" if at in over_prose else b""
        digest = blake2b(line.encode(errors="surrogatepass"), digest_size=8, person=person).digest()
        hashes[at] = int.from_bytes(digest, "little")
    return hashes


def recurring(outlets: Sequence[str], lines: Sequence[NDArray[np.uint64]]) -> dict[str, NDArray[np.uint64]]:
    """The hashes that recur, sorted, by outlet; an outlet without any is left out.

    Args:
        outlets: the outlet of each article.
        lines: the hashes of each article's lines, from :func:`line_hashes`.
    """
    names, of = np.unique(np.asarray(outlets, dtype=object).astype(str), return_inverse=True)
    found: dict[str, NDArray[np.uint64]] = {}
    for number, name in enumerate(names.tolist()):
        own = [np.unique(lines[at]) for at in np.flatnonzero(of == number).tolist() if len(lines[at])]
        least = max(RECURRING_ARTICLES, int(np.ceil(RECURRING_SHARE * len(own))))
        if len(own) >= least and len(hashes := _standing_in(own, least)):
            found[name] = hashes
    return found


def without_recurring(
    blocks: Sequence[Block], hashes: NDArray[np.uint64], recurring: NDArray[np.uint64]
) -> tuple[Block, ...]:
    """``blocks`` with what recurs as furniture: prose, captions, and headings that stand over no prose.

    Args:
        blocks: as :func:`index.cleaning.mark` gives them.
        hashes: of these blocks, from :func:`line_hashes`.
        recurring: what recurs in their outlet, sorted.
    """
    recurs = np.isin(hashes, recurring)
    over_prose = _headings_over_prose(blocks)
    return tuple(
        replace(block, kind="furniture")
        if again and block.kind in ("prose", "caption", "heading") and at not in over_prose
        else block
        for at, (block, again) in enumerate(zip(blocks, recurs.tolist(), strict=True))
    )


def _standing_in(articles: list[NDArray[np.uint64]], least: int) -> NDArray[np.uint64]:
    """The hashes that stand in at least ``least`` articles of different stories."""
    starts = np.cumsum([0, *map(len, articles[:-1])])
    every = np.concatenate(articles)
    owner = np.repeat(np.arange(len(articles)), list(map(len, articles)))
    values, inverse, counts = np.unique(every, return_inverse=True, return_counts=True)
    often = counts[inverse] >= least  # few lines do: the rest need not be looked at again
    line, article = inverse[often], owner[often]
    stories = np.zeros(len(values))
    for factor in _PERMUTATIONS:
        _, story = np.unique(np.minimum.reduceat(every * np.uint64(factor), starts), return_inverse=True)
        pairs = np.unique(line * np.int64(len(articles)) + story[article])
        stories += np.bincount(pairs // len(articles), minlength=len(values)) / len(_PERMUTATIONS)
    found: NDArray[np.uint64] = values[stories >= np.maximum(least, RECURRING_VARIETY * counts)]
    return found


def _headings_over_prose(blocks: Sequence[Block]) -> frozenset[int]:
    """The numbers of the headings that have prose under them, captions and furniture between left out."""
    found: set[int] = set()
    over: list[int] = []
    for at, block in enumerate(blocks):
        if block.kind == "heading":
            over.append(at)
        elif block.kind == "prose":
            found.update(over)
            over = []
        elif block.kind in ("divider", "title"):
            over = []
    return frozenset(found)
