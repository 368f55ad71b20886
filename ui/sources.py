"""The source panel: what an answer rests on, and the article opened at the quoted words. No gradio.

What a visitor was told is kept by the server as a :class:`Talk`; a browser only names a mark of it, by key and number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from assistant import Answer, Turn, remembered
from index import Archive, Article, ArticleMissing, BylineError, Span
from ui import render

EXCHANGES = 20
"""Questions whose sources stay in the panel, newest first; marks of older ones lead nowhere any more."""

WHOLE = 20_000
"""Characters up to which an article is shown whole; of a longer one so many, around the quote."""

MOST = 200_000
"""Characters of one article that are on the page at once, at most: beyond them the other end is let go."""


class Place(NamedTuple):
    """A stretch of an article that a mark leads to, with what tells of it should the article leave the archive.

    ``quote`` is ``article.text[start:end]``; ``reference`` is the quote as it is copied, with where it is from;
    ``is_cited`` tells the words that answer from a passage that came near and does not.
    """

    article_id: str
    start: int
    end: int
    quote: str
    title: str
    facts: str
    url: str
    reference: str
    is_cited: bool


class Exchange(NamedTuple):
    """One question and what the panel shows of its answer; ``turn`` is None until there is one, or after a fault."""

    key: str
    question: str
    section: render.Section
    places: tuple[Place, ...] = ()
    turn: Turn | None = None


@dataclass(frozen=True)
class Talk:
    """What one visitor asked and was told, kept by the server: the last exchanges, and how many there were before."""

    exchanges: tuple[Exchange, ...] = ()
    before: int = 0

    def until(self, asked: int | None) -> Talk:
        """The talk as it was after ``asked`` questions, for one that is asked again or otherwise; None: all of it."""
        if asked is None or asked >= self.before + len(self.exchanges):
            return self
        return Talk(self.exchanges[: max(0, asked - self.before)], min(self.before, asked))

    def then(self, exchange: Exchange) -> Talk:
        """With one more exchange, or with the last one further on."""
        kept = self.exchanges[:-1] if self.exchanges and self.exchanges[-1].key == exchange.key else self.exchanges
        together = (*kept, exchange)
        dropped = max(0, len(together) - EXCHANGES)
        return Talk(together[dropped:], self.before + dropped)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What a follow-up leans on."""
        turns: tuple[Turn, ...] = ()
        for exchange in self.exchanges:
            turns = remembered(turns, exchange.turn.answer) if exchange.turn else turns
        return turns

    def place(self, key: object, number: object) -> Place | None:
        """What the mark of this key and number leads to; None where there is no such mark."""
        for exchange in self.exchanges:
            if exchange.key == key and isinstance(number, int) and 1 <= number <= len(exchange.places):
                return exchange.places[number - 1]
        return None

    def count(self, key: object) -> int:
        """How many places the exchange of this key has."""
        return next((len(exchange.places) for exchange in self.exchanges if exchange.key == key), 0)


def asked_before(history: object) -> int | None:
    """How many questions a browser's history holds: of what it sends, this alone is looked at, for it can only make
    the server forget. None where it is no history.

    Those at its end that nothing answers are the one that is asked now: the page may have written it down already.
    """
    if not isinstance(history, list) or not all(isinstance(message, Mapping) for message in history):
        return None
    roles = [message.get("role") for message in history]
    while roles and roles[-1] == "user":
        roles.pop()
    return roles.count("user")


def exchange_of(answer: Answer, key: str) -> Exchange:
    """An answer as the panel keeps it: its citations by number, or of a declined one the nearest passages."""
    cited = [(citation.article, citation.start, citation.end) for citation in answer.citations]
    near = [(hit.article, hit.passage.start, hit.passage.end) for hit in answer.nearest[: render.NEAREST]]
    shown = cited or ([] if answer.status == "about" else near)
    places = tuple(_place(*stretch, is_cited=bool(cited)) for stretch in shown)
    return Exchange(key, answer.question, render.section(answer, key), places, Turn(answer))


def _place(article: Article, start: int, end: int, *, is_cited: bool) -> Place:
    quote = article.text[start:end]
    address = render.web_address(article.url)
    title = render.plain(article.title or article.path)
    reference = f"“{render.plain(quote)}” {'. '.join(part for part in (title, render.facts(article), address) if part)}"
    return Place(article.id, start, end, quote, title, render.facts(article), address, reference, is_cited)


def panel(talk: Talk) -> str:
    """The list of sources, of the newest answer first."""
    return render.panel_html([exchange.section for exchange in reversed(talk.exchanges) if exchange.section.question])


def panel_for(archive: Archive, talk: Talk, wanted: Mapping[str, object]) -> str:
    """The panel after something in it, or a mark in the chat, was clicked.

    Args:
        archive: where articles are looked up.
        talk: what this visitor was told.
        wanted: what the browser says was clicked: ``key`` and ``number`` of a mark, and, of an article shown in part,
            ``low`` and ``high``, the characters to be shown. Whatever names nothing leads to the list.
    """
    key, number = wanted.get("key"), _whole(wanted.get("number"))
    place = talk.place(key, number)
    if place is None or number is None:
        return panel(talk)
    bar = render.reader_bar(str(key), number, talk.count(key), is_cited=place.is_cited)
    try:
        article = archive.article(place.article_id)
    except ArticleMissing:
        return bar + _gone(place)
    except BylineError as error:
        return bar + render.fault_html(str(error))
    if article.text[place.start : place.end] != place.quote:
        return bar + _gone(place)
    low, high = window(len(article.text), place.start, place.end, _whole(wanted.get("low")), _whole(wanted.get("high")))
    head = render.reader_head(article, place.reference if place.is_cited else "")
    quote = Span(place.start, place.end)
    text = render.article_html(article, low, high, f"panel:{key}:{number}", quote, is_cited=place.is_cited)
    return f'{bar}<article class="byline-reader">{head}{text}</article>'


def window(length: int, start: int, end: int, low: int | None = None, high: int | None = None) -> tuple[int, int]:
    """Which characters of an article of ``length`` are shown around ``start`` to ``end``.

    ``low`` and ``high`` are those asked for; without them the whole of a short article, else ``WHOLE`` around the
    stretch. Never more than ``MOST``: what was asked for beyond the end that was there is what stays.
    """
    if low is None or high is None or not 0 <= low < high:
        if length <= WHOLE:
            return 0, length
        low = max(0, start - WHOLE // 2)
        high = min(length, max(low + WHOLE, min(end, start + MOST // 2)))
    low, high = min(low, length), min(high, length)
    if high - low > MOST:
        if low < start - MOST // 2:
            high = low + MOST
        else:
            low = high - MOST
    return low, high


def _gone(place: Place) -> str:
    return render.gone_html(place.title, place.facts, place.url, place.quote, place.reference)


def _whole(value: object) -> int | None:
    """A whole number as browsers send them: as such, or in digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12
    return int(str(value)) if digits else None
