"""The keyword side of retrieval: terms, and BM25 (bm25s) over the passages of one generation."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import bm25s
import numpy as np
import Stemmer
from bm25s.tokenization import Tokenized
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

KEYWORDS_VERSION = 3
"""Part of what an index remembers of its making; to be raised when any rule here changes."""

K1, B = 0.9, 0.4
"""Anserini's defaults (Yang, Fang & Lin, SIGIR 2017). On newsbench's 21 weeks they put a question's own article among
the first five in 0.886 of cases, Lucene's 1.2 and 0.75 in 0.843: passages here are short mostly where a section is."""

STOPWORDS = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "all",
        "also",
        "although",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "either",
        "else",
        "ever",
        "every",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "herself",
        "him",
        "himself",
        "his",
        "how",
        "however",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "me",
        "might",
        "more",
        "most",
        "must",
        "my",
        "myself",
        "neither",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "ours",
        "out",
        "over",
        "own",
        "per",
        "same",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "theirs",
        "them",
        "themselves",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "would",
        "you",
        "your",
        "yours",
        "yourself",
    ]
)

_LENGTHS = "lengths.npy"

SHOUTED_WORDS = 3
"""From so many words on, capitals throughout tell nothing; "US GDP" is two abbreviations."""

# "US" and "U.S." must not become the pronoun; dotted initials are one word; a hyphen joins words that are also searched
# alone; thousands separators vanish, decimal points stay
_COUNTRY = re.compile(r"\bU\.S\.A\.?|\bU\.S\.?(?!\w)|\bUSA?\b")
_TERM = re.compile(
    r"[^\W\d_]{2,}"  # most words, so it is tried first
    r"|(?:[^\W\d_]\.){2,}"  # U.N., J.B.
    r"|[^\W\d_]"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?"  # 2,600
    r"|\d+(?:\.\d+)?"
)
_POSSESSIVE = re.compile(r"['’]s?\b")
_BRITISH = (
    (re.compile(r"(?<=\w{2})tre(s?)$"), r"ter\1"),
    (re.compile(r"(?<=\w{3})our(s?|ed|ing|ite|ites|able)$"), r"or\1"),
    (re.compile(r"(?<=\w{3})is(e|es|ed|ing|er|ers|ation|ations)$"), r"iz\1"),
    (re.compile(r"(?<=\w{3})ys(e|es|ed|ing)$"), r"yz\1"),
    (re.compile(r"^(def|off|lic|pret)ence(s?)$"), r"\1ense\2"),
    (re.compile(r"(?<=\w{3})ogue(s?)$"), r"og\1"),
    (re.compile(r"^program(?:me)(s?)$"), r"program\1"),
)
# by these a word is known at once that none of the expressions changes: nearly every word
_BRITISH_ENDINGS = (
    *("tre", "tres", "our", "ours", "oured", "ouring", "ourite", "ourites", "ourable", "ence", "ences"),
    *(
        f"{verb}{ending}"
        for verb in ("is", "ys")
        for ending in ("e", "es", "ed", "ing", "er", "ers", "ation", "ations")
    ),
    *("ogue", "ogues", "programme", "programmes"),
)
_STEMMER = Stemmer.Stemmer("english")

# a mistyped ending is not taken off by the stemmer: "electoin" is near to no stem until it is
_ENDINGS = (
    "s es ed ing ion ions ation ations er ers or ors ly al ally ment ments ness ity ities ive ative ant ance ence ent"
    " able ible ful ism ist ists y ies ied age e"
).split()
_SHORTEST_STEM = 3
_NEAR_TERMS = 24
"""Terms taken for near a word, at most: whether a word of theirs is, their passages tell."""


def terms(text: str) -> list[str]:
    """The terms of ``text`` as the index knows them, in order, without stop words.

    Folded to lower case without accents, British spellings as American ones (the same rules on both sides, so what
    they do to other words does not matter), stemmed (Snowball). ``U.S.`` is ``usa``, ``2,600-kilometre`` is ``2600``
    and ``kilomet``.
    """
    return [term for term in map(term_of, words(text)) if term]


def words(text: str) -> list[str]:
    """The words of ``text`` before stemming, stop words among them: what :func:`term_of` takes."""
    shouted = text.isupper() and len(text.split()) >= SHOUTED_WORDS
    # looking for a letter costs a hundredth of an expression, and most texts have none of these
    if "US" in text or "U.S" in text:
        text = _COUNTRY.sub("usa", text)
    if "'" in text or "’" in text:
        text = _POSSESSIVE.sub("", text)
    if shouted:
        text = text.lower()
    return _TERM.findall(text if text.isascii() else unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=262_144)
def term_of(word: str) -> str:
    """The term of one word, or ``""`` for a stop word."""
    if word[0].isdigit():
        return word.replace(",", "")
    # capitals tell "IT" and "WHO" from the pronouns they look like
    if word.isupper() and len(word) > 1 and word.lower() in STOPWORDS:
        return word.replace(".", "")
    word = word.replace(".", "").casefold()
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    if word in STOPWORDS or (len(word) == 1 and word.isascii()):
        return ""
    if word.endswith(_BRITISH_ENDINGS):
        for british, american in _BRITISH:
            word = british.sub(american, word)
    return str(_STEMMER.stemWord(word))


def folded(word: str) -> str:
    """A word in lower case without accents, as words are compared letter by letter."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def edits_between(one: str, other: str) -> int:
    """How many letters are inserted, deleted, replaced or swapped with their neighbour from one word to the other."""
    return int(OSA.distance(folded(one), folded(other)))


def _stems(word: str, edits: int) -> list[tuple[str, int]]:
    """What the stem of a mistyped word may be, and how many edits its ending takes up."""
    found = {word: 0}
    found.setdefault(str(_STEMMER.stemWord(word)), 0)
    for size in range(1, min(6, len(word) - _SHORTEST_STEM) + 1):
        ending = word[-size:]
        spent = min(int(OSA.distance(ending, known)) for known in _ENDINGS)
        # of a short ending any other is one edit away
        if spent < min(edits + 1, size):
            found.setdefault(word[:-size], spent)
    return list(found.items())


class Whole(Protocol):
    """The passages that an index of some is a part of: how many, their terms together, and in how many each occurs."""

    size: int
    length: int

    def document_frequency(self, terms: Sequence[str], /) -> list[int]:
        """In how many passages each term occurs."""
        ...


class KeywordIndex:
    """BM25 over passages, by their position in the segment; ``size`` of them, with ``length`` terms together."""

    def __init__(self, model: bm25s.BM25, lengths: NDArray[np.int32]) -> None:
        self._model = model
        self._lengths = lengths
        self.size = len(lengths)
        self.length = int(lengths.sum())
        self._vocabulary: dict[str, int] = model.vocab_dict

    @classmethod
    def build(cls, texts: Iterable[str]) -> KeywordIndex:
        """Index ``texts``, one a passage, in order."""
        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(term, len(vocabulary)) for term in terms(text)] for text in texts]
        model = bm25s.BM25(method="lucene", k1=K1, b=B)
        if vocabulary:
            model.index(Tokenized(ids=ids, vocab=vocabulary), show_progress=False, create_empty_token=False)
        else:  # bm25s cannot index texts without a word
            model.vocab_dict = {}
        return cls(model, np.array([len(passage) for passage in ids], np.int32))

    def save(self, folder: Path) -> None:
        """Write the index into ``folder``, made here."""
        folder.mkdir()
        np.save(folder / _LENGTHS, self._lengths, allow_pickle=False)
        if self._vocabulary:
            self._model.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        """Read what :meth:`save` wrote; the scores stay on disk and are mapped into memory."""
        lengths: NDArray[np.int32] = np.load(folder / _LENGTHS, allow_pickle=False)
        if not lengths.any():
            model = bm25s.BM25(method="lucene", k1=K1, b=B)
            model.vocab_dict = {}
            return cls(model, lengths)
        return cls(bm25s.BM25.load(str(folder), mmap=True, allow_pickle=False, show_progress=False), lengths)

    def scores(self, query: str, whole: Whole | None = None) -> NDArray[np.float32]:
        """The BM25 score of each passage, shape (size,); 0 where no term of the query occurs.

        Args:
            query: the question's words.
            whole: the passages that these are a part of: then the scores of its parts compare with each other.
        """
        found = [term for term in dict.fromkeys(terms(query)) if term in self._vocabulary]
        scores = np.zeros(self.size, np.float32)
        if not found:
            return scores
        parts = self._model.scores
        own = self.document_frequency(found)
        # bm25s keeps scores made for these passages alone
        made_anew = whole is not None and whole.size != self.size
        counts = whole.document_frequency(found) if whole is not None and made_anew else own
        for term, own_count, count in zip(found, own, counts, strict=True):
            at = self._vocabulary[term]
            low, high = parts["indptr"][at], parts["indptr"][at + 1]
            positions, of_term = parts["indices"][low:high], parts["data"][low:high]
            if whole is not None and made_anew:
                of_term = self._within(whole, positions, of_term / rarity(self.size, own_count), count)
            scores[positions] += of_term
        return scores

    def _within(
        self, whole: Whole, positions: NDArray[np.int32], shares: NDArray[np.float32], count: int
    ) -> NDArray[np.float32]:
        """Scores of a term with the mean length and the rarity of the whole, from its shares tf / (tf + k) here."""
        lengths = self._lengths[positions]
        k = K1 * (1 - B + B * lengths / (self.length / self.size))
        times = np.rint(shares * k / (1 - shares))
        k = K1 * (1 - B + B * lengths / (whole.length / whole.size))
        found: NDArray[np.float32] = (rarity(whole.size, count) * times / (times + k)).astype(np.float32)
        return found

    def near_terms(self, word: str, edits: int) -> list[str]:
        """Terms of words that may be ``edits`` or fewer edits away from ``word``, those that seem nearest first.

        An edit inserts, deletes or replaces a letter, or swaps two neighbours (optimal string alignment).
        """
        found: dict[str, int] = {}
        for stem, spent in _stems(folded(word), edits):
            near = process.extract(stem, self._words, scorer=OSA.distance, score_cutoff=edits - spent, limit=None)
            for term, distance, _ in near:
                found[term] = min(found.get(term, edits), int(distance) + spent)
        counts = dict(zip(found, self.document_frequency(list(found)), strict=True))
        return sorted(found, key=lambda term: (found[term], -counts[term], term))[:_NEAR_TERMS]

    def holding(self, term: str) -> NDArray[np.int32]:
        """The positions of the passages in which a term occurs, shape (passages,)."""
        at = self._vocabulary.get(term)
        if at is None:
            return np.zeros(0, np.int32)
        parts = self._model.scores
        held: NDArray[np.int32] = parts["indices"][parts["indptr"][at] : parts["indptr"][at + 1]]
        return held

    @cached_property
    def _words(self) -> list[str]:
        return [term for term in self._vocabulary if not term[0].isdigit()]

    def document_frequency(self, terms: Sequence[str], /) -> list[int]:
        """In how many passages each term occurs."""
        if not self._vocabulary:
            return [0] * len(terms)
        # the last count is of no term
        found: list[int] = self._counts[[self._vocabulary.get(term, -1) for term in terms]].tolist()
        return found

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        return np.append(np.diff(self._model.scores["indptr"]), 0)


def rarity(size: int, count: int) -> float:
    """The inverse document frequency of a term in ``count`` of ``size`` passages, as Lucene and bm25s have it."""
    return math.log(1 + (size - count + 0.5) / (count + 0.5))
