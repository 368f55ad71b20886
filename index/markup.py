"""HTML to text: what a reader of a page could see of it, and what its structure says each line is.

No line of the page's text is left out because a guess calls it the site's own; it is hinted instead, so that a guess
that fails loses nothing. Left out is what nobody sees (scripts, hidden elements) and what is certainly no text
(menus, buttons, dialogs, small forms).

The only module that imports lxml and trafilatura. Pages are parsed as HTML whatever they call themselves: that parser
knows no entities but HTML's and opens nothing. Trafilatura is given trees, never an address.
"""

from __future__ import annotations

import copy
import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

import lxml.html
from lxml import etree
from trafilatura import bare_extraction

from index.cleaning import one_line, reads_as_sentences
from index.decoding import decode
from index.reading import ARTICLE_CHARACTERS, Unreadable
from index.types import Block, BlockKind

EXTRACTED_ELEMENTS = 20_000
"""Largest page, in elements, that trafilatura is asked about: beyond it takes minutes, and a page is no article."""

CHUNK = 40
"""A run of so many characters outside of links counts as running text when the article is looked for."""

ROOT_SHARE = 0.8
"""The article stands in the innermost element that holds this share of a page's running text."""

GUARD_SHARE = 0.3
"""An element that holds this share of it is not the site's own, whatever its class is called."""

LINK_SHARE = 0.6
NESTED_CONTAINERS = frozenset("div span font b i u em strong center small big section".split())
HEAD_LINES = 16
DIVIDER = "* * *"

_SILENT = frozenset(
    "script style noscript template svg head title meta link iframe object embed video audio canvas map area select "
    "option datalist textarea input button label dialog progress meter applet frame noframes xml rp rt nav "
    "amp-ad amp-sticky-ad amp-auto-ads amp-consent amp-sidebar amp-social-share amp-analytics".split()
)
_IN_HEAD = frozenset("title meta link base script style noscript template object bgsound basefont".split())
_SILENT_ROLES = frozenset("dialog alertdialog search menu menubar toolbar tooltip tablist navigation".split())
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p pre section summary table tbody "
    "tfoot thead tr ul".split()
)
_CELLS = frozenset(("td", "th"))
_LAYOUT_BLOCKS = ("table", "p", "div", "center", "h1", "h2", "h3", "h4", "hr", "ul", "blockquote")
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_LETTERS = re.compile(r"[\W_]+")

_FURNITURE_TAGS = frozenset(("aside", "footer", "address"))
_FURNITURE_ROLES = frozenset(("banner", "contentinfo", "complementary", "form", "status", "alert"))
_FURNITURE_PROPERTIES = frozenset(("author", "publisher", "datePublished", "dateModified", "keywords", "comment"))

_FURNITURE_WORDS = frozenset(
    "share sharing social socials sharebar sharedaddy addthis newsletter newsletters subscribe subscription signup "
    "promo promos promotion advert adverts advertisement advertising ad ads adslot adunit dfp sponsored sponsor "
    "sponsors outbrain taboola cookie cookies consent gdpr onetrust breadcrumb breadcrumbs nav navbar navigation menu "
    "sidebar footer masthead tags taglist tagcloud keywords related recommended recommendations recirc trending "
    "popular mostread teaser teasers byline author authors bio dateline timestamp meta toolbar paywall regwall modal "
    "popup popover overlay copyright pagination pager skip donate donation membership banner ticker pullquote "
    "readmore kicker eyebrow metadata login follow unsubscribe preheader disclosure upsell cta jumplinks infobox "
    "factbox sitemap colophon contact contacts".split()
)
_FURNITURE_PAIRS = frozenset(
    [
        *(("pull", "quote"), ("most", "read"), ("most", "popular"), ("read", "more"), ("read", "next"), ("sign", "up")),
        *(("see", "also"), ("up", "next"), ("tag", "list"), ("tag", "links"), ("tag", "cloud"), ("post", "tag")),
        *(("more", "from"), ("more", "stories"), ("widget", "area"), ("post", "nav"), ("read", "time")),
        *(("reading", "time"), ("call", "out"), ("also", "read"), ("about", "author"), ("cat", "links")),
        *(("to", "action"), ("recent", "posts"), ("latest", "posts"), ("video", "player"), ("audio", "player")),
    ]
)
_COMMENT_WORDS = frozenset("comment comments commentlist disqus respond livefyre coral reactions replies".split())
_CAPTION_WORDS = frozenset(
    "caption captions figcaption credit cutline gallery slideshow photocredit videoplayer audioplayer jwplayer videojs "
    "vjs brightcove".split()
)
# "has-sidebar", "category-cookies": the word says what the element goes with or is about, not what it is
_QUALIFIERS = frozenset("has with no without is not category cat section topic tag type format post-type in".split())
_LIVE_WORDS = frozenset("liveblog liveticker livefeed".split())
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_HIDING = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:0*\.?0*(?:;|!|$)"
    r"|font-size:0(?:px|pt|em|rem|%)?(?:;|!|$)|text-indent:-\d{3,}|(?:left|top|right|bottom|margin-left|margin-top):-\d{4,}"
    r"|clip:rect\((?:0(?:px)?|1px)[, ]|clip-path:(?:inset\((?:50|100)%|circle\(0)|transform:scale[xy]?\(0\))"
)
_SMALL = re.compile(r"(?:^|;)(?:max-)?(?:height|width):[01](?:px)?(?:;|!|$)")
_CUT_OFF = re.compile(r"(?:^|;)overflow(?:-[xy])?:(?:hidden|clip)")
_COLOUR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_HIDDEN_WORDS = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader screenreader-only offscreen "
    "a11y-hidden u-hidden is-hidden element-invisible assistive-text".split()
)
_GATED = re.compile(r'"cssSelector"\s*:\s*"\.([\w-]+)"')
"""How a page tells search engines which of its elements are the part of the article that is sold."""

_SIMPLE_SELECTOR = re.compile(r"(?:[a-z]+)?([.#])(-?[A-Za-z_][\w-]*)")
_STYLE_BYTES = 500_000
# comments, and statements that would stand before a selector: Chromium begins each style sheet with its @charset
_NO_RULE = re.compile(r"/\*.*?(?:\*/|\Z)|@(?:charset|import|namespace|layer)[^;{}]{0,2000};", re.DOTALL | re.IGNORECASE)

_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>", re.IGNORECASE)
_CLOSED_BY_ITSELF = re.compile(
    r"<(script|style|title|textarea|iframe|noscript|template|svg|a|div|span|p)(\s[^<>]*)?/>", re.IGNORECASE
)
_SVG_CLOSED = re.compile(r"<(svg)(\s[^<>]*)?/>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b([^<>]*)>")
_BREAKS = re.compile(r"(?:<br>){3,}")
_LONGEST_PIECE = 10_000_000
"""Longest text, in characters, that libxml2 takes in one piece."""
_DATA = re.compile(r"data:[\w/.+-]{0,100}(?:;[\w=-]{1,100})*;base64,[A-Za-z0-9+/=]{1000,}")
_CODE = re.compile(r"(<(?:script|style)\b[^>]*>)(.*?)(</(?:script|style)\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TOO_LONG = f"longer than the {ARTICLE_CHARACTERS:,} characters that an article may have"
_MAY_HIDE = re.compile(r"hidden|style|class|\bid\b", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff]")
_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{2,40})""", re.IGNORECASE)
_HEAD_BYTES = 8192

# what browsers take these names for (WHATWG Encoding Standard, section 4.2)
_LABELS = {
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "iso8859-1", "windows-1252"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("x-mac-roman", "macintosh"), "mac_roman"),
    "big5": "big5hkscs",
}

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Page:
    """A parsed page: its document element, without what nobody sees, and what it says of itself in what nobody sees.

    ``metas`` are the contents of its ``<meta>`` by lower-case name, property or itemprop, ``linked_data`` its JSON-LD
    as it stands, ``links`` the addresses of ``<link>`` by relation, ``window_title`` its ``<title>``.
    """

    tree: lxml.html.HtmlElement
    metas: Mapping[str, Sequence[str]]
    linked_data: Sequence[str]
    links: Mapping[str, str]
    window_title: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """A ``<time>`` of a page: its ``datetime``, its text, and the words of its class and itemprop."""

    value: str
    text: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """The text of a page, what its structure says of each line, its headline, and the times that stand by it.

    ``head`` are the short lines around the headline: who wrote it, and when. ``authors`` are names marked as such.
    """

    text: str
    hints: tuple[Block, ...]
    headline: str
    head: tuple[str, ...]
    stamps: tuple[Stamp, ...]
    authors: tuple[str, ...]


def source_of(content: bytes, charset: str = "") -> str:
    """The markup of a page: by its byte order mark, as UTF-8 where it is that, else as it says of itself.

    Args:
        content: the page as it was saved.
        charset: the encoding that its envelope (a MIME header) gives.

    Raises:
        Unreadable: it is binary, or empty.
    """
    if not content.strip(b"\0\t\n\r "):
        raise Unreadable("empty")
    if content[:4] in (b"<\0!\0", b"<\0h\0", b"<\0?\0"):
        content = b"\xff\xfe" + content
    elif content[:4] in (b"\0<\0!", b"\0<\0h", b"\0<\0?"):
        content = b"\xfe\xff" + content
    text = None if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _declared(content, charset)
    if text is None:
        text = decode(content)
    if text is None or text.count("\0") > len(text) // 100:
        raise Unreadable("not text (binary data)")
    return text


def _declared(content: bytes, charset: str) -> str | None:
    """The text as UTF-8 or in a declared encoding; None where it is neither."""
    head = content[:_HEAD_BYTES]
    names = [
        charset,
        *(match[1].decode() for expression in (_CHARSET, _XML_ENCODING) if (match := expression.search(head))),
    ]
    encodings = [_LABELS.get(name.lower(), name.lower()) for name in names if name]
    # seven-bit encodings pass for UTF-8; nothing else does by accident, while pages saved anew keep their old label
    if not any(name.startswith("iso-2022") or name.startswith("hz") for name in encodings):
        encodings.insert(0, "utf-8-sig")
    for name in encodings:
        if name.startswith("utf-16"):
            continue  # its bytes would not have been readable as far as this label
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    # one broken letter does not unmake what a page says of itself
    for name in encodings[1:]:
        try:
            text = content.decode(name, errors="replace")
        except LookupError:
            continue
        if text.count("\ufffd") * 1000 < len(text):
            return text
    return None


def parse(source: str, styles: Sequence[str] = ()) -> Page:
    """A page from its markup, without what nobody sees of it.

    Args:
        source: the markup.
        styles: style sheets saved beside the page, to know what they hide.

    Raises:
        Unreadable: it holds no element, or is nested too deeply to be parsed.
    """
    source = source.replace("\0", "")
    xml = _DECLARATION.match(source)
    whole = source[xml.end() :] if xml else source
    whole = _DOCTYPE.sub("", whole, count=1) if "<!" in whole[:_HEAD_BYTES] else whole
    whole = (_CLOSED_BY_ITSELF if xml else _SVG_CLOSED).sub(r"<\1\2></\1>", whole)
    whole = _DATA.sub("data:,", whole)
    if len(whole) > _LONGEST_PIECE:
        whole = _CODE.sub(_shortened, whole)
    tree = _tree(whole)
    if tree is None:
        tree = _tree(_flattened(whole))
    if tree is None:
        raise Unreadable("nested too deeply")
    _close_head(tree)
    metas: dict[str, list[str]] = defaultdict(list)
    for meta in tree.iter("meta"):
        for name in (meta.get("property"), meta.get("name"), meta.get("itemprop")):
            if name and meta.get("content"):
                metas[name.strip().lower()].append(meta.get("content").strip())
    linked = ["".join(s.itertext()) for s in tree.iter("script") if "ld+json" in (s.get("type") or "").lower()]
    links = {
        link.get("rel").lower(): link.get("href").strip()
        for link in tree.iter("link")
        if link.get("rel") and link.get("href")
    }
    name = next((visible_text(title) for title in tree.iter("title")), "")
    _prune(tree, _hidden_names(tree, styles))
    if sum(len(piece.strip()) for piece in tree.itertext()) > ARTICLE_CHARACTERS:
        raise Unreadable(_TOO_LONG)
    return Page(tree, metas, linked, links, name)


def _tree(source: str) -> lxml.html.HtmlElement | None:
    """The document element; None where it is nested deeper than the 256 levels that libxml2 takes."""
    parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(source, parser=parser)
    except etree.ParserError as error:
        raise Unreadable("no text") from error
    limits = [entry.message for entry in parser.error_log if entry.type_name == "ERR_RESOURCE_LIMIT"]
    if any("depth" in message for message in limits):
        return None
    if limits:
        raise Unreadable(_TOO_LONG)
    return tree


def _shortened(code: re.Match[str]) -> str:
    """A script or style sheet, or its tags alone where it is so long that the parser would give up."""
    return code[0] if len(code[2]) < _LONGEST_PIECE // 10 else code[1] + code[3]


def _close_head(tree: lxml.html.HtmlElement) -> None:
    """Moves to the body what the head cannot hold: for libxml2, no element of HTML 5 begins a body by itself."""
    head = tree.find("head")
    first = None if head is None else next((child for child in head if child.tag not in _IN_HEAD), None)
    if first is None:
        return
    body = tree.find("body")
    if body is None:
        body = etree.SubElement(tree, "body")
    body[0:0] = [first, *first.itersiblings()]


def _flattened(source: str) -> str:
    """The markup without containers that mean nothing: a page of the 1990s may open a thousand fonts and close none."""
    kept: dict[str, list[bool]] = defaultdict(list)

    def shorn(match: re.Match[str]) -> str:
        name = match[2].lower()
        if name not in NESTED_CONTAINERS:
            return match[0]
        if match[1]:
            stays = kept[name].pop() if kept[name] else True
        else:
            stays = bool(_MAY_HIDE.search(match[3]))
            kept[name].append(stays)
        return match[0] if stays else "<br><br>" if name in ("div", "section", "center") else ""

    return _BREAKS.sub("<br><br>", _TAG.sub(shorn, source))


# --- what nobody sees -------------------------------------------------------------------------------------------


def _hidden_names(tree: lxml.html.HtmlElement, styles: Sequence[str]) -> frozenset[str]:
    """The classes (``.name``) and ids (``#name``) that a page's style sheets hide, as far as simple rules say so."""
    sheets = [*styles, *("".join(style.itertext()) for style in tree.iter("style") if style.get("media") != "print")]
    hidden: set[str] = set()
    for sheet in sheets:
        for selectors, body in _rules(_NO_RULE.sub("", sheet[:_STYLE_BYTES])):
            declarations = _declarations(body)
            shown = re.search(r"(?:^|;)display:(?!none)", declarations)
            hides = re.search(r"(?:^|;)(?:display:none|visibility:hidden)", declarations)
            for selector in selectors.split(","):
                simple = _SIMPLE_SELECTOR.fullmatch(selector.strip())
                if simple and hides:
                    hidden.add(simple[1] + simple[2])
                elif simple and shown:
                    hidden.discard(simple[1] + simple[2])
    return frozenset(hidden)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The selectors and declarations of a style sheet's rules, without what stands in ``@media`` and the like, which
    may not hold for this reader, and without the rules that stand within others, which hold for a part of a page.
    """
    depth, start, opened, ended = 0, 0, 0, 0
    for brace in re.finditer(r"[{}]", sheet):
        if brace[0] == "{":
            if depth == 0:
                opened, ended = brace.start(), 0
            elif not ended:
                ended = brace.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                selectors = sheet[start:opened].strip()
                if not selectors.startswith("@"):
                    yield selectors, sheet[opened + 1 : ended or brace.start()]
                start = brace.end()


def _declarations(style: str) -> str:
    # folded first: a long run of spaces would be gone over once for each of them
    return re.sub(r" ?([:;,!]) ?", r"\1", one_line(style.lower()))


def _prune(tree: lxml.html.HtmlElement, hidden_names: frozenset[str]) -> None:
    doomed = []
    for element in tree.iter(etree.Element):
        if element.tag in ("html", "body"):
            continue
        if _is_silent(element) or _is_hidden(element, hidden_names):
            doomed.append(element)
    for element in doomed:
        if element.getparent() is not None:
            element.drop_tree()


def _is_silent(element: lxml.html.HtmlElement) -> bool:
    tag = element.tag
    if tag == "template":
        # a browser that saves a page keeps its shadow trees so, and they were seen
        return element.get("shadowmode") is None and element.get("shadowrootmode") is None
    if tag == "nav" or element.get("role") in _SILENT_ROLES:
        return not _holds_an_article(element)
    if tag == "label":
        return not _holds_paragraphs(element)
    if tag == "form":
        return not _holds_an_article(element) and not _holds_paragraphs(element)
    return tag in _SILENT


def _holds_an_article(element: lxml.html.HtmlElement) -> bool:
    return element.tag in ("article", "main") or next(element.iter("h1", "article", "main"), None) is not None


def _holds_paragraphs(element: lxml.html.HtmlElement) -> bool:
    """Whether it holds more than a plea: old pages put everything into one form."""
    long = sum(1 for part in element.iter("p", "td", "div", "li") if len(part.text or "") > 2 * CHUNK)
    return long >= 3


def _is_hidden(element: lxml.html.HtmlElement, hidden_names: frozenset[str]) -> bool:
    if element.get("hidden") is not None or element.get("layout") == "nodisplay":
        return True
    # a page saved while a notice lay over it has its whole article so
    if (element.get("aria-hidden") or "").strip().lower() == "true" and not _holds_an_article(element):
        return True
    style = element.get("style")
    if style and _style_hides(_declarations(style)):
        return True
    classes = (element.get("class") or "").split()
    if any(name in _HIDDEN_WORDS for name in classes):
        return True
    if not hidden_names:
        return False
    return f"#{element.get('id')}" in hidden_names or any(f".{name}" in hidden_names for name in classes)


def _style_hides(style: str) -> bool:
    if _HIDING.search(style) or (_SMALL.search(style) and _CUT_OFF.search(style)):
        return True
    colour, background = _COLOUR.search(style), _BACKGROUND.search(style)
    if colour is None:
        return False
    if colour[1].strip() == "transparent":
        return True
    return background is not None and _same_colour(colour[1], background[1])


def _same_colour(one: str, other: str) -> bool:
    names = {"white": "#ffffff", "black": "#000000", "rgb(255,255,255)": "#ffffff", "rgb(0,0,0)": "#000000"}
    values = []
    for value in (one.strip(), other.strip()):
        value = names.get(value, value)
        if re.fullmatch(r"#[0-9a-f]{3}", value):
            value = "#" + "".join(digit * 2 for digit in value[1:])
        values.append(value)
    return values[0] == values[1]


# --- lines ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the page a piece of text stands."""

    zone: BlockKind | None = None
    tag: str = "body"
    in_scope: bool = False
    in_link: bool = False
    in_figure: bool = False
    in_item: bool = False
    kept_spaces: bool = False


@dataclass(slots=True)
class _Line:
    """A line of the text: ``soft`` where no more than a line break parts it from the one before.

    ``linked`` is how many of its characters are links, ``is_labelled_link`` whether it is a label and a link: "See
    also: …".
    """

    text: str
    place: _Place
    linked: int
    soft: bool = False
    is_labelled_link: bool = False
    kind: BlockKind | None = None


@dataclass
class _Outline:
    """What a look over the whole page finds out before its text is read.

    ``mass`` is the running text, in characters, within each element that holds some. ``scope`` is the element of the
    article, ``certain`` whether what stands outside of it, and is not in trafilatura's extract either, is the site's.
    ``items`` are the elements of a live blog's posts or a front page's articles. ``gated`` are the classes of elements
    that the page calls parts of the article, though their name may be "paywall".
    """

    mass: dict[lxml.html.HtmlElement, int] = field(default_factory=dict)
    scope: lxml.html.HtmlElement | None = None
    certain: bool = False
    items: set[lxml.html.HtmlElement] = field(default_factory=set)
    ancestors: set[lxml.html.HtmlElement] = field(default_factory=set)
    gated: frozenset[str] = frozenset()
    total: int = 0
    title: lxml.html.HtmlElement | None = None


def layout_of(page: Page, title: str = "") -> Layout:
    """The text of a page, a line an element, and what its structure says of each line.

    Args:
        page: the page.
        title: its headline, where its metadata give it, to tell it from a site's name.
    """
    extracted = _extracted(page.tree)
    outline = _outline(page.tree, title, extracted)
    outline.gated = frozenset(name for raw in page.linked_data for name in _GATED.findall(raw))
    lines = _Walk(outline).lines(page.tree)
    headline = visible_text(outline.title) if outline.title is not None else ""
    if not title and not headline:
        headline = _line_in(page.window_title, lines)
    _classify(lines, title or headline, outline, extracted)
    text, hints = _composed(lines)
    return Layout(text, hints, headline, _head(lines), tuple(_stamps(page.tree, outline)), tuple(_authors(page.tree)))


def fragment(source: str) -> tuple[str, tuple[Block, ...]]:
    """The text of a piece of HTML that is an article alone, such as an entry of a feed, and hints as of a page.

    Raises:
        Unreadable: it holds no element, or is nested too deeply to be parsed.
    """
    layout = layout_of(parse(f"<html><body><article>{source}</article></body></html>"))
    return layout.text, layout.hints


def visible_text(element: lxml.html.HtmlElement) -> str:
    """All text of an element on one line."""
    return one_line(_CONTROL.sub("", " ".join(element.itertext())))


def _words(element: lxml.html.HtmlElement) -> list[list[str]]:
    names = [*(element.get("class") or "").split()[:40], *(element.get("id") or "").split()[:1]]
    return [[word.lower() for word in _WORDS.findall(name)] for name in names]


def _names_one_of(element: lxml.html.HtmlElement, wanted: frozenset[str]) -> bool:
    for words in _words(element):
        for at, word in enumerate(words):
            if word in wanted and not (at and words[at - 1] in _QUALIFIERS):
                return True
    return False


def _is_comments(element: lxml.html.HtmlElement) -> bool:
    return element.tag not in ("html", "body", "main") and _names_one_of(element, _COMMENT_WORDS)


def _names_furniture(element: lxml.html.HtmlElement) -> bool:
    if element.get("role") in _FURNITURE_ROLES or element.get("itemprop") in _FURNITURE_PROPERTIES:
        return True
    if _names_one_of(element, _FURNITURE_WORDS):
        return True
    return any(pair in _FURNITURE_PAIRS for words in _words(element) for pair in pairwise(words))


def _outline(tree: lxml.html.HtmlElement, title: str, extracted: frozenset[str]) -> _Outline:
    outline = _Outline(mass=_mass(tree))
    mass = outline.mass
    outline.total = mass.get(tree, 0)
    outline.title = _title_element(tree, title)
    scope = _article_around(_innermost(tree, mass))
    # a sidebar may hold more text than the article: where two methods agree, they are believed
    agreed = _innermost(tree, _mass(tree, extracted))
    voted = agreed is not tree and mass.get(agreed, 0) >= GUARD_SHARE * outline.total > 0
    # of a live blog's posts, trafilatura may take one for the article
    voted = voted and not _is_one_of_several(agreed, _items(scope, mass))
    if voted:
        scope = _article_around(agreed)
    outline.certain = voted or scope.tag in ("article", "main") or scope.get("role") == "main"
    outline.scope = scope
    outline.ancestors = {scope, *scope.iterancestors()}
    if outline.title is not None:
        outline.ancestors |= {outline.title, *outline.title.iterancestors()}
    outline.items = _items(scope, mass)
    return outline


def _article_around(element: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    around = (element, *element.iterancestors())
    return next((up for up in around if up.tag in ("article", "main") or up.get("role") == "main"), element)


def _is_one_of_several(element: lxml.html.HtmlElement, items: set[lxml.html.HtmlElement]) -> bool:
    """Whether an element is within an item that has others beside it."""
    return any(
        up in items and any(beside in items for beside in (*up.itersiblings(), *up.itersiblings(preceding=True)))
        for up in (element, *element.iterancestors())
    )


def _mass(tree: lxml.html.HtmlElement, known: frozenset[str] | None = None) -> dict[lxml.html.HtmlElement, int]:
    """The running text, in characters, within each element that holds some; of the lines ``known`` alone, if given."""
    mass: dict[lxml.html.HtmlElement, int] = {}
    for element in reversed(list(tree.iter(etree.Element))):
        own = 0
        if element.tag not in ("a", "figcaption"):
            pieces = [element.text or "", *(child.tail or "" for child in element)]
            own = sum(length for piece in pieces if (length := len(piece.strip())) >= CHUNK)
        if own and known is not None and _folded("".join(element.itertext())) not in known:
            own = 0
        total = own + mass.get(element, 0)
        if not total:
            continue
        if element.tag in ("aside", "footer", "figcaption") or (
            _is_comments(element) and not _holds_an_article(element)
        ):
            mass.pop(element, None)
            continue
        mass[element] = total
        parent = element.getparent()
        if parent is not None:
            mass[parent] = mass.get(parent, 0) + total
    return mass


def _innermost(tree: lxml.html.HtmlElement, mass: dict[lxml.html.HtmlElement, int]) -> lxml.html.HtmlElement:
    """The innermost element that holds most of the text."""
    root, total = tree, mass.get(tree, 0)
    while True:
        heavy = next((child for child in root if mass.get(child, 0) >= ROOT_SHARE * total > 0), None)
        if heavy is None:
            return root
        root = heavy


def _title_element(tree: lxml.html.HtmlElement, title: str) -> lxml.html.HtmlElement | None:
    headings = list(tree.iter("h1"))
    if title:
        wanted = _folded(title)
        same = next((h for h in (*headings, *tree.iter("h2", "h3")) if _folded(visible_text(h)) == wanted), None)
        if same is not None:
            return same
    # the name of the site may be a heading of the first rank too
    within = [
        h for h in headings if not any(up.tag == "header" and up.getparent().tag == "body" for up in h.iterancestors())
    ]
    return next(iter(within or headings), None)


def _items(scope: lxml.html.HtmlElement, mass: dict[lxml.html.HtmlElement, int]) -> set[lxml.html.HtmlElement]:
    """The posts of a live blog, or the articles of a front page: siblings that each have a time, or are articles."""
    families: dict[lxml.html.HtmlElement, set[lxml.html.HtmlElement]] = defaultdict(set)
    for time in scope.iter("time"):
        element = time
        while element is not scope:
            parent = element.getparent()
            if parent is None:
                break
            if element in mass and element.tag in ("article", "section", "li", "div"):
                families[parent].add(element)
            element = parent
    live = next(
        (up for up in (scope, *scope.iterancestors(), *scope.iter("div", "section", "ol", "ul")) if _is_live(up)), None
    )
    fewest = 2 if live is not None else 3
    items = {item for family in families.values() if len(family) >= fewest for item in family}
    articles = [element for element in scope.iter("article") if element is not scope and element in mass]
    if len(articles) >= 2 and 2 * sum(mass[element] for element in articles) >= mass.get(scope, 0):
        items |= set(articles)
    return items


def _is_live(element: lxml.html.HtmlElement) -> bool:
    if "LiveBlogPosting" in (element.get("itemtype") or ""):
        return True
    return any(
        word in _LIVE_WORDS or words[at : at + 2] in (["live", "blog"], ["live", "feed"], ["live", "ticker"])
        for words in _words(element)
        for at, word in enumerate(words)
    )


class _Walk:
    """Reads the lines of a tree in order."""

    def __init__(self, outline: _Outline) -> None:
        self._outline = outline
        self._lines: list[_Line] = []
        self._pieces: list[tuple[str, _Place]] = []
        self._block = _Place()
        self._rows: dict[lxml.html.HtmlElement, bool] = {}

    def lines(self, tree: lxml.html.HtmlElement) -> list[_Line]:
        body = next(tree.iterchildren("body", "frameset"), tree)
        self._visit(body, _Place())
        self._end_line()
        return self._lines

    def _visit(self, element: lxml.html.HtmlElement, outer: _Place) -> None:
        tag = element.tag
        place = self._entered(element, outer)
        if tag == "br":
            self._pieces.append(("\n", place))
            return
        is_block = tag in _BLOCKS
        if is_block:
            self._end_line()
            self._block = place
        if tag == "hr" or element in self._outline.items:
            self._divide()
        if tag in _CELLS and self._pieces:
            if self._is_laid_out(element):
                self._end_line()
            else:
                self._pieces.append((" | ", place))
        if tag == "time":
            self._pieces.append((" ", outer))
        self._add(element.text, place)
        before = ""
        for child in element.iterchildren(etree.Element):
            if before == "a" == child.tag:
                self._pieces.append((" ", place))
            self._visit(child, place)
            if is_block:
                self._block = place
            self._add(child.tail, place)
            before = child.tag if not (child.tail or "").strip() else ""
        if tag == "time":
            self._pieces.append((" ", outer))
        if is_block:
            self._end_line()
        if element in self._outline.items:
            self._divide()

    def _entered(self, element: lxml.html.HtmlElement, outer: _Place) -> _Place:
        tag, zone, in_figure = element.tag, outer.zone, outer.in_figure
        if tag == "figure":
            in_figure, zone = True, zone or "caption"
        elif in_figure and tag in ("table", "blockquote", "p", "pre") and zone == "caption":
            zone = None if tag != "p" else zone
        if zone not in ("furniture", "title"):
            zone = self._zone(element) or zone
        own = tag if tag in _BLOCKS or (tag in _CELLS and self._is_laid_out(element)) else outer.tag
        if outer.tag in ("p", "li", "blockquote", "pre", "td", "tr", *_HEADINGS) and tag in ("div", "center"):
            own = outer.tag
        return replace(
            outer,
            zone=zone,
            tag=own,
            in_scope=outer.in_scope or element is self._outline.scope,
            in_link=outer.in_link or tag == "a",
            in_figure=in_figure,
            in_item=outer.in_item or element in self._outline.items,
            kept_spaces=outer.kept_spaces or tag == "pre",
        )

    def _is_laid_out(self, cell: lxml.html.HtmlElement) -> bool:
        """Whether a cell stands in a row that parts columns of a page, not figures."""
        row = cell.getparent()
        if row not in self._rows:
            cells = [child for child in row if child.tag in _CELLS]
            breaks = sum(1 for _ in zip(row.iter("br"), range(2), strict=False))
            blocks = next(row.iter(*_LAYOUT_BLOCKS), None) is not None
            self._rows[row] = len(cells) < 2 or breaks > 1 or blocks
        return self._rows[row]

    def _zone(self, element: lxml.html.HtmlElement) -> BlockKind | None:
        tag, outline = element.tag, self._outline
        if element is outline.title:
            return "title"
        if tag in _HEADINGS or tag in ("h1", "summary"):
            return "furniture" if _names_furniture(element) else "heading"
        if tag in ("figcaption", "caption"):
            return "caption"
        if tag in ("html", "body", "main"):
            return None
        if element in outline.ancestors or element in outline.items:
            return None
        if outline.gated and outline.gated & set((element.get("class") or "").split()):
            return None
        if _is_comments(element):
            return "furniture"
        mass = outline.mass.get(element, 0)
        if mass >= GUARD_SHARE * outline.total > 0 and mass > 4 * CHUNK:
            return None
        if tag in _FURNITURE_TAGS or _names_furniture(element):
            return "furniture"
        if tag in ("header", "nav") and element.getparent() is not None and element.getparent().tag == "body":
            return "furniture"
        if tag == "article" and outline.scope is not None:
            within = outline.scope in element.iterancestors()
            if outline.scope.tag == "article":
                return None if within else "furniture"
            # one of several in an article that is none of them: a teaser
            if within and next(islice(outline.scope.iter("article"), 1, None), None) is not None:
                return "furniture"
        if _names_one_of(element, _CAPTION_WORDS):
            return "caption"
        return None

    def _add(self, text: str | None, place: _Place) -> None:
        if text:
            if place.kept_spaces:
                self._pieces.append((text.expandtabs(), place))
            else:
                self._pieces.append((re.sub(r"\s+", " ", text), place))

    def _divide(self) -> None:
        self._end_line()
        if self._lines and self._lines[-1].kind != "divider":
            self._lines.append(_Line(DIVIDER, self._block, 0, kind="divider"))

    def _end_line(self) -> None:
        """The text since the last block, as lines: one, or several where line breaks part it."""
        pieces, self._pieces = self._pieces, []
        runs: list[list[tuple[str, _Place]]] = [[]]
        for text, place in pieces:
            head, *rest = text.split("\n")
            runs[-1].append((head, place))
            for part in rest:
                runs.append([(part, place)])
        soft = False
        for run in runs:
            text = "".join(piece for piece, _ in run)
            text = _CONTROL.sub("", text)
            text = text.rstrip() if any(place.kept_spaces for _, place in run) else one_line(text)
            if text.strip(" |"):
                self._lines.append(self._line(text.strip(" |") if " | " in text else text, run, soft))
                soft = True
            else:
                soft = False

    def _line(self, text: str, run: list[tuple[str, _Place]], soft: bool) -> _Line:
        seen = [(len(piece.strip()), place) for piece, place in run if piece.strip(" |")]
        zones = {place.zone for _, place in seen}
        tags = {place.tag for _, place in seen}
        place = replace(self._block, zone=zones.pop() if len(zones) == 1 else self._block.zone)
        if len(tags) == 1:
            place = replace(place, tag=tags.pop())
        place = replace(place, in_scope=all(p.in_scope for _, p in seen), in_item=any(p.in_item for _, p in seen))
        linked = sum(length for length, at in seen if at.in_link)
        words = [(piece.strip(), at.in_link) for piece, at in run if re.search(r"\w", piece)]
        return _Line(text, place, linked, soft, _is_labelled_link(words))


def _is_labelled_link(words: Sequence[tuple[str, bool]]) -> bool:
    """Whether a line, given as its texts and whether each is a link, is a label with a colon and then links alone."""
    links = [in_link for _, in_link in words]
    label = "".join(text for text, in_link in words if not in_link)
    return bool(label.endswith(":") and len(label) <= CHUNK and not links[0] and links == sorted(links) and links[-1])


# --- what each line is ------------------------------------------------------------------------------------------


def _extracted(tree: lxml.html.HtmlElement) -> frozenset[str]:
    """The lines that trafilatura takes for the article, folded."""
    if counted(tree, EXTRACTED_ELEMENTS) > EXTRACTED_ELEMENTS:
        return frozenset()
    try:
        document = bare_extraction(copy.deepcopy(tree), include_comments=False, favor_recall=True)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError, etree.LxmlError):
        return frozenset()  # a second opinion only
    text = getattr(document, "text", None) or ""
    return frozenset(folded for line in text.split("\n") if (folded := _folded(line)))


def _folded(line: str) -> str:
    return _LETTERS.sub("", line).casefold()


_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright\s*(?:©|\(c\))?)\s*(?:\D{0,60}\b)?(?:19|20)\d\d\b", re.IGNORECASE)
_COUNT = re.compile(r"\d[\d.,]*[kKmM]?(?:\s+[^\W\d]+){1,4}")
_POST_TIME = re.compile(
    r"(?:(?:posted|updated|published)?\s*(?:at\s+)?)?(?:\w+,?\s+){0,5}\d{1,2}[:.h]\d{2}(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{2,5})?"
    r"|\d+\s*(?:m|h|min|mins|minutes?|hours?|days?)\s+ago",
    re.IGNORECASE,
)


def _classify(lines: list[_Line], title: str, outline: _Outline, extracted: frozenset[str]) -> None:
    first, last = _extent(lines, title)
    for at, line in enumerate(lines):
        if line.kind is not None:
            continue
        zone, text = line.place.zone, line.text
        inside = first <= at <= last
        known = _folded(text) in extracted
        if line.place.in_item and len(text) <= 60 and _POST_TIME.fullmatch(text):
            line.kind = "divider"
        elif zone == "heading":
            line.kind = "heading" if inside else "furniture"
        elif zone is not None:
            line.kind = zone
        elif title and _folded(text) == _folded(title):
            line.kind = "title"
        elif _is_mostly_link(line, known and inside) or (_COPYRIGHT.match(text) and len(text) <= 6 * CHUNK):
            line.kind = "furniture"
        elif inside:
            if reads_as_sentences(text) or line.place.tag in ("li", "tr", "dd", "pre"):
                line.kind = "prose"
        elif not reads_as_sentences(text) or (outline.certain and not known):
            line.kind = "furniture"
    _mark_counts(lines)
    _mark_dividers(lines)


def _line_in(window_title: str, lines: list[_Line]) -> str:
    """The line that is the window's title but for the outlet's name before or behind it."""
    texts = [line.text for line in lines if len(line.text.split()) > 2]
    for text in sorted(texts, key=len, reverse=True):
        before, found, behind = window_title.partition(text)
        signs = before.rstrip()[-1:] + behind.lstrip()[:1]
        if found and len(signs) < 2 and not signs.isalnum():
            return text
    return ""


def _is_mostly_link(line: _Line, in_article: bool) -> bool:
    if line.is_labelled_link and len(line.text) <= 3 * CHUNK:
        return True
    return line.linked > LINK_SHARE * len(line.text) and not (in_article and reads_as_sentences(line.text))


def _extent(lines: list[_Line], title: str) -> tuple[int, int]:
    """The first and the last line of the article: from its headline, or where its element begins, to its end."""
    within = [at for at, line in enumerate(lines) if line.place.in_scope]
    headline = [at for at, line in enumerate(lines) if line.place.zone == "title" or (title and line.text == title)]
    if not within:
        return 0, len(lines) - 1
    first = min(within[0], headline[0]) if headline else within[0]
    # what stands over the headline belongs to the site even where one element holds both
    if (
        headline
        and within[0] < headline[0]
        and not any(
            line.place.zone is None and reads_as_sentences(line.text) and len(line.text) > 2 * CHUNK
            for line in lines[within[0] : headline[0]]
        )
    ):
        first = headline[0]
    return first, within[-1]


def _mark_counts(lines: list[_Line]) -> None:
    """Marks what counts readers, shares or minutes over the first paragraph: "1,204 views"."""
    for line in lines:
        if line.kind == "prose":
            break
        if line.kind is None and _COUNT.fullmatch(line.text):
            line.kind = "furniture"


def _mark_dividers(lines: list[_Line]) -> None:
    """Leaves one divider where a rule and the time of a post meet, and none at the ends."""
    keep: list[_Line] = []
    for line in lines:
        if line.kind == "divider" and keep and keep[-1].kind == "divider" and DIVIDER in (line.text, keep[-1].text):
            if keep[-1].text == DIVIDER:
                keep[-1] = line
            continue
        keep.append(line)
    while keep and keep[-1].text == DIVIDER and keep[-1].kind == "divider":
        keep.pop()
    lines[:] = keep


def _composed(lines: list[_Line]) -> tuple[str, tuple[Block, ...]]:
    parts: list[str] = []
    hints: list[Block] = []
    at = 0
    for line in lines:
        if parts:
            glue = "\n" if line.soft else "\n\n"
            parts.append(glue)
            at += len(glue)
        parts.append(line.text)
        if line.kind is not None:
            hints.append(Block(at, at + len(line.text), line.kind))
        at += len(line.text)
    return "".join(parts), tuple(hints)


def _head(lines: list[_Line]) -> tuple[str, ...]:
    """The short lines from the headline, or from where the article begins, to its second paragraph.

    No further, for a day below it may be a comment's, and no paragraphs, for a day in them is what they tell of.
    """
    titles = (at for at, line in enumerate(lines) if line.kind == "title")
    scopes = (at for at, line in enumerate(lines) if line.place.in_scope)
    first = next(titles, next(scopes, 0))
    head: list[str] = []
    paragraphs, entered = 0, False
    for line in lines[first : first + HEAD_LINES]:
        if entered and not line.place.in_scope:
            break
        entered = line.place.in_scope
        if line.kind == "prose":
            paragraphs += 1
            if paragraphs == 2:
                break
        elif len(line.text) <= 3 * CHUNK and line.kind not in ("title", "heading", "caption", "divider"):
            head.append(line.text)
    return tuple(head)


def _stamps(tree: lxml.html.HtmlElement, outline: _Outline) -> Iterator[Stamp]:
    for time in tree.iter("time"):
        around = list(time.iterancestors())
        if any(up in outline.items or up.tag in ("aside", "footer", "li") or _is_comments(up) for up in around):
            continue
        words = {word for name in _words(time) for word in name} | {(time.get("itemprop") or "").lower()}
        yield Stamp((time.get("datetime") or "").strip(), visible_text(time), frozenset(words))


def _authors(tree: lxml.html.HtmlElement) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        marked = element.get("itemprop") == "author" or element.get("rel") == "author"
        if marked and not any(_is_comments(up) for up in element.iterancestors()):
            name = next((part for part in element.iter(etree.Element) if part.get("itemprop") == "name"), element)
            yield visible_text(name)


def counted(tree: lxml.html.HtmlElement, most: int) -> int:
    """How many elements a tree has, or ``most`` and one where it has more."""
    return sum(1 for _ in zip(tree.iter(), range(most + 1), strict=False))
