"""Answers, passages and articles as HTML or terminal text. All text of articles and of people is escaped here."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from html import escape
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from assistant import Answer, Citation, Dropped, Note, Statement
from index import Article, ArticleRef, Difference, Format, SearchHit, Span, SyncReport, Version

AROUND = 2
"""Sentences shown before and after a quote that stands in none of the retrieved passages."""

NEAREST = 3
"""Passages shown where none answers."""

SHOW_MORE = 20_000
"""Characters that are added where more of a long article is wanted."""

SKIPS_SHOWN = 20

BEING_CHECKED = "A sentence is being checked …"

CARD = 320
"""Characters of a quote on the card of its mark."""

COPIES_SHOWN = 8
"""Copies named beside a source."""

DIFFERENCES_SHOWN = 12
"""Differences shown of one version."""

WORDING = 240
"""Characters shown of a wording that changed."""

# controls of the terminal and of the direction of writing; those that break lines become spaces
_BREAKING = dict.fromkeys([0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029], " ")
_BIDI = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_CONTROL = {**dict.fromkeys([*range(0x00, 0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *_BIDI]), **_BREAKING}
_MARKUP = re.compile(r"[<&\]@]|!(?=\[)|:(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_JOINER = "\u2060"
_STEERING = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Source:
    """A stretch of an article shown beside an answer, with the quotes in it by their citation numbers."""

    article: Article
    start: int
    end: int
    heading: str
    quotes: tuple[tuple[int, Span], ...] = ()
    opens: int = 0
    """The number by which the article is opened here, where nothing is quoted."""


class Section(NamedTuple):
    """One answer's part of the panel: its question and its sources, both HTML."""

    question: str
    body: str


def sources(citations: Sequence[Citation], hits: Sequence[SearchHit]) -> list[Source]:
    """What is shown for the citations: the passage that each stands in, passages of several quotes once, by number."""
    found: dict[tuple[str, int, int], Source] = {}
    for number, citation in enumerate(citations, start=1):
        start, end, heading = _stretch(citation, hits)
        key = (citation.article.id, start, end)
        quotes = found[key].quotes if key in found else ()
        quote = (number, Span(citation.start, citation.end))
        found[key] = Source(citation.article, start, end, heading, (*quotes, quote))
    return list(found.values())


def _stretch(citation: Citation, hits: Sequence[SearchHit]) -> tuple[int, int, str]:
    for hit in hits:
        passage = hit.passage
        if hit.article.id == citation.article.id and passage.start <= citation.start and citation.end <= passage.end:
            return passage.start, passage.end, passage.heading
    sentences = citation.article.sentences
    inside = [at for at, s in enumerate(sentences) if s.start < citation.end and citation.start < s.end]
    if not inside:
        return citation.start, citation.end, ""
    first, last = max(0, inside[0] - AROUND), min(len(sentences) - 1, inside[-1] + AROUND)
    return sentences[first].start, sentences[last].end, ""


# --- HTML ------------------------------------------------------------------------------------------------------------


def answer_html(
    statements: Iterable[tuple[Statement, Sequence[int]]],
    key: str,
    reason: str = "",
    *,
    declined: bool = False,
    asked: str | None = None,
    notes: Iterable[Note] = (),
    dropped: Sequence[Dropped] = (),
    checking: bool = False,
    chips: Sequence[str] = (),
    step: str = "",
    nearest: Sequence[SearchHit] = (),
) -> str:
    """An answer, or as much of it as there is: its notes, its sentences under their headings with links to the sources,
    and the reason for any gap.

    One block without an empty line, so that a Markdown renderer passes it through. ``key`` tells the answer's sources
    from those of other answers on the page; ``asked`` is what a follow-up was written out as, and stands first, with
    ``chips``, the filters that it was asked with, and ``step``, what was done for it. ``nearest`` are the passages that
    came nearest to what is not answered. ``dropped`` sentences are counted, with the reasons to be opened; none is
    shown. ``checking`` says that a sentence is on hold.
    """
    body = work_html(asked, chips, step)
    body += "".join(note_html(note.text) for note in notes)
    heading = ""
    for statement, numbers in statements:
        if statement.heading != heading:
            heading = statement.heading
            body += f'<p class="byline-part">{_text(heading)}</p>'
        links = "".join(
            _link(number, key, citation) for number, citation in zip(numbers, statement.citations, strict=True)
        )
        body += f'<p dir="auto">{_marked_text(statement)}{links}</p>'
    if reason:
        body += f'<p class="byline-gap">{_text(reason)}</p>'
    if checking:
        body += note_html(BEING_CHECKED)
    if dropped:
        why = "".join(f"<li>{_text(line)}</li>" for line in _dropped_lines(dropped))
        body += f'<details class="byline-dropped"><summary>{dropped_text(dropped)}</summary><ul>{why}</ul></details>'
    if nearest:
        items = "".join(_near_html(hit, key, number) for number, hit in enumerate(nearest, start=1))
        body += f'<p class="byline-part">Nearest passages</p><ul class="byline-nearest">{items}</ul>'
    return f'<div class="byline-answer{" byline-declined" if declined else ""}">{body}</div>'


def dropped_text(dropped: Sequence[Dropped]) -> str:
    """How many sentences of a model were dropped."""
    return f"{count(len(dropped), 'sentence')} of the model dropped, which the passages do not support"


def _dropped_lines(dropped: Sequence[Dropped]) -> list[str]:
    counts: dict[str, int] = {}
    for one in dropped:
        counts[one.reason] = counts.get(one.reason, 0) + 1
    return [f"{reason} ({count} times)" if count > 1 else reason for reason, count in counts.items()]


def _marked_text(statement: Statement) -> str:
    shown, at = "", 0
    for mark in statement.marks:
        shown += (
            f"{_text(statement.text[at : mark.start])}<strong>{_text(statement.text[mark.start : mark.end])}</strong>"
        )
        at = mark.end
    return shown + _text(statement.text[at:])


def work_html(asked: str | None, chips: Sequence[str], step: str) -> str:
    """What stands above an answer, from the first moment on: the question as it is understood, the filters that it is
    asked with, and what was done for it."""
    html = f'<p class="byline-asked">{_text(asked_text(asked))}</p>' if asked else ""
    if chips:
        shown = " ".join(f'<span class="byline-chip">{_text(plain(chip))}</span>' for chip in chips)
        html += f'<p class="byline-chips">{shown}</p>'
    return html + (f'<p class="byline-step">{_text(step)}</p>' if step else "")


def _link(number: int, key: str, citation: Citation) -> str:
    article = citation.article
    # shown when the mark is pointed at; what stands in it is not part of the sentence
    card = (
        f'<span class="byline-card"><q dir="auto">{_text(_clip(plain(citation.quote), CARD))}</q>'
        f"<cite>{_text(_clip(plain(article.title or article.path), CARD // 2))}</cite>"
        f"<small>{_text(plain(facts(article)))}</small></span>"
    )
    return f' <a class="byline-mark" href="#source-{key}-{number}" aria-label="source {number}">[{number}]</a>{card}'


def _near_html(hit: SearchHit, key: str, number: int) -> str:
    title = _text(_clip(plain(hit.article.title or hit.article.path), CARD // 2))
    return (
        f'<li dir="auto"><a class="byline-near" href="#source-{key}-{number}">{title}</a> '
        f"<small>{_text(plain(facts(hit.article)))}</small></li>"
    )


def note_html(note: str) -> str:
    """A line that Byline says itself: about the work that goes on, or beside an answer."""
    return f'<p class="byline-note">{_text(note)}</p>'


def section(answer: Answer, key: str) -> Section:
    """What the panel shows for one answer: the cited passages with the quoted words marked, or the nearest ones."""
    if answer.statements:
        shown = sources(answer.citations, answer.nearest)
        note = ""
    elif answer.status == "about":
        shown = []
        note = note_html("This is about the archive itself: no article is quoted.")
    else:
        shown = [
            Source(hit.article, hit.passage.start, hit.passage.end, hit.passage.heading, opens=number)
            for number, hit in enumerate(answer.nearest[:NEAREST], start=1)
        ]
        note = note_html("None of the nearest passages answers." if shown else "No passage comes near this question.")
    body = "".join(_source_html(source, key) for source in shown)
    return Section(_text(_clip(plain(answer.question), 120)), note + body)


def panel_html(sections: Sequence[Section], note: str = "") -> str:
    """The panel beside the chat: the sections of the answers, newest first and open, below a note."""
    if not sections and not note:
        note = "The passages that an answer quotes are shown here."
    # a link to a quote in a closed section opens it
    parts = "".join(
        f'<details class="byline-sources"{"" if at else " open"}>'
        f"<summary>{part.question}</summary>{part.body}</details>"
        for at, part in enumerate(sections)
    )
    return f"<h2>Sources</h2>{note_html(note) if note else ''}{parts}"


def fault_html(message: str) -> str:
    """A fault, which looks different from an answer and from a declined one."""
    return f'<div class="byline-fault" role="alert"><strong>Something is wrong.</strong> {_text(message)}</div>'


def _source_html(source: Source, key: str) -> str:
    article = source.article
    title = _text(article.title or article.path)
    address = web_address(article.url)
    if address:
        title = f'<a href="{escape(address, quote=True)}" target="_blank" rel="noopener noreferrer">{title}</a>'
    heading = f'<p class="byline-heading">{_text(source.heading)}</p>' if source.heading else ""
    numbers = "".join(f'<span class="byline-number">{number}</span>' for number, _ in source.quotes)
    copies = also_in(article)
    also = f'<p class="byline-also">{_text(copies)}</p>' if copies else ""
    number = source.quotes[0][0] if source.quotes else source.opens
    return (
        f'<article class="byline-source"><header>{numbers}<h3 dir="auto">{title}</h3>'
        f'<p class="byline-facts">{_text(facts(article))}</p>{also}</header>{heading}'
        f'<blockquote dir="auto">{_marked_html(source, key)}</blockquote>'
        f'<p class="byline-tools"><a class="byline-open" href="#source-{key}-{number}">Read it in the article</a></p>'
        "</article>"
    )


def reader_bar(key: str, number: int, of: int, *, is_cited: bool) -> str:
    """Above an article that was opened at a mark: the way back to the list, and to the marks before and after."""

    def to(other: int, name: str, sign: str) -> str:
        off = "" if 1 <= other <= of else " disabled"
        return (
            f'<button type="button" data-to="panel" data-key="{_text(key)}" data-number="{other}" '
            f'aria-label="{name}" title="{name}"{off}>{sign}</button>'
        )

    return (
        '<nav class="byline-bar" aria-label="Sources">'
        '<button type="button" data-to="panel" data-close="1">All sources</button>'
        f"<span>{'Source' if is_cited else 'Nearest passage'} {number} of {of}</span>"
        f"{to(number - 1, 'Previous source', '‹')}{to(number + 1, 'Next source', '›')}</nav>"
    )


def reader_head(article: Article, reference: str = "", more: str = "") -> str:
    """Above the text of an article: its title, facts and copies, the way to the original, and the quote to be copied.

    Args:
        article: whose.
        reference: what is copied; ``""``: nothing is.
        more: HTML of further buttons.
    """
    copies = also_in(article)
    also = f'<p class="byline-also">{_text(copies)}</p>' if copies else ""
    facts_line = " · ".join(part for part in (facts(article), plain(", ".join(article.authors))) if part)
    return (
        f'<header><h2 tabindex="-1" dir="auto">{_text(plain(article.title or article.path))}</h2>'
        f'<p class="byline-facts">{_text(facts_line)}</p>'
        f"{also}"
        f'<p class="byline-tools">{_original(article.url)}{_copying(reference)}{more}</p></header>'
    )


def gone_html(title: str, facts_line: str, url: str, quote: str, reference: str) -> str:
    """A quote whose article has changed or left the archive since it was cited."""
    return (
        f'<article class="byline-reader"><header><h2 tabindex="-1" dir="auto">{_text(title)}</h2>'
        f'<p class="byline-facts">{_text(facts_line)}</p>'
        f'<p class="byline-tools">{_original(url)}{_copying(reference)}</p></header>'
        f"{note_html('The article has changed or left the archive since. It said:')}"
        f'<blockquote dir="auto"><mark class="byline-current">{_text(quote)}</mark></blockquote></article>'
    )


def _original(url: str) -> str:
    address = web_address(url)
    if not address:
        return ""
    host = _text(urlsplit(address).hostname or "")
    return f'<a href="{escape(address, quote=True)}" target="_blank" rel="noopener noreferrer">Original at {host}</a>'


def _copying(reference: str) -> str:
    return f'<button type="button" data-copy="{_text(reference)}">Copy quote</button>' if reference else ""


def article_html(
    article: Article, low: int, high: int, name: str, quote: Span | None = None, *, is_cited: bool = True
) -> str:
    """The characters ``low`` to ``high`` of an article, by paragraphs, with the words of ``quote`` marked.

    Args:
        article: whose.
        low: the first character shown.
        high: after the last one.
        name: whom the buttons that show more tell, and of what: ``"panel:<key>:<number>"``, ``"reader:<article id>"``.
        quote: the words that are marked, if any.
        is_cited: whether they are cited; those of a passage that only comes near are marked otherwise.
    """
    kind = "byline-current" if is_cited else "byline-current byline-not-cited"
    html = []
    at = bisect_right(article.blocks, low, key=lambda block: block.end)
    while at < len(article.blocks) and article.blocks[at].start < high:
        block = article.blocks[at]
        start, end = max(block.start, low), min(block.end, high)
        tag = "h3" if block.kind == "heading" else "p"
        dim = "" if block.kind in ("prose", "heading") else ' class="byline-not-prose"'
        before, after = "… " if start > block.start else "", " …" if end < block.end else ""
        shown = _with_quote(article.text, start, end, quote, kind)
        html.append(f'<{tag}{dim} dir="auto">{before}{shown}{after}</{tag}>')
        at += 1
    paragraphs = "".join(html) or note_html("Nothing in it can be shown.")
    length = len(article.text)
    above = _more(name, max(0, low - SHOW_MORE), high, "Show what comes before") if low > 0 else ""
    below = _more(name, low, high + SHOW_MORE, "Show more") if high < length else ""
    part = f"Characters {low + 1:,} to {high:,} of {length:,} are shown." if above or below else ""
    return f'{note_html(part) if part else ""}<div class="byline-text">{above}{paragraphs}{below}</div>'


def _with_quote(text: str, start: int, end: int, quote: Span | None, kind: str) -> str:
    first, last = (quote.start, quote.end) if quote else (end, end)
    first, last = min(max(first, start), end), min(max(last, start), end)

    def piece(low: int, high: int) -> str:
        # within a paragraph a line break is only where its lines were wrapped
        return _text(text[low:high].replace("\n", " "))

    marked = f'<mark class="{kind}" tabindex="-1">{piece(first, last)}</mark>' if first < last else ""
    return piece(start, first) + marked + piece(last, end)


def _more(name: str, low: int, high: int, label: str) -> str:
    to, *wanted = name.split(":")
    named = zip(("key", "number") if len(wanted) > 1 else ("article",), wanted, strict=True)
    data = "".join(f' data-{attribute}="{_text(value)}"' for attribute, value in named)
    return (
        f'<button type="button" class="byline-more" data-to="{to}"{data} data-low="{low}" data-high="{high}">'
        f"{label}</button>"
    )


def _marked_html(source: Source, key: str) -> str:
    text = source.article.text
    starts = {span.start: number for number, span in source.quotes}
    edges = {source.start, source.end}
    for _, span in source.quotes:
        edges |= {span.start, span.end}
    for block in source.article.blocks:
        edges |= {edge for edge in (block.start, block.end) if source.start < edge < source.end}
    ordered = sorted(edges)
    html = []
    for start, end in pairwise(ordered):
        around = source.article.block_at(start)
        # within a paragraph a line break is only where its lines were wrapped
        piece = _text(text[start:end].replace("\n", " ")) if around else "<br><br>" if "\n" in text[start:end] else " "
        quoted = any(span.start <= start and end <= span.end for _, span in source.quotes)
        if quoted:
            anchor = f' id="source-{key}-{starts[start]}" tabindex="-1"' if start in starts else ""
            html.append(f"<mark{anchor}>{piece}</mark>")
        elif around is not None and around.kind != "prose":
            html.append(f'<span class="byline-not-prose">{piece}</span>')
        else:
            html.append(piece)
    return "".join(html)


def escaped(text: str) -> str:
    """``text`` as HTML that shows it, on one line and without control characters.

    At an empty line the chat's Markdown would take what follows for Markdown.
    """
    return escape(text.translate(_CONTROL).replace("\n", " "), quote=True)


_text = escaped


def unread(text: str) -> str:
    """``text`` so that a Markdown renderer finds no HTML, link or image in it: with joiners that nobody sees."""
    return _MARKUP.sub(lambda found: found[0] + _JOINER, text)


def typed(text: str) -> str:
    """What was typed, of what :func:`unread` made of it."""
    return text.replace(_JOINER, "")


def web_address(url: str) -> str:
    """``url`` if it is a plain web address (http or https, with a host, no user name), else ``""``."""
    if any(character.isspace() or ord(character) < 0x20 for character in url) or _STEERING.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else ""


# --- terminal --------------------------------------------------------------------------------------------------------


def facts(article: Article) -> str:
    """Outlet and days of an article, as far as they are known: published, or else saved; and updated."""
    saved = f"saved {_day(_local_day(article.saved))}" if article.saved else ""
    updated = f"updated {_day(article.updated)}" if article.updated and article.updated != article.published else ""
    parts = (article.outlet, _day(article.published) or saved, updated)
    return " · ".join(part for part in parts if part) or "outlet and date unknown"


def also_in(article: Article) -> str:
    """Where else the story stands: each other outlet once, with its day; the outlet's own copies by their titles."""
    names: dict[str, str] = {}
    for copy in article.also_in:
        name = copy.outlet if copy.outlet != article.outlet else ""
        name = name or copy.title or copy.path
        names.setdefault(name, f"{name} ({_day(copy.published)})" if copy.published else name)
    shown = list(names.values())[:COPIES_SHOWN]
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more")
    return f"also in: {', '.join(shown)}" if shown else ""


def answer_text(answer: Answer) -> str:
    """An answer for the terminal: what a follow-up was written out as, its notes and sentences, the reason for any gap,
    and the sources."""
    lines = [plain(note.text) for note in answer.notes]
    if lines and answer.status != "about":
        lines.append("")
    heading = ""
    for statement, sentence in zip(answer.statements, answer.sentences, strict=True):
        if statement.heading != heading:
            lines += ["", plain(statement.heading)] if heading else [plain(statement.heading)]
            heading = statement.heading
        lines.append(plain(sentence))
    if answer.reason:
        lines += ["", plain(answer.reason)] if answer.statements else [plain(answer.reason)]
    if answer.dropped:
        lines += ["", f"{dropped_text(answer.dropped)} ({'; '.join(_dropped_lines(answer.dropped))})."]
    if answer.statements:
        lines += ["", "Sources"]
        for number, citation in enumerate(answer.citations, start=1):
            article = citation.article
            lines.append(f"[{number}] {plain(article.title or article.path)}")
            lines.append(f"    {plain(facts(article))} · {article.id} · characters {citation.start}–{citation.end}")
            lines += [f"    {plain(copies)}"] if (copies := also_in(article)) else []
    elif answer.nearest:
        lines += ["", "Nearest passages", hits_text(answer.nearest[:NEAREST])]
    if answer.asked:
        lines = [asked_text(answer.asked), "", *lines]
    return "\n".join(lines)


def asked_text(asked: str) -> str:
    """What a follow-up was written out as, in a line."""
    return f"Asked: {plain(asked)}"


def hits_text(hits: Sequence[SearchHit]) -> str:
    """Ranked passages for the terminal."""
    lines = []
    for number, hit in enumerate(hits, start=1):
        lines.append(f"{number:3}. {plain(hit.article.title or hit.article.path)}")
        lines.append(
            f"     {plain(facts(hit.article))} · {hit.article.id} · characters {hit.passage.start}–{hit.passage.end}"
        )
        lines += [f"     {plain(copies)}"] if (copies := also_in(hit.article)) else []
        lines.append(f"     {_clip(plain(hit.passage.text), 300)}")
    return "\n".join(lines) or "No passage fits."


def article_text(article: Article) -> str:
    """An article for the terminal: its facts, then each paragraph with what it was taken for."""
    lines = [plain(article.title), plain(facts(article))]
    lines += [plain(line) for line in (", ".join(article.authors), article.url, article.path, also_in(article)) if line]
    lines.append("")
    for block in article.blocks:
        label = "" if block.kind == "prose" else block.kind
        lines.append(f"{label:>10} │ {plain(article.text[block.start : block.end])}")
    return "\n".join(lines)


def stories_text(stories: Iterable[Sequence[ArticleRef]]) -> str:
    """The articles of an archive by story: the best copy first, the others indented below it.

    Args:
        stories: the copies of each story, best first (see :func:`index.copies.best_first`). Those with most copies are
            listed first; the others stay in their order.
    """
    ordered = sorted(stories, key=lambda copies: -len(copies))
    several = [copies for copies in ordered if len(copies) > 1]
    paragraphs = [
        "\n".join([ref_text(copies[0]), *(f"    {ref_text(copy)}" for copy in copies[1:])]) for copies in several
    ]
    alone = "\n".join(ref_text(copies[0]) for copies in ordered[len(several) :] if copies)
    return "\n\n".join([*paragraphs, alone] if alone else paragraphs) or "No article is here."


def ref_text(ref: ArticleRef) -> str:
    """An article in a list: its id, day, outlet and title."""
    day = ref.published.isoformat() if ref.published else "undated   "
    return f"{ref.id}  {day}  {plain(ref.outlet or '-')}  {plain(ref.title or ref.path)}"


def history_text(versions: Sequence[Version]) -> str:
    """The versions of an article, newest first as given: when each was seen, and what it says otherwise than before."""
    paragraphs = []
    for version in versions:
        lines = [f"{_moment(version.seen)} · {plain(version.title or version.path)} · {version.article_id}"]
        lines += [_difference_text(difference) for difference in version.differences[:DIFFERENCES_SHOWN]]
        if len(version.differences) > DIFFERENCES_SHOWN:
            lines.append(f"  … and {len(version.differences) - DIFFERENCES_SHOWN} more; --json lists them all")
        if version is versions[-1]:
            lines.append("  the first version seen")
        elif not version.differences:
            lines.append("  nothing that the article itself says")
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs) or "No version is known."


def _difference_text(difference: Difference) -> str:
    old, new = plain(difference.old), plain(difference.new)
    part = "" if difference.part == "text" else f" {difference.part}"
    if difference.kind != "changed":
        return f"  {difference.kind + part:>14}  {_clip(old or new, WORDING)}"
    if max(len(old), len(new)) > WORDING:
        old, new = _from_where_they_part(old, new)
    return f"  {'was' + part:>14}  {_clip(old, WORDING)}\n  {'now' + part:>14}  {_clip(new, WORDING)}"


def _from_where_they_part(old: str, new: str) -> tuple[str, str]:
    same = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(old))
    # a few words before the first that differs, or what was clipped would read alike
    start = max(0, old.rfind(" ", 0, max(0, same - WORDING // 4)) + 1)
    return (f"… {old[start:]}", f"… {new[start:]}") if start else (old, new)


def report_text(report: SyncReport) -> str:
    """What a sync did, for the terminal: one line of counts, then each article that was skipped, with the reason."""
    counts = [
        f"{len(items)} {name}"
        for name, items in (("added", report.added), ("changed", report.changed), ("removed", report.removed))
        if items
    ]
    if report.unchanged:
        counts.append(f"{report.unchanged} unchanged")
    if report.earlier:
        counts.append(count(len(report.earlier), "earlier version"))
    if report.without_prose:
        counts.append(f"{len(report.without_prose)} without prose")
    if report.skipped:
        counts.append(f"{len(report.skipped)} skipped")
    lines = [", ".join(counts) or "nothing to do"]
    embedded = f" ({report.embedded:,} embedded)" if report.embedded else ""
    lines[0] += f" · {count(report.articles, 'article')}, {count(report.passages, 'passage')}{embedded}"
    lines[0] += f" · {sum(report.seconds.values()):.1f} s"
    lines += [f"skipped {plain(str(skip))}" for skip in report.skipped[:SKIPS_SHOWN]]
    if len(report.skipped) > SKIPS_SHOWN:
        lines.append(f"… and {len(report.skipped) - SKIPS_SHOWN} more; --json lists them all")
    return "\n".join(lines)


def formats_text(formats: Sequence[Format]) -> str:
    """The formats that are read, for the terminal: name and endings, then what is read and how much."""
    lines = []
    for format_ in formats:
        endings = [*format_.endings, *(f"{ending}.gz" for ending in format_.endings if format_.packed)]
        lines.append(f"{format_.name} ({' '.join(endings)})")
        lines.append(f"    {format_.what}")
        most = f"{format_.limit / 2**20:,.0f} MB" if format_.limit else "the setting max_file_bytes"
        lines.append(f"    At most {most}.")
    return "\n".join(lines)


def plain(text: str) -> str:
    """``text`` on one line without control characters, which could steer a terminal."""
    return " ".join(text.translate(_CONTROL).split())


def searched_text(hits: Sequence[SearchHit], seconds: float, searched: int) -> str:
    """One line about a search, in words."""
    passages = f", {count(len(hits), 'passage')}" if hits else ""
    return f"Searched {count(searched, 'article')}{passages}, {seconds:.1f} s"


def _day(published: date | None) -> str:
    return f"{published.day} {published:%B %Y}" if published else ""


def _local_day(moment: datetime) -> date:
    return _local(moment).date()


def _moment(moment: datetime) -> str:
    return f"{_day(_local_day(moment))}, {_local(moment):%H:%M}"


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):  # a file's time may be any
        return moment


def _clip(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def count(number: int, noun: str) -> str:
    """A number with its noun in the right form: "1 article", "1,200 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# --- JSON ------------------------------------------------------------------------------------------------------------


def json_text(value: object) -> str:
    """``value`` as JSON, with what could steer a terminal written as escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def answer_json(answer: Answer) -> dict[str, object]:
    """An answer as plain data. Offsets count characters of the article's text, end exclusive."""
    return {
        "question": answer.question,
        "status": answer.status,
        "confidence": answer.confidence,
        "text": answer.text,
        "reason": answer.reason,
        "statements": [
            {
                "text": s.text,
                "marks": [(mark.start, mark.end) for mark in s.marks],
                "speaker": s.speaker,
                "heading": s.heading,
                "citations": numbers,
            }
            for s, numbers in answer.numbered()
        ],
        "citations": [
            {"number": number, "quote": c.quote, "start": c.start, "end": c.end, "article": article_json(c.article)}
            for number, c in enumerate(answer.citations, start=1)
        ],
        "judgements": [asdict(judgement) for judgement in answer.judgements],
        "notes": [{"kind": note.kind, "text": note.text} for note in answer.notes],
        "dropped": [{"sentence": one.sentence, "reason": one.reason} for one in answer.dropped],
        "gaps": [{"question": gap.question, "reason": gap.reason, "missing": gap.missing} for gap in answer.gaps],
        "nearest": [hit_json(hit) for hit in answer.nearest],
        "searched": answer.searched,
        "asked": answer.asked,
    }


def format_json(format_: Format) -> dict[str, object]:
    """A format as plain data; ``limit`` in bytes, None: the setting max_file_bytes."""
    return {
        "name": format_.name,
        "endings": format_.endings,
        "gzip": format_.packed,
        "limit": format_.limit,
        "what": format_.what,
    }


def hit_json(hit: SearchHit) -> dict[str, object]:
    """A ranked passage as plain data."""
    return {
        "article": article_json(hit.article),
        "heading": hit.passage.heading,
        "text": hit.passage.text,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "score": hit.score,
        "parts": asdict(hit.parts),
        "vector_rank": hit.vector_rank,
        "keyword_rank": hit.keyword_rank,
        "rerank_score": hit.rerank_score,
    }


def article_json(article: Article) -> dict[str, object]:
    """An article as plain data, without its text."""
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "url": web_address(article.url),
        "authors": article.authors,
        "published": _iso(article.published),
        "published_at": _iso(article.published_at),
        "updated": _iso(article.updated),
        "updated_at": _iso(article.updated_at),
        "saved": _iso(article.saved),
        "language": article.language,
        "origins": dict(article.origins),
        "path": article.path,
        "locator": article.locator,
        "also_in": [
            {
                "id": copy.id,
                "title": copy.title,
                "outlet": copy.outlet,
                "published": _iso(copy.published),
                "url": web_address(copy.url),
            }
            for copy in article.also_in
        ],
    }


def full_article_json(article: Article) -> dict[str, object]:
    """An article as plain data, with its text, and its paragraphs and sentences as offsets into it."""
    return {
        **article_json(article),
        "text": article.text,
        "blocks": [asdict(block) for block in article.blocks],
        "sentences": [asdict(sentence) for sentence in article.sentences],
    }


def ref_json(ref: ArticleRef) -> dict[str, object]:
    """An article in a list, as plain data."""
    return {**asdict(ref), "published": _iso(ref.published), "url": web_address(ref.url)}


def report_json(report: SyncReport) -> dict[str, object]:
    """What a sync did, as plain data."""
    lists = {
        name: [ref_json(ref) for ref in getattr(report, name)]
        for name in ("added", "changed", "removed", "earlier", "without_prose")
    }
    return {**asdict(report), **lists}


def history_json(versions: Sequence[Version]) -> list[dict[str, object]]:
    """The versions of an article as plain data, newest first as given."""
    return [
        {
            "article_id": version.article_id,
            "title": version.title,
            "seen": version.seen.isoformat(),
            "saved": _iso(version.saved),
            "published": _iso(version.published),
            "updated": _iso(version.updated),
            "path": version.path,
            "differences": [asdict(difference) for difference in version.differences],
        }
        for version in versions
    ]


def _iso(when: date | datetime | None) -> str | None:
    return when.isoformat() if when else None
