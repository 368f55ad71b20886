"""Whether a sentence breaks a fact of the sentences that it rests on: a second opinion, crude and strict.

It knows nothing of the checker and has none of its code, so that the two do not err together. It finds fault with what
it cannot find in the source: numbers, also spelled out, dates, names and places, words in quotation marks, a "not" too
many or too few, words of saying and of doubt that were left out, and words that the source has in no form. It takes
names that change places for a fault as well. Where it is wrong it is wrong against the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TEENS = "seventeen eighteen nineteen"
_SMALL = {word: value for value, word in enumerate(f"{_UNITS} {_TEENS}".split())}
_SMALL |= {w: v for v, w in zip(range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(),
                                strict=True)}  # fmt: skip
_SMALL |= {"once": 1, "twice": 2, "double": 2, "triple": 3, "dozen": 12, "pair": 2, "couple": 2, "half": 0.5,
           "quarter": 0.25, "single": 1}  # fmt: skip
_SMALL |= {w: v for v, w in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)}
_SCALE = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "m": 1e6,
          "mn": 1e6, "bn": 1e9, "tn": 1e12}  # fmt: skip
_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NEGATIONS = frozenset("not no never none nobody nothing neither nor without cannot n't denied denies deny refused "
                       "refuses fails failed lacks lack unable".split())  # fmt: skip
_SAYING = frozenset(
    "say says said saying tell tells told claim claims claimed accuse accused accuses according announce announced "
    "announces argue argued argues allege alleged alleges allegedly report reported reports reportedly deny denied "
    "believe believed believes think thinks thought warn warned warns insist insisted add added stated estimate "
    "estimated estimates suggest suggested suggests call called calls describe described write wrote tweeted testified "
    "explained noted confirmed".split()
)
_DOUBT = frozenset(
    "may might could would likely possibly perhaps probably reportedly allegedly alleged expected expects plan plans "
    "planned hopes hope potential potentially seems appears suspected if should can".split()
)
_LITTLE = frozenset(
    "the a an and or but of in on at to for from by with as is are was were be been being it its this that these those "
    "there which who whom whose what when where how why also than then so such very more most some any all both each "
    "his her their our your my he she they we you i has have had having do does did will would could should may might "
    "can into over under about after before during since until while because if not no up out off one own other".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„]{2,300})[”\"»“]")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a sentence has that its source has not: the kind of fact, and the words."""

    kind: str
    words: str


def broken(text: str, source: str, published: date | None = None) -> list[Finding]:
    """The facts of ``text`` that the ``source`` does not have; ``published`` is the day from which it speaks."""
    found = [*_numbers(text, source, published), *_days(text, source, published), *_names(text, source)]
    found += [*_quotations(text, source), *_turned(text, source), *_unsaid(text, source), *_exchanged(text, source)]
    return [*found, *_unheard(text, source)]


def nearness(text: str, source: str) -> str:
    """How near a sentence is to the words of its source."""
    mine, theirs = _words(text), _words(source)
    if f" {' '.join(mine)} " in f" {' '.join(theirs)} ":
        return "copied whole"
    match = SequenceMatcher(None, mine, theirs, autojunk=False)
    share = sum(block.size for block in match.get_matching_blocks() if block.size >= 3) / max(1, len(mine))
    return "nearly copied" if share >= 0.8 else "reworded"


def _words(text: str) -> list[str]:
    return [word.replace("’", "'").casefold() for word in _WORD.findall(text)]


def _stem(word: str) -> str:
    word = re.sub(r"['’]s$|['’]$", "", word.casefold())
    for ending in ("ations", "ation", "ings", "ing", "ied", "ies", "ed", "es", "ers", "er", "ly", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _values(text: str) -> set[float]:
    """The numbers of a text, in figures or in words, with their scale."""
    tokens = re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", text.casefold())
    found: set[float] = set()
    at = 0
    while at < len(tokens):
        token, value = tokens[at], None
        if token[0].isdigit():
            value = float(token.replace(",", ""))
        elif token in _SMALL:
            value = float(_SMALL[token])
            if value >= 20 and at + 1 < len(tokens) and 0 < _SMALL.get(tokens[at + 1], 0) < 10:
                at += 1
                value += _SMALL[tokens[at]]
        elif token in ("hundreds", "thousands", "millions", "billions", "dozens"):
            found.add(_SCALE.get(token[:-1], 12.0))
        if value is not None:
            while at + 1 < len(tokens) and tokens[at + 1] in _SCALE:
                at += 1
                value *= _SCALE[tokens[at]]
            found.add(value)
        at += 1
    return found


def _numbers(text: str, source: str, published: date | None) -> Iterator[Finding]:
    theirs = _values(source)
    rounded = re.search(r"\b(?:about|around|nearly|almost|more than|over|roughly|some|approximately)\b", text, re.I)
    for value in sorted(_values(text) - theirs):
        near = any(abs(value - other) <= 0.05 * other for other in theirs)
        loose = value == 1 and not re.search(r"\b1\b|\bone\s+(?:man|woman|person|people)\b", text)
        year = published is not None and value == published.year and not any(1900 < other < 2100 for other in theirs)
        if not (rounded and near) and not loose and not year:
            yield Finding("number", f"{value:g}")


def _days(text: str, source: str, published: date | None) -> Iterator[Finding]:
    mine, theirs = set(_words(text)), set(_words(source))
    near = {_DAYS[(published + timedelta(days)).weekday()] for days in (-1, 0, 1)} if published else set()
    if not theirs & {"today", "yesterday", "tomorrow", "tonight"}:
        near = set()
    month = {_MONTHS[published.month - 1]} if published and theirs & {"today", "week", "month", *_DAYS} else set()
    named = {word.casefold() for word in re.findall(r"\b[A-Z][a-z]+\b", text)}
    shorts = {name for name in (*_MONTHS, *_DAYS) if name[:3] in theirs or name[:4] in theirs}
    for word in mine & named & {*_MONTHS, *_DAYS}:
        if word not in theirs | near | month | shorts:
            yield Finding("date", word)
    for word in mine & {"yesterday", "today", "tomorrow", "tonight"}:
        if word not in theirs:
            yield Finding("date", word)
    for phrase in re.findall(r"\b(?:last|next|this|previous) (?:week|month|year|summer|spring|fall|winter|night)\b",
                             text.casefold()):  # fmt: skip
        if phrase not in " ".join(_words(source)):
            yield Finding("date", phrase)


def _names(text: str, source: str) -> Iterator[Finding]:
    theirs = {_stem(word) for word in _WORD.findall(source)}
    runs = re.findall(r"(?:[A-Z][\w’'.-]*\s+(?:of\s+|the\s+|and\s+|for\s+)?){2,}", f"{source} ")
    initials = {"".join(word[0] for word in run.split()).casefold() for run in runs}
    for match in re.finditer(r"\b[A-Z][\w’'-]*", text):
        word = match.group()
        for part in re.split(r"-", word):
            stem = _stem(part)
            if not part[:1].isupper() or stem in theirs or stem in _LITTLE or part.casefold() in _LITTLE:
                continue
            if part.casefold() in (*_MONTHS, *_DAYS) or (match.start() == 0 and part.casefold() in _SMALL):
                continue
            # Ukraine's and Ukrainian, Fiji and Fijian
            if any(len(stem) >= 4 and len(other) >= 4 and stem[:4] == other[:4] and
                   min(len(stem), len(other)) >= len(stem) - 3 for other in theirs):  # fmt: skip
                continue
            if stem.replace(".", "") in initials:
                continue
            yield Finding("name" if match.start() else "first word", part)


def _quotations(text: str, source: str) -> Iterator[Finding]:
    plain = f" {' '.join(_words(source))} "
    for words in _QUOTED.findall(text):
        if f" {' '.join(_words(words))} " not in plain:
            yield Finding("quotation", words)


def _negated(words: list[str]) -> list[int]:
    return [at for at, word in enumerate(words) if word in _NEGATIONS or word.endswith("n't")]


def _turned(text: str, source: str) -> Iterator[Finding]:
    mine, theirs = _words(text), _words(source)
    if _negated(mine) and not _negated(theirs):
        yield Finding("negation", mine[_negated(mine)[0]])
    if _negated(mine):
        return
    have = {_stem(word) for word in mine}
    for at in _negated(theirs):
        after = [_stem(word) for word in theirs[at + 1 : at + 6] if word not in _LITTLE][:2]
        if len(after) == 2 and all(word in have for word in after):
            yield Finding("negation", f"left out: {theirs[at]} {' '.join(after)}")


def _unsaid(text: str, source: str) -> Iterator[Finding]:
    mine, theirs = set(_words(text)), set(_words(source))
    if theirs & _SAYING and not mine & _SAYING:
        yield Finding("saying", f"left out: {', '.join(sorted(theirs & _SAYING))}")
    for word in sorted((mine & _SAYING) - theirs - {"said", "says", "say", "according"}):
        if _stem(word) not in {_stem(other) for other in theirs}:
            yield Finding("saying", word)
    # of the sentence of the source that is nearest, so that a "may" far away is not asked for
    if theirs & _DOUBT and not mine & _DOUBT:
        lines = [_words(line) for line in re.split(r"(?<=[.!?])\s+", source)]
        nearest = max(lines, key=lambda line: len({*line} & mine - _LITTLE))
        words = [word for at, word in enumerate(nearest) if word in _DOUBT
                 and {_stem(w) for w in nearest[at + 1 : at + 4]} & {_stem(w) for w in mine - _LITTLE}]  # fmt: skip
        if words:
            yield Finding("doubt", f"left out: {', '.join(words)}")


def _exchanged(text: str, source: str) -> Iterator[Finding]:
    passive = re.compile(r"\bby\b", re.I)
    if bool(passive.search(text)) != bool(passive.search(source)):
        return
    names = [word for word in dict.fromkeys(re.findall(r"\b[A-Z][\w’'-]+", text)) if word.casefold() not in _LITTLE]
    for line in re.split(r"(?<=[.!?])\s+", source):
        places = [line.find(name) for name in names]
        for one in range(len(names)):
            for two in range(one + 1, len(names)):
                if 0 <= places[two] < places[one] and line.count(names[one]) == line.count(names[two]) == 1:
                    yield Finding("order", f"{names[one]}, {names[two]}")
                    return


def _unheard(text: str, source: str) -> Iterator[Finding]:
    theirs = {_stem(word) for word in _words(source)}
    new = [word for word in _words(text) if word not in _LITTLE and not word[0].isdigit() and _stem(word) not in theirs]
    new = [word for word in new if not any(len(_stem(word)) >= 4 and other[:5] == _stem(word)[:5] for other in theirs)]
    if new:
        yield Finding("new words", ", ".join(dict.fromkeys(new)))
