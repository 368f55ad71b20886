"""Whether the passages that a written sentence cites support it: the figures, names and quotations, who did what, who
said so, and whether any passage speaks of the rest.

A sentence is only ever refused for a reason that can be told. What no rule finds fault with is weighed by how much of
it the passages speak of (see :mod:`assistant.alignment`), or by an entailment model where one is given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np

from assistant import polarity
from assistant.alignment import ANCHOR, NAME_WEIGHT, Ground, Source
from assistant.clauses import Line, Token, check_table, check_words, same_stock, synonyms
from assistant.figures import IMPLIED, Figure, says, weakened
from assistant.likeness import Likeness
from assistant.questions import word_list
from assistant.types import Citation
from assistant.weights import weight_of
from index import Embedder, Span, term_of

FaultKind = Literal[
    "empty",
    "uncited",
    "too long",
    "number",
    "date",
    "name",
    "quotation",
    "negation",
    "roles",
    "attribution",
    "hedging",
    "merged",
    "extrapolation",
    "unspoken",
]
"""Why a sentence is not supported.

``empty``: it has no word. ``uncited``: it cites nothing with words in it. ``too long``: it has more than
:data:`LONGEST` characters and is no sentence. ``number``, ``date``, ``name``, ``quotation``: it has one that no cited
passage has. ``negation``: it says the opposite. ``roles``: who acts and whom it concerns have changed places.
``attribution``: it drops, changes or strengthens who says so. ``hedging``: it is certain of what the passage leaves
open. ``merged``: a figure or name of one fact is put on another. ``extrapolation``: it adds a cause, a quantity or a
superlative. ``unspoken``: it has words that no cited passage speaks of.
"""

LONGEST = 1_200
"""Characters of a sentence that is checked; the longest of 100,000 sentences of news has fewer."""

LONGEST_LINE = 5_000
"""Characters of one sentence of a passage that are read: an article without full stops is no reason to be slow."""

COUNTED_REACH = 3
"""So many words may stand between a number and what it counts: "three heavily guarded Pakistani outposts"."""

ENOUGH = 0.3
"""A figure whose clause holds so much of a sentence is that sentence's own."""

FARTHER = 0.25
"""By so much must another figure's clause hold more of a sentence than the clause of the figure that it has."""

Entails = Callable[[str, str], float]
"""A premise and a hypothesis in, the probability (0 to 1) that the first entails the second out."""

ENTAILED = 0.5
"""The probability from which an entailment model speaks for a sentence."""

_WHOLE = re.compile(r"\w", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason for which a sentence is not supported: its kind, the words at fault, and a sentence for the reader."""

    kind: FaultKind
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """What checking one sentence found.

    ``faults`` are the reasons against it, none where it is supported. ``support`` is how likely its words are spoken of
    by the passages, 0 to 1, whatever the faults. ``quotes`` are the smallest runs of words that it rests on, exact, in
    the order of the passages; one for each sentence that it takes something from.
    """

    sentence: str
    faults: tuple[Fault, ...]
    support: float
    quotes: tuple[Citation, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether there is no fault."""
        return not self.faults

    @property
    def reason(self) -> str:
        """The faults as sentences for the reader."""
        return " ".join(fault.reason for fault in self.faults)


class Checker:
    """Checks sentences against what they cite. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, entails: Entails | None = None) -> None:
        """Args: embedder: the fast one. entails: an entailment model (see :mod:`assistant.entailment`), or None."""
        self._like = Likeness(embedder)
        self._entails = entails

    def check(self, sentence: str, cited: Sequence[Citation]) -> Check:
        """Check a sentence against passages; never raises for what the sentence says.

        Args:
            sentence: one sentence as a model wrote it, without the marks of its citations.
            cited: the passages that it cites, as stretches of articles; only the sentences of their prose are read.
        """
        if not _WHOLE.search(sentence):
            return Check(sentence, (Fault("empty", "", "The sentence has no words."),), 0.0)
        if len(sentence) > LONGEST:
            told = f"The sentence has {len(sentence):,} characters; what is checked has {LONGEST:,} at most."
            return Check(sentence, (Fault("too long", "", told),), 0.0)
        lines = [
            (
                citation,
                span,
                Source(
                    Line(citation.article.text[span.start : span.end], span.start), number, citation.article.published
                ),
            )
            for number, citation in enumerate(cited)
            for span in _sentences(citation)
        ]
        sources = [source for _, _, source in lines]
        if not any(source.line.tokens for source in sources):
            return Check(sentence, (Fault("uncited", "", "The sentence cites no passage."),), 0.0)
        # half a surrogate pair is no character, and the embedder refuses it
        plain = sentence.encode("utf-8", "replace").decode()
        claim = Line(plain)
        ground = Ground(claim, sources, self._like)
        outlets = " ".join(citation.article.outlet for citation in cited)
        support = self._support(ground, plain)
        if _bare(plain) in {_bare(source.line.text) for source in sources}:
            # the passage's own sentence needs no reading
            return Check(sentence, (), support, tuple(_quotes(ground, [citation for citation, _, _ in lines])))
        faults = list(_faults(ground, outlets))
        if not faults and support < weight_of("checking", "supported"):
            faults.append(_unspoken(ground))
        quotes = tuple(_quotes(ground, [citation for citation, _, _ in lines]))
        return Check(sentence, tuple(faults), support, quotes)

    def _support(self, ground: Ground, sentence: str) -> float:
        if self._entails is not None:
            premise = " ".join(ground.sources[number].line.text for number in sorted(ground.chosen))
            return self._entails(premise, sentence)
        return probability(signals(ground, self._like))


def _sentences(citation: Citation) -> list[Span]:
    found = [
        Span(max(span.start, citation.start), min(span.end, citation.end, span.start + LONGEST_LINE))
        for span in citation.article.sentences
        if span.start < citation.end and span.end > citation.start
    ]
    return found or [Span(citation.start, min(citation.end, citation.start + LONGEST_LINE))]


def _faults(ground: Ground, outlets: str) -> Iterator[Fault]:
    yield from _figures(ground)
    yield from _calendar(ground)
    yield from _relative(ground)
    yield from _names(ground, outlets)
    yield from _quotations(ground)
    if turned := polarity.turned(ground):
        mine, theirs = turned
        yield Fault("negation", mine, f"It says “{mine}”, the passage {_in_marks(theirs)}.")
    if exchanged := polarity.swapped(ground) or polarity.converse(ground) or polarity.exchanged(ground):
        one, other = exchanged
        yield Fault("roles", f"{one}, {other}", f"“{one}” and “{other}” have changed places.")
    if who := polarity.attribution_dropped(ground):
        yield Fault("attribution", who, f"The passage gives this as what somebody says (“{who}”), not as a fact.")
    if spoken := polarity.other_speaker(ground):
        mine, theirs = spoken
        yield Fault("attribution", mine, f"In the passage it is “{theirs}” who says so, not “{mine}”.")
    if word := polarity.raised(ground):
        yield Fault("attribution", word, f"It says “{word}”; the passage does not say that it is certain.")
    if word := polarity.hedge_dropped(ground):
        yield Fault("hedging", word, f"The passage leaves it open (“{word}”).")
    if office := polarity.office_of_another(ground) or polarity.elsewhere_of(ground):
        mine, theirs = office
        yield Fault("merged", mine, f"In the passage “{mine}” goes with “{theirs}”.")
    yield from _extras(ground)


def _in_marks(words: str) -> str:
    return f"“{words}”" if words else "does not"


def _words(line: Line, first: int, last: int) -> str:
    return line.text[line.tokens[first].start : line.tokens[last].end]


def _figures(ground: Ground) -> Iterator[Fault]:
    given = {figure: _given(ground, figure) for figure in ground.figures if figure.bound != IMPLIED}
    for figure, found in given.items():
        words = _words(ground.claim, figure.first, figure.last)
        if found:
            yield from _misused(ground, figure, found, words)
            continue
        if figure.number == 1 and not figure.unit and not _counts_more(ground, figure):
            continue
        around = [one for one in given if one is not figure and one.first <= figure.first and figure.last <= one.last]
        within = [one for one in given if one is not figure and figure.first <= one.first and one.last <= figure.last]
        # "three hours and four minutes" stands where the whole does, or each part
        if any(given[one] for one in around) or (within and all(given[one] for one in within)):
            continue
        if not (within and not all(given[one] for one in within)):
            yield Fault("date" if figure.kind == "date" else "number", words, f"No cited passage has “{words}”.")


def _calendar(ground: Ground) -> Iterator[Fault]:
    """A weekday beside a date that is another day's: "Saturday, 17 July 2022", which was a Sunday."""
    dates = [figure for figure in ground.figures if figure.kind == "date"]
    years = {source.published.year for source in ground.sources if source.published}
    for one, other in pairwise(dates):
        named, dated = (one, other) if one.weekday is not None else (other, one)
        if named.weekday is None or not dated.month or not dated.day or other.first - one.last > 2:
            continue
        days = [date_of for year in ([dated.year] if dated.year else years) if (date_of := _day(year, dated))]
        if days and all(day.weekday() != named.weekday for day in days):
            words = _words(ground.claim, one.first, other.last)
            yield Fault("date", words, f"There is no such day as “{words}”.")


def _day(year: int, figure: Figure) -> date | None:
    try:
        return date(year, figure.month or 1, figure.day or 1)
    except ValueError:
        return None


def _relative(ground: Ground) -> Iterator[Fault]:
    """A "next week" or "next Thursday" of which no passage speaks."""
    coming = ("next", "coming", "following", "upcoming", "tomorrow")
    if any(token.lower in coming for source in ground.sources for token in source.line.tokens):
        return
    dated = any(figure.month or figure.year for source in ground.sources for figure in source.figures)
    for one, other in pairwise(ground.claim.tokens):
        # a passage with dates may say it by them
        if one.lower == "next" and (
            other.lower in word_list("weekdays") or (other.lower in word_list("times") and not dated)
        ):
            words = f"{one.text} {other.text}"
            yield Fault("date", words, f"No cited passage has “{words}”.")


def _given(ground: Ground, figure: Figure) -> list[tuple[int, Figure]]:
    # "four directors" is not in "four to seven years", nor "620 drivers" in "620 metres"
    counts = not figure.unit and bool(_counted(ground.claim, figure))
    return [
        (number, other)
        for number, source in enumerate(ground.sources)
        for other in source.figures
        if says(figure, other, source.published) and not (counts and other.unit not in ("", "age"))
    ]


def _counts_more(ground: Ground, figure: Figure) -> bool:
    """Whether some line counts more than one of what the sentence has one of; "a" and "the" stand for one as well."""
    mine = _counted(ground.claim, figure)[:1]
    if any(token.lower in ("one", "single") for source in ground.sources for token in source.line.tokens):
        return False
    return any(
        other.kind == "number"
        and other.number != 1
        and any(_same(mine[0], theirs) for theirs in _counted(source.line, other))
        for source in ground.sources
        for other in source.figures
        if mine
    )


def _misused(ground: Ground, figure: Figure, given: Sequence[tuple[int, Figure]], words: str) -> Iterator[Fault]:
    if all(weakened(figure, other) for _, other in given):
        number, other = given[0]
        said = _words(ground.sources[number].line, max(0, other.first - 2), other.last)
        yield Fault("hedging", words, f"The passage says “{said}”.")
    elif instead := _of_another_fact(ground, figure, given):
        yield Fault("merged", words, f"In the passage “{words}” belongs to another fact; here it has “{instead}”.")


def _of_another_fact(ground: Ground, figure: Figure, given: Sequence[tuple[int, Figure]]) -> str:
    """The figure that the passage has where the sentence has this one; ``""`` where it has this one."""
    return (
        _part_for_whole(ground, given)
        or _counted_otherwise(ground, figure, given)
        or _placed_otherwise(ground, figure, given)
        or _at_another_time(ground, figure, given)
        or _other_clause(ground, figure, given)
    )


def _part_for_whole(ground: Ground, given: Sequence[tuple[int, Figure]]) -> str:
    # "45 of 130 jobs" is no support for 130
    for number, other in given:
        source = ground.sources[number]
        part = next((one for one in source.figures if 2 <= other.first - one.last <= 3 and one.kind == "number"), None)
        if part is None or other.kind != "number" or source.line.tokens[part.last + 1].lower != "of":
            return ""
        if any(says(mine, part, source.published) for mine in ground.figures):
            return ""
        return _words(source.line, part.first, other.last)
    return ""


def _counted(line: Line, figure: Figure) -> list[str]:
    found: list[str] = []
    for token in line.tokens[figure.last + 1 : figure.last + 1 + COUNTED_REACH]:
        if (
            token.text in ",.;:()—–"
            or token.text[0].isdigit()
            or token.lower in ("in", "by", "from", "to", "at", "on", "and", "were", "was", "have")
        ):
            break
        if token.term:
            found.append(token.term)
    return found


def _same(one: str, other: str) -> bool:
    return one == other or other in synonyms().get(one, ()) or same_stock(one, other)


def _counted_otherwise(ground: Ground, figure: Figure, given: Sequence[tuple[int, Figure]]) -> str:
    if figure.kind != "number":
        return ""
    mine = _counted(ground.claim, figure)
    if not mine:
        return ""
    for number, other in given:
        theirs = _counted(ground.sources[number].line, other)
        if not theirs or any(_same(one, two) for one in mine for two in theirs):
            return ""
    for number in ground.chosen:
        source = ground.sources[number]
        for other in source.figures:
            if other.kind == "number" and not says(figure, other, source.published) and other.unit == figure.unit:
                theirs = _counted(source.line, other)
                if theirs and any(one == two for one in mine for two in theirs):
                    return _words(source.line, other.first, other.last)
    return ""


def _placed_otherwise(ground: Ground, figure: Figure, given: Sequence[tuple[int, Figure]]) -> str:
    """By the small word before it: "slowed to 3.4" where the passage has "to 2.9 from 3.4"; and by its clause."""
    claim = ground.claim
    governor = claim.tokens[figure.first - 1].lower if figure.first else ""
    for number, other in given:
        line = ground.sources[number].line
        if not other.first or line.tokens[other.first - 1].lower == governor:
            break
    else:
        for number in {number for number, _ in given}:
            source = ground.sources[number]
            for other in source.figures:
                if (
                    other.first
                    and governor in ("to", "from", "by")
                    and source.line.tokens[other.first - 1].lower == governor
                    and other.kind == figure.kind
                    and other.unit == figure.unit
                    and not any(says(mine, other, source.published) for mine in ground.figures)
                ):
                    return _words(source.line, other.first, other.last)
    return ""


def _comparable(line: Line, figure: Figure, other: Figure, counted: set[str]) -> bool:
    """Whether one could be taken for the other: both days of the week, both euros, both of the same things."""
    if figure.kind != other.kind or figure.unit != other.unit or (other.bound == IMPLIED and not figure.unit):
        return False
    if (other.weekday is None) != (figure.weekday is None) or (other.month is None) != (figure.month is None):
        return False
    theirs = _counted(line, other)
    return (
        figure.kind != "number"
        or bool(figure.unit)
        or not counted
        or not theirs
        or any(_same(one, two) for one in counted for two in theirs)
    )


def _at_another_time(ground: Ground, figure: Figure, given: Sequence[tuple[int, Figure]]) -> str:
    """ "73 attacks in 2022" where the passage has 73 in one clause, with a time of its own, and 2022 in another."""
    numbers = [one for one in ground.figures if one.kind == "number"]
    dates = [one for one in ground.figures if one.kind == "date"]
    if (
        figure.kind != "date"
        or len(numbers) != 1
        or len(dates) != 1
        or abs(figure.first - numbers[0].last) > COUNTED_REACH
    ):
        return ""
    for number, other in given:
        source = ground.sources[number]
        tokens = source.line.tokens
        counts = [one for one in source.figures if says(numbers[0], one, source.published)]
        if not counts or any(tokens[one.first].clause == tokens[other.first].clause for one in counts):
            return ""
        clause = tokens[counts[0].first].clause
        beside = [one for one in source.figures if one.kind == "date" and tokens[one.first].clause == clause]
        spoken = [
            at
            for at in range(len(tokens) - 1)
            if tokens[at].clause == clause
            and tokens[at].lower in ("last", "this", "next")
            and tokens[at + 1].lower in word_list("times")
        ]  # fmt: skip
        if beside:
            return _words(source.line, beside[0].first, beside[0].last)
        if spoken:
            return _words(source.line, spoken[0], spoken[0] + 1)
    return ""


def _other_clause(ground: Ground, figure: Figure, given: Sequence[tuple[int, Figure]]) -> str:
    """By its clause: most of the sentence rests on one that has another figure of the kind, which it lacks."""
    counted = set(_counted(ground.claim, figure))
    shares: dict[tuple[int, int], float] = {}
    for at, match in ground.anchors.items():
        token = ground.claim.tokens[at]
        if token.term not in counted:
            key = match.line, ground.sources[match.line].line.tokens[match.at].clause
            shares[key] = shares.get(key, 0.0) + match.alike * (NAME_WEIGHT if token.name else 1.0)
    total = sum(shares.values()) or 1.0
    own = max(
        shares.get((number, ground.sources[number].line.tokens[other.first].clause), 0.0) / total
        for number, other in given
    )
    if own >= ENOUGH:
        return ""
    best, top = "", own + FARTHER
    for number in ground.chosen:
        source = ground.sources[number]
        for other in source.figures:
            share = shares.get((number, source.line.tokens[other.first].clause), 0.0) / total
            if (
                share > top
                and _comparable(source.line, figure, other, counted)
                and not any(says(mine, other, source.published) for mine in ground.figures)
            ):
                best, top = _words(source.line, other.first, other.last), share
    return best


def _names(ground: Ground, outlets: str) -> Iterator[Fault]:
    tokens = [token for source in ground.sources for token in source.line.tokens if token.term]
    known = {token.term for token in tokens}
    known |= {term_of(word) for word in outlets.split()}
    capital = {token.term for token in tokens if token.text[0].isupper()}
    runs = [tuple(source.line.tokens[at].term for at in run) for source in ground.sources for run in source.line.names]
    short = _initials(runs)
    claim = ground.claim
    for run in claim.names:
        missing = []
        for at in run:
            token = claim.tokens[at]
            if not token.term or token.lower.rstrip(".") in check_words("titles"):
                continue
            if (
                token.term in known
                or token.term in short
                or synonyms().get(token.term, frozenset()) & capital
                or any(same_stock(token.term, one) for one in capital)
            ):
                continue
            # an office that opens the sentence is a word like others
            if at == 0 and token.lower in check_words("offices"):
                continue
            missing.append(at)
        if missing:
            if _expands(claim, run, known):
                continue
            words = _words(claim, missing[0], missing[-1])
            yield Fault("name", words, f"No cited passage has “{words}”.")
        elif mixed := _mixed(claim, run, runs):
            yield Fault("name", mixed, f"No cited passage has “{mixed}” as one name.")


def _initials(runs: Sequence[tuple[str, ...]]) -> frozenset[str]:
    found = {"".join(part[0] for part in run if part) for run in runs if len(run) > 1}
    return frozenset(found | {initials for run in runs for initials, name in _acronyms() if set(name) <= set(run)})


@cache
def _acronyms() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (term_of(entry.split()[0]), tuple(term for word in entry.split()[1:] if (term := term_of(word))))
        for entry in sorted(check_words("acronyms"))
    )


def _expands(claim: Line, run: tuple[int, ...], known: set[str]) -> bool:
    name = tuple(claim.tokens[at].term for at in run if claim.tokens[at].term)
    return "".join(part[0] for part in name) in known or any(
        set(whole) <= set(name) and initials in known for initials, whole in _acronyms()
    )


def _mixed(claim: Line, run: tuple[int, ...], runs: Sequence[tuple[str, ...]]) -> str:
    """Two names run into one: "Maud Fonte" of Maud Kinsey and Leo Fonte."""
    offices = check_words("offices")
    for one, other in pairwise(run):
        first, second = claim.tokens[one], claim.tokens[other]
        if other != one + 1 or first.lower in offices or second.lower in offices:
            continue
        with_first = [name for name in runs if first.term in name]
        with_second = [name for name in runs if second.term in name]
        if any(second.term in name for name in with_first) or first.lower in ("president", "senator", "governor"):
            continue
        # the first must be followed by another name: "Brackwater teachers" or "Italy's Dario" are none
        if any(name[-1] != first.term for name in with_first) and with_second:
            return _words(claim, one, other)
    return ""


def _quotations(ground: Ground) -> Iterator[Fault]:
    whole = " ".join(_bare(source.line.text) for source in ground.sources)
    for quoted in ground.claim.quoted:
        if _bare(quoted) and _bare(quoted) not in whole:
            yield Fault("quotation", quoted, f"No cited passage has the words “{quoted}”.")


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _extras(ground: Ground) -> Iterator[Fault]:
    groups, claimed = _groups("extras"), _groups("extras_claimed")
    lines = [ground.sources[number].line for number in ground.chosen]
    theirs = {token.lower for line in lines for at, token in enumerate(line.tokens) if not _every_day(line, at)}
    for name, words in claimed.items():
        for at, token in enumerate(ground.claim.tokens):
            if (
                token.lower not in words
                or token.name
                or (at and token.lower == "all" and ground.claim.tokens[at - 1].lower == "in")
            ):
                continue
            if _every_day(ground.claim, at):
                continue
            if token.lower == "due" and at + 1 < len(ground.claim.tokens) and ground.claim.tokens[at + 1].lower == "to":
                after = ground.claim.tokens[at + 2].lower if at + 2 < len(ground.claim.tokens) else ""
                if not after.endswith("ing") and after not in ("the", "a", "an"):
                    continue
            if not theirs & groups[name]:
                yield Fault("extrapolation", token.text, f"No cited passage says “{token.text}”.")
                break


def _every_day(line: Line, at: int) -> bool:
    # how often something happens, not to how many
    following = line.tokens[at + 1].lower if at + 1 < len(line.tokens) else ""
    times = word_list("units", "duration") | word_list("numbers") | word_list("times")
    return line.tokens[at].lower in ("every", "each") and (following in times or following[:1].isdigit())


@cache
def _groups(table: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in check_table(table).items()}


@dataclass(frozen=True, slots=True)
class Signals:
    """How much of a sentence its passages speak of; what :func:`probability` weighs.

    ``spoken``: mean over its content words of how far a chosen line speaks of each. ``main``: the same for the line
    it rests on most. ``least``, ``second_least``: of the words least spoken of. ``unspoken``: how many words nothing
    speaks of (at most 5, as a share of 5), ``share``: as a share of all. ``likeness``: cosine of the sentence and the
    most alike line; ``all_likeness``: of the sentence and the passages together. ``lines``: how many lines it takes.
    """

    spoken: float
    main: float
    least: float
    second_least: float
    unspoken: float
    share: float
    likeness: float
    all_likeness: float
    lines: float


NAMES = tuple(one.name for one in fields(Signals))


def signals(ground: Ground, like: Likeness) -> Signals:
    """The signals of a sentence on its ground."""
    spoken = ground.spoken
    plain = np.array([not _says_little(ground.claim.tokens[at]) for at in ground.content], bool)
    own = np.sort(spoken[plain]) if plain.any() else np.ones(1)
    unspoken = float((own < 0.4).sum())
    texts = [ground.sources[number].line.text for number in ground.chosen]
    vectors = like.embedder.embed_documents([ground.claim.text, *texts, " ".join(texts)])
    cosines = vectors[1:] @ vectors[0]
    return Signals(
        spoken=float(own.mean()),
        main=float(ground.by_line[:, ground.main][plain].mean()) if plain.any() else 1.0,
        least=float(own[0]),
        second_least=float(own[1]) if len(own) > 1 else 1.0,
        unspoken=min(5.0, unspoken) / 5,
        share=unspoken / len(own),
        likeness=float(cosines[:-1].max()),
        all_likeness=float(cosines[-1]),
        lines=float(len(ground.chosen)),
    )


def _says_little(token: Token) -> bool:
    # names are looked for by themselves, and negations, hedges and words of saying are judged by what they do
    return token.name or any(token.lower in check_words(kind) for kind in ("light", "negators", "hedges", "telling"))


def probability(found: Signals) -> float:
    """How likely the passages speak of a sentence, 0 to 1, as logistic regression learned it on tuning pairs."""
    logit = weight_of("checking", "bias") + sum(weight_of("checking", name) * getattr(found, name) for name in NAMES)
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, logit))))


def _unspoken(ground: Ground) -> Fault:
    order = sorted(range(len(ground.content)), key=lambda row: float(ground.spoken[row]))
    weak = [row for row in order if ground.spoken[row] < ANCHOR][:4] or order[:2]
    words = ", ".join(ground.claim.tokens[ground.content[row]].text for row in sorted(weak))
    return Fault(
        "unspoken", words, f"No cited passage speaks of this: {words}." if words else "No cited passage says this."
    )


def _quotes(ground: Ground, citations: Sequence[Citation]) -> Iterator[Citation]:
    """The run of each chosen line from the first word that the sentence rests on to the last, nothing cut off that
    turns it round, leaves it open or says whose words it is."""
    for number in sorted(ground.chosen):
        source = ground.sources[number]
        tokens = source.line.tokens
        held = {match.at for match in ground.anchors.values() if match.line == number}
        held |= {
            place
            for figure in ground.figures
            for other in source.figures
            if says(figure, other, source.published)
            for place in range(other.first, other.last + 1)
        }
        if not held:
            continue
        clauses = {tokens[at].clause for at in held}
        keep = check_words("negators") | check_words("hedges")
        held |= {
            at
            for at, token in enumerate(tokens)
            if token.clause in clauses and (token.lower in keep or token.lower.endswith("n't"))
        }
        for report in polarity.reports(source.line):
            if any(report.said[0] <= at < report.said[1] for at in held):
                held |= {report.verb, *range(*report.speaker)}
        first, last = min(held), max(held)
        yield Citation(
            citations[number].article, source.line.start + tokens[first].start, source.line.start + tokens[last].end
        )
