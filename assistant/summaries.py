"""Key sentences of an article, chosen as they stand: by centrality and lead, without repetition."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant.attribution import is_bare_quotation
from assistant.instructions import is_bidden
from assistant.topics import SPOKEN_OF, Topic
from index import Archive, Article, Embedder, Filters, SearchHit, Span, words

FEWEST, MOST = 3, 5
SENTENCES_EACH = 8
"""A summary has one sentence for so many of the article's, within these bounds."""

READ = 400
"""Sentences that are weighed, at most: a live blog has thousands, and the comparisons grow with the square."""

DAMPING = 0.85
ROUNDS = 30
"""Of LexRank (Erkan & Radev, JAIR 2004), in its continuous form: PageRank over the cosines of sentences."""

LEAD, LEAD_DECAY = 2.0, 4.0
"""What the first sentence gains beside the most central one's 1, and after how many sentences that has fallen to 1/e: a
news article says first what matters most, and its first sentences are hard to better (Nenkova, AAAI 2005). The sentence
that answers a question of newsbench is in the summary of 28 of 31 articles (by centrality alone of 14; it is among as
many first sentences in 29); from 0.5 to 4 that stays so."""

ABOUT = 3.0
"""What a sentence gains, at most, for speaking of the topic that it is wanted for: more than for being the lead."""

RELEVANCE = 0.7
"""The weight of a sentence's score against its likeness to those chosen (Carbonell & Goldstein, SIGIR 1998)."""

SAME = 0.95
"""Cosine from which a sentence says again what one that is chosen says."""

LEANING = 1.0
"""What a sentence loses that leans on the one before it, or is no whole sentence."""

SHORTEST = 6
"""Lines of fewer words are no key sentences."""

_LEANING = re.compile(r"(?:he|she|they|it|his|her|their|its|this|that|these|those|such|but|and|so|both|there)\b", re.I)
_ENDS = re.compile(r"""[.!?…][")\]'”’»]*$""")


def key_sentences(
    article: Article, embedder: Embedder, most: int | None = None, topic: Topic | None = None
) -> list[Span]:
    """The sentences that say most of an article, in its order; none where it has no prose.

    One that leans on the sentence before it (who "he" is, whose words these are) comes with that.

    Args:
        article: what is summed up.
        embedder: gives the vectors of sentences.
        most: how many; None: 3 to 5, by the article's length.
        topic: what they are to speak of.
    """
    sentences = article.sentences[:READ]
    if not sentences:
        return []
    most = most or min(MOST, max(FEWEST, round(len(sentences) / SENTENCES_EACH)))
    texts = [article.text[one.start : one.end] for one in sentences]
    vectors = embedder.embed_documents(texts)
    alike = vectors @ vectors.T
    score = centrality(alike) + LEAD * np.exp(-np.arange(len(texts)) / LEAD_DECAY)
    if topic is not None:
        score = score + ABOUT * np.array([topic.share(text) for text in texts])
    leaning = np.array([bool(_LEANING.match(text)) or is_bare_quotation(text) for text in texts])
    score = score - LEANING * (leaning | np.array([not _ENDS.search(text) for text in texts]))
    chosen: list[int] = []
    left = {at for at, text in enumerate(texts) if len(text.split()) >= SHORTEST} or set(range(len(texts)))
    left -= {at for at in left if is_bidden(article, sentences[at])}
    while left and len(chosen) < most:
        worth = {
            at: RELEVANCE * score[at] - (1 - RELEVANCE) * max((alike[at, other] for other in chosen), default=0.0)
            for at in left
        }
        best = max(left, key=lambda at: (worth[at], -at))
        chosen.append(best)
        left = {at for at in left if at != best and alike[at, best] < SAME}
    # across a heading nothing leans on what is before
    section = {one.start: at for at, of in enumerate(article.sections) for one in of.sentences}
    before = {
        at - 1
        for at in chosen
        if leaning[at] and at and section.get(sentences[at].start) == section.get(sentences[at - 1].start)
    }
    return [sentences[at] for at in sorted({*chosen, *before})]


def centrality(alike: NDArray[np.float32]) -> NDArray[np.float64]:
    """How central each text is among all: LexRank, 0 to 1 for the most central, shape (texts,).

    Args:
        alike: the cosine of each pair, shape (texts, texts).
    """
    size = len(alike)
    links = np.maximum(alike, 0).astype(np.float64)
    np.fill_diagonal(links, 0)
    sums = links.sum(axis=1, keepdims=True)
    # a text that is like no other links to all alike
    links = np.where(sums > 0, links / np.where(sums > 0, sums, 1), 1 / size)
    rank = np.full(size, 1 / size)
    for _ in range(ROUNDS):
        rank = (1 - DAMPING) / size + DAMPING * (links.T @ rank)
    found: NDArray[np.float64] = rank / rank.max()
    return found


def find_article(archive: Archive, topic: Topic, filters: Filters | None, as_of: date) -> tuple[Article, float] | None:
    """The article of this title, else the one found for it that speaks of it most, with how far it does (0 to 1).

    None where none does. Where several have the title, the newest.
    """
    wanted, within = _folded(topic.text), filters or Filters()
    same = [ref for ref in archive.articles() if wanted and _folded(ref.title) == wanted and within.passes(ref)]
    if same:
        return archive.article(max(same, key=lambda ref: (ref.published or date.min, ref.id)).id), 1.0
    hits = archive.search(topic.text, filters=filters, as_of=as_of)
    shares = [(_about(topic, hit), hit.article) for hit in hits]
    share, article = max(shares, key=lambda found: found[0], default=(0.0, None))
    return (article, share) if article is not None and share >= SPOKEN_OF else None


def _about(topic: Topic, hit: SearchHit) -> float:
    # an article is about what its headline and its opening say; a round-up speaks of anything somewhere
    headline, passage = topic.share(hit.article.title), topic.share_in(hit)
    if hit.passage.ordinal == 0 or topic.recurs_in(hit.article):
        return max(headline, 0.99 * passage)
    return max(headline, (headline + passage) / 2)


def _folded(text: str) -> str:
    return " ".join(words(text)).casefold()
