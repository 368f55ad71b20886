"""Whether a sentence says so, and the passage does too: negation, hedging, who said it, and who did what to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.alignment import Ground
from assistant.clauses import Line, Token, check_converses, check_terms, check_words, opposites, synonyms
from assistant.questions import word_list

RELEVANT = 0.3
"""From this share of a sentence's words on, a clause of the passage is one that the sentence rests on."""

TOUCHED = 0.2
"""From this share on, a clause of the passage may hold the opposite of what the sentence says."""

MOST = 0.5
"""A sentence repeats what somebody says where this share of its words is among that."""

NEAR = 7
"""Within so many words of a negated one may stand what says the same without a negation."""

NARROW, REACH = 1, 4
"""So many content words after a negation does it turn round: for certain, and perhaps."""

_BE = frozenset("is are was were be been being get got".split())
_AUXILIARIES = _BE | frozenset("has have had will would may might could can should must do does did to".split())
_PREPOSITIONS = frozenset(
    "by from to of over against with in at on for through into under near off between towards about "
    "after before".split()
)
_PRONOUNS = frozenset("he she they it we i you".split())
_POSSESSIVES = frozenset("his her their its".split())
_ARTICLES = frozenset("a an the his her its their".split())
_PLAIN_NEGATORS = frozenset("not never cannot".split())
_ADVERBS = frozenset("not also already never now still then since first later again".split())
_NOUNS_TOO = frozenset(
    "claim claims report reports call calls fear fears charge view concern estimate estimates".split()
)
_NOUN_NEGATORS = frozenset("no none neither nobody".split())
_WHEN = frozenset("on in at this last earlier late later yesterday today".split())
_CLOSING = ("”", '"')


@cache
def _reporting() -> frozenset[str]:
    return word_list("reporting") | check_words("telling")


def negated(line: Line, reach: int) -> dict[int, int]:
    """The words that a negation turns round, at most so many content words after it, each with its place."""
    found: dict[int, int] = {}
    for at, token in enumerate(line.tokens):
        if not _negates(line, at):
            continue
        # "no radiation escaped" negates the verb, which comes second
        longer = at + 1 < len(line.tokens) and line.tokens[at + 1].lower == "longer"
        left = reach + (token.lower in _NOUN_NEGATORS and not longer)
        seen = 0
        for place in range(at + 1, len(line.tokens)):
            other = line.tokens[place]
            if other.text in ",;:()—–." or other.lower in ("but", "while", "although", "and"):
                break
            if seen and other.lower in _PREPOSITIONS - {"of", "to"}:
                break
            if other.term and other.is_word and other.lower != "longer":
                found.setdefault(place, at)
                seen += 1
                if seen == left:
                    break
    return found


def _negates(line: Line, at: int) -> bool:
    token = line.tokens[at]
    following = line.tokens[at + 1].lower if at + 1 < len(line.tokens) else ""
    if token.lower == "not" and following in ("only", "out"):
        return False
    if token.lower == "no" and following in ("fewer", "less", "more", "later", "doubt"):
        return False
    if token.lower == "yet" or token.term in ("fail", "declin"):
        return following == "to"
    if token.lower == "out":
        return following == "of" and _before(line, at) in _BE
    if token.lower == "than":
        return _before(line, at) == "rather"
    if token.lower == "from":
        return any(other.lower in check_words("keeping") for other in line.tokens[max(0, at - 5) : at])
    return (
        token.lower in check_words("negators") or token.lower.endswith("n't") or token.term in check_terms("negators")
    )


def _before(line: Line, at: int) -> str:
    return line.tokens[at - 1].lower if at else ""


def turned(ground: Ground) -> tuple[str, str] | None:
    """Where sentence and passage say the opposite: the words of the sentence, and those of the passage."""
    claim = ground.claim
    lines = {number: ground.sources[number].line for number in ground.chosen}
    mine, mine_perhaps = negated(claim, NARROW), negated(claim, REACH)
    theirs = {number: negated(line, NARROW) for number, line in lines.items()}
    theirs_perhaps = {number: negated(line, REACH) for number, line in lines.items()}
    for at, match in ground.anchors.items():
        token, number, line = claim.tokens[at], match.line, lines[match.line]
        if token.name or number != ground.main or match.alike < 0.85:
            continue
        if at in mine and match.at not in theirs_perhaps[number] and not _made_up_for(ground, at, False):
            # "on none of her visits did she find": what else that negation turns round may be negated there
            others = [one for one, by in mine_perhaps.items() if by == mine[at] and one in ground.anchors]
            if not any(ground.anchors[one].at in theirs_perhaps.get(ground.anchors[one].line, ()) for one in others):
                return f"{claim.tokens[mine[at]].text} … {token.text}", ""
        if match.at in theirs[number] and at not in mine_perhaps and not _made_up_for(ground, at, True):
            by = theirs[number][match.at]
            others = [
                one
                for one, other in ground.anchors.items()
                if other.line == number and theirs_perhaps[number].get(other.at) == by
            ]
            if not any(one in mine_perhaps for one in others):
                return token.text, f"{line.tokens[by].text} … {line.tokens[match.at].text}"
    return _opposed(ground, mine_perhaps, theirs_perhaps) or _added(ground)


def _added(ground: Ground) -> tuple[str, str] | None:
    """A negation of the sentence where no line it rests on has one, nor a word that could stand for one."""
    own = {token.lower for token in ground.claim.tokens}
    terms = {token.term for token in ground.claim.tokens if token.term}
    against = {term for one in terms for term in opposites().get(one, ())} - terms
    for number in ground.chosen:
        line = ground.sources[number].line
        for at, token in enumerate(line.tokens):
            if _negates(line, at) or token.term in against or (_turns(token) and token.lower not in own):
                return None
    for at, token in enumerate(ground.claim.tokens):
        if (token.lower in _PLAIN_NEGATORS or token.lower.endswith("n't")) and _negates(ground.claim, at):
            following = next((other.text for other in ground.claim.tokens[at + 1 :] if other.term), "")
            return f"{token.text} … {following}", ""
    return None


def _made_up_for(ground: Ground, at: int, by_claim: bool) -> bool:
    """Whether the side without the negation says the same in another way: "in danger" is "not out of danger"."""
    match = ground.anchors[at]
    line, place = (ground.claim, at) if by_claim else (ground.sources[match.line].line, match.at)
    other = ground.sources[match.line].line if by_claim else ground.claim
    # what stands on both sides makes up for nothing
    shared = {token.term or token.lower for token in other.tokens}
    if any(
        _turns(token) for token in _around(line, place) if (token.term or token.lower) not in shared
    ) or _negation_beside(line, place):
        return True
    # a word against its opposite, of which one is negated
    own = {token.term for token in _around(ground.claim, at) if token.term}
    theirs = {token.term for token in _around(ground.sources[match.line].line, match.at) if token.term}
    return any((opposites().get(term, frozenset()) - own) & theirs for term in own - theirs)


def _negation_beside(line: Line, at: int) -> bool:
    # "found no trace": the negation may follow the verb, if nothing comes between
    for place in (*range(at - 1, at - 5, -1), *range(at + 1, at + 4)):
        if 0 <= place < len(line.tokens) and _negates(line, place):
            between = {token.lower for token in line.tokens[min(at, place) : max(at, place)]}
            return not between & {"and", "but", ",", "rather"}
    return False


def _around(line: Line, at: int) -> list[Token]:
    near = line.tokens[max(0, at - NEAR) : at + NEAR + 1]
    return [token for token in near if abs(token.clause - line.tokens[at].clause) <= 1]


def _turns(token: Token) -> bool:
    lower = token.lower
    prefixed = lower.startswith(("un", "non")) and len(lower) >= 6 and lower.endswith(("ed", "able", "ible", "hurt"))
    return not token.name and (
        lower in check_words("turning") or prefixed or lower == "worst" or (lower.endswith("est") and len(lower) > 5)
    )


def _opposed(ground: Ground, mine: dict[int, int], theirs: dict[int, dict[int, int]]) -> tuple[str, str] | None:
    line = ground.sources[ground.main].line
    for one, other in (("most", "least"), ("least", "most")):
        mine_has, theirs_has = ({token.lower for token in tokens} for tokens in (ground.claim.tokens, line.tokens))
        if one in mine_has and other not in mine_has and other in theirs_has and one not in theirs_has:
            return one, other
    held = Counter(match.line for match in ground.anchors.values())
    touched = {
        clause for (number, clause), share in ground.clauses.items() if number == ground.main and share >= TOUCHED
    }
    places = {
        token.term: at
        for at, token in enumerate(line.tokens)
        if token.term and not token.name and touched & {token.clause - 1, token.clause}
    }
    for at, token in enumerate(ground.claim.tokens):
        if not token.term or token.name or token.term in places:
            continue
        if at in ground.anchors and ground.anchors[at].alike > 0.85 and held[ground.anchors[at].line] > 1:
            continue
        against = opposites().get(token.term, frozenset()) & places.keys()
        alike = synonyms().get(token.term, frozenset()) & places.keys()
        for term in sorted(against, key=places.__getitem__):
            if (at in mine) == (places[term] in theirs[ground.main]) and not alike:
                return token.text, line.tokens[places[term]].text
    return None


def hedge_dropped(ground: Ground) -> str:
    """The words of the passage that leave it open what the sentence states; ``""`` where there are none."""
    hedges, futures = check_words("hedges"), check_words("futures")
    tokens = ground.claim.tokens
    claim = {token.lower for token in tokens if token.text != "May"}
    if modal := _modal_dropped(ground):
        return modal
    if claim & hedges or {token.term for token in tokens if token.text != "May"} & check_terms("hedges"):
        return ""
    tells = any(token.lower in _reporting() or token.lower == "according" for token in tokens)
    main = ground.sources[ground.main].line.tokens
    for token in main:
        if token.lower in ("if", "unless", "whether") and not claim & check_words("conditions"):
            return token.text
    for (number, clause), share in ground.clauses.items():
        line = ground.sources[number].line
        places = {
            match.at
            for at, match in ground.anchors.items()
            if match.line == number and line.tokens[match.at].clause == clause and not tokens[at].name
        }
        if share < RELEVANT or (number != ground.main and len(places) < 2):
            continue
        for at, token in enumerate(line.tokens):
            if token.clause != clause or not _hedges(line, at) or (tells and token.lower in _reporting()):
                continue
            words = [place for place, _ in line.content() if place >= at][: REACH + 1]
            if places & set(words) or (token.lower in check_words("predicative") and min(places) < at):
                return token.text
    if "will" in claim:
        theirs = {token.lower for number in ground.chosen for token in ground.sources[number].line.tokens}
        return next(iter(sorted(theirs & hedges)), "") if not theirs & (futures | {"on", "due"}) else ""
    if claim & futures:
        return ""
    for at, match in ground.anchors.items():
        line = ground.sources[match.line].line
        before = {token.lower for token in line.tokens[max(0, match.at - 3) : match.at]}
        coming = before & {"will", "'ll", "shall"} or ("to" in before and before & {"is", "are"})
        if match.line == ground.main and coming and _is_past(ground.claim, at):
            return "will" if "will" in before else "is to"
    return ""


def _modal_dropped(ground: Ground) -> str:
    # "may rise" has become "will rise", whatever else the sentence leaves open
    by_place = {(match.line, match.at): at for at, match in ground.anchors.items() if match.alike >= 0.9}
    for number in ground.chosen:
        line = ground.sources[number].line
        for at, token in enumerate(line.tokens):
            if token.lower not in ("may", "might", "could") or token.text == "May":
                continue
            place = next((place for place, _ in line.content() if place > at), None)
            own = by_place.get((number, place)) if place is not None else None
            if own is None:
                continue
            before = {other.lower for other in ground.claim.tokens[max(0, own - 3) : own]}
            if before & {"will", "'ll", "shall"} and not before & check_words("hedges"):
                return token.text
    return ""


def _hedges(line: Line, at: int) -> bool:
    token = line.tokens[at]
    before = line.tokens[at - 1].lower if at else ""
    following = line.tokens[at + 1].lower if at + 1 < len(line.tokens) else ""
    if token.lower in ("reported", "said", "understood", "rumoured", "claimed"):
        return before in _BE and following == "to"
    if token.lower == "would":
        return following == "have"
    if token.lower in ("set", "due", "asked", "called", "seen"):
        return following == "to"
    return token.text != "May" and token.lower in check_words("hedges")


def _is_past(line: Line, at: int) -> bool:
    before = {token.lower for token in line.tokens[max(0, at - 3) : at]}
    word = line.tokens[at].lower
    past = word.endswith("ed") or word in check_words("verbs")
    return bool({"has", "have", "had", "was", "were"} & before) or (past and not before & _BE)


@dataclass(frozen=True, slots=True)
class Report:
    """Whose words a part of a line is: the places of the verb, of the speaker, and of what is said (ends exclusive)."""

    verb: int
    speaker: tuple[int, int]
    said: tuple[int, int]


def reports(line: Line) -> Iterator[Report]:
    """What of a line is somebody's words."""
    tokens = line.tokens
    end = len(tokens)
    for at, token in enumerate(tokens):
        if token.lower == "according" and at + 1 < end and tokens[at + 1].lower == "to":
            stop = _next(tokens, at + 2, ",;", end)
            yield Report(at, (at + 2, stop), (stop, end) if at < 2 else (0, at))
        elif token.lower in _reporting() and not token.name:
            if at and tokens[at - 1].lower in _BE | {"to", "a", "the", "an", "of", "no"}:
                continue
            if _negates(line, at - 1) or (at > 1 and _negates(line, at - 2)):
                continue
            if token.lower in _NOUNS_TOO and not _could_speak(line, at - 1):
                continue
            before = tokens[at - 1].text if at else ""
            following = tokens[at + 1].text if at + 1 < end else ""
            rest = [other for other in tokens[at + 1 :] if other.text not in '.!?…”"']
            that = any(
                tokens[place].lower == "that" and (place == at + 1 or tokens[place - 1].lower in word_list("weekdays"))
                for place in range(at + 1, min(end, at + 5))
            )
            last = not rest or (not that and rest[0].lower in _WHEN | word_list("weekdays"))
            weak = token.lower in check_words("weakly_telling")
            stop = _next(tokens, at + 1, ",;.", end)
            if (at and before in _CLOSING) or (before == "," and not _has_verb(line, at + 1, stop)):
                if not weak or before in _CLOSING:
                    yield Report(at, (at + 1, stop), (0, at))
            elif following == "," and not weak and _last(tokens, at - 1 - (before == ","), ",") > 0:
                # "Should it go on, Egli said, the ice would melt."
                yield Report(at, (_last(tokens, at - 1 - (before == ","), ",") + 1, at), (0, end))
            elif last and (not weak or _somebody(line, at)) and _last(tokens, at - 1 - (before == ","), ',”"') > 0:
                comma = _last(tokens, at - 1 - (before == ","), ',”"')
                yield Report(at, (comma + 1, at), (0, comma))
            elif not rest:
                comma = _last(tokens, at - 1, ',”"')
                if comma > 0:
                    yield Report(at, (comma + 1, at), (0, comma))
            elif not rest:
                yield Report(at, (0, at), (0, 0))
            elif (
                not weak
                or following in ("that", "how", "“", '"', ":")
                or any(other.lower == "that" for other in tokens[at + 1 : at + 6])
            ):
                yield Report(at, (_start_of(tokens, at), at), (at + 1, _end_of(tokens, at)))


def _could_speak(line: Line, at: int) -> bool:
    """Whether a word may be the subject of what follows: "officials claim", not "a further claim"."""
    token = line.tokens[at]
    possessive = token.lower.endswith(("'s", "s'"))
    return at >= 0 and not possessive and (token.name or token.lower in _PRONOUNS or token.lower.endswith("s"))


def _has_verb(line: Line, low: int, high: int) -> bool:
    words = {token.lower for token in line.tokens[low:high]}
    following = [token.lower for token in line.tokens[low + 1 : high]] + [""]
    return bool(words & (_AUXILIARIES - {"to"} | _PRONOUNS)) or any(
        _acts(line, low + step) and following[step] != "by" for step in range(high - low)
    )


def _somebody(line: Line, at: int) -> bool:
    near = line.tokens[max(0, at - 4) : at]
    return any(token.name or token.lower in word_list("roles") for token in near)


def _end_of(tokens: Sequence[Token], at: int) -> int:
    # "blames the weather and has agreed to pay": what follows is said by the article again
    return next(
        (
            place
            for place in range(at + 1, len(tokens) - 1)
            if tokens[place].text == ";"
            or (tokens[place].text == "," and tokens[place + 1].lower in ("while", "but", "whereas"))
            or (tokens[place].lower == "and" and tokens[place + 1].lower in ("has", "have", "is", "are", "will"))
        ),
        len(tokens),
    )


def _next(tokens: Sequence[Token], at: int, marks: str, end: int) -> int:
    return next((place for place in range(at, end) if tokens[place].text in marks), end)


def _last(tokens: Sequence[Token], at: int, marks: str) -> int:
    return next((place for place in range(at, -1, -1) if tokens[place].text in marks), -1)


def _start_of(tokens: Sequence[Token], at: int) -> int:
    return next(
        (
            place + 1
            for place in range(at - 1, -1, -1)
            if tokens[place].text in ';:”"' or tokens[place].lower in ("but", "while", "and")
        ),
        0,
    )


def attribution_dropped(ground: Ground) -> str:
    """Who says, by the passage, what the sentence states as a fact; ``""`` where it keeps that, or nobody does."""
    telling = [
        at
        for at, token in enumerate(ground.claim.tokens)
        if token.lower in _reporting() | {"according"} or token.lower in check_words("certain")
    ]
    told = sum(1 for at in ground.anchors if not ground.claim.tokens[at].name and at not in telling)
    on_main = sum(
        1
        for at, match in ground.anchors.items()
        if match.line == ground.main and not ground.claim.tokens[at].name and at not in telling
    )
    for number in ground.chosen:
        line = ground.sources[number].line
        own = [at for at, match in ground.anchors.items() if match.line == number]
        rests = [at for at in own if not ground.claim.tokens[at].name and at not in telling] or own
        enough = len(rests) >= 2 or 2 * len(rests) > told
        if not rests or not enough or (number != ground.main and len(rests) <= on_main):
            continue
        for report in reports(line):
            verb = line.tokens[report.verb]
            if verb.lower in check_words("performing"):
                continue
            low, high = report.said
            within = [at for at in rests if low <= ground.anchors[at].at < high]
            if not within or len(within) < MOST * len(rests):
                continue
            # a word of saying that is itself a part of what is said keeps nothing, unless the speaker stands with it
            named = any(report.speaker[0] <= ground.anchors[at].at < report.speaker[1] for at in own)
            for at in telling:
                inside = at in own and low <= ground.anchors[at].at < high
                if not inside or (
                    not _is_passive(ground.claim, at) and (named or ground.anchors[at].at == report.verb)
                ):
                    return ""
            start, stop = report.speaker
            who = line.text[line.tokens[start].start : line.tokens[stop - 1].end] if start < stop else ""
            return f"{who} {verb.text}".strip()
    return ""


def _is_passive(line: Line, at: int) -> bool:
    """Whether a form of "be" stands before a word with nothing but adverbs between."""
    place = at - 1
    while place >= 0 and (line.tokens[place].lower.endswith("ly") or line.tokens[place].lower in _ADVERBS):
        place -= 1
    return place >= 0 and line.tokens[place].lower in _BE


def raised(ground: Ground) -> str:
    """A word of the sentence by which a claim becomes a certainty ("confirmed") without the passage's saying so."""
    terms = {token.term for source in ground.sources for token in source.line.tokens}
    for at, token in enumerate(ground.claim.tokens):
        if token.lower in check_words("certain") and at not in ground.anchors and token.term not in terms:
            return token.text
    return ""


def other_speaker(ground: Ground) -> tuple[str, str] | None:
    """Where the sentence has somebody say what another says in the passage: both, in their words."""
    for report in reports(ground.claim):
        start, stop = report.speaker
        comma = next((at for at in range(start + 1, stop) if ground.claim.tokens[at].text == ","), stop)
        mine = [at for at in range(start, comma) if at in ground.content]
        said = [ground.anchors[at] for at in range(*report.said) if at in ground.anchors]
        if not mine or not said:
            continue
        number = max({match.line for match in said}, key=lambda n: sum(1 for match in said if match.line == n))
        line = ground.sources[number].line
        places = [match.at for match in said if match.line == number]
        best = max(
            reports(line),
            key=lambda one: sum(1 for place in places if one.said[0] <= place < one.said[1]),
            default=None,
        )
        if best is None or not any(best.said[0] <= place < best.said[1] for place in places):
            continue
        who = line.tokens[best.speaker[0] : best.speaker[1]]
        before_comma = who[: next((place for place, token in enumerate(who) if token.text == ","), len(who))]
        if any(token.term for token in before_comma):
            who = before_comma
        if not who or any(token.lower in _PRONOUNS | _POSSESSIVES for token in who) or len(who) > 14:
            continue
        terms = {token.term for token in who if token.term}
        own = {ground.claim.tokens[at].term for at in mine}
        if terms & own or not any(token.name for token in who):
            continue
        said_by = range(best.speaker[0], best.speaker[0] + len(who))
        if any(
            at in ground.anchors and ground.anchors[at].line == number and ground.anchors[at].at in said_by
            for at in mine
        ):
            continue
        return (
            " ".join(ground.claim.tokens[at].text for at in mine),
            line.text[who[0].start : who[-1].end],
        )
    return None


def swapped(ground: Ground) -> tuple[str, str] | None:
    """Two that have changed places: who did it, and to whom, in the sentence's words."""
    tokens = ground.claim.tokens
    still = (_reporting() | check_words("hedges")) - check_words("addressing")
    for at, match in ground.anchors.items():
        line = ground.sources[match.line].line
        if match.alike < 0.9 or tokens[at].name or tokens[at].lower in still:
            continue
        if "to" in (_before(ground.claim, at), _before(line, match.at)):
            continue  # whose deed an infinitive is, its form does not tell
        if not (_acts(ground.claim, at) and _acts(line, match.at)):
            continue
        places = {one: other.at for one, other in ground.anchors.items() if other.line == match.line}
        mine, theirs = _parties(ground.claim, at), _parties(line, match.at)

        def rests(words: Sequence[int], on: Sequence[int], places: dict[int, int] = places) -> list[int]:
            return [word for word in words if word in places and places[word] in on]

        exact = match.alike == 1
        agree = len(rests(mine.by, theirs.by)) + len(rests(mine.to, theirs.to))
        by, to = rests(mine.by, theirs.to), rests(mine.to, theirs.by)
        if by and to and len(by) + len(to) > agree and (exact or all(tokens[word].name for word in (by[-1], to[-1]))):
            return tokens[by[-1]].text, tokens[to[-1]].text
        # "the cub whose mother refused" against "the cub that refused its mother": by who stands next to the verb
        own = [word for word in mine.subject if word in ground.content]
        if not exact or not own or not theirs.subject or rests(own, theirs.subject):
            continue
        done_by = rests(mine.to, theirs.subject)
        if done_by:
            return tokens[own[-1]].text, tokens[done_by[-1]].text
        # both stand in both, each with the other's verb
        others = rests([word for word in places if word not in mine.by], theirs.subject)
        elsewhere = [word for word in own if word in places and places[word] not in theirs.by]
        if others and elsewhere and len(elsewhere) == len(own):
            return tokens[elsewhere[-1]].text, tokens[others[-1]].text
    return None


def converse(ground: Ground) -> tuple[str, str] | None:
    """Where one "bought" in the sentence who "sold" in the passage: the two verbs."""
    pairs = check_converses()
    for number in ground.chosen:
        line = ground.sources[number].line
        places = {at: match.at for at, match in ground.anchors.items() if match.line == number}
        for at, token in enumerate(ground.claim.tokens):
            against = pairs.get(token.term, frozenset())
            for place, other in enumerate(line.tokens):
                if other.term in against and _acts(line, place) and _acts(ground.claim, at):
                    mine, theirs = _parties(ground.claim, at), _parties(line, place)
                    if any(places.get(word) in theirs.subject for word in mine.subject):
                        return token.text, other.text
    return None


def _acts(line: Line, at: int) -> bool:
    """Whether a word is used as a verb, as far as its form and the words before it tell."""
    token = line.tokens[at]
    before = [other.lower for other in line.tokens[max(0, at - 2) : at]]
    last = before[-1] if before else ""
    if token.name or not token.is_word or token.lower in check_words("never_verbs"):
        return False
    if (
        last[:1].isdigit()
        or last in word_list("numbers")
        or last in ("a", "an", "the", "his", "her", "its", "their", "of")
    ):
        return False
    if token.lower.endswith("ing"):
        return bool(set(before) & (_BE | {"by", "after", "before"}))
    if token.lower.endswith("ed") or token.lower in check_words("verbs"):
        return last not in _PREPOSITIONS
    adverb = last.endswith("ly") or last in ("not", "also", "never", "be", "still", "then", "now")
    return bool(token.term) and (last in _AUXILIARIES or (adverb and before[0] in _AUXILIARIES))


@dataclass(frozen=True, slots=True)
class _Parties:
    """The content words that stand for who acts and for whom it concerns, the passive turned round.

    ``subject`` are the places of the words nearest to the verb that stand for who acts: "owner" and "mill" of "the
    owner of the mill".
    """

    by: tuple[int, ...]
    to: tuple[int, ...]
    subject: tuple[int, ...]


def _parties(line: Line, at: int) -> _Parties:
    tokens = line.tokens

    def words(low: int, high: int) -> tuple[int, ...]:
        return tuple(place for place in range(low, high) if tokens[place].term and tokens[place].is_word)

    before = words(_opening(line, at), at)
    stop = next(
        (
            place
            for place in range(at + 1, len(tokens))
            if tokens[place].text in ",;:" or tokens[place].lower in ("but", "while", "whereas", "after", "because")
        ),
        len(tokens),
    )
    lower = tokens[at].lower
    passive = _is_passive(line, at) and not lower.endswith("ing")
    by = next((place for place in range(at + 1, stop) if tokens[place].lower == "by"), None)
    finite = lower in check_words("performing") | _reporting()
    if by is not None and (passive or (not lower.endswith("ing") and not finite and by == at + 1)):
        ends = next((place for place in range(by + 1, stop) if tokens[place].lower in _PREPOSITIONS), stop)
        agents = words(by + 1, ends)
        return _Parties(agents, before + words(at + 1, by) + words(ends, stop), _heads(line, agents))
    if passive:
        return _Parties((), before + words(at + 1, stop), ())
    verbal = _reporting() | check_words("hedges")
    nouns = tuple(place for place in before if tokens[place].lower not in verbal and not _acts(line, place))
    if nouns and any(token.lower in _PRONOUNS for token in tokens[nouns[-1] : at]):
        # "Crane said that he would run": he is who says so, as a rule
        speaker = next((report.speaker for report in reports(line) if report.said[0] <= at < report.said[1]), None)
        said_by = words(*speaker) if speaker else ()
        comma = next((place for place in said_by if tokens[place + 1].text == ","), None)
        return _Parties(said_by, words(at + 1, stop), (comma,) if comma is not None else _heads(line, said_by))
    return _Parties(before, words(at + 1, stop), _heads(line, nouns))


def _heads(line: Line, nouns: tuple[int, ...]) -> tuple[int, ...]:
    """The last noun, and those it stands behind by a small word: "police" and "Dunmarrow" of "police in Dunmarrow"."""
    tokens = line.tokens
    heads: list[int] = []
    at = nouns[-1] if nouns else -1
    while at >= 0 and at in nouns:
        heads.append(at)
        while at > 0 and (at - 1 in nouns or tokens[at - 1].text[0].isdigit() or tokens[at - 1].lower in _ARTICLES):
            at -= 1
        at = at - 2 if at > 1 and tokens[at - 1].lower in _PREPOSITIONS else -1
    return tuple(heads)


def _opening(line: Line, at: int) -> int:
    """Where the part of a line begins in which a verb's subject stands; an insertion between commas is stepped over."""
    tokens = line.tokens
    place = at - 1
    while place >= 0:
        token = tokens[place]
        if token.text in ';:”"' or token.lower in ("but", "while", "whereas"):
            return place + 1
        if token.text == "," and any(other.term for other in tokens[place + 1 : at]):
            return place + 1
        if token.text == ",":
            opened = _last(tokens, place - 1, ",")
            place = opened if opened >= 0 else place
        place -= 1
    return 0


def office_of_another(ground: Ground) -> tuple[str, str] | None:
    """An office that the sentence gives to a name, and the name that has it in the passage."""
    given: dict[str, set[tuple[str, ...]]] = {}
    for source in ground.sources:
        for office, name in _offices(source.line):
            given.setdefault(office, set()).add(name)
    known = {term for names in given.values() for name in names for term in name}
    for office, name in _offices(ground.claim):
        names = given.get(office, set())
        if names and not any(set(name) & set(other) for other in names) and set(name) <= known | _named(ground):
            return office, " ".join(sorted(names)[0])
    return None


def _named(ground: Ground) -> frozenset[str]:
    return frozenset(token.term for source in ground.sources for token in source.line.tokens if token.name)


def _offices(line: Line) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each word that stands at a name and says what it is, with the name: "goalkeeper", "chief", "shipbuilder"."""
    offices = check_words("offices")
    tokens = line.tokens
    for run in line.names:
        name = tuple(tokens[at].term for at in run if tokens[at].term and tokens[at].lower not in offices)
        if not name:
            continue
        before = next((at for at in range(run[0] - 1, run[0] - 3, -1) if at >= 0 and tokens[at].text != ","), None)
        for at in (*([before] if before is not None else ()), *run):
            if tokens[at].lower in offices:
                yield tokens[at].lower, name
        if run[0] == 0 and len(run) > 1 and len(name) == len(run):
            yield tokens[0].lower, name[1:]


def elsewhere_of(ground: Ground) -> tuple[str, str] | None:
    """A name or date that stands where the passage has another: "through Obuya" against "through Druid"."""
    line = ground.sources[ground.main].line
    theirs = dict(_governed(line))
    present = {token.term for token in line.tokens if token.name}
    own = {token.term for token in ground.claim.tokens if token.name}
    for governor, name in _governed(ground.claim):
        other = theirs.get(governor)
        if other and not set(name) & set(other) and not set(other) & own and not set(name) & present:
            return " ".join(name), " ".join(other)
    return None


def _governed(line: Line) -> Iterator[tuple[str, tuple[str, ...]]]:
    for run in line.names:
        before = line.tokens[run[0] - 1].lower if run[0] else ""
        if before in ("through", "by", "to", "from", "near", "against"):
            yield before, tuple(line.tokens[at].term for at in run if line.tokens[at].term)


def exchanged(ground: Ground) -> tuple[str, str] | None:
    """Two names that have changed places about the same small words: "from Mexico to Dalmere"."""
    theirs = _before_names(ground.sources[ground.main].line)
    mine = _before_names(ground.claim)
    names = [name for name in mine if name in theirs]
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            if mine[one] != mine[other] and mine[one] == theirs[other] and mine[other] == theirs[one]:
                return one, other
    return None


def _before_names(line: Line) -> dict[str, str]:
    found: dict[str, str] = {}
    last = ""
    for run in line.names:
        before = line.tokens[run[0] - 1].lower if run[0] else ""
        if before == "the" and run[0] > 1:
            before = line.tokens[run[0] - 2].lower
        if before in ("and", "or", ",") and found:
            before = last
        last = before
        term = line.tokens[run[0]].term
        found.setdefault(term, before if before in _PREPOSITIONS else "subject" if run[0] == 0 else before)
    return found
