"""A line of news taken apart without a parser: its words where they stand, its clauses, names and quoted phrases.

``checking.toml`` holds the word lists that checking uses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from assistant.questions import nations, word_list
from assistant.questions import synonyms as synonyms_of_questions
from index import term_of

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.N., p.m.
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"
    r"|\d+(?:[.,:]\d+)*"
    r"|[$€£¥₹%&°“”\"‘’'(),;:.!?…—–-]"
)
_CONTRACTED = re.compile(r"['’](?:s|re|ve|d|ll|m)$|['’]$", re.IGNORECASE)
_QUOTED = re.compile(r"“([^“”\"]{2,400})[”\"]|\"([^“”\"]{2,400})[\"”]|‘([^‘’]{2,400}?)’(?!\w)")
_BREAKS = frozenset(",;:()—–")
_OPENERS = frozenset(
    "but while although though whereas who which because after before and until unless when if as".split()
)
_JOINS = frozenset(["&", "of", "the", "de", "al", "van", "von", "bin"])
_MONTHS_AND_DAYS = ("months", "weekdays")

SHORTEST_STOCK, LONGEST_ENDING = 4, 5
"""Two stems are of one stock where the shorter, of so many letters at least, begins the longer and it has so many more
at most: "Ostravia" and "Ostravian", "fish" and "fisher"."""


@cache
def _lists() -> dict[str, object]:
    return tomllib.loads((files("assistant") / "checking.toml").read_text(encoding="utf-8"))


@cache
def check_words(name: str) -> frozenset[str]:
    """One list of words of ``checking.toml``."""
    found = _lists()[name]
    assert isinstance(found, list)
    return frozenset(found)


@cache
def check_table(name: str) -> dict[str, list[str]]:
    """One table of lists of ``checking.toml``."""
    found = _lists()[name]
    assert isinstance(found, dict)
    return found


@cache
def check_terms(name: str) -> frozenset[str]:
    """The same as the index's terms."""
    return frozenset(term for word in check_words(name) if (term := term_of(word)))


def _groups(name: str) -> list[str]:
    found = _lists()[name]
    assert isinstance(found, list)
    return found


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """For a term, the terms that say the same, itself among them: those of questions, and ``checking.toml``'s."""
    found = {term: set(others) for term, others in synonyms_of_questions().items()}
    peoples = [" ".join(name for name in group if " " not in name) for group in nations()]
    for group in (*_groups("synonyms"), *_groups("irregular"), *peoples):
        terms = {term_of(word) for word in group.split()}
        for term in terms:
            found.setdefault(term, set()).update(terms)
    return {term: frozenset(others) for term, others in found.items()}


@cache
def opposites() -> dict[str, frozenset[str]]:
    """For a term, the terms that say the opposite."""
    pairs = _lists()["opposites"]
    assert isinstance(pairs, list)
    return _both_ways(pairs)


@cache
def check_converses() -> dict[str, frozenset[str]]:
    """For a verb's term, those of the verbs by which the other party does its part: "buy" and "sell"."""
    pairs = _lists()["converses"]
    assert isinstance(pairs, list)
    return _both_ways(pairs)


def _both_ways(pairs: list[list[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in pairs:
        one, other = ({term_of(word) for word in side.split()} for side in pair)
        for own, against in ((one, other), (other, one)):
            for term in own:
                found.setdefault(term, set()).update(against)
    return {term: frozenset(others) for term, others in found.items()}


@cache
def _phrases() -> dict[tuple[str, str], str]:
    # "turned down" is said for "rejected": by the stem of its first word and its second word
    table = _lists()["phrases"]
    assert isinstance(table, dict)
    return {
        (term_of(phrase.split()[0]) or phrase.split()[0], phrase.split()[1]): term_of(single)
        for phrase, single in table.items()
    }


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark, as it stands at ``start`` to ``end`` of its line.

    ``term`` is what the index knows it by, ``""`` for a stop word or a mark; ``clause`` counts the clauses of the line
    from 0; ``name`` tells that it is a part of a proper name.
    """

    text: str
    lower: str
    term: str
    start: int
    end: int
    clause: int
    name: bool

    @property
    def is_word(self) -> bool:
        """Whether it is a word, not a number or a mark."""
        return self.text[0].isalpha()


class Line:
    """One sentence, taken apart once."""

    def __init__(self, text: str, start: int = 0) -> None:
        """Args: text: the sentence; start: where it stands in its article."""
        self.text = text
        self.start = start
        self.tokens: tuple[Token, ...] = tuple(_tokens(text))

    @cached_property
    def names(self) -> tuple[tuple[int, ...], ...]:
        """Its proper names, each as the places of its tokens that are capitalised."""
        runs: list[tuple[int, ...]] = []
        run: list[int] = []
        for at, token in enumerate(self.tokens):
            joined = bool(run) and (token.text == "&" or (token.lower in _JOINS and at == run[-1] + 1))
            if token.name and (not run or all(self.tokens[i].lower in _JOINS for i in range(run[-1] + 1, at))):
                run.append(at)
            elif token.name:
                runs.append(tuple(run))
                run = [at]
            elif run and not joined:
                runs.append(tuple(run))
                run = []
            if token.name and token.text.endswith(("'s", "’s", "'", "’")):
                runs.append(tuple(run))
                run = []
        if run:
            runs.append(tuple(run))
        return tuple(one for one in runs if one)

    @cached_property
    def quoted(self) -> tuple[str, ...]:
        """What stands between quotation marks."""
        return tuple(next(part for part in match.groups() if part) for match in _QUOTED.finditer(self.text))

    def content(self) -> Iterator[tuple[int, Token]]:
        """Its words that say something, names among them, with their places."""
        for at, token in enumerate(self.tokens):
            if token.term and token.is_word:
                yield at, token


def _tokens(text: str) -> Iterator[Token]:
    matches = list(_TOKEN.finditer(text))
    clause = 0
    shouted = text.isupper()
    terms = [_term(match[0]) for match in matches]
    for at, match in enumerate(matches):
        word, lower = match[0], match[0].lower()
        if at + 1 < len(matches) and (single := _phrases().get((terms[at] or lower, matches[at + 1][0].lower()))):
            terms[at] = single
        if (word in _BREAKS or lower in _OPENERS) and at:
            clause += 1
        yield Token(
            word, lower.replace("’", "'"), terms[at], match.start(), match.end(), clause, _is_name(matches, at, shouted)
        )


def _term(word: str) -> str:
    plain = _CONTRACTED.sub("", word)
    return term_of(plain) if plain and (plain[0].isalpha() or plain[0].isdigit()) else ""


def _is_name(matches: list[re.Match[str]], at: int, shouted: bool) -> bool:
    word = matches[at][0]
    if shouted or not word[0].isalpha() or not word[0].isupper():
        return False
    lower = _CONTRACTED.sub("", word).lower()
    if any(lower in word_list(kind) for kind in _MONTHS_AND_DAYS) or word.lower() in ("i", "i'm", "i've"):
        return False
    before = matches[at - 1][0] if at else ""
    opens = at == 0 or before in '“"‘.!?:' or (before == "'" and at == 1)
    if not opens:
        return True
    # the first word has a capital anyway: it is a name where another follows it, and where it is no plain word
    following = matches[at + 1][0] if at + 1 < len(matches) else ""
    if not term_of(_CONTRACTED.sub("", word)) or lower in word_list("numbers"):
        return len(word) > 1 and word.isupper()
    return (following[:1].isupper() and not any(following.lower() in word_list(kind) for kind in _MONTHS_AND_DAYS)) or (
        word.isupper() and len(word) > 1
    )


def same_stock(one: str, other: str) -> bool:
    """Whether two terms are of one stock."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_STOCK and long.startswith(short) and len(long) - len(short) <= LONGEST_ENDING
