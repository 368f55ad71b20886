"""Marks what in an article's text is its own prose. Nothing is ever deleted, so every offset stays true.

A text is a list of paragraphs (runs of lines; see :func:`paragraphs`). What a paragraph is shows in itself where it
reads like a notice, a link, a credit or a player (the words for that are data: ``furniture.toml``), and else by where
it stands: a page saved or pasted whole has a head (bylines, counters, the picture's caption, the headline again), a
body, and a tail (the author's life, tags, comments, links). Within the body a paragraph is prose if it reads like
sentences, or is one of a list; a short line over prose is a heading.

Every expression is matched against paragraphs of at most :data:`NOTICE_CHARACTERS`, or only against their ends.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from index.types import Block, BlockKind, Span

CLEANING_VERSION = 2
"""Part of what an index remembers of its making; to be raised when any rule here changes."""

NOTICE_CHARACTERS = 700
"""A longer paragraph is the article's own whatever words it holds, unless a player left it."""

LINK_CHARACTERS = 300
HEAD_PARAGRAPHS = 12
"""How far down a repeated headline is looked for."""

BYLINES = 3
"""How many lines of names may stand above an article: who wrote it, what they are, for whom."""

HEADING_CHARACTERS = 120
HEADING_WORDS = 16
NAME_WORDS = 12
WRAPPED_LINE = (50, 100)
"""Shortest and longest line, in characters, of text that was wrapped by hand or by a mail program."""

MENU_LINES = 8
"""A run of so many lines of three words or fewer, without a figure, is a menu."""

TAIL_LINES = 2
"""How many lines that are no sentences may stand below the last sentence and be the site's."""

HEADLINES = 3
HEADLINE_WORDS = (7, 24)
"""How many headlines of other stories may stand between two paragraphs, and how many words each has."""

OWN_LABEL = 3
"""A label ("Cost: …") on so many paragraphs of an article is how the article is built, no link."""

_LINE = re.compile(r"[^\n]*")
_END = re.compile(r"""[.!?…][")\]'”’»]*(?:\s*\(\w+\))?$""")
_END_CHARACTERS = 100
_FULL_STOP = re.compile(r"""[.…][")\]'”’»]*$""")
# "1. Harbours", "St. Olof" and "J. R. Lind" hold no end of a sentence
_SENTENCE_WITHIN = re.compile(r"""(?:(?<=[^\W_]{3})[.!?]|[!?])["')\]”’]*\s+["'“‘(]?[A-Z0-9]""")
_QUESTION_WITHIN = re.compile(r"\?[\"'’”]?\s+\S")
_WORD = re.compile(r"\w+")
_DIGIT_OR_BULLET = re.compile(r"\d|^[•·*–-]")
_MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+")
_SPACES = re.compile(r"\s+")
_BULLETS = ("•", "·", "*", "- ", "– ")
_DASHES = "–—-"

_COUNTER = re.compile(r"[\W\d_]+|[\w.-]+(?:/[\w.-]+)+")
"""Figures and signs alone, and paths that a template left behind."""

_RULE = re.compile(r"(?:[^\w\s]|_)(?:\s*(?:[^\w\s]|_)){2,}|[♦◆◇■□★☆※⁂]")
_PICTURE = re.compile(r"(?P<label>[^:|\d]+?)\s*(?:\d+ of \d+\s*)?[:|]")
_ARROW = re.compile(r"[►▶▸▷→»]\s*")
# a link's label and its headline were two elements of the page: no space was left between them
_GLUED = re.compile(r"""(?P<label>[^:]{2,90}[^\s:/\d]):(?=[^\W\d_]|["'“‘])""")
_LABEL = re.compile(r"(?P<label>[^:.\n]{1,60}):(?=\s|[^\W\d_])")
_SHOUTED = re.compile(r"(?P<label>[^a-z:?!]{4,60})[:?!]\s*(?P<rest>\S.*)", re.DOTALL)
_HANDLE = re.compile(
    r"(?:^|[\s(])@\w{2,}|[\w.+-]{1,40}@[\w-]{1,40}\.\w|\bon (?:Twitter|Facebook|Instagram|Threads|X)\b"
)
_REACHED = re.compile(
    r"(?:^|[.!?:|]\s+|\band )(?:follow|contact|reach|e-?mail|tweet|twitter)\b"
    r"|\bcan be (?:reached|contacted|followed)\b",
    re.IGNORECASE,
)
_FUNDED = re.compile(
    r"\b(?:coverage|journalism|reporting|fact[- ]check work)\b.{0,160}\b(?:supported|made possible)\b.{0,80}\bgrant\b",
    re.IGNORECASE | re.DOTALL,
)
_CLOCK = r"\d{1,2}(?:[:.h]\d{2}\s*(?:[ap]\.?m\b\.?)?|\s*[ap]\.?m\b\.?)\s*(?:[A-Z]{1,3}T\b|GMT\b|UTC\b|Uhr\b)?"
_POST_TIME = re.compile(
    rf"(?:\w+[ ,]+(?:\d+[ ,]+){{0,2}})?{_CLOCK}\s*(?:[/|,·•–—-]\s*(?P<who>.{{0,60}}))?", re.IGNORECASE
)
_AGO = re.compile(r"\d+ \w+ (?:ago|fa|atrás|geleden)|(?:vor|il y a|hace|há) \d+ \w+", re.IGNORECASE)
# "… in May. Ida Holm": a sentence, then names, and no full stop; an abbreviation ends in fewer letters
_CREDIT = re.compile(r"""[^\W_]{3}[.!?]["”’)]*\s+(?P<who>[^.!?]{2,90}|[^!?]{2,40})$""")
_BIOGRAPHY = re.compile(r"\b(?:is|are|was|serves|writes|covers|teaches|reports|works)\b")
_CORRECTION = re.compile(r"\b(?:in)?correct|\bmisstate|\bmisspel|\bmisidentif|\berroneous|\bclarif", re.IGNORECASE)
_SPEAKS_TO_READER = re.compile(r"\b(?:you|your|our|us|here|newsletter|subscribe)\b", re.IGNORECASE)
_CONNECTIVES = frozenset(
    ["and", "of", "the", "for", "via", "by", "de", "la", "le", "von", "van", "der", "den", "und", "et", "y", "e", "di", "da", "to", "from", "with", "at", "in", "special"]
)
_ROLES = frozenset(
    ["reporter", "writer", "editor", "columnist", "professor", "fellow", "analyst", "author", "correspondent", "journalist", "director", "contributor", "producer", "host", "lecturer", "historian", "lawyer", "attorney", "president", "founder", "strategist", "scholar", "teacher", "physician", "member", "researcher", "chairman", "chair", "executive", "critic", "novelist", "economist", "reporters", "writers", "editors"]
)


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
        hints: stretches of which the file itself says what they are (front matter, a page's navigation), in order;
            paragraphs that begin within one are that, whatever they read like, except that what a file calls prose may
            still read like a notice.

    Returns:
        One block a paragraph, in order; white space between paragraphs belongs to none.
    """
    spans = list(paragraphs(text))
    texts = [text[span.start : span.end] for span in spans]
    own = _own_labels(texts)
    kinds: list[BlockKind] = [_kind_alone(paragraph, own) for paragraph in texts]
    hinted = _hinted(spans, hints)
    for at, kind in hinted.items():
        kinds[at] = kind
    _mark_head(texts, kinds, title)
    _mark_bylines(texts, kinds)
    _mark_tail(texts, kinds, own)
    _mark_biographies(texts, kinds)
    _mark_signatures(texts, kinds)
    _mark_link_lists(texts, kinds)
    _mark_headlines(texts, kinds, own)
    _mark_menus(texts, kinds)
    _mark_headings(texts, kinds, own)
    _mark_dividers(texts, kinds)
    for at, kind in hinted.items():
        kinds[at] = kind
    return tuple(Block(span.start, span.end, kind) for span, kind in zip(spans, kinds, strict=True))


def same_line(one: str, other: str) -> bool:
    """Whether two headlines are the same but for case, quotation marks and spacing."""
    return _letters(one) == _letters(other) != ""


def reads_as_sentences(paragraph: str) -> bool:
    """Whether a paragraph ends like a sentence, holds the end of one, or is too long to be a heading."""
    return bool(len(paragraph) > 2 * HEADING_CHARACTERS or _ends(paragraph) or _SENTENCE_WITHIN.search(paragraph))


def one_line(text: str) -> str:
    """``text`` with every run of white space as one space."""
    return _SPACES.sub(" ", text).strip()


@cache
def _phrases(section: str) -> frozenset[str]:
    """The phrases of one section of ``furniture.toml``, of all languages, folded as :func:`_folded` folds."""
    table = tomllib.loads((files("index") / "furniture.toml").read_text(encoding="utf-8"))[section]
    return frozenset(_folded(phrase) for phrases in table.values() for phrase in phrases)


@cache
def _agencies() -> re.Pattern[str]:
    table = tomllib.loads((files("index") / "furniture.toml").read_text(encoding="utf-8"))["agencies"]["all"]
    names = "|".join(sorted(map(re.escape, table), key=len, reverse=True))
    return re.compile(
        rf"(?:(?:[^\s/]/|\b[Vv]ia ){_cased(names)}|[/|,—–-]\s*(?:Getty Images|AFP|Reuters)"
        rf"|\((?:[^()]{{0,60}}[/ ])?{_cased(names)}\b[^()]{{0,40}}\)\.?)"
        r"(?: (?:for|via|Prev Next|South America|Europe|North America|AsiaPac)\b.{0,60})?\.?$",
    )


def _cased(names: str) -> str:
    return f"(?:{names}|{names.upper()})"


def _folded(paragraph: str) -> str:
    return one_line(paragraph.casefold().replace("’", "'").replace("‘", "'"))


def _letters(line: str) -> str:
    return "".join(character for character in line.casefold() if character.isalnum())


def _begins(folded: str, phrases: frozenset[str]) -> bool:
    """Whether a folded paragraph begins with one of ``phrases``, by whole words."""
    words = folded.split(" ", 6)[:6]
    return any(" ".join(words[:count]).rstrip(":,.!?") in phrases for count in range(1, len(words) + 1))


def _ends(paragraph: str) -> bool:
    return bool(_END.search(paragraph[-_END_CHARACTERS:]))


def _is_names(paragraph: str) -> bool:
    """Whether a line is of names alone: "Ida Holm and Olof Brandt, Norby Post"."""
    words = paragraph[: NAME_WORDS * 40].split()
    if not 0 < len(words) <= NAME_WORDS or len(paragraph) > NAME_WORDS * 20:
        return False
    capitals = [word for word in words if word.lstrip("(“‘'\"")[:1].isupper()]
    others = (word for word in words if word not in capitals)
    return bool(capitals) and all(word in _CONNECTIVES or not word[0].isalpha() for word in others)


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


def _own_labels(texts: list[str]) -> frozenset[str]:
    """The labels that an article puts before its own paragraphs: "Cost:", the speakers of an interview."""
    found = (_LABEL.match(paragraph) for paragraph in texts)
    counted = Counter(_folded(match["label"]) for match in found if match)
    sites = _phrases("links") | _phrases("credits") | _phrases("pictures")
    return frozenset(label for label, count in counted.items() if count >= OWN_LABEL and label not in sites)


def _has_label(paragraph: str, labels: frozenset[str]) -> bool:
    match = _LABEL.match(paragraph)
    return bool(match and _folded(match["label"]) in labels)


def _hinted(spans: list[Span], hints: Sequence[Block]) -> dict[int, BlockKind]:
    """What the file itself says of paragraphs, by their number; what it calls prose is left to the rules."""
    kinds: dict[int, BlockKind] = {}
    following = iter(hints)
    hint = next(following, None)
    for at, span in enumerate(spans):
        while hint is not None and hint.end <= span.start:
            hint = next(following, None)
        if hint is not None and hint.start <= span.start and hint.kind != "prose":
            kinds[at] = hint.kind
    return kinds


def _kind_alone(paragraph: str, own: frozenset[str]) -> BlockKind:
    if _MARKDOWN_HEADING.match(paragraph):
        return "heading"
    if any(player in paragraph for player in _players()):
        return "caption"
    if len(paragraph) > NOTICE_CHARACTERS:
        return "prose"
    if _is_stamp(paragraph) or _COUNTER.fullmatch(paragraph):
        return "furniture"
    if _has_label(paragraph, own):
        return "prose"
    if _is_notice(paragraph):
        return "furniture"
    if _is_caption(paragraph):
        return "caption"
    return "furniture" if _is_link(paragraph) or _is_byline(paragraph) else "prose"


@cache
def _players() -> tuple[str, ...]:
    table = tomllib.loads((files("index") / "furniture.toml").read_text(encoding="utf-8"))["players"]["all"]
    return tuple(table)


def _is_stamp(paragraph: str) -> bool:
    """Whether a line is a rule or a time: what stands between the posts of a live blog."""
    if len(paragraph) > HEADING_CHARACTERS:
        return False
    time = _POST_TIME.fullmatch(paragraph)
    if time:
        return not time["who"] or _is_names(time["who"])
    folded = _folded(paragraph)
    dated = _begins(folded, _phrases("stamps")) and any(character.isdigit() for character in folded)
    return bool(_RULE.fullmatch(paragraph) or _AGO.fullmatch(folded) or (dated and not reads_as_sentences(paragraph)))


def _is_notice(paragraph: str) -> bool:
    folded = _folded(paragraph)
    if _CORRECTION.search(folded):
        return False
    if folded.strip(" 0123456789.,:;()[]»›>|•·…!?\"'") in _phrases("whole"):
        return True
    # a paragraph of the article may begin like a notice; a notice is one sentence, or speaks to the reader
    if _begins(folded, _phrases("opens")):
        return not _SENTENCE_WITHIN.search(paragraph) or bool(_SPEAKS_TO_READER.search(folded))
    if _begins(folded, _phrases("credits")) or _FUNDED.search(paragraph):
        return True
    if _HANDLE.search(paragraph) and _REACHED.search(paragraph):
        return True
    return any(notice in folded for notice in _phrases("notices"))


def _is_link(paragraph: str) -> bool:
    """Whether a line is a link to another story: it has a label, and is a headline rather than a sentence."""
    if len(paragraph) > LINK_CHARACTERS:
        return False
    arrow = _ARROW.match(paragraph)
    line = paragraph[arrow.end() :] if arrow else paragraph
    glued = _GLUED.match(line)
    if _FULL_STOP.search(paragraph):
        # "Norby:The council met …" is a paragraph that lost a space
        return bool(glued and len(glued["label"]) > 3 and len(paragraph) <= 1.5 * HEADING_CHARACTERS)
    if arrow or glued:
        return True
    folded = _folded(line)
    label, colon, _ = folded.partition(":")
    if (colon and label in _phrases("links")) or _begins(folded, _phrases("headers")):
        return True
    shouted = _SHOUTED.fullmatch(line)
    return bool(shouted and sum(map(str.isalpha, shouted["label"])) >= 4 and len(shouted["rest"].split()) >= 4)


def _is_byline(paragraph: str) -> bool:
    first, _, names = paragraph.partition(" ")
    if first in ("By", "BY", "From", "Von", "Par", "Por", "Di", "Door") and not reads_as_sentences(paragraph):
        return _is_names(names)
    # a dateline without its sentence: "Norby —"
    return paragraph[-1] in "—–" and len(paragraph) <= 60 and _is_names(paragraph.rstrip("—– "))


def _is_caption(paragraph: str) -> bool:
    label = _PICTURE.match(_folded(paragraph[:60]))
    if label and label["label"] in _phrases("pictures"):
        return True
    if _agencies().search(paragraph[-160:]):
        return True
    credit = None if _ends(paragraph) else _CREDIT.search(paragraph[-160:])
    return bool(credit and len(paragraph.split()) >= 8 and _is_names(credit["who"]))


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


def _mark_bylines(texts: list[str], kinds: list[BlockKind]) -> None:
    first = next((at for at, kind in enumerate(kinds) if kind not in ("title", "furniture")), len(kinds))
    names = first
    while names < len(kinds) and kinds[names] == "prose" and _is_names(texts[names]) and not _ends(texts[names]):
        names += 1
    # a single word may be the first section's heading; more lines than that are a list
    alone = names - first == 1 and len(texts[first].split()) == 1 and not texts[first].isupper()
    if names - first <= BYLINES and not alone and names < len(kinds):
        kinds[first:names] = ["furniture"] * (names - first)


def _mark_tail(texts: list[str], kinds: list[BlockKind], own: frozenset[str]) -> None:
    total = sum(len(paragraph) for paragraph in texts)
    seen = 0
    for at, paragraph in enumerate(texts):
        # a section may be called "Comments"; what opens the tail comes late
        if seen * 3 >= total * 2 and kinds[at] != "heading" and _opens_tail(paragraph):
            kinds[at:] = ["furniture"] * (len(kinds) - at)
            break
        seen += len(paragraph)
    last = [at for at, kind in enumerate(kinds) if kind == "prose"][-TAIL_LINES - 1 :]
    # one or two odd lines below the article are the site's; more of them are a list that belongs to it
    if any(reads_as_sentences(texts[at]) for at in last):
        while len(last) > 1 and _is_short(texts[last[-1]]) and not _has_label(texts[last[-1]], own):
            kinds[last.pop()] = "furniture"


def _is_short(paragraph: str) -> bool:
    return len(paragraph) <= HEADING_CHARACTERS and not reads_as_sentences(paragraph)


def _opens_tail(paragraph: str) -> bool:
    return len(paragraph) <= HEADING_CHARACTERS and _folded(paragraph).strip(" 0123456789.:()") in _phrases("tail")


def _mark_biographies(texts: list[str], kinds: list[BlockKind]) -> None:
    """Marks what the last paragraphs say of people of whom the article itself says nothing: its authors."""
    for at in range(len(texts) - 1, 0, -1):
        if kinds[at] != "prose":
            continue
        name = _described(texts[at])
        if not name or any(name in texts[before] for before in range(at) if kinds[before] == "prose"):
            return
        kinds[at] = "furniture"


def _described(paragraph: str) -> str:
    """The last word of the name that a biography begins with, ``""`` where the paragraph is none."""
    verb = _BIOGRAPHY.search(paragraph[:200]) if len(paragraph) <= NOTICE_CHARACTERS else None
    if verb is None or not _ROLES & set(_WORD.findall(paragraph.casefold())):
        return ""
    subject = paragraph[: verb.start()].strip(" ,")
    return _WORD.findall(subject)[-1] if _is_names(subject) and len(subject.split()) > 1 else ""


def _mark_signatures(texts: list[str], kinds: list[BlockKind]) -> None:
    """Marks who wrote a post, below it: a dash and a name. A list has more such lines in a row."""
    dashed = [paragraph[0] in _DASHES for paragraph in texts]
    for at, paragraph in enumerate(texts):
        alone = dashed[at] and not any(dashed[at - 1 : at] + dashed[at + 1 : at + 2])
        if alone and kinds[at] == "prose" and len(paragraph) <= 60 and _is_names(paragraph.lstrip("–—- ")):
            kinds[at] = "furniture"


def _mark_link_lists(texts: list[str], kinds: list[BlockKind]) -> None:
    """Marks the headlines below "Related stories" and its like."""
    below = False
    for at, paragraph in enumerate(texts):
        if kinds[at] == "furniture":
            below = below or (len(paragraph) <= HEADING_CHARACTERS and _begins(_folded(paragraph), _phrases("headers")))
        elif below and kinds[at] == "prose" and not reads_as_sentences(paragraph):
            kinds[at] = "furniture"
        else:
            below = False


def _mark_headlines(texts: list[str], kinds: list[BlockKind], own: frozenset[str]) -> None:
    """Marks headlines of other stories between two paragraphs of this one: two or three, for more are a list."""
    start = next((at for at, kind in enumerate(kinds) if kind == "prose" and reads_as_sentences(texts[at])), len(kinds))
    for at in range(start, len(texts) + 1):
        if (
            at < len(texts)
            and kinds[at] == "prose"
            and _could_be_headline(texts[at])
            and not _has_label(texts[at], own)
        ):
            continue
        if 2 <= at - start <= HEADLINES or (at - start == 1 and _QUESTION_WITHIN.search(texts[start])):
            kinds[start:at] = ["furniture"] * (at - start)
        start = at + 1


def _could_be_headline(paragraph: str) -> bool:
    low, high = HEADLINE_WORDS
    return (
        len(paragraph) <= 2 * HEADING_CHARACTERS
        and low <= len(paragraph.split()) <= high
        and paragraph[0].isalpha()
        and not _ends(paragraph)
        and paragraph[-1] not in ":,;"
    )


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


def _mark_headings(texts: list[str], kinds: list[BlockKind], own: frozenset[str]) -> None:
    below = ""  # what stands under the paragraph: "sentences", "items", a line of a "list", a heading
    for at in range(len(texts) - 1, -1, -1):
        paragraph = texts[at]
        if kinds[at] != "prose":
            below = below if kinds[at] in ("furniture", "caption") else "heading" if kinds[at] == "heading" else ""
            continue
        labelled = _has_label(paragraph, own)
        opens = below == "sentences" or (below == "items" and paragraph[-1] != ":") or _is_shouted_alone(texts, at)
        if opens and not labelled and _could_be_heading(paragraph):
            kinds[at] = "heading"
            below = "heading"
        elif reads_as_sentences(paragraph):
            below = "sentences"
        else:
            # a line of a list is prose too; a heading stands over it only if it is seen to be an item
            below = "items" if labelled or paragraph.startswith(_BULLETS) else "list"


def _is_shouted_alone(texts: list[str], at: int) -> bool:
    around = texts[max(at - 1, 0) : at] + texts[at + 1 : at + 2]
    return texts[at].isupper() and " " in texts[at] and not any(paragraph.isupper() for paragraph in around)


def _could_be_heading(paragraph: str) -> bool:
    is_question = paragraph.endswith("?") and not _SENTENCE_WITHIN.search(paragraph) and paragraph[0] not in "“\"'‘"
    return (
        (is_question or not reads_as_sentences(paragraph))
        and len(paragraph) <= HEADING_CHARACTERS
        and len(paragraph.split()) <= HEADING_WORDS
        and not paragraph.endswith((",", ";", "—", "–"))
        and not paragraph.startswith(_BULLETS)
    )


def _mark_dividers(texts: list[str], kinds: list[BlockKind]) -> None:
    """Marks the rules and times that stand between items: more than one of them, and none under an item's heading."""
    body = [at for at, kind in enumerate(kinds) if kind in ("prose", "heading")]
    if not body:
        return
    stamps = [at for at in range(body[0], body[-1]) if kinds[at] == "furniture" and _is_stamp(texts[at])]
    if len(stamps) < 2:
        return
    for at in stamps:
        above = next((kinds[before] for before in range(at - 1, -1, -1) if kinds[before] in ("prose", "heading")), "")
        if above != "heading":
            kinds[at] = "divider"
