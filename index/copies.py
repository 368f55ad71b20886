"""Copies of one story: the same wire text in four outlets is one voice.

Each article's prose is reduced to a MinHash signature once. Signatures are compared where locality-sensitive hashing
brings them together, and copies are gathered around the fullest text, so that a chain of small changes never joins two
texts that are unlike.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

SIGNATURE_VERSION = f"1:{RMinHash.ALGORITHM_VERSION}"
"""Signatures of different versions must not be compared; the second part is rensa's own."""

SIGNATURE_SIZE = 128
"""Minima in a signature: the estimated Jaccard index has a standard error of at most 0.044."""

SHINGLE_WORDS = 5

FIGURE_WEIGHT = 5
"""Elements that each figure adds to the shingles it stands in.

Reports filled into one template (weather, results, draws) differ in little else than their figures, while copies keep
them.
"""

ALIKE = 0.7
"""Jaccard index from which two texts are copies.

Of the 224,000 pairs of newsbench's articles that share anything, 566 lie above 0.7 and 5 between 0.55 and 0.7, where
articles that took over part of an older one begin.
"""

CONTAINED = (0.9, 0.45)
"""A text is also a shortened copy if so much of it stands in the longer one, and with this Jaccard index it is about
half of it."""

SHORT_WORDS = 40
ALIKE_SHORT = 0.9
"""Where either text has fewer than ``SHORT_WORDS`` words."""

BANDS, BAND_ROWS = 42, 3
"""Chance of being compared at all, 1 - (1 - J³)⁴²: 0.98 for a Jaccard index of 0.45, 0.99996 for 0.6."""

WIDEST = 32
"""In a bucket of more texts each is compared with so many that follow it, and with the fullest one."""

_SEED = 42
_NOTHING = np.iinfo(np.uint32).max
_CHUNK = 1 << 14
# O'Brien and O’Brien, 1,000 and 1.000 and 1000
_WITHIN_WORDS = re.compile(r"(?<=\w)['’‘ʼ`´](?=\w)|(?<=\d)[.,](?=\d)|[\u00ad\u200b-\u200d\u2060\ufeff]")
# Chinese and Japanese are written without spaces between words
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


class Copy(NamedTuple):
    """What decides which of several copies is shown. ``words`` is the length of its prose."""

    article_id: str
    outlet: str
    published: date | None
    words: int


def words(text: str) -> list[str]:
    """The words of a text, folded so that neither case nor the choice of quotation marks, dashes or spaces matters."""
    return _WORD.findall(_WITHIN_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold()))


def shingles(of: list[str], size: int = SHINGLE_WORDS) -> set[str]:
    """Every run of ``size`` words; empty where there are fewer words."""
    return {" ".join(of[at : at + size]) for at in range(len(of) - size + 1)}


def elements(text: str) -> set[str]:
    """What two texts are compared by: shingles and figures; empty for fewer than ``SHINGLE_WORDS`` words."""
    of = words(text)
    found = shingles(of)
    if found:
        figures = {word for word in of if word.isdecimal()}
        found.update(f"{figure} #{count}" for figure in figures for count in range(FIGURE_WEIGHT))
    return found


def signature(text: str) -> NDArray[np.uint32]:
    """The MinHash signature of a text, shape (``SIGNATURE_SIZE``,): the same in every process and on every machine.

    That of a text of fewer than ``SHINGLE_WORDS`` words is all ones, and is like no other.
    """
    sketch = RMinHash(num_perm=SIGNATURE_SIZE, seed=_SEED)
    sketch.update(elements(text))
    return np.array(sketch.digest(), np.uint32)


def stories(signatures: NDArray[np.uint32], lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """Which story each article belongs to: the position of the first article of the same story, shape (n,).

    The fullest text that is like none fuller than itself leads a story; every other text belongs to the leader it is
    most like. So each is a copy of its leader, and the order of the articles makes no difference to who is with whom.

    Args:
        signatures: one row an article, of :func:`signature`, shape (n, ``SIGNATURE_SIZE``).
        lengths: of their texts, in words (see :func:`words`), shape (n,).
    """
    story = np.arange(len(signatures), dtype=np.int64)
    known = np.flatnonzero((signatures != _NOTHING).any(axis=1))
    if not known.size:
        return story
    distinct, text_of = np.unique(signatures[known], axis=0, return_inverse=True)
    text_of = text_of.reshape(-1)
    length = np.zeros(len(distinct), np.int64)
    np.maximum.at(length, text_of, lengths[known].astype(np.int64))
    fullest_first = np.argsort(-length, kind="stable")
    leader = np.empty_like(fullest_first)
    leader[fullest_first] = fullest_first[_leaders(distinct[fullest_first], length[fullest_first])]
    first = np.full(len(distinct), len(signatures), np.int64)
    np.minimum.at(first, leader[text_of], known)
    story[known] = first[leader[text_of]]
    return story


def best_first(copies: Iterable[Copy]) -> list[Copy]:
    """The copies of a story in the order in which they are to be shown.

    First those whose outlet and day are known, then the fuller prose (in steps of about a tenth, so that a left-over
    caption decides nothing), then the earliest, then by id.
    """
    return sorted(
        copies,
        key=lambda copy: (
            (not copy.outlet) + (copy.published is None),
            -round(math.log(max(copy.words, 1), 1.1)),
            copy.published or date.max,
            copy.article_id,
        ),
    )


def _leaders(rows: NDArray[np.uint32], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The leader of each of these distinct texts, fullest first; its own position where it leads."""
    leader = np.arange(len(rows))
    one, other, equal = _alike_pairs(rows, lengths)
    if not one.size:
        return leader
    leads = [True] * len(rows)
    by_other = np.lexsort((one, other))
    for fuller, text in zip(one[by_other].tolist(), other[by_other].tolist(), strict=True):
        if leads[fuller]:
            leads[text] = False
    is_leader = np.array(leads)
    # both ways: the leader that a text is most like may be shorter than the text itself
    texts, leaders = np.concatenate([other, one]), np.concatenate([one, other])
    equal = np.concatenate([equal, equal])
    led = ~is_leader[texts] & is_leader[leaders]
    texts, leaders, equal = texts[led], leaders[led], equal[led]
    best = np.lexsort((leaders, -equal, texts))
    texts, leaders = texts[best], leaders[best]
    nearest = np.flatnonzero(np.diff(texts, prepend=-1))
    leader[texts[nearest]] = leaders[nearest]
    return leader


def _alike_pairs(
    rows: NDArray[np.uint32], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of copies, the fuller first, each once, and how many minima they have in common."""
    found = np.empty(0, np.int64)
    counts = np.empty(0, np.int64)
    for candidates in _candidates(rows):
        fresh = candidates[~np.isin(candidates, found)]
        for start in range(0, len(fresh), _CHUNK):
            pairs = fresh[start : start + _CHUNK]
            one, other = np.divmod(pairs, len(rows))
            equal = np.count_nonzero(rows[one] == rows[other], axis=1)
            alike = _are_copies(equal / SIGNATURE_SIZE, lengths[one], lengths[other])
            found = np.concatenate([found, pairs[alike]])
            counts = np.concatenate([counts, equal[alike]])
    one, other = np.divmod(found, len(rows))
    return one, other, counts


def _are_copies(
    jaccard: NDArray[np.float64], longer: NDArray[np.int64], shorter: NDArray[np.int64]
) -> NDArray[np.bool_]:
    # |A ∩ B| = J / (1 + J) · (|A| + |B|)
    contained = jaccard / (1 + jaccard) * (longer + shorter) / np.maximum(shorter, 1)
    alike = (jaccard >= ALIKE) | ((contained >= CONTAINED[0]) & (jaccard >= CONTAINED[1]))
    short = shorter < SHORT_WORDS
    return (short & (jaccard >= ALIKE_SHORT)) | (~short & alike)


def _candidates(rows: NDArray[np.uint32]) -> Iterator[NDArray[np.int64]]:
    """For each band the pairs that fall into one bucket, as ``first * len(rows) + second``, first < second."""
    for band in range(BANDS):
        low = band * BAND_ROWS
        keys = _keys(rows[:, low : low + BAND_ROWS])
        members, _ = _bucketed(keys, np.arange(len(rows)))
        _, sizes = np.unique(keys[members], return_counts=True)
        crowded = members[np.repeat(sizes > WIDEST, sizes)]
        if crowded.size:
            # what many texts share is mostly a template: twice as many minima tell its texts apart
            wider = np.take(rows[crowded], range(low, low + 2 * BAND_ROWS), axis=1, mode="wrap")
            keys[crowded] = _keys(wider)
        yield _pairs(*_bucketed(keys, members), len(rows))


def _keys(minima: NDArray[np.uint32]) -> NDArray[np.uint64]:
    keys = np.zeros(len(minima), np.uint64)
    for column in minima.T:
        keys = (keys ^ column) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys


def _bucketed(keys: NDArray[np.uint64], members: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The members that share a key with another, bucket by bucket, each bucket in order; and where each begins."""
    members = np.sort(members)
    members = members[np.argsort(keys[members], kind="stable")]
    _, starts, sizes = np.unique(keys[members], return_index=True, return_counts=True)
    begins = np.repeat(starts, sizes)
    shared = np.repeat(sizes > 1, sizes)
    moved = np.cumsum(~shared)
    return members[shared], (begins - moved[begins])[shared]


def _pairs(members: NDArray[np.int64], begins: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    at = np.arange(len(members))
    pairs = [members[begins] * total + members]
    for offset in range(1, WIDEST + 1):
        same = at[: len(at) - offset][begins[: len(at) - offset] == begins[offset:]]
        if not same.size:
            break
        pairs.append(members[same] * total + members[same + offset])
    codes = np.unique(np.concatenate(pairs))
    first, second = np.divmod(codes, total)
    return codes[first < second]
