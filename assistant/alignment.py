"""Which words of a passage a sentence's words rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.clauses import Line, check_words, opposites, same_stock, synonyms
from assistant.figures import Figure, figures, says
from assistant.likeness import LIKE, Likeness

SYNONYM, STOCK = 0.95, 0.9
"""How alike synonyms are, and words of one stock, where the same word is 1 and others count by their
vectors' cosine."""

ANCHOR = 0.55
"""From this likeness on, two words are taken to speak of the same thing."""

NAME_WEIGHT = 0.6
"""What a name counts in choosing the lines a sentence rests on, where another word counts 1: it stands in many."""

LINES = 3
"""So many lines at most support one sentence."""

WORTH_A_LINE = 0.6
"""A further line must add so much, in words."""


@dataclass(frozen=True, slots=True)
class Match:
    """The word of a passage that a word rests on: the line, its place there, and how alike they are (0 to 1)."""

    line: int
    at: int
    alike: float


class Source:
    """One line of a passage, with the day of its article."""

    def __init__(self, line: Line, passage: int, published: date | None) -> None:
        self.line = line
        self.passage = passage
        self.published = published

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures."""
        return figures(self.line.tokens)


class Ground:
    """A sentence laid beside the lines of the passages that it cites."""

    def __init__(self, claim: Line, sources: Sequence[Source], like: Likeness) -> None:
        """Args: claim: the sentence; sources: the lines, at least one; like: the likeness of words."""
        self.claim = claim
        self.sources = sources
        self._like = like
        self.figures = figures(claim.tokens)
        in_figures = {at for figure in self.figures for at in range(figure.first, figure.last + 1)}
        self.content = tuple(at for at, _ in claim.content() if at not in in_figures)
        self._places: list[tuple[int, int]] = [
            (number, at) for number, source in enumerate(sources) for at, _ in source.line.content()
        ]
        self._alike = self._likenesses()
        self.chosen = self._choose()
        self.main = self.chosen[0]

    def _likenesses(self) -> NDArray[np.float64]:
        # shape (content words, words of all lines)
        mine = [self.claim.tokens[at] for at in self.content]
        theirs = [self.sources[number].line.tokens[at] for number, at in self._places]
        if not mine or not theirs:
            return np.zeros((len(mine), len(theirs)))
        kinds = list(dict.fromkeys((token.term, token.lower) for token in theirs))
        columns = {kind: at for at, kind in enumerate(kinds)}
        own = self._like.vectors([token.lower for token in mine])
        other = self._like.vectors([lower for _, lower in kinds])
        cosines = own @ other.T
        table = np.where(cosines < LIKE, 0.0, np.minimum(0.85, cosines)).astype(np.float64)
        offices = check_words("offices")
        for row, token in enumerate(mine):
            alike = synonyms().get(token.term, frozenset())
            against = opposites().get(token.term, frozenset())
            for column, (term, lower) in enumerate(kinds):
                if term == token.term:
                    table[row, column] = 1.0
                elif token.name:
                    table[row, column] = STOCK if same_stock(term, token.term) or term in alike else 0.0
                elif term in alike:
                    table[row, column] = SYNONYM
                elif same_stock(term, token.term):
                    table[row, column] = STOCK
                elif term in against or (lower in offices and token.lower in offices):
                    table[row, column] = 0.0
        return table[:, [columns[token.term, token.lower] for token in theirs]]

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """What each content word counts."""
        return np.array([NAME_WEIGHT if self.claim.tokens[at].name else 1.0 for at in self.content])

    @cached_property
    def by_line(self) -> NDArray[np.float64]:
        """How far each line speaks of each content word, shape (content words, lines)."""
        found = np.zeros((len(self.content), len(self.sources)))
        for column, (number, _) in enumerate(self._places):
            np.maximum(found[:, number], self._alike[:, column], out=found[:, number])
        return found

    def _choose(self) -> tuple[int, ...]:
        held = np.zeros((len(self.figures), len(self.sources)))
        for row, figure in enumerate(self.figures):
            for number, source in enumerate(self.sources):
                held[row, number] = any(says(figure, other, source.published) for other in source.figures)
        table = np.vstack([self.by_line * self.weights[:, None], held])
        chosen: list[int] = []
        spoken = np.zeros(len(table))
        while len(chosen) < min(LINES, len(self.sources)):
            gains = np.maximum(table - spoken[:, None], 0).sum(axis=0)
            best = int(gains.argmax())
            if chosen and (gains[best] < WORTH_A_LINE or best in chosen):
                break
            chosen.append(best)
            spoken = np.maximum(spoken, table[:, best])
        return tuple(chosen)

    @cached_property
    def matches(self) -> dict[int, Match]:
        """For each content word the word of the chosen lines that it rests on; those first chosen are preferred."""
        found: dict[int, Match] = {}
        rank = {number: at for at, number in enumerate(self.chosen)}
        for row, at in enumerate(self.content):
            best: tuple[float, Match] | None = None
            for column, (number, place) in enumerate(self._places):
                alike = float(self._alike[row, column])
                if alike <= 0 or number not in rank:
                    continue
                # a later line must be plainly better
                worth = alike - 0.12 * rank[number]
                if best is None or worth > best[0]:
                    best = worth, Match(number, place, alike)
            if best is not None:
                found[at] = best[1]
        return found

    @cached_property
    def anchors(self) -> dict[int, Match]:
        """The matches that are sure enough to say which words of the passage the sentence speaks of."""
        return {at: match for at, match in self.matches.items() if match.alike >= ANCHOR}

    @cached_property
    def spoken(self) -> NDArray[np.float64]:
        """How far any chosen line speaks of each content word."""
        found: NDArray[np.float64] = self.by_line[:, list(self.chosen)].max(axis=1, initial=0.0)
        return found

    @cached_property
    def clauses(self) -> dict[tuple[int, int], float]:
        """What of the sentence rests on each (line, clause): a share of its anchors that are no names."""
        told: dict[tuple[int, int], float] = {}
        for at, match in self.anchors.items():
            if not self.claim.tokens[at].name:
                key = match.line, self.sources[match.line].line.tokens[match.at].clause
                told[key] = told.get(key, 0.0) + match.alike
        total = sum(told.values()) or 1.0
        return {key: value / total for key, value in told.items()}
