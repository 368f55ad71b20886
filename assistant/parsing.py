"""A model's text to sentences with the numbers that they cite, while it is still being written.

Total: whatever a model says, nothing here raises, no sentence holds markup, a control character or one that steers the
direction of writing, and no text is endless. What a sentence says, and whether the numbers mean anything, is for
others to judge: a number that no passage has is kept as it is.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from index import split_sentences

LONGEST = 60_000
"""Characters of one draft, thinking included, that are read; what comes after is not."""

LONGEST_SENTENCE = 1_500
"""A line without an end that has more characters ends the draft: no sentence of news is so long."""

LONGEST_TAG = 400
"""Characters after which an opening bracket is taken for one."""

MOST_NUMBERS = 20
"""Citations of one sentence that are kept."""

HIGHEST = 10**6
"""A cited number above it is as good as this one: there is no such passage."""

DECLINED = "NOT IN THE PASSAGES"
"""What a model is told to say where the passages do not answer."""

_THINKING = r"think|thinking|thought|reasoning|reflection|scratchpad"
_OPENS = re.compile(rf"<\s*({_THINKING})\b[^<>]*>", re.IGNORECASE)
_CLOSES = re.compile(rf"<\s*/\s*(?:{_THINKING})\s*>", re.IGNORECASE)
_PART_OF_TAG = re.compile(r"<[^<>\n]{0,40}$")

_MARK = re.compile(
    r"[\[【［]\s*\^?(?:(?:passages?|sources?|citations?|articles?|refs?\.?)\s*:?\s*)?#?"
    r"(\d{1,9}(?:\s*(?:[,;&–—-]|and)\s*\^?#?\d{1,9}){0,20})\s*(?:†[^\]】］\n]{0,80})?[\]】］](?:\(\s*[^()\s]{0,400}\s*\))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d+)\s*[–—-]\s*\^?#?(\d+)")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,400})\]\(\s*<?[^()\n]{0,400}>?\s*\)|!?\[([^\[\]\n]{0,400})\]\[[^\[\]\n]{0,80}\]")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_TAG = re.compile(r"<\s*[/!?|]?\s*[A-Za-z|_][^<>\n]{0,400}>|<\|[^\n]{0,60}?\|>")
_HIDDEN = re.compile(r"<\s*(script|style|template|noscript)\b[^<>]*>.*?<\s*/\s*\1\s*>", re.IGNORECASE | re.DOTALL)
_ANGLE = re.compile(r"<(?=[^\s\d=])|(?<=[^\s\d=])>")
_ESCAPE = re.compile("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_])")
_BULLET = re.compile(r"^\s*(?:[-*+•‣◦>|#]+|\d{1,3}[.)](?=\s))\s*")
_LABEL = re.compile(
    r"^\s*(?:final answer|answer|response|assistant|antwort|réponse|respuesta|ответ)\s*:\s*", re.IGNORECASE
)
_SOURCES = re.compile(
    r"^\s*(?:sources?|references?|citations?|quellen?|fuentes?|fonti|источники)\s*:?\s*$", re.IGNORECASE
)
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_EMPHASIS = re.compile(r"\*+|`+|~~+|(?<!\w)_+|_+(?!\w)")
_OPEN_END = re.compile(r"(?:<[^<>\n]*|!?\[[^\[\]\n]*|!?\[[^\[\]\n]*\](?:\([^()\n]*)?|&#?\w{0,10})$")
_SPACES = re.compile(r"\s+")
_SPACE_BEFORE = re.compile(r"\s+(?=[.,;:!?…](?:\s|$))")
_FINISHED = re.compile("[.!?…。！？।؟\ue001][\\s\"'”’»›)\\]]*$")
_MARK_SIGN = re.compile("\ue000(\\d+(?:,\\d+)*)\ue001")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as a model wrote it, plain, and the numbers that it cites, in order, each once."""

    text: str
    numbers: tuple[int, ...] = ()


class Drafting:
    """Takes a model's text piece by piece and gives each sentence as soon as it is complete."""

    def __init__(self) -> None:
        self.ended = False
        """Whether nothing that comes is read any more: there is too much of it, or only a list of sources follows."""
        self.declined = False
        """Whether the model said that the passages do not answer."""
        self._left = LONGEST
        self._thinking = False
        self._fenced = False
        self._pending = ""
        self._line = ""
        self._given = 0

    def feed(self, piece: str) -> list[Draft]:
        """The sentences that ``piece`` completes."""
        if self.ended:
            return []
        piece = piece[: self._left]
        self._left -= len(piece)
        self._pending += piece.replace("\r\n", "\n").replace("\r", "\n")
        drafts = self._read(self._without_thinking())
        if self._left <= 0:
            drafts += self._finish_line()
            self.ended = True
        return drafts

    def close(self) -> list[Draft]:
        """What is left when the model has ended. A last sentence that breaks off is not: its end may turn it round."""
        if self.ended:
            return []
        rest, self._pending = ("" if self._thinking else self._pending), ""
        drafts = self._read(rest)
        if not self.ended and _FINISHED.search(_plain(self._line)):
            drafts += self._finish_line()
        self.declined |= DECLINED.casefold() in self._line.casefold()
        self.ended = True
        return drafts

    def _without_thinking(self) -> str:
        """What of the pending text is said aloud; a tag that is not complete stays pending."""
        said = ""
        while self._pending:
            if self._thinking:
                closing = _CLOSES.search(self._pending)
                if closing is None:
                    # the end of it may be the beginning of the closing tag
                    part = _PART_OF_TAG.search(self._pending)
                    self._pending = part.group() if part else ""
                    return said
                self._thinking, self._pending = False, self._pending[closing.end() :]
                continue
            opening, closing = _OPENS.search(self._pending), _CLOSES.search(self._pending)
            if closing and (opening is None or closing.start() < opening.start()):
                # the prompt itself opened it: what came before was thought as well
                said, self._pending = "", self._pending[closing.end() :]
                self._line, self._given = "", 0
                continue
            if opening:
                said += self._pending[: opening.start()]
                self._thinking, self._pending = True, self._pending[opening.end() :]
                continue
            part = _PART_OF_TAG.search(self._pending)
            at = part.start() if part else len(self._pending)
            said, self._pending = said + self._pending[:at], self._pending[at:]
            return said
        return said

    def _read(self, said: str) -> list[Draft]:
        drafts: list[Draft] = []
        while said and not self.ended:
            head, newline, said = said.partition("\n")
            self._line += head
            if newline:
                drafts += self._finish_line()
            elif not self._fenced:
                drafts += self._complete(self._line)
                if len(self._line) > LONGEST_SENTENCE * 4:
                    drafts += self._finish_line()
                    self.ended = True
        return drafts

    def _complete(self, line: str) -> list[Draft]:
        """The sentences of an unfinished line that are surely complete: the next one has begun."""
        open_end = _OPEN_END.search(line[-LONGEST_TAG:])
        if open_end:
            line = line[: max(0, len(line) - LONGEST_TAG) + open_end.start()]
        text = _plain(line)
        spans = split_sentences(text, 0, len(text))
        drafts: list[Draft] = []
        # the last one may go on, and so may the one before it for as long as only its citations have come
        while len(spans) > 1 and len(_MARK_SIGN.sub("", text[spans[-1].start : spans[-1].end]).split()) < 2:
            spans.pop()
        for span in spans[:-1]:
            if span.end > self._given:
                start = max(span.start, self._given)
                end = span.end + _marks_after(text, span.end)
                drafts += _draft(text[start:end])
                self._given = end
        if len(text) - self._given > LONGEST_SENTENCE:
            self.ended = True
        return self._spoken(drafts)

    def _finish_line(self) -> list[Draft]:
        line, given = self._line, self._given
        self._line, self._given = "", 0
        if _FENCE.match(line):
            self._fenced = not self._fenced
            return []
        if self._fenced:
            return []
        if _SOURCES.match(_BULLET.sub("", _EMPHASIS.sub("", line))):
            self.ended = True
            return []
        text = _plain(line)
        drafts: list[Draft] = []
        for span in split_sentences(text, 0, len(text)):
            end = span.end + _marks_after(text, span.end)
            if end > given:
                drafts += _draft(text[max(span.start, given) : end])
                given = end
        return self._spoken(drafts)

    def _spoken(self, drafts: list[Draft]) -> list[Draft]:
        kept = [draft for draft in drafts if DECLINED.casefold() not in draft.text.casefold()]
        self.declined |= len(kept) < len(drafts)
        return kept


def parse(text: str) -> list[Draft]:
    """The sentences of a whole text."""
    drafting = Drafting()
    return [*drafting.feed(text), *drafting.close()]


def plain(text: str) -> str:
    """``text`` without markup, control characters and characters that cannot be seen; its white space is left."""
    text = _ESCAPE.sub("", text)
    for _ in range(4):  # what was in markup may be markup
        before = text
        text = html.unescape(text)
        text = _TAG.sub(" ", _HIDDEN.sub(" ", _COMMENT.sub(" ", text)))
        text = _LINK.sub(lambda link: link[1] or link[2] or "", text)
        if text == before:
            break
    return "".join(_shown(text, at) for at in range(len(text)))


def _plain(line: str) -> str:
    """A line without markup; its citations have become signs of their own, which no text can hold."""
    line = line.replace("\ue000", "").replace("\ue001", "")
    line = _LABEL.sub("", _BULLET.sub("", line, count=1), count=1)
    line = _EMPHASIS.sub("", _MARK.sub(_sign, line))
    line = plain(line)
    # brackets that were hidden in markup
    return _ANGLE.sub(" ", _MARK.sub(_sign, line))


def _sign(mark: re.Match[str]) -> str:
    text = _RANGE.sub(lambda ends: ",".join(map(str, _range(ends[1], ends[2]))), mark[1])
    numbers = [min(int(number), HIGHEST) for number in re.findall(r"\d+", text)]
    # the space keeps the sentence's end before it one
    return f" \ue000{','.join(map(str, numbers[:MOST_NUMBERS]))}\ue001"


def _range(first: str, last: str) -> range | tuple[int, int]:
    low, high = int(first), int(last)
    return range(low, high + 1) if 0 <= high - low < MOST_NUMBERS else (low, high)


def _marks_after(text: str, end: int) -> int:
    """How many characters after ``end`` are citations, and so belong to the sentence before them."""
    match = re.compile("(?:\\s*\ue000[\\d,]+\ue001[.,;]?)+").match(text, end)
    return match.end() - end if match else 0


def _draft(text: str) -> list[Draft]:
    numbers = tuple(dict.fromkeys(int(n) for mark in _MARK_SIGN.findall(text) for n in mark.split(",")))
    text = _MARK_SIGN.sub("", text).replace("\ue000", "").replace("\ue001", "")
    text = _SPACE_BEFORE.sub("", _SPACES.sub(" ", text)).strip()
    return [Draft(text, numbers[:MOST_NUMBERS])] if _WORD.search(text) else []


def _shown(text: str, at: int) -> str:
    character = text[at]
    if character in "\ue000\ue001\n\t ":
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    if category == "Cf" and character in "\u200c\u200d":
        # joins letters in Persian and in Indian scripts; elsewhere it can only hide something
        around = text[at - 1 : at] + text[at + 1 : at + 2]
        return character if len(around) == 2 and all(one.isalpha() and ord(one) > 0x5FF for one in around) else ""
    return "" if category in ("Cf", "Co", "Cs", "Cn") else character
