"""What articles are looked for by: a topic that their texts speak of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index import Article, SearchHit, terms

SPOKEN_OF = 0.6
"""Share of a topic's words, by rarity, from which a text speaks of it."""


RECURS = 15
"""What a long article is about stands in one of so many of its sentences; what a round-up mentions does not."""

LONG_ARTICLE = 60
"""Sentences from which an article is long."""


class Topic:
    """The words of a topic, each with its rarity in the archive."""

    def __init__(self, text: str, rarity: Callable[[Sequence[str]], list[float]]) -> None:
        """Args: text: as it was asked for. rarity: the weight of terms, as :meth:`assistant.reading.Reader.rarity`."""
        self.text = text
        asked = list(dict.fromkeys(terms(text)))
        self._weights = dict(zip(asked, rarity(asked), strict=True))

    def share(self, text: str) -> float:
        """The share of the topic's words, by rarity, that stand in ``text``: 0 to 1."""
        total = sum(self._weights.values())
        return sum(self._weights[term] for term in self._weights.keys() & set(terms(text))) / total if total else 0.0

    def recurs_in(self, article: Article) -> bool:
        """Whether one of :data:`RECURS` sentences of a long article has the rarest of the topic's words."""
        rarest = max(self._weights, key=lambda term: self._weights[term], default="")
        sentences = [article.text[sentence.start : sentence.end] for sentence in article.sentences]
        found = sum(rarest in terms(sentence) for sentence in sentences)
        return found * RECURS >= len(sentences) or len(sentences) < LONG_ARTICLE

    def share_in(self, hit: SearchHit) -> float:
        """:meth:`share` of a passage with its headline."""
        return self.share(f"{hit.article.title} {hit.passage.text}")
