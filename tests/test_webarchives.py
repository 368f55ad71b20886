"""Web archives that warcio wrote: which records are articles, how they were packed, and damage."""

from __future__ import annotations

import gzip
import io
import zlib
from datetime import UTC, datetime

import brotli
import pytest
from factories import LIMIT, read_file
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from index import Skip
from index.reading import Reading

URL = "https://lund.example/news/harbour"


def page(title="Harbour of Lund reopens", note="") -> bytes:
    return f"""<!DOCTYPE html><html><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>The harbour of Lund reopened on Monday after divers cleared eleven sunken boats from its entrance.</p>
<p>Mayor Alma Reyes said the work had cost 2.4 million crowns. Forty trawlers left on the first morning. {note}</p>
</article></body></html>""".encode()


class Crawl:
    """A web archive, as a crawler writes it."""

    def __init__(self, packed: bool = False) -> None:
        self.out = io.BytesIO()
        self.writer = WARCWriter(self.out, gzip=packed)

    def add(self, content=None, url=URL, status="200 OK", headers=(), kind="response", content_type="text/html"):
        head = StatusAndHeaders(status, [("Content-Type", content_type), *headers], protocol="HTTP/1.1")
        payload = io.BytesIO(page() if content is None else content)
        dated = {"WARC-Date": "2022-04-26T06:30:00Z"}
        record = self.writer.create_warc_record(url, kind, payload, http_headers=head, warc_headers_dict=dated)
        self.writer.write_record(record)
        return self

    @property
    def content(self) -> bytes:
        return self.out.getvalue()


def texts(found) -> list[str]:
    assert all(isinstance(item, Reading) for item in found), found
    return [item.article.text for item in found]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed record by record"])
def test_each_page_of_a_web_archive_is_an_article(packed):
    crawl = Crawl(packed).add().add(page("Mill burns in Tarn"), "https://tarn.example/mill")
    found = read_file("crawl.warc.gz" if packed else "crawl.warc", crawl.content)
    assert ["eleven sunken boats" in text for text in texts(found)] == [True, True]
    assert [item.article.title for item in found] == ["Harbour of Lund reopens", "Mill burns in Tarn"]
    assert [item.article.locator for item in found] == [URL, "https://tarn.example/mill"]
    assert [item.article.url for item in found] == [URL, "https://tarn.example/mill"]
    assert found[0].article.outlet == "lund.example"
    assert found[0].article.path == ("crawl.warc.gz" if packed else "crawl.warc")
    assert found[0].saved == datetime(2022, 4, 26, 6, 30, tzinfo=UTC)


def test_a_web_archive_that_was_packed_as_a_whole_is_read_too():
    content = Crawl().add().add(url=URL + "/2").content
    assert len(texts(read_file("crawl.warc.gz", gzip.compress(content)))) == 2


def test_records_that_are_no_fetched_pages_are_passed_over():
    crawl = Crawl().add(kind="request", status="GET /news HTTP/1.1").add(status="404 Not Found")
    crawl.add(content_type="image/png").add(status="301 Moved", headers=[("Location", URL)]).add(kind="revisit")
    info = crawl.writer.create_warcinfo_record("crawl.warc", {"software": "a crawler"})
    crawl.writer.write_record(info)
    crawl.writer.write_record(crawl.writer.create_warc_record(URL, "metadata", io.BytesIO(b"via: nobody")))
    assert read_file("crawl.warc", crawl.content) == [Skip("crawl.warc", "", "holds no article")]
    assert len(read_file("crawl.warc", crawl.add().content)) == 1


def test_the_same_address_archived_again_is_told_apart_by_its_number():
    found = read_file("crawl.warc", Crawl().add().add(page(note="Corrected on Tuesday.")).content)
    assert [item.article.locator for item in found] == [URL, f"{URL} (2)"]
    assert [item.article.url for item in found] == [URL, URL]


def raw_deflate(content: bytes) -> bytes:
    return zlib.compress(content)[2:-4]


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("br", brotli.compress),
        ("gzip, br", lambda content: brotli.compress(gzip.compress(content))),
        ("gzip", bytes),  # unpacked by the crawler, which left the header
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_pages_are_unpacked_as_they_were_sent(name, pack, chunked):
    content = pack(page())
    headers = [("Content-Encoding", name)]
    if chunked:
        parts = [content[at : at + 100] for at in range(0, len(content), 100)]
        content = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        headers.append(("Transfer-Encoding", "chunked"))
    (text,) = texts(read_file("crawl.warc", Crawl().add(content, headers=headers).content))
    assert "eleven sunken boats" in text


@pytest.mark.parametrize(
    ("name", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", lambda content: brotli.compress(content, quality=1))],
)
def test_a_page_that_unpacks_to_too_much_is_a_skip_and_the_next_is_read(name, pack):
    crawl = Crawl().add(pack(bytes(100_000_000)), "https://bomb.example/", headers=[("Content-Encoding", name)]).add()
    skip, reading = read_file("crawl.warc", crawl.content)
    assert (skip.locator, skip.reason) == ("https://bomb.example/", "a page larger than 20,971,520 bytes")
    assert reading.article.url == URL


def test_packing_that_is_not_known_or_damaged_is_a_skip():
    crawl = Crawl().add(b"x", headers=[("Content-Encoding", "secret")])
    crawl.add(b"\x1f\x8bgarbage", headers=[("Content-Encoding", "gzip")])
    assert [item.reason for item in read_file("crawl.warc", crawl.content)] == [
        "packed as secret, which is not read",
        "damaged: its gzip data cannot be unpacked",
    ]


@pytest.mark.parametrize("share", [0.3, 0.9], ids=["in the head of a record", "in the page"])
@pytest.mark.parametrize("packed", [False, True])
def test_of_a_cut_web_archive_the_pages_before_the_cut_are_read(packed, share):
    crawl = Crawl(packed).add()
    whole = len(crawl.content)
    crawl.add(page("Mill burns in Tarn"), "https://tarn.example/mill")
    cut = crawl.content[: whole + int((len(crawl.content) - whole) * share)]
    first, *rest = read_file("crawl.warc.gz" if packed else "crawl.warc", cut)
    assert first.article.url == URL
    assert isinstance(rest[-1], Skip)
    assert not any(isinstance(item, Reading) for item in rest)
    assert rest[-1].reason.endswith("what stands before it was read")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"no web archive at all\n" * 20, "not a web archive: it does not begin with WARC/"),
        (b"\0" * 1000, "not a web archive: it does not begin with WARC/"),
        (b"WARC/1.0\r\n" + b"\0" * 1000, "not a record of a web archive"),
        (gzip.compress(b"WARC/1.0\r\n", mtime=0), "gzipped: such a web archive is called .warc.gz"),
    ],
    ids=["empty", "text", "NUL bytes", "damage", "gzip"],
)
def test_what_is_no_web_archive_is_a_skip_with_the_reason(content, expected, capsys):
    (skip,) = read_file("crawl.warc", content)
    assert skip.reason.startswith(expected)
    assert capsys.readouterr() == ("", "")


def test_a_gzip_bomb_in_place_of_a_web_archive_is_refused():
    (skip,) = read_file("crawl.warc.gz", gzip.compress(b"WARC/1.0\r\n" + bytes(50_000_000), compresslevel=1), LIMIT)
    assert skip.reason.startswith("larger than the setting max_file_bytes")
