"""Numbers, measures, shares, times of day and dates of a line, and whether one says what another says.

Read are figures and spelled-out numbers ("2.6m", "2.6 million", "forty-one", "two dozen", "a fifth", "one in ten"),
with what stands before them ("about", "more than") and after ("per cent", "euros", "months").
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from assistant.clauses import Token, check_words

FigureKind = Literal["number", "ordinal", "clock", "date"]

ABOUT = 0.075
"""How far off a number may be that is called about so much, as a share of it: "about 40,000" may be 37,500."""
BEYOND = 0.15
"""How far a number may be beyond "more than", "over", or short of "nearly", "under"."""

IMPLIED = "implied"
"""The bound of "a year", which may stand for one year and need not."""

_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_MAGNITUDES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
    "k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "tn": 1e12,
    "thousands": 1e3, "millions": 1e6, "billions": 1e9, "dozens": 12.0, "hundreds": 1e2,
}  # fmt: skip
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
}
_FRACTIONS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10,
}  # fmt: skip
_SMALL = {"tenth": 10, "tenths": 10, "hundredth": 100, "hundredths": 100, "thousandth": 1000, "thousandths": 1000}
_CURRENCIES = {
    "$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee", "usd": "dollar", "eur": "euro", "gbp": "pound",
}  # fmt: skip
# durations in days: a month is not thirty days to a reader, so months and years are counted apart
_DURATIONS = {
    "second": ("seconds", 1.0), "minute": ("seconds", 60.0), "hour": ("seconds", 3600.0), "day": ("seconds", 86400.0),
    "week": ("seconds", 604800.0), "fortnight": ("seconds", 1209600.0), "month": ("months", 1.0),
    "year": ("months", 12.0),
    "decade": ("months", 120.0), "century": ("months", 1200.0),
}  # fmt: skip
_UNIT_NAMES = {
    "metre": "metre", "meter": "metre", "m": "metre", "kilometre": "kilometre", "kilometer": "kilometre",
    "km": "kilometre", "centimetre": "centimetre", "centimeter": "centimetre", "cm": "centimetre",
    "mile": "mile", "foot": "foot",
    "feet": "foot", "ft": "foot", "inch": "inch", "inches": "inch", "yard": "yard", "hectare": "hectare",
    "acre": "acre",
    "tonne": "tonne", "ton": "ton", "kilogram": "kilogram", "kilo": "kilogram", "kg": "kilogram", "gram": "gram",
    "g": "gram", "litre": "litre", "liter": "litre", "dollar": "dollar", "euro": "euro", "pound": "pound",
    "crown": "crown",
    "franc": "franc", "yen": "yen", "rupee": "rupee", "yuan": "yuan", "rouble": "rouble", "ruble": "rouble",
    "celsius": "celsius", "c": "celsius", "fahrenheit": "fahrenheit", "f": "fahrenheit", "degree": "degree",
    "mph": "mph",
    "kph": "kph", "megawatt": "megawatt", "mw": "megawatt",
}  # fmt: skip
_METRIC = {
    "metre": ("metre", 1.0), "kilometre": ("metre", 1000.0), "centimetre": ("metre", 0.01),
    "kilogram": ("kilogram", 1.0),
    "gram": ("kilogram", 0.001), "tonne": ("kilogram", 1000.0),
}  # fmt: skip
_MONTHS = {name.lower(): at for at, name in enumerate(calendar.month_name) if name} | {
    name.lower(): at for at, name in enumerate(calendar.month_abbr) if name
}
_WEEKDAYS = {name.lower(): at for at, name in enumerate(calendar.day_name)}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, time or date at tokens ``first`` to ``last`` (inclusive) of its line.

    ``value`` is the number, of a clock time the minutes after midnight; ``unit`` what it measures (``"share"`` for per
    cent and fractions, ``"seconds"`` and ``"months"`` for durations, a currency, a length), ``""`` where it counts.
    ``bound`` is what is said of it: ``about``, ``over``, ``under``, ``up to``, ``at least``, or ``""`` for exactly.
    ``number`` is the number without its unit's size.
    Of a date ``year``, ``month``, ``day``, ``weekday`` (Monday 0) and ``decade`` are None where it does not say.
    """

    kind: FigureKind
    value: float
    first: int
    last: int
    unit: str = ""
    bound: str = ""
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    decade: bool = False
    number: float = 0.0


def figures(tokens: Sequence[Token]) -> tuple[Figure, ...]:
    """The figures of a line, in order."""
    found: list[Figure] = []
    at = 0
    while at < len(tokens):
        one = (
            _date(tokens, at)
            or _clock(tokens, at)
            or _fraction(tokens, at)
            or _number(tokens, at)
            or _ordinal(tokens, at)
        )
        if one is None:
            at += 1
            continue
        found.append(one)
        at = one.last + 1
    found = _sharing_units(tokens, found)
    return (*found, *_joined(tokens, found))


def _sharing_units(tokens: Sequence[Token], found: list[Figure]) -> list[Figure]:
    # "by 54 to 46 per cent": the first is per cent too
    shared = list(found)
    for at in range(len(found) - 2, -1, -1):
        one, other = shared[at], shared[at + 1]
        between = [token.lower for token in tokens[one.last + 1 : other.first]]
        ranged = between in (["to"], ["or"], ["–"], ["-"]) or (
            between == ["and"] and (other.unit == "share" or _word(tokens, one.first - 1) == "between")
        )
        if ranged and one.kind == "number" and other.day and 1 <= one.value <= 31 and not one.unit:
            shared[at] = replace(other, first=one.first, last=one.last, day=int(one.value))
        elif one.kind == other.kind == "number" and not one.unit and other.unit and ranged:
            size = other.value / other.number if other.number else 1.0
            shared[at] = replace(one, unit=other.unit, value=one.value * size)
    for at, one in enumerate(shared):
        # "a rise of 8 per cent; the city has offered 3.5."
        bare = one.kind == "number" and not one.unit and _word(tokens, one.last + 1) in ("", ".", ",", ";")
        if bare and one.value < 100 and any(other.unit == "share" for other in shared[:at]):
            shared[at] = replace(one, unit="share", value=one.value / 100)
    return shared


def _joined(tokens: Sequence[Token], found: Sequence[Figure]) -> list[Figure]:
    # "three hours and four minutes" is one measure too
    joined = []
    for one, other in pairwise(found):
        between = [token.lower for token in tokens[one.last + 1 : other.first]]
        alike = one.unit == other.unit and one.unit in ("seconds", "months") and IMPLIED not in (one.bound, other.bound)
        if alike and one.value > other.value and between in (["and"], [","], []):
            joined.append(Figure("number", one.value + other.value, one.first, other.last, one.unit, one.bound))
    return joined


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].lower if 0 <= at < len(tokens) else ""


def _plain(text: str) -> float | None:
    if not text[:1].isdigit() or ":" in text:
        return None
    groups = text.split(",")
    if len(groups) > 1 and not all(len(group.split(".")[0]) == 3 for group in groups[1:]):
        text = text.replace(",", ".") if len(groups) == 2 else text
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _spelled(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """The number that is spelled out from a token on, and the place of its last token."""
    total, current, last = 0.0, -1.0, at - 1
    begun = at
    while at < len(tokens):
        word = tokens[at].lower
        if word in _ONES and (current < 0 or (current % 100 in (0, *_TENS.values()) and not (current % 10))):
            if current >= 0 and current % 100 >= 20 and not 0 < _ONES[word] < 10:
                break
            current = max(current, 0) + _ONES[word]
        elif word in _TENS and (current < 0 or current % 100 == 0):
            current = max(current, 0) + _TENS[word]
        elif word == "hundred" and last >= begun and current > 0:
            current *= 100
        elif word in ("thousand", "million", "billion", "trillion", "dozen") and last >= begun and current > 0:
            total, current = total + current * _MAGNITUDES[word], 0
        elif word in ("-", "and") and last >= begun:
            following = _word(tokens, at + 1)
            goes_on = (
                following in _ONES and current % 100 >= 20
                if word == "-"
                else following in _ONES | _TENS and current % 100 == 0
            )
            if not goes_on or (word == "and" and current < 100 and total == 0):
                break
            at += 1
            continue
        else:
            break
        last = at
        at += 1
    return (total + max(current, 0), last) if last >= begun else None


def _bound(tokens: Sequence[Token], at: int) -> str:
    before = [_word(tokens, place) for place in range(at - 4, at)]
    while before and before[-1] in ("$", "€", "£", "a", "an", "the", "some", "just"):
        if before[-1] == "some":
            return "about"
        before.pop()
    text = " ".join(before)
    for bound in ("at least", "up to", "over", "under", "about"):
        for phrase in check_words(f"bound_{bound.replace(' ', '_')}"):
            if f" {text}".endswith(f" {phrase}"):
                return bound
    return ""


def _unit(tokens: Sequence[Token], at: int) -> tuple[str, float, int]:
    """The unit that follows a number whose last token stands before ``at``: its name, its size, its last token."""
    place = at
    while _word(tokens, place) in ("-", "more", "°", "full", "local", "other", "extra") and place < at + 2:
        place += 1
    word = _word(tokens, place)
    if word == "%" or word in ("percent", "pct"):
        return "share", 0.01, place
    if word == "per" and _word(tokens, place + 1) == "cent":
        return "share", 0.01, place + 1
    if word == "degrees" and _word(tokens, place + 1) in ("celsius", "fahrenheit", "c", "f"):
        return _UNIT_NAMES[_word(tokens, place + 1)], 1.0, place + 1
    single = {"centuries": "century", "feet": "foot", "inches": "inch"}.get(
        word, word[:-1] if word.endswith("s") and len(word) > 2 else word
    )
    if single in _DURATIONS:
        unit, size = _DURATIONS[single]
        if _word(tokens, place + 1) == "-" and _word(tokens, place + 2) == "old":
            return "age", size / 12 if unit == "months" else size, place + 2
        return unit, size, place
    if (
        single in _UNIT_NAMES
        and _UNIT_NAMES[single] in _METRIC
        and (single != "g" or tokens[place].start == tokens[place - 1].end)
    ):
        base, size = _METRIC[_UNIT_NAMES[single]]
        return base, size, place
    if single in _UNIT_NAMES and not (
        single in ("m", "g", "c", "f") and tokens[place].start != tokens[place - 1].end and single != "m"
    ):
        return _UNIT_NAMES[single], 1.0, place
    return "", 1.0, at - 1


def _number(tokens: Sequence[Token], at: int) -> Figure | None:
    value = _plain(tokens[at].text)
    last = at
    article = False
    if value is None:
        if tokens[at].lower in ("a", "an", "the") and _word(tokens, at + 1) in (
            "hundred",
            "thousand",
            "million",
            "billion",
            "dozen",
        ):
            value, last, article = _MAGNITUDES[_word(tokens, at + 1)], at + 1, True
        elif (
            tokens[at].lower in ("a", "an")
            and _word(tokens, at + 1) in _DURATIONS
            and [_word(tokens, place) for place in (at + 2, at + 3, at + 4)] == ["and", "a", "half"]
        ):
            unit, size = _DURATIONS[_word(tokens, at + 1)]
            return Figure("number", 1.5 * size, at, at + 4, unit, _bound(tokens, at))
        elif (tokens[at].lower in ("a", "an") and _word(tokens, at + 1) in _DURATIONS) or (
            tokens[at].lower in ("the", "past", "last", "previous") and _word(tokens, at + 1) in ("decade", "century")
        ):
            unit, size = _DURATIONS[_word(tokens, at + 1)]
            return Figure("number", size, at, at + 1, unit, IMPLIED, number=1)
        else:
            spelled = _spelled(tokens, at)
            if spelled is None:
                return None
            value, last = spelled
    elif _word(tokens, at + 1) in ("st", "nd", "rd", "th"):
        return Figure("ordinal", value, at, at + 1)
    if [_word(tokens, place) for place in range(last + 1, last + 4)] == ["and", "a", "half"]:
        value, last, article = value + 0.5, last + 3, True
    if not article:
        hyphen = _word(tokens, last + 1) == "-" and _word(tokens, last + 2) in ("million", "billion", "trillion")
        last += hyphen
        following = _word(tokens, last + 1)
        scale = _MAGNITUDES.get(following)
        # "11 m" may be metres, "11m people" is not
        near = last + 1 < len(tokens) and tokens[last + 1].start == tokens[last].end
        if scale and (len(following) > 3 or (len(following) <= 3 and near)):
            value, last = value * scale, last + 1
    unit, size, end = _unit(tokens, last + 1)
    first = at
    if _word(tokens, at - 1) in _CURRENCIES:
        unit, size, end = _CURRENCIES[_word(tokens, at - 1)], 1.0, last
    if tokens[at].lower == "one" and last == at and not unit:
        # a pronoun as often as a number: "one of", "one day", "no one"
        if _word(tokens, at - 1) in ("no", "any", "every", "the", "this", "that") or _word(tokens, at + 1) in (
            "day", "another",
        ) or not (at + 1 < len(tokens) and tokens[at + 1].term):  # fmt: skip
            return None
        if _word(tokens, at + 1) == "in" and _word(tokens, at + 2) in _ONES:
            return None
    if value > 1e15:
        return None
    after = [_word(tokens, place) for place in range(max(last, end) + 1, max(last, end) + 3)]
    bound = {"more": "at least", "less": "up to"}.get(after[1], "") if after[0] == "or" else ""
    return Figure("number", value * size, first, max(last, end), unit, bound or _bound(tokens, at), number=value)


def _fraction(tokens: Sequence[Token], at: int) -> Figure | None:
    word, following = tokens[at].lower, _word(tokens, at + 1)
    if following in ("in", "of") and (following == "in" or word in _ONES):
        many = (
            _ONES.get(word),
            _ONES.get(_word(tokens, at + 2)) or (_plain(_word(tokens, at + 2)) if following == "in" else None),
        )
        if many[0] and many[1] and many[1] > many[0] and many[1] in (2, 3, 4, 5, 8, 10, 20, 100):
            return Figure("number", many[0] / many[1], at, at + 2, "share", _bound(tokens, at))
    if word in _ONES and [following, _word(tokens, at + 2)] == ["out", "of"] and _word(tokens, at + 3) in _ONES:
        whole = _ONES[_word(tokens, at + 3)]
        if whole > _ONES[word]:
            return Figure("number", _ONES[word] / whole, at, at + 3, "share", _bound(tokens, at))
    if word == "half" and following == "a" and _word(tokens, at + 2) in ("million", "billion", "trillion", "dozen"):
        value = 0.5 * _MAGNITUDES[_word(tokens, at + 2)]
        unit, size, last = _unit(tokens, at + 3)
        return Figure("number", value * size, at, max(last, at + 2), unit, _bound(tokens, at), number=value)
    if word == "half" and following in ("a", "an") and _word(tokens, at + 2) in _DURATIONS:
        unit, size = _DURATIONS[_word(tokens, at + 2)]
        return Figure("number", 0.5 * size, at, at + 2, unit, _bound(tokens, at), number=0.5)
    if word == "half" and _word(tokens, at - 1) not in ("second", "first", "and"):
        return Figure("number", 0.5, at, at, "share", _bound(tokens, at))
    hyphen = following == "-"
    parts = _word(tokens, at + 1 + hyphen)
    if word in ("two", "three", "four") and parts in ("thirds", "quarters", "fifths", "tenths"):
        value = _ONES[word] / _FRACTIONS[parts.removesuffix("s")]
        return Figure("number", value, at, at + 1 + hyphen, "share", _bound(tokens, at))
    if following in _SMALL and [_word(tokens, at + 2), _word(tokens, at + 3)] == ["of", "a"]:
        # "eleven hundredths of a second"
        count = _ONES.get(word) or _TENS.get(word) or _plain(tokens[at].text)
        unit, size, last = _unit(tokens, at + 4)
        if count:
            value = count / _SMALL[following]
            return Figure("number", value * size, at, last, unit, _bound(tokens, at), number=value)
    if word in ("a", "one") and following in _FRACTIONS:
        after = _word(tokens, at + 2)
        # "a third boat" is none
        if (word == "one" and following != "half") or after in (
            "",
            "of",
            ".",
            ",",
            "less",
            "more",
            "since",
            "lower",
            "higher",
            "the",
            "a",
        ):
            return Figure("number", 1 / _FRACTIONS[following], at, at + 1, "share", _bound(tokens, at))
    return None


def _ordinal(tokens: Sequence[Token], at: int) -> Figure | None:
    value = _ORDINALS.get(tokens[at].lower)
    # "first" is a claim of its own kind, and is looked for among those
    return Figure("ordinal", float(value), at, at) if value and value > 1 else None


def _clock(tokens: Sequence[Token], at: int) -> Figure | None:
    word = tokens[at].lower
    if word in ("noon", "midday", "midnight"):
        return Figure("clock", 0.0 if word == "midnight" else 720.0, at, at)
    half = _word(tokens, at + 1).replace(".", "")
    parts = tokens[at].text.split(":")
    if not all(part.isdecimal() and len(part) <= 2 for part in parts):
        spelled = _ONES.get(word)
        if half not in ("am", "pm") or not spelled:
            return None
        parts = [str(spelled)]
    if len(parts) > 2 or (len(parts) == 1 and half not in ("am", "pm")):
        return None
    hour, minute = int(parts[0]), int(parts[1]) if len(parts) == 2 else 0
    if hour > 24 or minute > 59:
        return None
    if half in ("am", "pm"):
        return Figure("clock", float((hour % 12 + (12 if half == "pm" else 0)) * 60 + minute), at, at + 1, "half")
    return Figure("clock", float(hour * 60 + minute), at, at)


def _date(tokens: Sequence[Token], at: int) -> Figure | None:
    token, word = tokens[at], tokens[at].lower.removesuffix("'s")
    if word in _WEEKDAYS and (token.text[0].isupper()):
        return Figure("date", 0, at, at, weekday=_WEEKDAYS[word])
    if token.text[0].isupper() and word in _MONTHS and not _is_the_verb(tokens, at):
        last = at
        day = _day(tokens, at + 1)
        if day:
            last = at + 1 + (_word(tokens, at + 2) in ("st", "nd", "rd", "th"))
        year, last = _year_after(tokens, last)
        return Figure("date", 0, at, last, month=_MONTHS[word], day=day, year=year)
    day = _day(tokens, at)
    if day:
        month_at = at + 1 + (_word(tokens, at + 1) in ("st", "nd", "rd", "th"))
        month_at += _word(tokens, month_at) == "of"
        month = _MONTHS.get(_word(tokens, month_at))
        if month and tokens[month_at].text[0].isupper():
            year, last = _year_after(tokens, month_at)
            return Figure("date", 0, at, last, month=month, day=day, year=year)
    if token.text.isdecimal() and len(token.text) == 4 and 1500 <= int(token.text) <= 2199:
        if _word(tokens, at + 1) == "s" and tokens[at + 1].start == token.end:
            return Figure("date", 0, at, at + 1, year=int(token.text), decade=True)
        following = _word(tokens, at + 1)
        if (
            _word(tokens, at - 1) not in _CURRENCIES
            and following not in _MAGNITUDES
            and following not in ("%", "per", "-")
        ):
            return Figure("date", 0, at, at, year=int(token.text))
    return None


def _is_the_verb(tokens: Sequence[Token], at: int) -> bool:
    return at == 0 and tokens[at].lower in ("may", "march") and not _day(tokens, at + 1)


def _day(tokens: Sequence[Token], at: int) -> int | None:
    text = _word(tokens, at)
    return int(text) if text.isdecimal() and len(text) <= 2 and 1 <= int(text) <= 31 else None


def _year_after(tokens: Sequence[Token], last: int) -> tuple[int | None, int]:
    place = last + 1 + (_word(tokens, last + 1) == ",")
    text = _word(tokens, place)
    if text.isdecimal() and len(text) == 4 and 1500 <= int(text) <= 2199:
        return int(text), place
    return None, last


def says(claimed: Figure, given: Figure, published: date | None) -> bool:
    """Whether a passage that gives one figure supports a sentence that claims the other."""
    if claimed.kind == "date" or given.kind == "date":
        return claimed.kind == given.kind and _same_date(claimed, given, published)
    if claimed.kind == "clock" or given.kind == "clock":
        if claimed.kind != given.kind:
            return False
        # "7:15" in a list of trains may be either half of the day
        either = not (claimed.unit and given.unit)
        return claimed.value == given.value or (either and claimed.value % 720 == given.value % 720)
    if claimed.kind != given.kind:
        return False
    if claimed.unit == given.unit or {claimed.unit, given.unit} <= {"celsius", "fahrenheit", "degree"}:
        one_scale = {claimed.unit, given.unit} != {"celsius", "fahrenheit"}
        return one_scale and _same_value(claimed.bound, claimed.value, given.value)
    if {claimed.unit, given.unit} == {"age", "months"} and claimed.bound != IMPLIED != given.bound:
        return _same_value(claimed.bound, claimed.number, given.number)
    # where one says no unit, the bare numbers are compared: "the 400 metres" and "the 400"
    if given.bound == IMPLIED or "share" in (claimed.unit, given.unit) or (claimed.unit and given.unit):
        return False
    return _same_value(claimed.bound, claimed.number, given.number)


def weakened(claimed: Figure, given: Figure) -> bool:
    """Whether what the passage says of a number ("up to", "at least") is lost in the sentence."""
    if given.bound in ("up to", "at least") and claimed.bound == "" and claimed.value == given.value:
        return True
    lower, upper = ("over", "at least"), ("under", "up to")
    return (claimed.bound in lower and given.bound in upper) or (claimed.bound in upper and given.bound in lower)


def _same_value(bound: str, value: float, given: float) -> bool:
    if math.isclose(value, given, rel_tol=1e-9):
        return True
    match bound:
        case "about":
            return abs(given - value) <= ABOUT * value
        case "over" | "at least":
            return value < given <= value * (1 + BEYOND)
        case "under" | "up to":
            return value * (1 - BEYOND) <= given < value
        case _:
            return False


def _same_date(claimed: Figure, given: Figure, published: date | None) -> bool:
    if claimed.decade or given.decade:
        return (
            claimed.year is not None
            and given.year is not None
            and claimed.year // 10 == given.year // 10
            and (claimed.decade or claimed.year == given.year)
        )
    if claimed.weekday is not None and given.weekday is not None:
        return claimed.weekday == given.weekday
    if claimed.weekday is not None or given.weekday is not None:
        weekday, dated = (claimed, given) if claimed.weekday is not None else (given, claimed)
        assert weekday.weekday is not None
        if published is None or dated.month is None or (dated is claimed and dated.day is None and dated.month is None):
            return False
        return any(
            day.month == dated.month and dated.day in (None, day.day) and dated.year in (None, day.year)
            for day in _days_meant(weekday.weekday, published)
        )
    if claimed.year is not None and given.year is None:
        if published is None or abs(claimed.year - published.year) > 1 or given.month is None:
            return False
    elif claimed.year is not None and claimed.year != given.year:
        return False
    if claimed.month is not None and claimed.month != given.month:
        return False
    return claimed.day is None or claimed.day == given.day


def _days_meant(weekday: int, published: date) -> tuple[date, date]:
    # the last such day, the day of the article itself among them, or the next
    back = (published.weekday() - weekday) % 7
    try:
        return published - timedelta(days=back), published + timedelta(days=7 - back)
    except OverflowError:
        return published, published
