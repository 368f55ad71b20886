"""What a text asks: the questions in it, and for each what is searched; of a long text the sentence that asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.followups import after
from assistant.questions import INTERROGATIVE, Question, analyse, parts
from index import terms

LONG = 60
"""Words from which a question is a text with a question in it: newsbench's longest has 37."""

PRECEDING = 40
"""Words of the sentences before, at most, that come with a sentence that asks and says too little by itself."""

TELLING, BESIDE = 12, 3
"""Words that a search takes from a long text, at most, for a question that leans on it, and beside one that does not:
its names and rare words."""

FEWEST_WORDS = 3
"""A question that speaks of fewer words leans on what stands before it."""

MOST_PARTS = 5
"""Questions in one that are answered, at most."""

_ASKS = re.compile(
    r"\?|\b(?:who|whom|whose|what|when|where|why|how|which)\b"
    r"|^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|tell|name|list|explain|describe)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|thanks|thank you|ok|okay)(?: there| byline)?[,!.;:]+\s+",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:please\s+)?(?:(?:can|could|would|will) you(?: please)?\s+)?"
    r"(?:explain|describe|compare|contrast|discuss|outline|clarify|analy[sz]e|find out|let me know"
    r"|(?:summari[sz]e|tell me)(?= (?:who|what|when|where|why|how|which|whether)\b)"
    r"|(?:i|we) (?:want|need|would like|['’]d like) to know|do you know)"
    r"(?: (?:to )?(?:me|us))?[,:]?\s+(?:(?:if|whether) )?(?=\w)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"{INTERROGATIVE.pattern}(?:\s*,\s*{INTERROGATIVE.pattern})*", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_PRONOUN = re.compile(r"\b(?:he|she|it|they|him|her|hers|them|his|its|their|theirs)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Asking:
    """One question of a text: as it is answered, and what is searched for it."""

    text: str
    query: str


def askings(text: str, rarity: Callable[[Sequence[str]], list[float]]) -> list[Asking]:
    """The questions of a text, in order; all of them, and at least one.

    Each is answered by itself. One that leans on the one before ("and who drew it?", "and when?") is written out as a
    question that stands by itself, and searched with the names before it; "where and when was it?" asks two things.

    Args:
        text: what was asked.
        rarity: the weight of terms in the archive, 0 for one that it does not have.
    """
    greeting = _GREETING.match(text)
    if greeting and _ASKS.search(text[greeting.end() :]):
        text = text[greeting.end() :]
    request = _REQUEST.match(text)
    if request:
        text = text[request.end() :]
    found = parts(text)
    # "Who won? I read of it yesterday." asks one thing
    asking = [part for part in found if _ASKS.search(part)] or found
    told = [part for part in found if part not in asking]
    asking = _each_in_full(asking)
    result: list[Asking] = []
    before: list[str] = []
    for part in asking:
        short = part if len(part.split()) <= LONG else _that_asks(part)
        question = analyse(short)
        if result and _leans(question) and not _repeats(question, result[-1].text):
            short = after(short, result[-1].text)
        words = _telling(part, rarity)[: TELLING if _leans(question) else BESIDE] if short != part else []
        if before and _leans(question):
            words += before
        if len(asking) == 1:
            words += _names(" ".join(told))
        known = set(terms(short))
        query = " ".join([short, *dict.fromkeys(word for word in words if not known >= set(terms(word)))])
        result.append(Asking(short, query))
        if len(asking) > 1:
            own = _names(short, question) or _telling(short, rarity)[:BESIDE]
            before = [*before, *own] if _leans(question) else own
    return result


def _each_in_full(asking: Sequence[str]) -> list[str]:
    """The questions, of which "where, when and why did it sink" are three: one cut short goes on as the next does."""
    split = [one for part in asking for one in (_COMMA.split(part) if _BARE.fullmatch(part) else [part])]
    found: list[str] = []
    rest = ""
    for part in reversed(split):
        if asks := INTERROGATIVE.match(part):
            is_bare = asks.end() == len(part)
            rest = rest if is_bare else part[asks.end() :]
            part = part + rest if is_bare else part
        found.insert(0, part)
    return found


def _leans(question: Question) -> bool:
    """Whether a question cannot be searched without what stands before it."""
    return not question.names and (bool(_PRONOUN.search(question.text)) or len(question.terms) < FEWEST_WORDS)


def _repeats(question: Question, other: str) -> bool:
    """Whether a question speaks of nothing that another does not."""
    return bool(question.terms) and {term.term for term in question.terms} <= set(terms(other))


def _that_asks(part: str) -> str:
    """The sentence of a long text that asks, after as much of what precedes it as it needs."""
    asking = analyse(part).asking
    if len(asking.split()) > LONG:
        # a text without full stops
        asking = " ".join(asking.split()[-LONG:])
    if not _leans(analyse(asking)):
        return asking
    preceding = _SENTENCE.split(part[: part.rfind(asking)].strip())
    needed: list[str] = []
    for sentence in reversed(preceding):
        if sum(len(one.split()) for one in [sentence, *needed]) > PRECEDING:
            break
        needed.insert(0, sentence)
    return " ".join([*needed, asking]).strip()


def _telling(text: str, rarity: Callable[[Sequence[str]], list[float]]) -> list[str]:
    """The words of a text that tell most of what it is about: those that are frequent in it and rare elsewhere."""
    question = analyse(text)
    counts = Counter(terms(text))
    weights = rarity([term.term for term in question.terms])
    worth = {term.word: counts[term.term] ** 0.5 * weight for term, weight in zip(question.terms, weights, strict=True)}
    ranked = sorted((word for word in worth if worth[word] > 0), key=lambda word: -worth[word])
    return ranked[:TELLING]


def _names(text: str, question: Question | None = None) -> list[str]:
    question = question or analyse(text)
    in_names = {term for name in question.names for term in name}
    return [term.word for term in question.terms if term.term in in_names]
