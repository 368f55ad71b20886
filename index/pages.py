"""Readers of saved web pages: HTML, and the MHTML that browsers save. The only module that imports htmldate."""

from __future__ import annotations

import copy
import email
import html
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from htmldate import find_date

from index.cleaning import one_line, same_line
from index.dates import EitherDay, Moment, parse_moment
from index.markup import EXTRACTED_ELEMENTS, Layout, Page, counted, layout_of, parse, source_of
from index.reading import File, Found, Reading, Unreadable, author_names, compose, name_of

MHTML_PARTS = 2_000
LINKED_DATA_DEPTH = 12
LINKED_DATA_CHARACTERS = 2_000_000

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d{4}\)(\S{1,2000})")
_SINGLE_FILE = re.compile(r"<!--\s*Page saved with SingleFile\s+url:\s*(\S{1,2000})\s+saved date:\s*([^\n(]{10,60})")
_COMMENT_CHARACTERS = 5_000

_ARTICLE_TYPES = frozenset(
    "Article NewsArticle ReportageNewsArticle AnalysisNewsArticle BackgroundNewsArticle OpinionNewsArticle "
    "ReviewNewsArticle AskPublicNewsArticle AdvertiserContentArticle SatiricalArticle ScholarlyArticle TechArticle "
    "Report BlogPosting LiveBlogPosting SocialMediaPosting PressRelease".split()
)
_PAGE_TYPES = frozenset(("WebPage", "ItemPage", "AboutPage", "FAQPage"))
# other articles stand in these
_OTHERS = frozenset(
    "liveBlogUpdate itemListElement hasPart isPartOf mentions citation about comment isBasedOn review".split()
)
_SALVAGED = ("headline", "datePublished", "dateModified")

_PUBLISHED_METAS = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date"),
    *("dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created", "dc.date.created", "pubdate"),
    *("publishdate", "publish-date", "publish_date", "publication_date", "article.published", "displaydate", "date"),
    *("cxenseparse:recs:publishtime", "bt:pubdate", "article:published", "originalpublicationdate"),
)
_UPDATED_METAS = (
    *("article:modified_time", "og:article:modified_time", "datemodified", "og:updated_time", "dcterms.modified"),
    *("dc.date.modified", "article.updated", "lastmod", "last-modified", "revised", "article:modified"),
)
_TITLE_METAS = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "hdl")
_OUTLET_METAS = ("og:site_name", "dc.publisher", "dcterms.publisher", "publisher", "application-name", "cre")
_AUTHOR_METAS = (
    *("author", "article:author", "og:article:author", "parsely-author", "sailthru.author", "dc.creator"),
    *("dcterms.creator", "byl"),
)
_URL_METAS = ("og:url", "parsely-link", "twitter:url")

_BY = re.compile(r"by:?\s+(?=\S)", re.IGNORECASE)
_BYLINE = re.compile(r"by\s+(?P<names>[^\W\d_][^\d|•·]{2,100}?)\s*(?:[|•·]|,\s+(?=[^,]*\d)|$)", re.IGNORECASE)
_WINDOW_PARTS = re.compile(r"\s+(?:[|–—·«»:-]|::)\s+")
_OWNED = re.compile(r"©|\(c\)|\bcopyright\b", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\.?)?(?:\s*(?:GMT|UTC|Z\b))?"
_DAY = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?(?:Z|[+-]\d{{2}}:?\d{{2}})?)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})[a-z]*\.?,?\s+\d{{4}}(?:,?\s+(?:at\s+)?{_CLOCK})?"
    rf"|(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}(?:,?\s+(?:at\s+)?{_CLOCK})?"
    r"|\b\d{1,2}[./-]\d{1,2}[./-]\d{4}\b",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_UPDATED = re.compile(r"\b(?:updated|modified|last\s+(?:updated|changed|edited)|revised)\b", re.IGNORECASE)

logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def read_page(file: File) -> Iterator[Found]:
    """One article; its metadata (JSON-LD, Open Graph, meta tags, times) give the facts, its structure what is prose."""
    yield page_reading(file, source_of(file.content()))


def read_mhtml(file: File) -> Iterator[Found]:
    """One article: the page that a browser saved with its parts; its address is taken from the file."""
    message = email.message_from_bytes(file.content(), policy=compat32)
    parts = [part for _, part in zip(range(MHTML_PARTS), message.walk(), strict=False) if not part.is_multipart()]
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise Unreadable("no web page in it")
    address = _header(message, "Snapshot-Content-Location") or _header(message, "Content-Location")
    styles = [_text(part) for part in parts if part.get_content_type() == "text/css"]
    saved = _saved(_header(message, "Date"))
    failure = Unreadable("no text")
    for part in _root_first(message, pages, address):
        url = address if part is pages[0] or not address else _header(part, "Content-Location")
        try:
            source = source_of(_payload(part), part.get_content_charset() or "")
            yield page_reading(file, source, url=url or address, styles=styles, saved=saved)
        except Unreadable as error:
            failure = error  # a frameset has no text of its own
        else:
            return
    raise failure


def page_reading(
    file: File,
    source: str,
    *,
    url: str = "",
    locator: str = "",
    styles: Sequence[str] = (),
    saved: datetime | None = None,
) -> Reading:
    """The article of a page.

    Args:
        file: the file that it stands in.
        source: its markup.
        url: the address that it was saved from, where its envelope gives it.
        locator: which article of the file it is, where there are several.
        styles: style sheets saved beside it.
        saved: when it was saved, where its envelope says so.

    Raises:
        Unreadable: there is no text that a reader of the page would see, or it cannot be parsed.
    """
    page = parse(source, styles)
    noted_url, noted_time = _note_of_browser(source)
    linked = _LinkedData.of(page)
    layout = layout_of(page, _headline(page, linked))
    address = _address(page, linked, url or noted_url)
    return compose(
        file,
        layout.text,
        [("page metadata", _metadata(page, linked, layout, address)), ("text", _said(page, layout))],
        locator=locator,
        hints=layout.hints,
        saved=saved or noted_time,
    )


# --- what a page says of itself ---------------------------------------------------------------------------------


@dataclass
class _LinkedData:
    """What a page's JSON-LD says of its article: the one node of it, and those that it points to by ``@id``."""

    article: Mapping[str, object] = field(default_factory=dict)
    page: Mapping[str, object] = field(default_factory=dict)
    by_id: dict[str, Mapping[str, object]] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page) -> _LinkedData:
        found = cls()
        articles: list[Mapping[str, object]] = []
        salvaged: dict[str, object] = {}
        for raw in page.linked_data:
            data = _json(raw)
            if data is None:
                salvaged.update(_salvage(raw))
            for node in _nodes(data):
                types = _types(node)
                identity = node.get("@id")
                if isinstance(identity, str) and len(node) > 1:
                    found.by_id.setdefault(identity, node)
                if types & _ARTICLE_TYPES:
                    articles.append(node)
                elif types & _PAGE_TYPES and not found.page:
                    found.page = node
        found.article = _of_this_page(articles, page) or salvaged
        return found

    def get(self, name: str) -> object:
        """A value of the article, with what it points to in its place."""
        return self._resolved(self.article.get(name))

    def _resolved(self, value: object) -> object:
        if isinstance(value, list):
            return [self._resolved(item) for item in value[:50]]
        if isinstance(value, Mapping) and isinstance(identity := value.get("@id"), str) and not value.get("name"):
            return self.by_id.get(identity, value)
        return value


def _json(raw: str) -> object:
    text = (
        re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$", "", raw).strip().rstrip(";")
    )
    if len(text) > LINKED_DATA_CHARACTERS:
        return None
    # trailing commas are the commonest fault
    for candidate in (text, re.sub(r",(\s*[}\]])", r"\1", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _salvage(raw: str) -> dict[str, object]:
    """The plain facts of JSON-LD that is no JSON, where each stands in it once."""
    found: dict[str, object] = {}
    for name in _SALVAGED:
        values = re.findall(rf'"{name}"\s*:\s*"([^"\\\n]{{4,300}})"', raw[:LINKED_DATA_CHARACTERS])
        if len(values) == 1:
            found[name] = values[0]
    return found


def _nodes(data: object, depth: int = 0) -> Iterator[Mapping[str, object]]:
    if depth > LINKED_DATA_DEPTH:
        return
    if isinstance(data, list):
        for item in data:
            yield from _nodes(item, depth + 1)
    elif isinstance(data, Mapping):
        yield data
        for name, value in data.items():
            if name not in _OTHERS and isinstance(value, (list, Mapping)):
                yield from _nodes(value, depth + 1)


def _types(node: Mapping[str, object]) -> set[str]:
    types = node.get("@type")
    return {str(name).rpartition("/")[2] for name in (types if isinstance(types, list) else [types])}


def _of_this_page(articles: list[Mapping[str, object]], page: Page) -> Mapping[str, object]:
    """The one article that a page is about: the only one, or that with its address or headline; none of a list."""
    if len(articles) <= 1:
        return articles[0] if articles else {}
    own = {page.links.get("canonical", ""), *(url for name in _URL_METAS for url in page.metas.get(name, ()))} - {""}
    titles = [*(title for name in _TITLE_METAS for title in page.metas.get(name, ())), page.window_title]
    for node in articles:
        main = node.get("mainEntityOfPage")
        addresses = {node.get("url"), main.get("@id") if isinstance(main, Mapping) else main}
        if own & {address for address in addresses if isinstance(address, str)}:
            return node
    for node in articles:
        headline = _plain(node.get("headline"))
        if headline and any(same_line(headline, title) or title.startswith(headline) for title in titles):
            return node
    return {}


def _plain(value: object) -> str:
    return one_line(html.unescape(html.unescape(value))) if isinstance(value, str) else ""


def _meta(page: Page, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for value in page.metas.get(name, ()):
            if plain := _plain(value):
                yield plain


def _headline(page: Page, linked: _LinkedData) -> str:
    """The headline by the metadata, without the outlet's name that some sites put behind it."""
    headline = _plain(linked.get("headline"))
    if headline:
        return headline
    title = next(_meta(page, _TITLE_METAS), "")
    site = next(_meta(page, _OUTLET_METAS), "")
    parts = _WINDOW_PARTS.split(title)
    if len(parts) > 1 and site and same_line(parts[-1], site):
        return title[: title.rindex(parts[-1])].rstrip(" |–—·«»:-")
    return title


def _metadata(page: Page, linked: _LinkedData, layout: Layout, address: str) -> dict[str, object]:
    authors = _authors(page, linked)
    headline = _headline(page, linked)
    window, site = _window(page, headline or layout.headline, layout.text)
    title = headline or (window if not layout.headline else "")
    outlet = _outlet(page, linked) or site
    published = [linked.get("datePublished"), *_meta(page, _PUBLISHED_METAS)]
    updated = [linked.get("dateModified"), *_meta(page, _UPDATED_METAS)]
    for stamp in layout.stamps:
        if stamp.words & {"updated", "modified", "datemodified"} or _UPDATED.search(stamp.text):
            updated.append(stamp.value)
        else:
            published.append(stamp.value)
    published.append(linked.page.get("datePublished"))
    return _filled(
        title=title,
        outlet=outlet,
        authors=[name for name in authors if not same_line(name, outlet)],
        published=_first_day(published),
        updated=_first_day(updated),
        url=address,
    )


def _first_day(values: Sequence[object]) -> object:
    return next((value for value in values if parse_moment(value) is not None), None)


def _filled(**facts: object) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value}


def _outlet(page: Page, linked: _LinkedData) -> str:
    site = next(_meta(page, _OUTLET_METAS[:1]), "")
    publisher = linked.get("publisher")
    if isinstance(publisher, list):
        publisher = next(iter(publisher), None)
    if isinstance(publisher, Mapping) and "Person" in _types(publisher):
        publisher = None
    named = _plain(name_of(publisher))
    return next((name for name in (site, named, *_meta(page, _OUTLET_METAS[1:])) if name and "://" not in name), "")


def _window(page: Page, headline: str, text: str) -> tuple[str, str]:
    """The window's title without the outlet's name, and that name, where the rest of it is the headline."""
    parts = _WINDOW_PARTS.split(page.window_title)
    for at in range(len(parts) - 1, 0, -1):
        front = page.window_title[: page.window_title.index(parts[at])] if parts[at] else ""
        if headline and same_line(front, headline):
            return headline, parts[-1]
    front = page.window_title.removesuffix(headline).rstrip(" |–—·«»:-") if headline else ""
    # what stands in front may be a section's name too
    owned = front != page.window_title and any(front in line for line in text.split("\n") if _OWNED.search(line))
    return page.window_title, front if front and owned else ""


def _authors(page: Page, linked: _LinkedData) -> tuple[str, ...]:
    value = linked.get("author") or linked.get("creator")
    named = author_names(value)
    if not named:
        named = author_names(list(_meta(page, _AUTHOR_METAS)))
        named = tuple(part for name in named for part in author_names(name))
    names = (_BY.sub("", _plain(name), count=1) for name in named)
    return tuple(dict.fromkeys(name for name in names if name and "://" not in name and len(name) <= 100))


def _address(page: Page, linked: _LinkedData, saved_from: str) -> str:
    saved_from = saved_from if _is_web(saved_from) else ""
    base = saved_from or next((url for url in _meta(page, _URL_METAS) if _is_web(url)), "")
    own = linked.get("url")
    candidates = [page.links.get("canonical", ""), *_meta(page, _URL_METAS), own if isinstance(own, str) else ""]
    found = [url for candidate in candidates if candidate and _is_web(url := _joined(base, candidate))]
    # a careless site gives its front page as the one address of each of its pages
    found.sort(key=lambda url: urlsplit(url).path in ("", "/"))
    if saved_from and (not found or urlsplit(found[0]).path in ("", "/")):
        return saved_from
    return found[0] if found else ""


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _note_of_browser(source: str) -> tuple[str, datetime | None]:
    """The address, and the time, that a browser wrote into the page as it saved it."""
    start = source[:_COMMENT_CHARACTERS]
    if match := _SAVED_FROM.search(start):
        # no comment may hold two hyphens
        return match[1].replace("%2D%2D", "--"), None
    if match := _SINGLE_FILE.search(start):
        # "Tue Mar 05 2024 10:15:00 GMT+0100": the sign means what ISO 8601 means by it
        try:
            return match[1], datetime.strptime(match[2].strip(), "%a %b %d %Y %H:%M:%S GMT%z")
        except ValueError:
            return match[1], None
    return "", None


# --- what its text says -----------------------------------------------------------------------------------------


def _said(page: Page, layout: Layout) -> dict[str, object]:
    facts: dict[str, object] = _filled(
        title=layout.headline, authors=[_BY.sub("", name, count=1) for name in layout.authors]
    )
    lines = [*(stamp.text for stamp in layout.stamps), *layout.head]
    for line in lines:
        if "authors" not in facts and (byline := _BYLINE.match(line)):
            facts["authors"] = byline["names"]
        at = 0
        for match in _DAY.finditer(line):
            before = line[at : match.start()]
            at = match.end()
            fact = "updated" if _UPDATED.search(before) else "published"
            if fact not in facts and parse_moment(match[0]) is not None:
                facts[fact] = match[0]
    if "published" not in facts and (day := _guessed_day(page, lines)):
        facts["published"] = day
    return facts


def _guessed_day(page: Page, lines: Sequence[str]) -> str:
    """The day that htmldate finds, if a line by the headline bears it out: over-eager, it takes 03/04 for April."""
    if counted(page.tree, EXTRACTED_ELEMENTS) > EXTRACTED_ELEMENTS:
        return ""
    dated = [line for line in lines if re.search(r"\b(?:1[6-9]|20|21)\d\d\b", line) and not _FIGURES.search(line)]
    if not dated:
        return ""
    try:
        found = find_date(copy.deepcopy(page.tree), extensive_search=True, original_date=True)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return ""
    moment = parse_moment(found)
    if not isinstance(moment, Moment) or isinstance(moment, EitherDay):
        return ""
    day = moment.day
    certain = any(
        re.search(rf"\b0?{day.day}\b", line) and str(day.year) in line and re.search(r"[^\W\d_]{3}", line)
        for line in dated
    )
    return day.isoformat() if certain else ""


# --- MHTML ------------------------------------------------------------------------------------------------------


def _root_first(message: Message, pages: list[Message], address: str) -> list[Message]:
    """The pages of an MHTML file, the one that was saved first, its frames behind it."""
    start = message.get_param("start")
    wanted = start.strip() if isinstance(start, str) else ""
    for at, part in enumerate(pages):
        named = wanted and _header(part, "Content-ID") == wanted
        if named or (not wanted and address and _header(part, "Content-Location") == address):
            pages.insert(0, pages.pop(at))
            break
    return [pages[0], *sorted(pages[1:], key=lambda part: -len(part.get_payload() or ""))]


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    return re.sub(r"\s+", "", str(value)) if value and name != "Date" else str(value or "")


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    return _payload(part).decode("utf-8", errors="replace")


def _saved(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
