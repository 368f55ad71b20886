"""PDF and Word documents that real programs wrote: order of reading, hyphens, facts, and hostile files."""

from __future__ import annotations

import io
import socket
import tracemalloc
import zipfile
import zlib
from datetime import UTC, date, datetime

import docx
import pytest
from docx.oxml import OxmlElement
from factories import chromium, read_file, read_one, read_reading, with_marks
from playwright.sync_api import sync_playwright
from pypdf import PdfWriter

from index import Skip
from index.documents import PDF_PAGES, SCAN
from index.layout import Piece, paragraphs_of

PARAGRAPHS = (
    "The harbour of Lund reopened on Monday after divers cleared eleven sunken boats from its entrance. Mayor Alma "
    "Reyes said the work had cost 2.4 million crowns and that the government of the province had paid half of it.",
    "“We feared that the winter catch was lost,” Reyes said. “Now the first trawlers are out again.” The fishing "
    "cooperative counted forty boats on the first morning, and the auction hall opened its doors before dawn.",
    "Three of the divers came from the Anglo-French salvage school at Brenna. They worked for nine days in cold "
    "water, and the last of the wrecks was lifted on Sunday evening while several hundred residents watched.",
    "The council will decide in spring whether the entrance should be widened. Engineers have warned for years that "
    "it is too narrow for the newer trawlers, and insurers have raised their premiums twice.",
    "A museum for the salvaged boats is to open in the old customs house. Its keeper, Olof Brandt, has asked the "
    "families of the owners for photographs, logbooks and letters of the years before the storm.",
    "Neighbouring Sundal offered berths for the summer. The ferry to Ask, which had been moved to a provisional pier, "
    "returns to its usual place on the first of the month, the shipping office announced.",
)
TITLE = "Harbour of Lund reopens after storm"


def reason(name, content) -> str:
    (skip,) = read_file(name, content, limit=1 << 30)
    assert isinstance(skip, Skip)
    return skip.reason


def paragraphs(article) -> list[str]:
    return article.text.split("\n\n")


def kinds(reading) -> dict[str, str]:
    return {reading.article.text[hint.start : hint.end]: hint.kind for hint in reading.hints}


# --- PDF that Chromium printed ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed():
    """Prints pages to PDF, on A5, with a running head and page numbers."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()

        def make(style="", body=None, title=f"{TITLE} | Lund Courier") -> bytes:
            body = body or f"<h1>{TITLE}</h1><main>{''.join(f'<p>{text}</p>' for text in PARAGRAPHS)}</main>"
            page.set_content(
                f"<html lang='en'><title>{title}</title><style>body {{font: 12pt serif; margin: 0}}"
                f"h1 {{font-size: 26pt}} {style}</style><body>{body}</body></html>"
            )
            small = "<div style='font-size: 8px; width: 100%; text-align: center'>"
            return page.pdf(
                width="148mm",
                height="120mm",
                display_header_footer=True,
                header_template=f"{small}Lund Courier, Monday edition</div>",
                footer_template=f"{small}Page <span class='pageNumber'></span></div>",
                margin={"top": "20mm", "bottom": "20mm", "left": "12mm", "right": "12mm"},
            )

        yield make
        browser.close()


@pytest.mark.parametrize(
    "style",
    [
        "p {margin: 0 0 10pt}",
        "main {column-count: 2; column-gap: 24pt} p {margin: 0 0 10pt}",
        "main {column-count: 2; column-gap: 20pt; text-align: justify} p {margin: 0; text-indent: 1.2em}",
        "main {column-count: 3; column-gap: 16pt; font-size: 9pt; font-family: sans-serif} p {margin: 0 0 8pt}",
        "main {column-count: 2; column-gap: 24pt; text-align: justify; hyphens: auto} p {margin: 0 0 10pt}",
    ],
    ids=["one column", "two columns", "justified and indented", "three columns", "hyphens"],
)
def test_a_printed_page_is_read_column_by_column_with_its_paragraphs_whole(printed, style):
    reading = read_reading("page.pdf", printed(style))
    marks = kinds(reading)
    assert [text for text in paragraphs(reading.article) if text not in marks] == list(PARAGRAPHS)
    assert marks[TITLE] == "title"
    assert set(marks.values()) == {"title", "furniture"}
    assert {"Lund Courier, Monday edition", "Page 1", "Page 2"} <= marks.keys()
    assert reading.article.title == TITLE


def test_only_the_paragraphs_of_a_printed_page_are_prose(printed):
    article = with_marks(read_reading("page.pdf", printed("main {column-count: 2}")))
    assert [article.text[span.start : span.end] for span in article.prose] == list(PARAGRAPHS)


def test_the_day_a_page_was_printed_is_not_the_day_it_was_published(printed):
    body = f"<h1>{TITLE}</h1><p>By Ida Holm</p><p>Published on 25 April 2022</p><p>{PARAGRAPHS[0]}</p>"
    reading = read_reading("page.pdf", printed(body=body))
    assert (reading.article.published, reading.article.authors) == (date(2022, 4, 25), ("Ida Holm",))
    assert reading.article.origins["published"] == "text"
    assert reading.saved is not None and reading.saved.year > 2022
    assert read_one("page.pdf", printed(body=f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p>")).published is None


def test_a_table_is_read_row_by_row(printed):
    rows = [("Harbour", "Boats", "Crowns"), ("Lund", "40", "2,400"), ("Sundal", "12", "310"), ("Ask", "7", "95")]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    article = read_one("page.pdf", printed("td {width: 30mm}", f"<h1>{TITLE}</h1><table>{cells}</table>"))
    assert [" ".join(row) for row in rows] == [
        line for line in paragraphs(article) if line.endswith(tuple(row[-1] for row in rows))
    ]


def with_metadata(content: bytes, **metadata: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.metadata = {f"/{name}": value for name, value in metadata.items()}
    return saved(writer)


def saved(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_what_a_document_says_of_itself_is_read(printed):
    content = with_metadata(
        printed(),
        Title="Storm over Lund",
        Author="Ida Holm; Olof Brandt",
        Producer="Tarn Typesetter",
        CreationDate="D:20220425233000+02'00'",
        ModDate="D:20220426080000Z",
    )
    article = read_one("storm.pdf", content)
    assert (article.title, article.authors) == ("Storm over Lund", ("Ida Holm", "Olof Brandt"))
    assert (article.published, article.updated) == (date(2022, 4, 25), date(2022, 4, 26))
    assert article.published_at == datetime(2022, 4, 25, 21, 30, tzinfo=UTC)
    assert article.origins["published"] == "page metadata"


@pytest.mark.parametrize("title", ["Microsoft Word - draft7.doc", "untitled", "page_03.indd"])
def test_the_headline_is_the_title_where_the_documents_own_is_a_file_name(printed, title):
    assert read_one("storm.pdf", with_metadata(printed(), Title=title)).title == TITLE


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_file_with_a_password_is_a_skip_and_one_that_opens_without_is_read(printed, algorithm):
    content = printed()
    locked, open_to_all = (PdfWriter(clone_from=io.BytesIO(content)) for _ in range(2))
    locked.encrypt("secret", algorithm=algorithm)
    open_to_all.encrypt("", "owner", algorithm=algorithm)
    assert reason("a.pdf", saved(locked)) == "password-protected"
    assert PARAGRAPHS[0] in paragraphs(read_one("a.pdf", saved(open_to_all)))


def test_pages_that_are_turned_are_read(printed):
    writer = PdfWriter(clone_from=io.BytesIO(printed()))
    for page in writer.pages:
        page.rotate(90)
        page.transfer_rotation_to_content()
    assert PARAGRAPHS[0] in paragraphs(read_one("a.pdf", saved(writer)))


# --- the order of pieces ---------------------------------------------------------------------------------------


def column(lines, x, top=700.0, step=14.0):
    return [Piece(line, x, top - step * number, 11.0) for number, line in enumerate(lines)]


LEFT = [
    "The council of Tarn voted for the new gov-",
    "ernment house. It will stand where the",
    "Anglo-",
    "French school stood until 1998.",
]
RIGHT = [
    "Nobody knows who will pay for the long-",
    "term upkeep of it. In the long run the",
    "term of the loan decides, said the",
    "treasurer of the town.",
]


def test_columns_whose_lines_were_drawn_row_by_row_are_not_mixed():
    rows = [piece for pair in zip(column(LEFT, 72), column(RIGHT, 320), strict=True) for piece in pair]
    texts = [paragraph.text for paragraph in paragraphs_of([rows])]
    assert texts == [
        "The council of Tarn voted for the new government house. It will stand where the Anglo-French school stood "
        "until 1998.",
        "Nobody knows who will pay for the long-term upkeep of it. In the long run the term of the loan decides, said "
        "the treasurer of the town.",
    ]


def test_a_headline_across_the_columns_parts_those_above_from_those_below():
    across = [Piece("A second story begins below this line, which stands across both of the columns", 72, 630.0, 11.0)]
    pieces = column(LEFT, 72) + column(RIGHT, 320) + across + column(LEFT, 72, 600) + column(RIGHT, 320, 600)
    texts = [paragraph.text[:11] for paragraph in paragraphs_of([pieces])]
    assert texts == ["The council", "Nobody know", "A second st", "The council", "Nobody know"]


def test_a_headline_of_which_each_word_was_drawn_alone_stays_whole():
    words = ["Council", "of", "Tarn", "votes", "for", "a", "house", "at", "last"]
    headline: list[Piece] = []
    for word in words:
        at = headline[-1].x + headline[-1].width if headline else 72.0
        headline.append(Piece(f"{word} ", at, 740.0, 24.0))
    first, *_ = paragraphs_of([headline + column(LEFT * 2, 72) + column(RIGHT * 2, 320)])
    assert (first.text, first.kind) == (" ".join(words), "title")


def test_a_paragraph_goes_on_over_a_page_and_its_running_head():
    def page(number, lines):
        head = [Piece(f"Tarn Gazette {number}", 72, 780.0, 9.0)]
        return head + column(lines, 72)

    pages = [
        page(1, ["The mill burned on Tuesday", "night, and the fire bri-"]),
        page(2, ["gade came late.", "Nobody was hurt."]),
    ]
    found = [(paragraph.text, paragraph.kind) for paragraph in paragraphs_of(pages)]
    assert found == [
        ("Tarn Gazette 1", "furniture"),
        ("The mill burned on Tuesday night, and the fire brigade came late. Nobody was hurt.", "prose"),
        ("Tarn Gazette 2", "furniture"),
    ]


# --- PDF that was written to do harm ---------------------------------------------------------------------------


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def stream(packed: bytes) -> bytes:
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
FIRE = stream(zlib.compress(b"BT /F 12 Tf 20 200 Td (A fire destroyed the old mill of Tarn.) Tj ET"))


def test_a_gigabyte_of_zeros_in_a_small_file_is_not_unpacked():
    content = pdf(CATALOGUE, PAGES, PAGE, stream(zeros(1 << 30)), FONT)
    tracemalloc.start()
    try:
        found = reason("bomb.pdf", content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.startswith("larger inside than a page may be")
    assert most < 100_000_000


def test_a_page_that_cannot_be_read_is_a_skip_and_the_others_are_read():
    pages = b"<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>"
    other = PAGE.replace(b"/Contents 4", b"/Contents 7")
    reading, skip = read_file("a.pdf", pdf(CATALOGUE, pages, PAGE, FIRE, FONT, other, stream(zeros(64 << 20))))
    assert reading.article.text == "A fire destroyed the old mill of Tarn."
    assert skip.locator == "page 2"


def test_a_page_tree_that_leads_back_to_itself_is_a_skip():
    content = pdf(CATALOGUE, PAGES, b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 1 >>")
    assert reason("a.pdf", content).startswith("damaged PDF")


def test_a_form_that_draws_itself_is_read_once():
    page = PAGE.replace(b"/Font", b"/XObject << /X 6 0 R >> /Font")
    draw = b"BT /F 12 Tf 20 200 Td (A fire in Tarn.) Tj ET /X Do "
    resources = b"/Resources << /XObject << /X 6 0 R >> /Font << /F 5 0 R >> >>"
    form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] %s /Length %d >>\nstream\n%s\nendstream"
    content = pdf(CATALOGUE, PAGES, page, stream(zlib.compress(b"/X Do")), FONT, form % (resources, len(draw), draw))
    assert read_one("a.pdf", content).text == "A fire in Tarn."


def test_of_very_many_pages_the_first_are_read_and_the_rest_is_named():
    kids = b"3 0 R " * (PDF_PAGES + 7)
    pages = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, PDF_PAGES + 7)
    reading, skip = read_file("a.pdf", pdf(CATALOGUE, pages, PAGE, FIRE, FONT))
    assert reading.article.text.count("A fire destroyed the old mill of Tarn.") == PDF_PAGES
    assert skip.locator == f"pages {PDF_PAGES + 1} to {PDF_PAGES + 7}"


def test_more_operators_than_a_page_has_are_refused():
    much = b"BT /F 12 Tf " + b"1 0 0 1 20 200 Tm (a fire) Tj " * 60_000 + b"ET"
    found = reason("a.pdf", pdf(CATALOGUE, PAGES, PAGE, stream(zlib.compress(much)), FONT))
    assert found.startswith("larger inside than a page may be")


def test_a_wrong_table_of_references_is_mended():
    content = pdf(CATALOGUE, PAGES, PAGE, FIRE, FONT).replace(b"startxref\n", b"startxref\n9")
    assert read_one("a.pdf", content).text == "A fire destroyed the old mill of Tarn."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf(CATALOGUE, PAGES, PAGE, stream(zlib.compress(b"0 0 400 400 re f")), FONT), SCAN),
        (pdf(CATALOGUE, PAGES, PAGE, FIRE, FONT)[:-200], "damaged PDF"),
        (b"%PDF-1.7\n", "damaged PDF"),
        (b"", "damaged PDF"),
        (b"\0" * 5000, "damaged PDF"),
    ],
    ids=["scan", "cut", "head alone", "empty", "NUL bytes"],
)
def test_a_pdf_without_an_article_is_a_skip_with_the_reason(content, expected, capsys):
    assert reason("a.pdf", content).startswith(expected)
    assert capsys.readouterr() == ("", "")


# --- Word ------------------------------------------------------------------------------------------------------


def word(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def story():
    document = docx.Document()
    document.add_paragraph(TITLE, style="Title")
    document.add_paragraph(PARAGRAPHS[0])
    return document


def test_a_document_is_read_with_its_headings_lists_and_tables():
    document = story()
    document.add_heading("What it cost", level=2)
    document.add_paragraph("Divers and cranes", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Harbour", "Crowns", "Lund", "2.4 million"), strict=True):
        cell.text = text
    document.add_paragraph("The trawlers leave. Photo: Ida Holm", style="Caption")
    document.add_paragraph(PARAGRAPHS[1])
    reading = read_reading("storm.docx", word(document))
    assert paragraphs(reading.article) == [
        TITLE,
        PARAGRAPHS[0],
        "What it cost",
        "• Divers and cranes",
        "Harbour | Crowns",
        "Lund | 2.4 million",
        "The trawlers leave. Photo: Ida Holm",
        PARAGRAPHS[1],
    ]
    assert list(kinds(reading).values()) == ["title", "heading", "caption"]
    assert reading.article.title == TITLE


def test_a_table_that_places_text_is_read_cell_by_cell():
    document = story()
    row = document.add_table(rows=1, cols=2).rows[0]
    for cell, texts in zip(row.cells, (PARAGRAPHS[1:3], PARAGRAPHS[3:5]), strict=True):
        cell.text = texts[0]
        cell.add_paragraph(texts[1])
    assert paragraphs(read_one("a.docx", word(document))) == [TITLE, *PARAGRAPHS[:5]]


def test_the_properties_of_a_document_are_its_facts():
    document = story()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "Storm over Lund", "Ida Holm; Olof Brandt", ""
    properties.created = datetime(2022, 4, 25, 21, 30, tzinfo=UTC)
    properties.modified = datetime(2022, 4, 26, 8, 0, tzinfo=UTC)
    article = read_one("storm.docx", word(document))
    assert (article.title, article.authors) == ("Storm over Lund", ("Ida Holm", "Olof Brandt"))
    assert (article.published, article.updated) == (date(2022, 4, 25), date(2022, 4, 26))
    assert article.origins["published"] == "page metadata"


def test_the_date_of_a_programs_template_is_not_the_articles():
    assert read_one("storm.docx", word(story())).published is None


def test_a_document_without_properties_is_given_none():
    content = repacked(
        word(story()), {"_rels/.rels": lambda xml: xml.replace(b"/core-properties", b"/other-properties")}
    )
    article = read_one("storm.docx", content)
    assert (article.title, article.published, article.updated) == (TITLE, None, None)


def test_links_and_insertions_are_read_and_deletions_are_not():
    document = story()
    paragraph = document.add_paragraph("The work cost ")

    def run(tag, text):
        outer, inner, words = (
            OxmlElement(tag),
            OxmlElement("w:r"),
            OxmlElement("w:delText" if tag == "w:del" else "w:t"),
        )
        words.text = text
        inner.append(words)
        outer.append(inner)
        paragraph._p.append(outer)

    run("w:hyperlink", "2.4 million")
    run("w:del", " dollars")
    run("w:ins", " crowns.")
    assert paragraphs(read_one("a.docx", word(document)))[-1] == "The work cost 2.4 million crowns."


def repacked(content: bytes, replace=None, add=None, compression=zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with parts changed: ``replace`` maps names to functions of their content, ``add`` to new parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, replace[name](data) if replace and name in replace else data)
        for name, data in (add or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def test_footnotes_stand_below_the_text():
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    notes = (
        f'<w:footnotes xmlns:w="{w}"><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="1"><w:p><w:r><w:t>A crown is a coin.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    content = repacked(
        word(story()),
        {
            "[Content_Types].xml": lambda xml: xml.replace(
                b"</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode()
            ),
            "word/_rels/document.xml.rels": lambda xml: xml.replace(
                b"</Relationships>",
                f'<Relationship Id="rId99" Type="{relation}" Target="footnotes.xml"/></Relationships>'.encode(),
            ),
        },
        {"word/footnotes.xml": notes},
    )
    assert paragraphs(read_one("a.docx", content)) == [TITLE, PARAGRAPHS[0], "A crown is a coin."]


def declaring(entities: str, reference: str) -> bytes:
    def attack(xml: bytes) -> bytes:
        head, body = xml.decode().split("?>", 1)
        return f"{head}?><!DOCTYPE w [{entities}]>{body.replace('harbour', f'{reference}harbour', 1)}".encode()

    return repacked(word(story()), {"word/document.xml": attack})


def test_an_entity_that_names_another_file_is_not_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the mayor")
    found = read_file("a.docx", declaring(f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "&x;"))
    assert [str(item) for item in found] == ["a.docx: declares entities, which no Word document may"]


def test_entities_within_entities_are_not_written_out():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    content = declaring(f'<!ENTITY l0 "haha">{laughs}', "&l9;")
    tracemalloc.start()
    try:
        assert reason("a.docx", content).startswith("damaged: XMLSyntaxError: Maximum entity amplification")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10_000_000


def test_what_lies_outside_of_a_document_is_not_fetched(monkeypatch):
    def refuse(*_arguments):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    document = story()
    for kind in ("image", "attachedTemplate", "footnotes"):
        document.part.relate_to(
            "http://tarn.example/x", f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}", True
        )
    declared = b'?><!DOCTYPE w SYSTEM "http://tarn.example/w.dtd">'
    assert paragraphs(read_one("a.docx", word(document))) == [TITLE, PARAGRAPHS[0]]
    content = repacked(word(document), {"word/document.xml": lambda xml: xml.replace(b"?>", declared, 1)})
    assert reason("a.docx", content) == "declares entities, which no Word document may"


def traced(content: bytes) -> tuple[object, int]:
    """What a document is read as, and the most memory that it took meanwhile."""
    tracemalloc.start()
    try:
        (found,) = read_file("a.docx", content, limit=1 << 30)
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    found, most = traced(repacked(word(story()), {"word/document.xml": lambda xml: xml + b" " * 200_000_000}))
    assert found.reason.startswith("unpacks to more than a document may hold")
    assert most < 5_000_000


def test_a_bomb_in_the_place_of_a_picture_is_never_unpacked():
    found, most = traced(repacked(word(story()), add={"word/media/image1.png": bytes(200_000_000)}))
    assert paragraphs(found.article) == [TITLE, PARAGRAPHS[0]]
    assert most < 5_000_000


def test_a_part_that_lies_about_its_size_is_not_unpacked_beyond_it():
    size = 50_000_000
    content = bytearray(repacked(word(story()), {"word/document.xml": lambda xml: xml.ljust(size)}))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = content.find(mark)
        while int.from_bytes(content[start + at : start + at + 4], "little") != size:
            start = content.find(mark, start + 4)
            assert start >= 0
        content[start + at : start + at + 4] = (1000).to_bytes(4, "little")
    found, most = traced(bytes(content))
    assert found.reason.startswith("not a Word document (Bad CRC-32")
    assert most < 5_000_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not a Word document"),
        (b"PK\x03\x04" + b"\0" * 500, "not a Word document"),
        (word(docx.Document()), "no text"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 500, "password-protected, or an older Word document (.doc)"),
        (repacked(word(story()), compression=zipfile.ZIP_BZIP2), "packed in a way that Word does not use"),
        (repacked(word(story()), add={f"x/{n}.xml": "" for n in range(5000)}), "more than 5,000 parts"),
        (
            repacked(
                word(story()),
                {"[Content_Types].xml": lambda xml: xml.replace(b"document.main+xml", b"x.macroEnabled.main+xml")},
            ),
            "not a Word document",
        ),
    ],
    ids=["empty", "damaged", "no text", "encrypted", "bzip2", "parts", "macros"],
)
def test_a_document_without_an_article_is_a_skip_with_the_reason(content, expected):
    assert reason("a.docx", content).startswith(expected)


def test_documents_with_macros_are_not_read():
    assert reason("a.docm", word(story())) == "files ending in .docm are not read"
