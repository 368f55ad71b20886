"""A follow-up written out as a question that stands by itself, from the turns before it. No language model.

What leans on the turns before: a pronoun that nothing within the question stands for, a question cut short ("and in
Kabul?", "which one?", "why?"), a short one without a name whose every word the last answer's articles speak of and that
does not lead to them by itself, "the second one", "tell me more", "who said that?". Everything else is a change of
topic and is left alone, word for word.

"He" and "she" are replaced by a person's name, of the last question before the first cited sentence; otherwise what the
last question was about is added in brackets. What was rewritten is searched for as any other question is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from assistant.instructions import is_instruction
from assistant.mentions import Kind, Name, is_called, kind_of, names_in, without_title
from assistant.questions import analyse, word_list, words_of
from assistant.types import Answer, Turn
from index import Article, SearchHit, term_of, words

Wants = Literal["search", "speaker", "more", "missing"]
"""What answers a follow-up: a search, or the turns before: who said it, what their articles go on to say, or nothing
("the fifth one" of two)."""

LONGEST = 24
"""Words of a question that may still be one cut short; a longer one tells what it is about."""

FEW = 4
"""Words, besides those that only ask, of a question without a name that is looked for in the last answer's articles."""

TOPIC_WORDS = 18
"""Words that are added of what the last question was about, at most."""

CUT_SHORT = 8
"""Words of a question without a verb, at most."""

BACK = 3
"""Turns back in which a person is looked for."""

_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)(?:n['’]t)?"
_WH = r"(?:what|which|who|whom|whose|when|where|why|how)"
_BEFORE_WH = r"(?:(?:about|in|on|at|to|of|for|from|with|by|since|until|after|according to) )?"
_ASKS = rf"{_BEFORE_WH}(?:{_WH}|{_AUXILIARY})\b"
_HOW = r"(?:many|much|long|old|big|large|far|tall|high|often|soon|fast|strong|bad|well)"
_WORD = re.compile(r"[\w’'&.-]*\w")

_LEAD = re.compile(
    rf"^{_BEFORE_WH}{_WH}\b(?: (?:{_HOW}|else)\b|(?<=how) \w+(?= {_AUXILIARY}\b))?"
    rf"(?: (?:happened|happens|is happening|has happened|about|became|becomes)\b(?: (?:to|with|of|in|at)\b)?)?"
    rf"(?: {_AUXILIARY}\b)?(?: (?:it true that|there|the latest (?:on|about|from)|new (?:about|with|in))\b)?"
    rf"|^{_AUXILIARY}\b(?: (?:it true that|there)\b)?"
    r"|^(?:please )?(?:tell|show|give) (?:me|us) (?:more |something |all |everything )?(?:about)?"
    r"|^(?:any )?news (?:about|on|of)",
    re.IGNORECASE,
)
_DOING = re.compile(r" (?:do|done|doing)\b(?: (?:to|about|with|for)\b)?(?=.)")
_EMPTY_LEAD = re.compile(
    r"^(?:(?:any|some) )?news (?:about|on|of|that)\b|^(?:anybody|anyone|anything|somebody)\b", re.IGNORECASE
)

_MORE = re.compile(
    r"(?:(?:please|can you|could you) )?(?:tell (?:me|us) (?:some )?more"
    r"|(?:some )?more(?: details?| information| of that)?|go on|continue|carry on"
    r"|what else(?: (?:happened|do (?:you|they|the articles) (?:know|say)|is (?:there|known)))?"
    r"|anything else|any (?:more )?details?|details|elaborate|and then)(?: (?:about|on) (?:it|that|this|them))?"
    r"(?:,? please)?",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"(?:and )?(?:who (?:said|says|claims|claimed|told (?:them|us|reporters)|reported|reports|wrote|stated|announced)"
    r"(?: (?:that|this|so|it))?|says who|said who"
    r"|whose (?:words|claim|quote)(?: (?:is|are|was|were) (?:that|this|these|those|it|they))?"
    r"|according to (?:whom|who)|who (?:is|was) (?:being )?quoted(?: there)?)",
    re.IGNORECASE,
)

_NTH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = re.compile(
    rf"\bthe (?:(?P<nth>{'|'.join(_NTH)})"
    r" (?P<what>one|article|story|report|source|statement|sentence|point|result|quote)"
    r"|(?P<last>last) (?P<which>one|article)|(?P<bare>latter|former|second|third|fourth|fifth)(?=\W*$))"
    r"(?! (?:in|since|from|to|of (?!them|these|those))\b)",
    re.IGNORECASE,
)
_ARTICLES = ("article", "story", "report", "source", "result")

_ABOUT = re.compile(r"^(?:what|how) about\s+(?P<rest>.+)$", re.IGNORECASE)
_ONE = re.compile(
    r"(?:\b(?:the|another|other|same|new|next|this|that) ones?\b|^(?:which|what|whose)(?: [\w’'-]+){0,2}? ones?\b)"
    r"(?! (?:of|or|and|day|in|million|hundred)\b)",
    re.IGNORECASE,
)
_EXISTENTIAL = re.compile(
    rf"\bthere['’]s\b|\bthere (?:is|are|was|were|has|have|will)\b|\b{_AUXILIARY} there\b", re.IGNORECASE
)
_TIME_NOUN = (
    r"(?:time|day|week|weekend|month|year|morning|afternoon|evening|night|summer|winter|spring|autumn|fall|season"
    r"|century|decade)"
)
_DEMONSTRATIVE = re.compile(
    rf"\b(?:{_AUXILIARY}|in|on|at|to|of|for|from|with|by|about|since|after|before|during|behind|like|said|say|says|do"
    rf"|mean|happen(?:ed)?) (?P<word>that|this|these|those)\b(?! {_TIME_NOUN}\b)(?P<noun> \w+)?",
    re.IGNORECASE,
)
_ONE_OF_THESE = re.compile(r"(?:which|what|who|one|any|all|none|some|each) of $", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?;:][”’\"']*\s+")
_OPENING_CLAUSE = re.compile(
    r"(?:when|while|after|before|as|if|since|although|though|in|with|for|at|despite) ", re.IGNORECASE
)
_CLAUSE = re.compile(r",|\b(?:that|who|which|and|to|before|after|when|while|because|since|as|if|by)\b", re.IGNORECASE)
_PLACING = re.compile(r"\b(?:in|at|near|across|throughout) (?:the )?$", re.IGNORECASE)
_THAT_HAPPENED = r"(?:exactly|so|then|(?:is|was) (?:that|this)|did (?:that|it) happen)"
_TO_THE_ASSISTANT = re.compile(r"\b(?:I|you|your|we|me|my)\b", re.IGNORECASE)
_REQUEST = re.compile(r"(?:please )?(?:tell|show|give) (?:me|us)\b", re.IGNORECASE)
_ADVERBIAL = re.compile(r"(?:since |until )?(?:why|when|where|how|how come)", re.IGNORECASE)
_AROUND = " \t\n?!.…"
_ADDED = re.compile(r" \(([^()]*)\)$")
_NO_BRACKETS = str.maketrans("()", ",,")
# what only points: "do about it", "it get"
_POINTING = re.compile(
    r"(?:\b(?:about|to|with|for|of|on|at|in|by|after|against) )?\b(?:it|that|this|them|him|her|there)$"
    r"|^(?:it|they|he|she) ",
    re.IGNORECASE,
)
_IN_ANSWER = re.compile(r", in answer to “(.*)”$")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How a question was understood: what answers it, and the question as it stands by itself.

    ``is_exact`` says that it points at one statement or article ("the second one"), which a model could only guess.
    """

    wants: Wants
    asked: str
    is_exact: bool = False


def resolve(
    question: str, history: Sequence[Turn], search: Callable[[str], Sequence[SearchHit]] = lambda _: ()
) -> FollowUp:
    """What ``question`` asks after the turns of ``history``, oldest first; left alone where it leans on none of them.

    ``search`` finds the best passages for a question: a short one without a name that leads to the last answer's
    articles by itself needs nothing added.
    """
    history = [turn for turn in history if turn.answer.statements or turn.answer.nearest]
    if not history or len(question.split()) > LONGEST:
        return FollowUp("search", question)
    plain = question.strip(_AROUND)
    if _SPEAKER.fullmatch(plain):
        return FollowUp("speaker", _in_answer(plain, history[-1]))
    if _MORE.fullmatch(plain):
        return FollowUp("more", _in_answer(plain, history[-1]))
    ordinal = _ORDINAL.search(plain)
    if ordinal and not names_in(question):
        return _nth(plain, ordinal, history[-1])
    if _TO_THE_ASSISTANT.search(plain) and not _REQUEST.match(plain):
        return FollowUp("search", question)
    return FollowUp("search", _written_out(question, plain, history, search))


def after(question: str, previous: str) -> str:
    """A question that leans on another, asked in the same breath and not answered yet, as it stands by itself."""
    turn = Turn(Answer(previous, (), (), (), 0, ()))
    return _written_out(question, question.strip(_AROUND), [turn], lambda _: ())


def stands_alone(question: str) -> bool:
    """Whether nothing in a question leans on what was said before, as far as its own words tell."""
    plain = question.strip(_AROUND)
    return not (
        _SPEAKER.fullmatch(plain)
        or _MORE.fullmatch(plain)
        or _ORDINAL.search(plain)
        or _fragment(plain)
        or _bare_wh(plain)
        or _leaning_pronoun(question)
        or _is_cut_short(plain)
    )


def is_question(text: str) -> bool:
    """Whether a sentence is one question, by how it begins and ends."""
    return bool(re.match(_ASKS, text, re.IGNORECASE)) and text.find("?") == len(text) - 1


def _in_answer(plain: str, turn: Turn) -> str:
    return f"{plain[:1].upper()}{plain[1:]}, in answer to “{searched_for(turn)}”"


def searched_for(turn: Turn) -> str:
    """The question of a turn; of one that asked about the turns before it, theirs."""
    inner = _IN_ANSWER.search(turn.question) if turn.answer.asked else None
    return inner[1] if inner else turn.question


def about(turn: Turn) -> str:
    """What a turn's question was about: its words without those that ask, and what was added to it before."""
    head, added = _apart(turn)
    head = _POINTING.sub("", _DOING.sub(",", _without_lead(head))).strip()
    told = ", ".join(part for part in (head if _content(head) else "", added) if part)
    return " ".join(told.translate(_NO_BRACKETS).split()[:TOPIC_WORDS]).strip(" ,:")


def _apart(turn: Turn) -> tuple[str, str]:
    """A turn's question, and what was added in brackets where it was a follow-up."""
    asked = searched_for(turn).strip(_AROUND)
    bracket = _ADDED.search(asked) if turn.answer.asked else None
    return (asked[: bracket.start()], bracket[1]) if bracket else (asked, "")


def _asking(head: str, added: str) -> str:
    return f"{head} ({added})?" if added else f"{head}?"


def _without_lead(text: str) -> str:
    text = _without_connective(text)
    for pattern in (_LEAD, _EMPTY_LEAD):
        text = pattern.sub("", text, count=1).strip(" ,:")
    return text


def _without_connective(text: str) -> str:
    return _connective().sub("", text).strip()


def _content(text: str) -> list[str]:
    return [term.term for term in analyse(text).terms]


# --- ordinals --------------------------------------------------------------------------------------------------------


def _nth(plain: str, match: re.Match[str], last: Turn) -> FollowUp:
    answer = last.answer
    word = (match["nth"] or match["last"] or match["bare"]).lower()
    articles = list(dict.fromkeys(citation.article for citation in answer.citations))
    by_article = (match["what"] or match["which"] or "").lower() in _ARTICLES
    there = len(articles) if by_article else len(answer.statements)
    place = there - 1 if word in ("last", "latter") else 0 if word == "former" else _NTH.index(word)
    if not 0 <= place < there:
        return FollowUp("missing", _in_answer(plain, last))
    if by_article:
        article = articles[place]
        statement = next(s for s in answer.statements if any(c.article == article for c in s.citations))
    else:
        statement = answer.statements[place]
        article = statement.citations[0].article
    shared = not by_article and sum(s.citations[0].article == article for s in answer.statements) > 1
    names = ("" if shared else article.title, statement.text)
    # an article's words become part of a question: none that give orders to a model that reads it
    meant = next((name for name in names if name and not is_instruction(name)), "")
    if not meant:
        return FollowUp("search", _with_topic(plain, last))
    meant = " ".join(meant.strip('“”"').split()[:TOPIC_WORDS])
    before, after = plain[: match.start()], plain[match.end() :]
    asked = f"{before}“{meant}”{after}?" if _content(before + after) else f"What about “{meant}”?"
    return FollowUp("search", asked, is_exact=True)


# --- what leans, and on what -----------------------------------------------------------------------------------------


def _written_out(
    question: str, plain: str, history: Sequence[Turn], search: Callable[[str], Sequence[SearchHit]]
) -> str:
    last = history[-1]
    fragment = _fragment(plain)
    if fragment:
        return _replaced(fragment, last)
    wh = _bare_wh(plain)
    if wh:
        return _asked_again(wh, last)
    pronoun = _leaning_pronoun(question)
    if pronoun is not None and pronoun[0].lower() in word_list("conversation", "persons"):
        found = _person(pronoun[0], history)
        if found is not None:
            name, is_certain = found
            named = _with_name(question, pronoun, name)
            return named if is_certain else _with_topic(named, last)
    if pronoun is not None or _is_cut_short(plain):
        return _in_context(question, pronoun, last)
    if _goes_on(question, plain, last):
        known = _articles(last.answer)
        if not any(hit.article in known for hit in search(question)[:1]):
            return _with_topic(question, last)
    return question


def _in_context(question: str, pronoun: re.Match[str] | None, last: Turn) -> str:
    topic = about(last)
    names = names_in(topic)
    is_all = len(names) == 1 and set(_content(topic)) <= {term for _, term in words_of(names[0].text)}
    if pronoun is not None and is_all and pronoun[0].lower() in _pronouns_of("things", "groups"):
        # the last question was about this thing and nothing else of it
        determined = re.search(rf"\bthe {re.escape(names[0].text)}", topic, re.IGNORECASE)
        return _with_name(question, pronoun, ("the " if determined else "") + names[0].text)
    return _with_topic(question, last)


def _with_topic(question: str, last: Turn) -> str:
    topic = about(last)
    if not topic:
        return question
    body = _without_connective(question.strip(_AROUND))
    return _asking(f"{body[:1].upper()}{body[1:]}", topic)


def _with_name(question: str, pronoun: re.Match[str], name: str) -> str:
    word = pronoun[0].lower()
    rest = question[pronoun.end() :]
    possessive = word in ("his", "its", "their", "theirs", "hers") or (word == "her" and _is_possessive(rest))
    ending = ("’" if name.endswith("s") and word in ("their", "theirs") else "’s") if possessive else ""
    asked = f"{_without_connective(question[: pronoun.start()])} {name}{ending}{rest}".lstrip()
    if not re.match(rf"{_ASKS}|{_REQUEST.pattern}", asked, re.IGNORECASE):
        return f"What about {asked}"
    return asked[:1].upper() + asked[1:]


def _is_possessive(rest: str) -> bool:
    """Whether "her" with ``rest`` after it is hers: "her last visit", and not "see her last week"."""
    return _has_word_after(rest) and not re.match(rf" (?:this|last|next) {_TIME_NOUN}\b", rest, re.IGNORECASE)


def _has_word_after(rest: str) -> bool:
    following = re.match(r"\s+([\w’'-]+)", rest)
    return following is not None and following[1].lower() not in (
        word_list("conversation", "prepositions") | word_list("conversation", "after_object")
    )


# --- pronouns --------------------------------------------------------------------------------------------------------


@cache
def _pronouns() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:{'|'.join(sorted(_pronouns_of('persons', 'groups', 'things')))})\b(?!['’]s\b)", re.IGNORECASE
    )


def _pronouns_of(*kinds: str) -> frozenset[str]:
    return frozenset().union(*(word_list("conversation", kind) for kind in kinds))


@cache
def _prepositions() -> str:
    return "|".join(sorted(word_list("conversation", "prepositions")))


@cache
def _connective() -> re.Pattern[str]:
    return re.compile(rf"^(?:(?:{'|'.join(sorted(word_list('conversation', 'connectives')))})\b,? ?)+", re.IGNORECASE)


def _leaning_pronoun(question: str) -> re.Match[str] | None:
    """The first pronoun, or "there", "that" and the like, for which nothing within the question stands."""
    names = names_in(question)
    for match in _pronouns().finditer(question):
        if not _is_bound(question, match, names):
            return match
    for match in _DEMONSTRATIVE.finditer(question):
        if match["noun"] and _ONE_OF_THESE.search(question[: match.start("word")]):
            continue
        if not match["noun"] or not names:
            return match
    for match in re.finditer(r"\bthere\b", question, re.IGNORECASE):
        told = len(_content(question[: match.start()])) >= FEW or any(name.start < match.start() for name in names)
        if not told and not any(e.start() <= match.start() < e.end() for e in _EXISTENTIAL.finditer(question)):
            return match
    return None


def _is_bound(question: str, pronoun: re.Match[str], names: Sequence[Name]) -> bool:
    word = pronoun[0].lower()
    before, rest = question[: pronoun.start()], question[pronoun.end() :]
    if word == "it" and _stands_for_nothing(rest):
        return True
    *sentences, clause = _SENTENCE_END.split(before)
    if len(_content(" ".join(sentences))) > 1:
        return True  # an earlier sentence tells of whom
    if _OPENING_CLAUSE.match(question) and "," in rest and any(name.start > pronoun.end() for name in names):
        return True  # "When she died, Queen Ada left four dogs"
    if re.search(rf"\b{_AUXILIARY}\s+$", before, re.IGNORECASE):
        return False  # the subject of what is asked
    earlier = [name for name in names if name.end <= pronoun.start()]
    possessive = word in ("his", "its", "their") or (word == "her" and _is_possessive(rest))
    is_object = not possessive and (word in ("him", "her", "them") or (word == "it" and not _has_word_after(rest)))
    if is_object:
        # no clause's object stands for its subject: "what did India tell them"; a further clause's may
        named = bool(earlier) or len(_content(before)) > 2
        return named and bool(_CLAUSE.search(question[earlier[0].end if earlier else 0 : pronoun.start()]))
    if not earlier and re.search(r"\b(?:which|whom|whose)\s+$", before, re.IGNORECASE):
        return False  # "the trick with which it won"
    if earlier or (not possessive and _content(before)):
        return True
    nouns = {found.lower() for found in _WORD.findall(before)}
    people = bool(nouns & (word_list("roles") | word_list("conversation", "people")))
    if word in word_list("conversation", "groups"):
        return people or any(term.word.lower().endswith("s") for term in analyse(clause).terms)
    return people if word in word_list("conversation", "persons") else bool(_content(before))


def _stands_for_nothing(rest: str) -> bool:
    after = re.match(rf"(?:['’]s|\s+{_AUXILIARY})?\s+(?:not\s+)?(?P<next>\w+)", rest)
    if after and after["next"].lower() in word_list("conversation", "pleonastic"):
        return True
    # "how long did it take to", "what is it like to"
    return bool(re.match(r"\s+(?:take|like|cost|mean)s?\b.*\b(?:to|that)\b", rest))


# --- who "he" is -----------------------------------------------------------------------------------------------------


def _person(pronoun: str, history: Sequence[Turn]) -> tuple[str, bool] | None:
    """The person last spoken of, and whether the last question named them and nobody else."""
    for turn in reversed(history[-BACK:]):
        asked, texts = searched_for(turn), _texts(turn.answer)

        def may_be(name: Name, unsure: Kind, texts: Sequence[str] = texts) -> bool:
            return kind_of(name.text, texts, unsure) == "person" and is_called(pronoun, name.text, texts)

        persons = [n for n in names_of(turn) if may_be(n, "person") and not _PLACING.search(asked[: n.start])]
        subject = [name for name in persons if about(turn).removeprefix("the ").startswith(name.text)]
        if persons:
            return (subject or persons)[0].text, turn is history[-1] and len(persons) == 1
        for statement in turn.answer.statements:
            told = next((name for name in names_in(statement.text) if may_be(name, "group")), None)
            if told is not None:
                return told.text, False
    return None


def names_of(turn: Turn, question: str = "") -> list[Name]:
    """The names in a turn's question, or in ``question``; all in one case, those its articles spell in capitals."""
    asked = question or searched_for(turn)
    found = names_in(asked)
    if found or not (asked.islower() or asked.isupper()):
        return found
    spelled = [without_title(name.text) for text in _texts(turn.answer) for name in names_in(text)]
    return [
        Name(name, match.start(), match.end())
        for name in dict.fromkeys(spelled)
        if (match := re.search(rf"\b{re.escape(name)}\b", asked, re.IGNORECASE))
    ]


def _texts(answer: Answer) -> list[str]:
    return [*(statement.text for statement in answer.statements), *(hit.passage.text for hit in answer.nearest)]


# --- questions cut short ---------------------------------------------------------------------------------------------


def _fragment(plain: str) -> str:
    """What "and in Kabul", "what about Iran" put in the place of something; ``""`` for anything else."""
    match = _ABOUT.match(_without_connective(plain))
    if match:
        return match["rest"]
    rest = _without_connective(plain)
    if (
        rest in (plain, "")
        or len(rest.split()) > CUT_SHORT
        or re.search(rf"\b(?:{_AUXILIARY}|{_WH})\b", rest, re.IGNORECASE)
    ):
        return ""
    return rest if names_in(f"x {rest}") or rest.split()[0].lower() in word_list("conversation", "prepositions") else ""


def _replaced(fragment: str, last: Turn) -> str:
    """The last question with ``fragment`` in the place of what is of its kind; else with it added."""
    head, added = _apart(last)
    first, _, rest = fragment.partition(" ")
    if rest and first.lower() in word_list("conversation", "prepositions"):
        whole = _asking(head, added)
        same = [n for n in names_in(whole) if re.search(rf"\b{first} (?:the )?$", whole[: n.start], re.IGNORECASE)]
        return _with_part(whole, same[-1], rest) if same else _asking(f"{head} {fragment}", added)
    names, new = names_in(head), names_in(f"x {fragment}")
    if new and names:
        texts = _texts(last.answer)
        kind = kind_of(new[-1].text, texts)
        alike = [name for name in names if kind_of(name.text, texts) == kind]
        return _asking(_with_part(head, (alike or names)[-1], fragment), added)
    thing = re.search(r"\bthe (?P<noun>[a-z]\w*)", head)
    if thing and first.lower() == "the":
        return _asking(f"{head[: thing.start()]}{fragment}{head[thing.end() :]}", added)
    return _asking(f"{head}: {fragment}", added)


def _with_part(text: str, old: Name, new: str) -> str:
    return f"{_without_the(text[: old.start])}{new}{text[old.end :]}"


def _without_the(text: str) -> str:
    return re.sub(r"\bthe $", "", text, flags=re.IGNORECASE)


def _bare_wh(plain: str) -> str:
    """The word that asks of "and why exactly?"; ``""`` of a question that has more than that."""
    match = re.fullmatch(
        rf"(?P<wh>(?:(?:{_prepositions()}) )?{_WH}(?: {_HOW})?(?: not| come)?)(?: {_THAT_HAPPENED})?",
        _without_connective(plain),
        re.IGNORECASE,
    )
    return match["wh"] if match else ""


def _asked_again(wh: str, last: Turn) -> str:
    """The last question, asked for something else: "Did it close?" "Why?" """
    head, added = _apart(last)
    wh = wh[:1].upper() + wh[1:]
    if _ADVERBIAL.fullmatch(wh):
        if re.match(rf"{_AUXILIARY}\b", head, re.IGNORECASE):
            return _asking(f"{wh} {head[:1].lower()}{head[1:]}", added)
        swapped = re.match(rf"(?:why|when|where|how) (?={_AUXILIARY}\b)", head, re.IGNORECASE)
        if swapped:
            return _asking(f"{wh} {head[swapped.end() :]}", added)
    return _with_topic(wh, last)


def _is_cut_short(plain: str) -> bool:
    rest = _without_connective(plain)
    if _ONE.search(rest):
        return True
    if len(rest.split()) > CUT_SHORT or re.search(rf"\b{_AUXILIARY}\b", rest, re.IGNORECASE):
        return False
    if re.match(rf"(?:{_prepositions()}) {_WH}\b", rest, re.IGNORECASE):
        return True  # "after how many years on television"
    match = re.match(
        rf"(?:which|what|whose|how many|how much)(?P<nouns>(?: [\w’'-]+){{1,2}}?)(?: (?:{_prepositions()})\b.*)?$",
        rest,
        re.IGNORECASE,
    )
    if match is None:
        return False
    nouns = match["nouns"].split()
    # a verb makes it a question of its own: "which company won", "what happened to the mill"
    verb = nouns[-1].endswith("ed") or nouns[-1].lower() in word_list("conversation", "past")
    if match.end("nouns") == len(rest):
        return len(nouns) == 1 or not verb
    return len(nouns) == 1 and not verb


def _goes_on(question: str, plain: str, last: Turn) -> bool:
    """Whether a short question that tells little of what it is about may be about what the last one was."""
    analysed = analyse(_without_connective(plain))
    content = {term.term for term in analysed.terms}
    if names_of(last, question):
        # "what does Russia say" tells of whom, and not about what
        named = {term for name in analysed.names for term in name}
        return analysed.wants == "statement" and content - named <= _terms("conversation", "answering")
    if len(content) > FEW:
        return False
    goes_on = rf"\b(?:{'|'.join(word_list('conversation', 'going_on'))})\b(?! of\b)"
    return (
        (content <= _terms("roles") and analysed.wants != "person")  # "what did the governor say"
        or bool(re.search(goes_on, plain, re.IGNORECASE))
        or {_singular(term.word) for term in analysed.terms} <= set(_spoken_of(last))
    )


@cache
def _terms(*path: str) -> frozenset[str]:
    return frozenset(term_of(word) for word in word_list(*path))


def _spoken_of(turn: Turn) -> Iterator[str]:
    """The words of a turn's question, articles and passages; not their stems: a coast that was pounded is no pound."""
    cited = dict.fromkeys(citation.article for citation in turn.answer.citations)
    for text in [searched_for(turn), *(article.text for article in cited), *_texts(turn.answer)]:
        yield from map(_singular, words(text))


def _singular(word: str) -> str:
    return word.lower().removesuffix("s")


def _articles(answer: Answer) -> list[Article]:
    """The articles that an answer cites; of one that declines, those that come nearest."""
    cited = [citation.article for citation in answer.citations]
    return list(dict.fromkeys(cited or [hit.article for hit in answer.nearest]))
