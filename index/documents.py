"""Readers of documents: PDF and Word."""

from __future__ import annotations

import logging
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError
from pypdf.generic import ContentStream, NameObject

from index.cleaning import one_line
from index.layout import Paragraph, Piece, paragraphs_of
from index.plain import facts_of_head
from index.reading import File, Found, Unreadable, compose
from index.types import Block, BlockKind, Origin, Skip

PDF_PAGES = 300
"""Most pages that are read of a PDF. A Sunday newspaper has 150."""

PDF_STREAM_BYTES = 16 * 1024 * 1024
"""Most bytes of a page's content, a font or a table of a PDF after unpacking."""

PDF_OPERATORS = 400_000
"""Most operators and operands of a page's content; a page of small print has 50,000."""

PDF_DOCUMENT_BYTES = 8 * 1024 * 1024
"""Most bytes of the content of all pages after unpacking. pypdf reads half a megabyte of it in a second."""

LEAP = 1.5
"""From the beginning of one piece of text to that of the next, in ems; more is no letter beside a letter."""

ZIP_ENTRIES = 5_000
PIECE = 1 << 16
XML_BYTES = 24 * 1024 * 1024
"""Most bytes of XML in a Word document; its tree takes ten times as much memory."""

ZIP_RATIO = 150
"""Most bytes out for a byte in, from a megabyte on: the XML of long tables packs to a fortieth."""

SCAN = "no text: a scan? Run a program over it that recognises text (OCR), and add what it makes"

_PRINTED = re.compile(r"skia|chrom|mozilla|firefox|cairo|quartz|webkit|wkhtmltopdf|print to pdf", re.IGNORECASE)
_FILE_NAME = re.compile(r"untitled.*|microsoft word - .*|.*\.(?:docx?|pdf|indd|qxp|odt|tex|html?)", re.IGNORECASE)
_BULLET_STYLE = re.compile(r"list\b", re.IGNORECASE)
_HEADING_STYLE = re.compile(r"heading \d|subtitle", re.IGNORECASE)


def read_pdf(file: File) -> Iterator[Found]:
    """One article: the text of the pages in reading order; pages that cannot be read are skipped."""
    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # its complaints would stand among the progress
    content = file.content()
    with apply_configuration(
        maximum_declared_stream_length=len(content) + 1,
        array_based_stream_maximum_output_length=PDF_STREAM_BYTES,
        zlib_maximum_output_length=PDF_STREAM_BYTES,
        lzw_maximum_output_length=PDF_STREAM_BYTES,
        run_length_maximum_output_length=PDF_STREAM_BYTES,
        brotli_maximum_output_length=PDF_STREAM_BYTES,
        stream_decoding_work_maximum_length=4 * PDF_STREAM_BYTES,
        stream_parsing_work_maximum_count=PDF_OPERATORS,
        disable_legacy_handling=True,
        jbig2dec_binary=None,
    ):
        found = list(_read_pdf(file, content))
    yield from found


def _read_pdf(file: File, content: bytes) -> Iterator[Found]:
    try:
        reader = PdfReader(BytesIO(content))
        total = len(reader.pages)
    except FileNotDecryptedError as error:
        raise Unreadable("password-protected") from error
    except LimitReachedError as error:
        raise Unreadable(f"larger inside than a PDF may be ({one_line(str(error))[:100]})") from error
    except (PyPdfError, DependencyError) as error:
        raise Unreadable(f"damaged PDF ({one_line(str(error))[:100]})") from error
    pages: list[list[Piece]] = []
    skips: list[Skip] = []
    for found in _pages(file, reader):
        if isinstance(found, Skip):
            skips.append(found)
            found = []
        pages.append(found)
    if not any(pages):
        raise Unreadable(skips[0].reason if skips else SCAN)
    if total > PDF_PAGES:
        skips.append(Skip(file.path, f"pages {PDF_PAGES + 1} to {total}", f"only {PDF_PAGES} pages are read of a PDF"))
    paragraphs = paragraphs_of(pages)
    facts, printed = _facts_of_pdf(reader, paragraphs)
    yield _composed(file, paragraphs, facts, printed)
    yield from skips


def _pages(file: File, reader: PdfReader) -> Iterator[list[Piece] | Skip]:
    left = PDF_DOCUMENT_BYTES
    for number in range(min(len(reader.pages), PDF_PAGES)):
        where = f"page {number + 1}"
        try:
            page = reader.pages[number]
            if "/Contents" not in page:
                yield []
                continue
            contents = ContentStream(page["/Contents"].get_object(), reader, "bytes")
            left -= len(contents.get_data())
            if left < 0:
                yield Skip(file.path, f"{where} and those after it", "more content than is read of a PDF")
                return
            yield _pieces(page, contents)
        except MemoryError:
            raise
        except LimitReachedError as error:
            yield Skip(file.path, where, f"larger inside than a page may be ({one_line(str(error))[:100]})")
        except Exception as error:  # noqa: BLE001 - damaged fonts and contents fail in every way that Python has
            yield Skip(file.path, where, f"damaged: {type(error).__name__}: {one_line(str(error))[:100]}")


def _pieces(page: PageObject, contents: ContentStream) -> list[Piece]:
    """The text of a page by where it stands; what stands on its side among upright text is left out."""
    contents.operations = list(_parted(contents.operations))
    page[NameObject("/Contents")] = contents
    found: list[tuple[str, float, float, float, int]] = []

    def visit(text: str, outer: list[float], inner: list[float], _font: object, size: float) -> None:
        text = text.replace("\n", "")
        if text.strip():
            a, b, c, d, x, y = _product(inner, outer)
            turn = 90 * (1 if b > 0 else -1) if abs(b) > abs(a) else (180 if a < 0 else 0)
            found.append((text, x, y, abs(size) * max(abs(c), abs(d)), turn))
        elif text and found:
            found[-1] = (found[-1][0] + " ", *found[-1][1:])

    page.extract_text(visitor_text=visit)
    del page[NameObject("/Contents")]  # the reader keeps its pages, and parsed operations take much memory
    if not found:
        return []
    turns: Counter[int] = Counter()
    for text, *_, turn in found:
        turns[turn] += len(text)
    upright = turns.most_common(1)[0][0]
    return [Piece(text, *_turned(x, y, upright), size) for text, x, y, size, turn in found if turn == upright]


def _parted(operations: list[tuple[Any, bytes]]) -> Iterator[tuple[Any, bytes]]:
    """The operations of a page, so that pypdf gives the text before and after a leap along a line separately.

    pypdf joins what stands on one line, across the gap between two columns too. At a change of the coordinates, even
    to the same ones, it gives what it has.
    """
    size = scale = 1.0
    start = 0.0
    for operands, operator in operations:
        before = start
        if operator == b"BT":
            scale, start = 1.0, 0.0
        elif operator == b"Tf" and len(operands) > 1:
            size = _number(operands[1]) or size
        elif operator in (b"Td", b"TD") and operands:
            start += _number(operands[0]) * scale
        elif operator == b"Tm" and len(operands) == 6:
            scale, start = _number(operands[0]), _number(operands[4])
        if operator in (b"Td", b"TD", b"Tm") and abs(start - before) > LEAP * abs(size * scale):
            yield [1, 0, 0, 1, 0, 0], b"cm"
        yield operands, operator


def _number(operand: object) -> float:
    return float(operand) if isinstance(operand, (int, float)) else 0.0


def _product(one: list[float], other: list[float]) -> tuple[float, ...]:
    a, b, c, d, x, y = one
    e, f, g, h, dx, dy = other
    return (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h, x * e + y * g + dx, x * f + y * h + dy)


def _turned(x: float, y: float, turn: int) -> tuple[float, float]:
    return {0: (x, y), 90: (y, -x), -90: (-y, x), 180: (-x, -y)}[turn]


def _facts_of_pdf(reader: PdfReader, paragraphs: Sequence[Paragraph]) -> tuple[dict[str, object], datetime | None]:
    """What a PDF says of itself, and when it was printed where a browser made it of a page."""
    try:
        metadata = reader.metadata
        title, author = (metadata.title or "", metadata.author or "") if metadata else ("", "")
        made_by = f"{metadata.creator} {metadata.producer}" if metadata else ""
        created = _date(metadata, "creation_date")
        modified = _date(metadata, "modification_date")
    except (PyPdfError, ValueError, TypeError, AttributeError):
        return {}, None
    facts: dict[str, object] = {"title": _title(one_line(title), paragraphs), "author": one_line(author)}
    if _PRINTED.search(made_by):
        # the day somebody printed the page is not the day it was published
        return facts, created if created and created.tzinfo else None
    return {**facts, "date": created, "modified": modified if modified != created else None}, None


def _date(metadata: Any, name: str) -> datetime | None:
    try:
        found = getattr(metadata, name, None)
    except (ValueError, OverflowError):
        return None
    return found if isinstance(found, datetime) else None


def _title(title: str, paragraphs: Sequence[Paragraph]) -> str:
    """A document's own title, unless it is the name of a file or the headline with the name of the site after it."""
    headline = next((paragraph.text for paragraph in paragraphs if paragraph.kind == "title"), "")
    if not title or _FILE_NAME.fullmatch(title):
        return headline
    return headline if headline and title.casefold().startswith(headline.casefold()) else title


def _composed(
    file: File, paragraphs: Sequence[Paragraph], facts: dict[str, object], saved: datetime | None = None
) -> Found:
    text = "\n\n".join(paragraph.text for paragraph in paragraphs)
    hints: list[Block] = []
    start = 0
    for paragraph in paragraphs:
        end = start + len(paragraph.text)
        if paragraph.kind != "prose":
            hints.append(Block(start, end, paragraph.kind))
        start = end + 2
    shown = "\n\n".join(paragraph.text for paragraph in paragraphs if paragraph.kind != "furniture")
    head = facts_of_head(shown)
    # what is written under the headline was meant for readers; a file's own date and author are its program's
    own: dict[str, object] = {name: head[name] for name in ("published", "authors") if name in head}
    headline = next((paragraph.text for paragraph in paragraphs if paragraph.kind == "title"), "")
    layers: list[tuple[Origin, dict[str, object]]] = [
        ("text", own),
        ("page metadata", facts),
        ("text", {**head, **({"title": headline} if headline else {})}),
    ]
    return compose(file, text, layers, hints=hints, saved=saved)


# --- Word ------------------------------------------------------------------------------------------------------


def read_docx(file: File) -> Iterator[Found]:
    """One article: what the document shows, with text that was inserted and without text that was deleted."""
    package = _package(file.content())
    try:
        document = docx.Document(package)
    except (OpcError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Unreadable(f"not a Word document ({one_line(str(error))[:100]})") from error
    if document.element.getroottree().docinfo.doctype:
        raise Unreadable("declares entities, which no Word document may")  # unresolved, they would cut the text
    styles = {style.style_id: style.name or "" for style in document.styles}
    paragraphs = list(_blocks(document.element.body, styles))
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
            for note in parse_xml(relation.target_part.blob):
                if note.get(qn("w:type")) is None:  # the others are the lines between text and notes
                    paragraphs += _blocks(note, styles)
    if not paragraphs:
        raise Unreadable("no text")
    yield _composed(file, paragraphs, _facts_of_docx(document, paragraphs))


def _facts_of_docx(document: Any, paragraphs: Sequence[Paragraph]) -> dict[str, object]:
    relations = document.part.package.rels.values()
    if not any(relation.reltype.endswith("/core-properties") for relation in relations):
        return {}  # python-docx would invent some, with the time of now
    properties = document.core_properties
    if properties.comments == "generated by python-docx":
        return {}  # those of its template
    return {
        "title": _title(one_line(properties.title or ""), paragraphs),
        "author": one_line(properties.author or ""),
        "date": properties.created,
        "modified": properties.modified if properties.modified != properties.created else None,
    }


def _package(content: bytes) -> BytesIO:
    """The zip file of a Word document with its XML alone, pictures and the like being empty.

    python-docx unpacks every part whole. How large a part is, its zip file says, and may be lying; so the XML is
    unpacked here, piece by piece, and nothing else at all.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("password-protected, or an older Word document (.doc)")
    if content.count(b"PK\1\2") > ZIP_ENTRIES:
        raise Unreadable(f"more than {ZIP_ENTRIES:,} parts")
    package = BytesIO()
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive, zipfile.ZipFile(package, "w") as checked:
            entries = {entry.filename: entry for entry in archive.infolist()}
            markup = [entry for name, entry in entries.items() if name.casefold().endswith((".xml", ".rels"))]
            left = min(XML_BYTES, max(1 << 20, ZIP_RATIO * len(content)))
            if sum(entry.file_size for entry in markup) > left:
                raise Unreadable(f"unpacks to more than a document may hold ({left:,} bytes)")
            if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in markup):
                raise Unreadable("packed in a way that Word does not use")
            for name, entry in entries.items():
                checked.writestr(name, _unpacked(archive, entry) if entry in markup else b"")
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"not a Word document ({one_line(str(error))[:100]})") from error
    package.seek(0)
    return package


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # asked for all of an entry at once, zipfile unpacks what is there before it cuts off what was declared
    with archive.open(entry) as part:
        return b"".join(iter(lambda: part.read(PIECE), b""))


def _blocks(parent: Any, styles: dict[str, str]) -> Iterator[Paragraph]:
    """The paragraphs of a body, a cell or a note, in order; a table of short cells gives one for each row."""
    for element in parent:
        if element.tag == qn("w:p"):
            lines = [one_line(line) for line in "".join(_shown(element)).split("\n")]
            if text := "\n".join(line for line in lines if line):
                yield Paragraph(*_styled(text, element, styles))
            for box in element.iter(qn("w:txbxContent")):
                shown_twice = any(around.tag == _FALLBACK for around in box.iterancestors())
                if next(box.iterancestors(qn("w:p"))) is element and not shown_twice:
                    yield from _blocks(box, styles)
        elif element.tag == qn("w:tbl"):
            yield from _rows(element, styles)
        elif element.tag in _TRANSPARENT:
            yield from _blocks(element, styles)


def _rows(table: Any, styles: dict[str, str]) -> Iterator[Paragraph]:
    for row in _own(table, "w:tr"):
        cells = [cell for cell in (list(_blocks(cell, styles)) for cell in _own(row, "w:tc")) if cell]
        if len(cells) > 1 and all(len(cell) == 1 for cell in cells):
            yield Paragraph(" | ".join(cell[0].text for cell in cells), "prose")
        else:
            # a table that only places text
            for cell in cells:
                yield from cell


def _own(element: Any, name: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, not those of a table within a cell."""
    for child in element:
        if child.tag == qn(name):
            yield child
        elif child.tag in _TRANSPARENT:
            yield from _own(child, name)


def _shown(element: Any) -> Iterator[str]:
    """The text of a paragraph as Word shows it."""
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in (qn("w:tab"), qn("w:ptab")):
            yield " "
        elif child.tag in (qn("w:br"), qn("w:cr")):
            yield "\n"
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag in _TRANSPARENT or child.tag in _INLINE:
            yield from _shown(child)


def _styled(text: str, element: Any, styles: dict[str, str]) -> tuple[str, BlockKind]:
    found = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    name = styles.get(found.get(qn("w:val")), "") if found is not None else ""
    if _HEADING_STYLE.fullmatch(name):
        return text, "heading"
    if name.casefold() == "title":
        return text, "title"
    if name.casefold() == "caption":
        return text, "caption"
    in_list = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None or _BULLET_STYLE.match(name)
    return (f"• {text}" if in_list else text), "prose"


_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TRANSPARENT = frozenset(
    qn(name) for name in ("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo", "w:smartTag")
)
_INLINE = frozenset(qn(name) for name in ("w:r", "w:hyperlink", "w:fldSimple", "w:dir", "w:bdo"))
