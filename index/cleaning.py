"""Marks what in an article's text is its own prose. Nothing is ever deleted, so every offset stays true.

A text is a list of paragraphs (runs of lines; see :func:`paragraphs`). A page saved or pasted whole has a head (the
site's name, counters, the picture's caption, the headline again), a body, and a tail (tags, comments, links). The
head is found by the headline that is repeated, the tail by the words that open it, and within the body a paragraph
is prose if it reads like sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.types import Block, BlockKind, Span

CLEANING_VERSION = 1
"""Part of what an index remembers of its making; to be raised when any rule here changes."""

HEAD_PARAGRAPHS = 12
"""How far down a repeated headline is looked for."""

HEADING_CHARACTERS = 120
HEADING_WORDS = 16
WRAPPED_LINE = (50, 100)
"""Shortest and longest line, in characters, of text that was wrapped by hand or by a mail program."""

MENU_LINES = 8
"""A run of so many lines of three words or fewer, without a figure, is a menu."""

TAIL_LINES = 2
"""How many lines that are no sentences may stand below the last sentence and be the site's."""

_LINE = re.compile(r"[^\n]*")
_END = re.compile(r"""[.!?…][")\]'”’»]*(?:\s*\(\w+\))?$""")
_SENTENCE_WITHIN = re.compile(r"""[.!?]["')\]”’]*\s+["'“‘(]?[A-Z0-9]""")
_WORD = re.compile(r"\w+")
_DIGIT_OR_BULLET = re.compile(r"\d|^[•·*–-]")

# a whole paragraph that is one of these is never the article's own
_FURNITURE = re.compile(
    r"""(?:
        [\W\d_]+                                                    # counters, rules, bullets
      | [\w.-]+(?:/[\w.-]+)+                                        # paths that a template left behind
      | (?:\d+\s+)?(?:comments?|shares?|likes?|views?)
      | (?:post|leave|add|write)\ a\ (?:comment|reply)(?:\s*\(\d+\))?
      | (?:share|save|print|e-?mail|tweet|pin|copy\ link|listen|follow(?:\ us)?)(?:\ (?:this|on|via|to)\ [\w\ ]{1,40})?
      | share(?:\ (?:this|article|story))+
      | (?:read|see|show|view|load)\ (?:more|full|also|next)\b.{0,120}
      | (?:click|tap|sign\ up|subscribe|log\ in|sign\ in|register)\b.{0,200}
      | .{0,160}\bsign\ up\ (?:here|for|now)\b.{0,160}
      | (?:advertisement|sponsored|promoted)(?:\ (?:content|by|story)\b.{0,60})?
      | you\ (?:may|might)\ (?:also\ )?like\b.{0,80}
      | (?:copyright|©|\(c\)).{0,200}
      | .{0,80}\ball\ rights\ reserved\b.{0,80}
      | (?:we|this\ (?:site|website))\ uses?\ cookies\b.{0,300}
      | (?:accept|reject|manage)(?:\ all)?\ cookies
      | 3/related/default
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
# and one of these, unless it ends like a sentence: "Related charges were dropped in May."
_LABEL = re.compile(
    r"""(?:
        tags?:?(?:\ .*)?
      | (?:related|recommended|trending|most\ (?:read|popular)|more\ (?:from|on|stories))\b.{0,80}
      | (?:by|from)\ [A-Z][\w.’'-]+(?:\ [\w.’'-]+){0,4}(?:(?:,|\ and)\ [A-Z][\w.’'-]+(?:\ [\w.’'-]+){0,4})*
      | (?:last\ )?(?:published|updated|posted|modified)\b.{0,60}
      | contribut(?:ing|ors?|ed)\b:?.{0,160}
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_RIGHTS = re.compile(r"©|\(c\)|all rights reserved|sign up", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:photos?|pictures?|images?|videos?|gallery|watch|file photo|in pictures)\s*(?:\d+\s*of\s*\d+)?\s*[:|].{0,600}"
    r"|.{0,600}(?:\((?:[^()]{0,40}/)?(?:AP|AFP|Reuters|Getty|EPA|PA)\b[^()]{0,40}\)"
    r"|[/|,—-]\s*(?:Getty Images|AFP|Reuters))\.?",
    re.IGNORECASE | re.DOTALL,
)
# in the last part of a text, everything from one of these on belongs to the site
_TAIL = re.compile(
    r"tags?:?|(?:\d+\s+)?comments?|(?:post|leave|add)\ a\ (?:comment|reply)(?:\s*\(\d+\))?|share\ this.{0,40}"
    r"|(?:related|recommended|more)\ (?:articles?|stories|posts?|news|coverage).{0,40}"
    r"|about\ the\ authors?|you\ (?:may|might)\ (?:also\ )?like.{0,20}",
    re.IGNORECASE,
)
_MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+")
_SPACES = re.compile(r"\s+")


def paragraphs(text: str) -> Iterator[Span]:
    """The paragraphs of a text, without surrounding white space.

    A line is a paragraph, except where lines were wrapped (each but the last of a run has 50 to 100 characters):
    there the run between blank lines is one.
    """
    run: list[Span] = []
    for match in _LINE.finditer(text):
        line = _stripped(text, match.start(), match.end())
        if line is not None:
            run.append(line)
        elif match.start() == match.end() and match.start() > 0 and text[match.start() - 1 : match.start()] != "\n":
            continue  # the empty match that ends a line, not an empty line
        else:
            yield from _joined(text, run)
            run = []
    yield from _joined(text, run)


def mark(text: str, title: str = "", hints: Sequence[Block] = ()) -> tuple[Block, ...]:
    """What each paragraph of ``text`` is.

    Args:
        text: the article's text as it was read.
        title: its headline, to recognise where it is repeated.
        hints: stretches of which the file itself says what they are (front matter, a page's navigation); paragraphs
            that begin within one are that, except that what a file calls prose may still read like a notice.

    Returns:
        One block a paragraph, in order; white space between paragraphs belongs to none.
    """
    spans = list(paragraphs(text))
    texts = [text[span.start : span.end] for span in spans]
    kinds: list[BlockKind] = [_kind_alone(paragraph) for paragraph in texts]
    for at, span in enumerate(spans):
        hint = next((hint for hint in hints if hint.start <= span.start < hint.end), None)
        if hint is not None and hint.kind != "prose":
            kinds[at] = hint.kind
    _mark_head(texts, kinds, title)
    _mark_tail(texts, kinds)
    _mark_menus(texts, kinds)
    _mark_headings(texts, kinds)
    return tuple(Block(span.start, span.end, kind) for span, kind in zip(spans, kinds, strict=True))


def same_line(one: str, other: str) -> bool:
    """Whether two headlines are the same but for case, quotation marks and spacing."""
    return _folded(one) == _folded(other) != ""


def reads_as_sentences(paragraph: str) -> bool:
    """Whether a paragraph ends like a sentence, holds the end of one, or is too long to be a heading."""
    return bool(len(paragraph) > 2 * HEADING_CHARACTERS or _END.search(paragraph) or _SENTENCE_WITHIN.search(paragraph))


def _folded(line: str) -> str:
    return "".join(character for character in line.casefold() if character.isalnum())


def _stripped(text: str, start: int, end: int) -> Span | None:
    line = text[start:end]
    if not line.strip():
        return None
    return Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))


def _joined(text: str, run: list[Span]) -> Iterator[Span]:
    low, high = WRAPPED_LINE
    if len(run) > 1 and all(low <= line.end - line.start <= high for line in run[:-1]):
        ends = sum(1 for line in run[:-1] if _END.search(text[line.start : line.end]))
        # lines that mostly end a sentence are paragraphs of one sentence, not wrapped text
        if ends * 2 < len(run):
            yield Span(run[0].start, run[-1].end)
            return
    yield from run


def _kind_alone(paragraph: str) -> BlockKind:
    if _MARKDOWN_HEADING.match(paragraph):
        return "heading"
    if len(paragraph) <= 320 and _FURNITURE.fullmatch(paragraph):
        # a paragraph of the article may begin like a notice; a notice is one sentence at most
        return "furniture" if not _SENTENCE_WITHIN.search(paragraph) or _RIGHTS.search(paragraph) else "prose"
    if len(paragraph) <= 320 and not _END.search(paragraph) and _LABEL.fullmatch(paragraph):
        return "furniture"
    if len(paragraph) <= 600 and _CAPTION.fullmatch(paragraph):
        return "caption"
    return "prose"


def _mark_head(texts: list[str], kinds: list[BlockKind], title: str) -> None:
    if not title:
        return
    repeats = [at for at, paragraph in enumerate(texts[:HEAD_PARAGRAPHS]) if same_line(paragraph, title)]
    if repeats == [0] and texts[0].rstrip("\"'”’").endswith("."):
        return  # an untitled article is named after its first sentence, which stays its own
    for at in repeats:
        kinds[at] = "title"
    if not repeats:
        return
    before = texts[: repeats[-1]]
    # a repeated headline closes the head only if nothing before it is a paragraph of the article
    if any(len(_SENTENCE_WITHIN.findall(paragraph)) >= 2 for paragraph in before):
        return
    for at, paragraph in enumerate(before):
        if kinds[at] == "prose":
            kinds[at] = "caption" if _END.search(paragraph) else "furniture"


def _mark_tail(texts: list[str], kinds: list[BlockKind]) -> None:
    total = sum(len(paragraph) for paragraph in texts)
    seen = 0
    for at, paragraph in enumerate(texts):
        # a section may be called "Comments"; what opens the tail comes late
        if seen * 3 >= total * 2 and kinds[at] != "heading" and _TAIL.fullmatch(paragraph):
            kinds[at:] = ["furniture"] * (len(kinds) - at)
            break
        seen += len(paragraph)
    last = [at for at, kind in enumerate(kinds) if kind == "prose"][-TAIL_LINES - 1 :]
    # one or two odd lines below the article are the site's; more of them are a list that belongs to it
    if any(reads_as_sentences(texts[at]) for at in last):
        while len(last) > 1 and not reads_as_sentences(texts[last[-1]]):
            kinds[last.pop()] = "furniture"


def _mark_menus(texts: list[str], kinds: list[BlockKind]) -> None:
    start = 0
    for at in range(len(texts) + 1):
        if at < len(texts) and kinds[at] == "prose" and _could_be_menu_line(texts[at]):
            continue
        if at - start >= MENU_LINES:
            kinds[start:at] = ["furniture"] * (at - start)
        start = at + 1


def _could_be_menu_line(paragraph: str) -> bool:
    return len(_WORD.findall(paragraph)) <= 3 and not _END.search(paragraph) and not _DIGIT_OR_BULLET.search(paragraph)


def _mark_headings(texts: list[str], kinds: list[BlockKind]) -> None:
    prose_follows = False
    for at in range(len(texts) - 1, -1, -1):
        if kinds[at] != "prose":
            prose_follows = prose_follows and kinds[at] in ("furniture", "caption")
            continue
        paragraph = texts[at]
        is_question = paragraph.endswith("?") and not _SENTENCE_WITHIN.search(paragraph) and paragraph[0] not in "“\"'‘"
        if (
            prose_follows
            and len(paragraph) <= HEADING_CHARACTERS
            and len(paragraph.split()) <= HEADING_WORDS
            and (is_question or not reads_as_sentences(paragraph))
            and not paragraph.endswith((",", ";", "—", "–"))
            and not paragraph.startswith(("•", "·", "*", "- ", "– "))
        ):
            kinds[at] = "heading"
            prose_follows = False
        else:
            # a line of a list is prose too, but nothing that a heading stands over
            prose_follows = reads_as_sentences(paragraph)


def one_line(text: str) -> str:
    """``text`` with every run of white space as one space."""
    return _SPACES.sub(" ", text).strip()
