"""The writer that lets a language model put the answer, and states no sentence that the passages do not support.

Whether there is an answer at all is for the quote writer to say, as without a model. What the model drafts is checked
sentence by sentence; what fails is written once more, with the reason, and then dropped. Where nothing is left, or the
model fails, the quotes are the answer, and a note says why. Quotes that answer and that nothing written covers are
stated as well: with a poor model an answer says no less than without one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import combinations

from assistant.attribution import speaker
from assistant.checking import Check, Checker
from assistant.errors import ModelError
from assistant.evidence import Evidence
from assistant.instructions import instructs, is_instruction, is_told
from assistant.models import WAITING, Model, Prompt
from assistant.parsing import Draft, Drafting
from assistant.prompting import answer_prompt, enumerate_from_one, fitting, rewrite_prompt
from assistant.types import Checking, Citation, Dropped, Gap, Judgement, Note, Said, Statement, Writing
from assistant.wording import keeps_order, unheard
from assistant.writers import QuoteWriter
from index import Article, SearchHit, Span, term_of

MOST_SENTENCES = 8
"""Sentences of one draft that are checked; a model that goes on is stopped."""

MOST_REWRITES = 3
"""Sentences of one answer that are written once more."""

MOST_REPEATS = 2
"""Sentences that a model says again before it is stopped; a small one goes round in circles for as long as it may."""

REWRITE_TOKENS = 160
"""Tokens that one sentence may take."""

BESIDE = 5.0
"""A statement is beside the question if the best sentence that it rests on answers by so many logits less than the best
one there is. Of the sentences of newsbench's evidence that name the right answer 98 % come nearer, of all 58 %. It
keeps out what is true and beside the point, and what an article would have a model say: of 33 such claims of
``tests/attacks.py`` that a model was given to read and repeated, 32."""

SMALL = 4096
"""A model with a smaller window, in tokens, is a small one: it is given of the passages what stands nearest to the
answer. What else there is it would take its time to read, and put together with what it does not belong to."""

NEARLY = 2.5
"""Sentences that answer less than the best one by no more than so many logits, and those next to them, are near."""

MOST_SOURCES = 2
"""Sentences of passages that one written sentence may rest on. What takes a word from here and a word from there can be
put together to say anything: of a small model's sentences that three or more had to support, most were not true."""

MOST_PLACES = 6
"""Sentences of passages that are tried, alone and in pairs."""

NEAR = 3
"""Passages given for rewriting a sentence that cites none that is there."""

_LINK = re.compile(
    r"\b(?:https?|ftp|data|javascript|file|mailto)\s*:|\bwww\.|\S@\S+\.\w"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|io|co|example|test|invalid|xyz|ru|de|fr|uk|eu|top|site|app|dev)\b(?:/|$|[\s,.;:!?)])"
    # names of hosts in any script, with whatever stands for the dot; initials and "p.m." have one letter beside it
    r"|(?:[^\W\d_]|\b\w[\w-]*[\w-])(?<=[\w-]{2})(?:[\[({]?[.．｡。][\])}]?|[\[({]dot[\])}])(?=[^\W_]*[^\W\d_])[\w-]{2,}"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b",
    re.IGNORECASE,
)
# what it stands for would be for the reader to guess, and a wrong guess is a wrong statement
_LEANING = re.compile(
    r"(?:he|she|they|his|her|their|its|these|those|er|sie|il|elle|ils|elles|él|ella|ellos|он|она|они)\b"
    r"|(?:it|this|that)\b(?= (?:is|was|has|had|will|would|could|can|may|also|\w+ed|cost|took|came|did|does|said)\b)"
    r"(?! (?:is|was) (?:not |still |un)*(?:clear|known|certain|likely|possible|said|reported|announced)\b)",
    re.IGNORECASE,
)
_TO_THE_READER = re.compile(
    r"\b(?:you|your|yours|yourself|please|du|dein\w*|bitte|vous|votre|vos|veuillez|usted|ustedes|tu|tus|ты|вы|ваш\w*|тво\w+"
    r"|пожалуйста)\b",
    re.IGNORECASE,
)
# what a model says of its task is no news, though its words may well stand in the passages
_OF_ITSELF = re.compile(
    r"\b(?:passages?|sentences?|cites?|question|correct answer|as an ai|language model)\b|^(?:the|my|this) answer\b",
    re.IGNORECASE,
)
# a question or a heading states nothing, nor does a name alone
_BROKEN = re.compile(r"[?:;,…]\W*$|^\W*[^\W\d_]+(?:\s+[^\W\d_]+)?\W*$", re.ASCII)
_WORD = re.compile(r"\w+")

REASONS = {
    "empty": "it says nothing",
    "uncited": "it cites no passage",
    "too long": "it is too long to be checked",
    "number": "a number of it stands in no cited passage",
    "date": "a date of it stands in no cited passage",
    "name": "a name of it stands in no cited passage",
    "quotation": "it quotes words that stand in no cited passage",
    "negation": "it says the opposite of the passage",
    "roles": "it exchanges who did what",
    "attribution": "it leaves out or changes who says so",
    "hedging": "it is surer than the passage",
    "merged": "it puts facts together that do not belong together",
    "extrapolation": "it says more than the passage",
    "unspoken": "no cited passage speaks of it",
}
"""What the reader is told of a sentence that was dropped, by the kind of fault; none of the sentence's own words."""

_NO_PASSAGE = "it cites a passage that was not found for this question"
_HAS_LINK = "it holds a link"
_TO_READER = "it speaks to the reader"
_NO_SENTENCE = "it is no whole sentence"
_LEANS = "it does not say who or what it is about"
_NO_SUPPORT = "it cites no passage, and none supports it"
_OF_ITS_TASK = "it speaks of the passages, not of the news"
_BESIDE = "it is beside the question"
_ONLY_TOLD = "its passage says only that somebody is to say so"
_NO_WORDS = "no words of a passage could be found to cite"


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of a draft: a statement, or why not: for the reader, and with its words for the model; ``""`` where
    writing it again would not help."""

    statement: Statement | None
    reason: str = ""
    told: str = ""


@dataclass(slots=True)
class _Work:
    """One answer in the making."""

    passages: Sequence[Sequence[Citation]]
    shortfalls: Mapping[tuple[str, int], float]
    began: float = field(default_factory=time.monotonic)
    seen: set[str] = field(default_factory=set)
    stated: list[Statement] = field(default_factory=list)
    failed: list[tuple[Draft, _Verdict]] = field(default_factory=list)
    drafts: int = 0
    repeats: int = 0
    declined: bool = False

    def seconds(self) -> float:
        return time.monotonic() - self.began


class ModelWriter:
    """Writes with a language model what the passages support."""

    def __init__(self, model: Model, quotes: QuoteWriter, checker: Checker, *, may_rephrase: bool = False) -> None:
        """Args:
        model: what writes.
        quotes: decides whether to answer, and answers where the model cannot.
        checker: decides what is supported.
        may_rephrase: whether a sentence may leave the words of the passages (:mod:`assistant.wording`).
        """
        self._model = model
        self._quotes = quotes
        self._checker = checker
        self._may_rephrase = may_rephrase

    def write(self, evidence: Evidence) -> Generator[Said]:
        """For each part of the question how likely it is answered, then the statements, then the gaps.

        In between: Writing while the model works, Checking for each sentence on hold, Dropped for each that is not
        supported, Note where the reader should know how the answer came about. Closing the generator stops the model.
        """
        parts = _parts(self._quotes.write(evidence))
        gaps: list[Gap] = []
        for part in parts:
            yield from part.judgements
            gaps += part.gaps
        if any(part.statements for part in parts):
            yield from self._answer(evidence, parts)
        yield from gaps

    def _answer(self, evidence: Evidence, parts: Sequence[_Part]) -> Generator[Said]:
        readable = [hit for hit in evidence.hits if not instructs(hit.article)]
        if unread := len({hit.article.id for hit in evidence.hits} - {hit.article.id for hit in readable}):
            yield Note("unread", _of_unread(unread))
        shortfalls = self._quotes.shortfalls(evidence)
        near = shortfalls if self._model.window < SMALL else None
        passages = [runs for hit in readable if (runs := _runs(hit, near))]
        given = fitting(evidence.question, passages, self._model.window, self._model.longest)
        work = _Work(given, shortfalls)
        reason = ""
        if passages:
            try:
                yield from self._draft(answer_prompt(evidence.question, work.passages), work)
                yield from self._rewrite(work)
            except ModelError as error:
                reason = str(error)
                for draft, verdict in work.failed:
                    yield Dropped(draft.text, verdict.reason)
        else:
            reason = "No article was left for the model to read."
        for part in parts:
            for statement in part.answering:
                if not _covered(statement, work.stated):
                    yield from part.statements
                    break
        if reason or not work.stated:
            if work.declined:
                reason = reason or "The model found no answer in the passages."
            yield Note("writer", _of_fallback(reason, bool(work.stated)))

    def _draft(self, prompt: Prompt, work: _Work) -> Generator[Said]:
        drafting = Drafting()
        with closing(self._pieces(prompt, work, None)) as pieces:
            for piece in pieces:
                if isinstance(piece, Writing):
                    yield piece
                    continue
                for draft in drafting.feed(piece):
                    yield from self._weigh(draft, work)
                if drafting.ended or work.drafts >= MOST_SENTENCES or work.repeats >= MOST_REPEATS:
                    break
        if work.drafts < MOST_SENTENCES:
            for draft in drafting.close():
                yield from self._weigh(draft, work)
        work.declined = drafting.declined

    def _rewrite(self, work: _Work) -> Generator[Said]:
        failed, work.failed = work.failed, []
        for at, (draft, verdict) in enumerate(failed):
            better: Draft | None = None
            if verdict.told and at < MOST_REWRITES and work.seconds() < self._model.seconds and work.passages:
                yield Checking(at + 1)
                try:
                    better = yield from self._once_more(draft, verdict, work)
                except ModelError:
                    # the answer stands without it; those that are left are dropped
                    work.failed = failed[at:]
                    raise
            again = self._check(better, work) if better else None
            if again is not None and again.statement is not None and again.statement not in work.stated:
                work.stated.append(again.statement)
                yield again.statement
            else:
                yield Dropped(draft.text, verdict.reason)

    def _once_more(self, draft: Draft, verdict: _Verdict, work: _Work) -> Generator[Said, None, Draft | None]:
        numbered = enumerate_from_one(work.passages)
        cited = [(number, runs) for number, runs in numbered if number in draft.numbers] or numbered[:NEAR]
        drafting = Drafting()
        marks = "".join(f"[{number}]" for number in draft.numbers)
        prompt = rewrite_prompt(f"{draft.text} {marks}", verdict.told, cited)
        with closing(self._pieces(prompt, work, REWRITE_TOKENS)) as pieces:
            for piece in pieces:
                if isinstance(piece, Writing):
                    yield piece
                    continue
                for better in drafting.feed(piece):
                    return better
                if drafting.ended:
                    break
        return next(iter(drafting.close()), None)

    def _pieces(self, prompt: Prompt, work: _Work, tokens: int | None) -> Generator[str | Writing]:
        """What the model says, with a sign of life several times a second in between, where a reader can stop it."""
        told = time.monotonic()
        left = self._model.seconds - work.seconds()
        with closing(self._model.write(prompt, left, tokens)) as pieces:
            for piece in pieces:
                if time.monotonic() - told >= WAITING:
                    told = time.monotonic()
                    yield Writing(work.seconds())
                if piece:
                    yield piece

    def _weigh(self, draft: Draft, work: _Work) -> Generator[Said]:
        key = " ".join(_WORD.findall(draft.text.casefold()))
        work.repeats += key in work.seen
        if key in work.seen or work.drafts >= MOST_SENTENCES:
            return
        work.seen.add(key)
        work.drafts += 1
        yield Checking(work.drafts)
        verdict = self._check(draft, work)
        if verdict.statement is None:
            work.failed.append((draft, verdict))
        else:
            work.stated.append(verdict.statement)
            yield verdict.statement

    def _check(self, draft: Draft, work: _Work) -> _Verdict:
        if _LINK.search(draft.text):
            return _Verdict(None, _HAS_LINK, "It holds a link or an address.")
        if _BROKEN.search(draft.text) or _halved(draft.text):
            return _Verdict(None, _NO_SENTENCE)
        if _LEANING.match(draft.text):
            return _Verdict(None, _LEANS, "It begins with a word that does not say who or what it is about.")
        wrong = [number for number in draft.numbers if not 1 <= number <= len(work.passages)]
        if wrong:
            return _Verdict(None, _NO_PASSAGE, f"There is no passage [{wrong[0]}].")
        if draft.numbers:
            cited = _joined(work.passages[number - 1] for number in draft.numbers)
            return self._verdict(self._checker.check(draft.text, cited), work)
        for runs in work.passages:
            verdict = self._verdict(self._checker.check(draft.text, list(runs)), work)
            if verdict.statement is not None:
                return verdict
        return _Verdict(None, _NO_SUPPORT, "It cites no passage, and none supports it.")

    def _verdict(self, check: Check, work: _Work) -> _Verdict:
        if not check.supported:
            return _Verdict(None, REASONS[check.faults[0].kind], check.reason)
        spoken = _OF_ITSELF.search(check.sentence)
        if spoken and not _stands_in(spoken.group(), check.quotes):
            return _Verdict(None, _OF_ITS_TASK)
        if not check.quotes:
            return _Verdict(None, _NO_WORDS, "No words of the passages support it.")
        narrow = check if self._may_rephrase else self._narrowed(check)
        if narrow is None:
            return _Verdict(None, REASONS["merged"], "It takes more from the passages than one or two sentences say.")
        sources = _sources(narrow.quotes)
        if is_instruction(check.sentence) or _to_the_reader(check.sentence) - _to_the_reader(" ".join(sources)):
            return _Verdict(None, _TO_READER, "It speaks to the reader, and no passage does.")
        if not is_told(check.sentence) and any(is_told(source) for source in sources):
            return _Verdict(None, _ONLY_TOLD, "The passage says only that somebody is to say so.")
        if not self._may_rephrase:
            if new := unheard(check.sentence, sources):
                words = ", ".join(f"“{word}”" for word in new)
                return _Verdict(None, REASONS["unspoken"], f"The passage does not use these words: {words}.")
            if not keeps_order(check.sentence, sources):
                return _Verdict(None, REASONS["roles"], "Its words stand in another order than in the passage.")
        if min((work.shortfalls.get(place, BESIDE) for place in _places(narrow.quotes)), default=BESIDE) >= BESIDE:
            return _Verdict(None, _BESIDE)
        return _Verdict(Statement(narrow.sentence, narrow.quotes, _speaker(narrow.quotes)))

    def _narrowed(self, check: Check) -> Check | None:
        """The check of the sentence against the fewest sentences that support it, :data:`MOST_SOURCES` at most; None
        where it takes more."""
        places = [Citation(quote.article, span.start, span.end) for quote in check.quotes for span in _sentences(quote)]
        places = list(dict.fromkeys(places))[:MOST_PLACES]
        for many in range(1, MOST_SOURCES + 1):
            for chosen in combinations(places, many):
                narrow = self._checker.check(check.sentence, chosen)
                if narrow.supported and narrow.quotes:
                    return narrow
        return None


@dataclass(slots=True)
class _Part:
    """What the quote writer says to one part of a question."""

    judgements: list[Judgement] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def answering(self) -> Sequence[Statement]:
        """The statements that must not be lost: those with marked words, or the first one."""
        return [statement for statement in self.statements if statement.marks] or self.statements[:1]


def _parts(said: Iterable[Statement | Gap | Judgement]) -> list[_Part]:
    parts = [_Part()]
    for one in said:
        if isinstance(one, Judgement):
            parts.append(_Part([one]))
        elif isinstance(one, Gap):
            parts[-1].gaps.append(one)
        else:
            parts[-1].statements.append(one)
    return parts


def _runs(hit: SearchHit, shortfalls: Mapping[tuple[str, int], float] | None = None) -> list[Citation]:
    """The prose of a passage as runs of its article: sentences that follow each other, without what stands between.

    With ``shortfalls`` those alone that come near to the answer, and their neighbours.
    """
    article, passage = hit.article, hit.passage
    runs: list[Citation] = []
    sentences = list(article.sentences_between(passage.start, passage.end))
    if shortfalls is not None:
        nearly = [shortfalls.get((article.id, span.start), BESIDE) <= NEARLY for span in sentences]
        sentences = [span for at, span in enumerate(sentences) if any(nearly[max(0, at - 1) : at + 2])]
    for span in sentences:
        end = min(span.end, passage.end)
        if (
            runs
            and not article.text[runs[-1].end : span.start].strip()
            and _same_block(article, runs[-1].end - 1, span)
        ):
            runs[-1] = Citation(article, runs[-1].start, end)
        else:
            runs.append(Citation(article, span.start, end))
    return runs


def _same_block(article: Article, before: int, span: Span) -> bool:
    return article.block_at(before) == article.block_at(span.start)


def _speaker(quotes: Iterable[Citation]) -> str:
    """Who says so, as the sentences of the articles have it in which the quotes stand."""
    return next(filter(None, (speaker(text) for text in _sources(quotes))), "")


def _to_the_reader(text: str) -> set[str]:
    return {word.casefold() for word in _TO_THE_READER.findall(text)}


def _places(quotes: Iterable[Citation]) -> list[tuple[str, int]]:
    return [(quote.article.id, span.start) for quote in quotes for span in _sentences(quote)]


def _sources(quotes: Iterable[Citation]) -> list[str]:
    """The words of the sentences in which quotes stand."""
    texts = (" ".join(one.article.text[span.start : span.end].split()) for one in quotes for span in _sentences(one))
    return list(dict.fromkeys(texts))


def _sentences(quote: Citation) -> list[Span]:
    """The sentences of the article in which a quote stands."""
    return [span for span in quote.article.sentences if span.start < quote.end and quote.start < span.end]


def _halved(text: str) -> bool:
    """Whether a quotation is open at the end, or was at the beginning."""
    return text.count("“") != text.count("”") or text.count('"') % 2 == 1


def _stands_in(words: str, quotes: Iterable[Citation]) -> bool:
    return any(words.casefold() in quote.quote.casefold() for quote in quotes)


def _joined(passages: Iterable[Sequence[Citation]]) -> list[Citation]:
    return [run for runs in passages for run in runs]


def _covered(quoted: Statement, written: Sequence[Statement]) -> bool:
    """Whether a written statement rests on the words of a quoted one, and says those of them that answer."""
    (source,) = quoted.citations
    wanted = {term_of(word) for mark in quoted.marks for word in _WORD.findall(quoted.text[mark.start : mark.end])}
    for statement in written:
        overlaps = any(
            one.article.id == source.article.id and one.start < source.end and source.start < one.end
            for one in statement.citations
        )
        if overlaps and wanted <= {term_of(word) for word in _WORD.findall(statement.text)}:
            return True
    return False


def _of_unread(articles: int) -> str:
    which = "One article was" if articles == 1 else f"{articles} articles were"
    return f"{which} kept from the model, because of text in it that gives instructions to a machine or is hidden."


def _of_fallback(reason: str, some: bool) -> str:
    reason = reason or "Nothing that the model wrote is supported by the passages."
    return f"{reason} {'What it had written by then was checked.' if some else 'The answer is quoted instead.'}"
