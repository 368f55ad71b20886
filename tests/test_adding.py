"""Articles into the folder and out of it: nothing is overwritten, nothing is lost."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from factories import HARBOUR, MILL, SCHOOL, json_lines, read_one, story, write

from index import (
    Archive,
    ArchiveLocked,
    ArticleMissing,
    FetchError,
    FolderUnreadable,
    IndexMissing,
    IndexSettings,
    RemovalsRefused,
    SourceRefused,
    adding,
)
from index.adding import ending_of_content, file_name, with_address
from index.decoding import decode
from index.readers import FORMATS, Format

PAGE = (
    "<!DOCTYPE html>\n<html><head><title>Mill burns &amp; falls | Tarn Echo</title></head>"
    "<body><p>A fire.</p></body></html>"
)
URL = "https://tarn.example/2024/mill--burns?x=1&y=2"


@pytest.fixture
def pages(monkeypatch):
    """The formats of pages, documents and feeds, whose readers are not what is tested here."""
    others = [
        Format(ending, (ending,), "", None, "index.plain:read_text")
        for ending in (".html", ".pdf", ".json", ".xml", ".eml", ".mhtml", ".warc", ".docx")
    ]
    known = {ending: format_ for format_ in (*others, *FORMATS) for ending in format_.endings}
    monkeypatch.setattr("index.readers._BY_ENDING", known)


@pytest.fixture
def archive(folder):
    return Archive.open(folder)


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if ".byline" not in path.parts)


def added(archive, *sources, **details):
    """The names of the files added, with those that were there already in brackets."""
    addition = archive.add(*sources, **details)
    if addition.refused:
        raise addition.refused[0]
    names = [file.path if file.is_new else f"({file.path})" for file in addition.files]
    return names[0] if len(names) == 1 else names


# --- files -----------------------------------------------------------------------------------------------------------


def test_files_are_copied_with_their_bytes_and_their_time_and_stay_where_they_were(archive, tmp_path):
    write(tmp_path, {"a/mill.txt": MILL, "news.jsonl.gz": gzip.compress(json_lines({"text": HARBOUR}).encode())})
    os.utime(tmp_path / "a/mill.txt", (1_600_000_000, 1_600_000_000))
    assert added(archive, tmp_path / "a/mill.txt", str(tmp_path / "news.jsonl.gz")) == ["mill.txt", "news.jsonl.gz"]
    assert (archive.folder / "mill.txt").read_text() == (tmp_path / "a/mill.txt").read_text() == MILL
    assert (archive.folder / "mill.txt").stat().st_mtime == 1_600_000_000
    assert (archive.folder / "mill.txt").stat().st_mode & 0o777 == 0o666 & ~umask()
    assert names(archive.folder) == ["mill.txt", "news.jsonl.gz"]


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_name_that_is_taken_gets_a_number_and_nothing_is_overwritten(archive, tmp_path):
    write(archive.folder, {"news.jsonl.gz": b"1", "news-2.jsonl.gz": b"2"})
    write(tmp_path, {"news.jsonl.gz": b"3", "other/news.jsonl.gz": b"4"})
    assert added(archive, tmp_path / "news.jsonl.gz", tmp_path / "other/news.jsonl.gz") == [
        "news-3.jsonl.gz",
        "news-4.jsonl.gz",
    ]
    assert [(archive.folder / name).read_bytes() for name in names(archive.folder)] == [b"2", b"3", b"4", b"1"]


def test_a_file_with_the_same_bytes_is_there_already_wherever_it_stands(archive, tmp_path):
    write(archive.folder, {"2024/harbour.txt": HARBOUR})
    write(tmp_path, {"copy.txt": HARBOUR, "same-size.txt": HARBOUR.swapcase()})
    assert added(archive, tmp_path / "copy.txt") == "(2024/harbour.txt)"
    assert added(archive, archive.folder / "2024/harbour.txt") == "(2024/harbour.txt)"
    assert added(archive, tmp_path / "same-size.txt", tmp_path / "same-size.txt") == [
        "same-size.txt",
        "(same-size.txt)",
    ]


def test_two_who_add_under_one_name_at_once_both_keep_theirs(archive):
    def add(number):
        assert archive.add(f"{story(number)}".encode(), name="story").files[0].is_new

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {path.read_text() for path in archive.folder.iterdir()} == {story(number) for number in range(12)}


@pytest.mark.parametrize("fault", [errno.EPERM, errno.EOPNOTSUPP])
def test_where_there_are_no_hard_links_nothing_is_overwritten_either(archive, tmp_path, monkeypatch, fault):
    def no_links(*_, **__):
        raise OSError(fault, "not supported")

    monkeypatch.setattr(os, "link", no_links)
    write(archive.folder, {"mill.txt": HARBOUR})
    write(tmp_path, {"mill.txt": MILL})
    assert added(archive, tmp_path / "mill.txt") == "mill-2.txt"
    assert (archive.folder / "mill.txt").read_text() == HARBOUR
    assert (archive.folder / "mill-2.txt").read_text() == MILL
    assert names(archive.folder) == ["mill-2.txt", "mill.txt"]


def test_a_full_disk_leaves_nothing_behind(archive, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    write(tmp_path, {"mill.txt": MILL})
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FolderUnreadable, match="No space left on device"):
        archive.add(tmp_path / "mill.txt")
    assert list(archive.folder.iterdir()) == []


def make_fifo(path):
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("name", "make", "part"),
    [
        ("folder", Path.mkdir, "index it as an archive of its own: byline index"),
        ("photo.png", Path.touch, "files ending in .png are not read"),
        ("README", Path.touch, "files ending in nothing are not read"),
        ("none.txt", lambda _: None, "No such file"),
        ("pipe.txt", make_fifo, "byline add -"),
        ("nowhere.txt", lambda path: path.symlink_to("nothing"), "No such file"),
        ("large.txt", lambda path: path.write_bytes(b"x" * 5000), "larger than the 4,000 bytes"),
    ],
)
def test_what_cannot_be_added_is_named_and_does_not_keep_the_others_out(folder, tmp_path, name, make, part):
    archive = Archive.open(folder, IndexSettings(max_file_bytes=4000))
    make(tmp_path / name)
    write(tmp_path, {"mill.txt": MILL})
    addition = archive.add(tmp_path / name, tmp_path / "mill.txt")
    (error,) = addition.refused
    assert isinstance(error, SourceRefused)
    assert str(tmp_path / name) in str(error)
    assert part in str(error)
    assert names(folder) == [file.path for file in addition.files] == ["mill.txt"]


def test_what_is_not_read_is_refused_with_the_command_that_lists_what_is(archive, tmp_path):
    (tmp_path / "a.png").touch()
    with pytest.raises(SourceRefused, match="byline formats"):
        added(archive, tmp_path / "a.png")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (".hidden.txt", "hidden.txt"),
        ("Why not? (part 1).txt", "Why not? (part 1).txt"),
        ("å" * 98 + ".txt", "å" * 98 + ".txt"),
        ("å" * 120 + ".jsonl.gz", "å" * 52 + ".jsonl.gz"),
        (b"n\xff.txt", "n.txt"),
        ("MILL.TXT", "MILL.TXT"),
    ],
)
def test_a_file_keeps_its_name_unless_it_would_be_passed_over(archive, tmp_path, name, kept):
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), os.fsencode(name))))
    path.write_text(MILL)
    assert added(archive, path) == kept
    assert names(archive.folder) == [kept]


# --- pasted text -----------------------------------------------------------------------------------------------------


def test_pasted_text_is_kept_as_it_is_under_the_day(archive):
    name = added(archive, MILL.encode())
    assert name == f"pasted-{date.today().isoformat()}.txt"
    assert (archive.folder / name).read_text() == MILL
    assert added(archive, MILL.encode()) == f"({name})"
    assert added(archive, HARBOUR.encode()) == f"pasted-{date.today().isoformat()}-2.txt"


def test_what_is_known_of_pasted_text_becomes_front_matter_that_is_read(archive):
    title = 'Mill: "burns" \\ at # night\x1b[31m \u2028 — ’tis 🏭'
    name = added(archive, MILL.encode(), title=title, url=URL, outlet="yes", published=date(2024, 5, 6))
    article = read_one(name, (archive.folder / name).read_bytes())
    assert article.title == 'Mill: "burns" \\ at # night [31m — ’tis 🏭'
    assert (article.url, article.outlet, article.published) == (URL, "yes", date(2024, 5, 6))
    assert article.text.endswith(MILL)
    assert name == "Mill- burns - at # night-[31m — ’tis 🏭.md"


def test_front_matter_of_the_text_s_own_is_not_hidden_by_another(archive):
    text = b"---\ntitle: Mill\n---\nA fire."
    assert added(archive, text).endswith(".md")
    with pytest.raises(SourceRefused, match="front matter of its own"):
        added(archive, text, title="Fire")


MAIL = "Received: from a.example by b.example\nSubject: News\nMIME-Version: 1.0\nContent-Type: text/plain\n\nA fire.\n"


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (PAGE, ".html"),
        ("<html><body>A fire.</body></html>", ".html"),
        ("\n <!-- a --><!-- b -->\n<article><p>A fire.", ".html"),
        ('<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">', ".html"),
        ('<?xml version="1.0"?><rss version="2.0"></rss>', ".xml"),
        ("<feed></feed>", ".xml"),
        ('{"text": "A fire."}', ".json"),
        ('[{"text": "A fire."}]', ".json"),
        (json_lines({"text": "A fire."}, {"text": "A flood."}), ".jsonl"),
        ("{A fire} broke out.", ".txt"),
        ("[" * 100_000, ".txt"),
        ("# Mill burns\n\nA fire.", ".md"),
        (b"%PDF-1.7\n\xff\xfe", ".pdf"),
        (b"PK\x03\x04\x14\x00word/document.xml", ".docx"),
        (b"WARC/1.1\r\nWARC-Type: warcinfo", ".warc"),
        (MAIL, ".eml"),
        (MAIL.replace("text/plain", "multipart/related; boundary=a"), ".mhtml"),
        ("Who: Ann\nWhat: a fire\n\nIt burns.", ".txt"),
        ("<3 mills burn", ".txt"),
        (MILL, ".txt"),
        (MILL.encode("utf-16"), ".txt"),
        ("<!--" * 100_000, ".txt"),
    ],
)
def test_what_is_pasted_is_told_by_its_content(content, ending):
    assert ending_of_content(content if isinstance(content, bytes) else content.encode()) == ending


@pytest.mark.parametrize("content", [b"", b" \n\t", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", b"PK\x03\x04\0\0\0\xff"])
def test_what_is_pasted_and_is_nothing_is_refused(archive, content):
    with pytest.raises(SourceRefused):
        added(archive, content)
    assert list(archive.folder.iterdir()) == []


def test_a_pasted_page_is_called_by_its_title_and_keeps_its_address(archive, pages):
    name = added(archive, PAGE.encode(), url=URL)
    assert name == "Mill burns & falls - Tarn Echo.html"
    assert "saved from url=" in (archive.folder / name).read_text()
    with pytest.raises(SourceRefused, match="pasted text only"):
        added(archive, PAGE.encode(), title="Mill")


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("mill", MILL, "mill.txt"),
        ("mill.txt", MILL, "mill.txt"),
        ("mill.md", MILL, "mill.md"),
        ("mill.markdown", "# Mill\n\nA fire.", "mill.markdown"),
        ("mill.txt", "# Mill\n\nA fire.", "mill.md"),
        ("mill.txt", PAGE, "mill.html"),
        ("mill.txt.gz", MILL, "mill.txt"),
        ("v1.2 of mill", MILL, "v1.2 of mill.txt"),
        ("../../etc/passwd", MILL, "etc-passwd.txt"),
        (".", MILL, "article.txt"),
    ],
)
def test_a_file_is_called_as_wanted_with_the_ending_of_its_content(archive, pages, name, content, kept):
    assert added(archive, content.encode(), name=name) == kept
    assert names(archive.folder) == [kept]


@pytest.mark.parametrize(
    ("stem", "kept"),
    [
        ('a/b\\c:d*e?f"g<h>i|j', "a-b-c-def" + "ghi-j"),
        ("  ..hidden.. ", "hidden"),
        ("CON", "article-CON"),
        ("nul.old", "article-nul.old"),
        ("console", "console"),
        ("", "article"),
        ("...", "article"),
        ("a\n\tb\x00\x1b\u202ec", "a-b- c"),
        ("e\u0301", "é"),
        ("x" * 300, "x" * 110),
        ("🏭" * 100, "🏭" * 27),
        ("\ud800", "article"),
    ],
)
def test_names_are_safe_on_every_file_system(stem, kept):
    name = file_name(stem, ".txt")
    assert name == f"{kept}.txt"
    assert len(name.encode()) <= 120
    assert not name.startswith(".")


def test_details_belong_to_one_source(archive, tmp_path):
    write(tmp_path, {"mill.txt": MILL})
    with pytest.raises(SourceRefused, match="one by one"):
        archive.add(MILL.encode(), HARBOUR.encode(), title="Mill")
    with pytest.raises(SourceRefused, match="is a file, which says itself"):
        added(archive, tmp_path / "mill.txt", title="Mill")
    assert added(archive, tmp_path / "mill.txt", name="fire.jsonl") == "fire.txt"


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<!DOCTYPE html>\n<html>", b"<!DOCTYPE html>\n<!-- COMMENT -->\n<html>"),
        (b"<!doctype html><html>", b"<!doctype html>\n<!-- COMMENT -->\n<html>"),
        (b"<html>", b"<!-- COMMENT -->\n<html>"),
        (b"\xef\xbb\xbf<html>", b"\xef\xbb\xbf\n<!-- COMMENT -->\n<html>"),
        (b'<?xml version="1.0"?>\n<html>', b'<?xml version="1.0"?>\n\n<!-- COMMENT -->\n<html>'),
        ("\ufeff<html>".encode("utf-16-le"), "\ufeff<!-- COMMENT -->\n<html>".encode("utf-16-le")),
        ("\ufeff<html>".encode("utf-16-be"), "\ufeff<!-- COMMENT -->\n<html>".encode("utf-16-be")),
    ],
)
def test_a_page_gets_the_comment_that_browsers_write_and_is_not_changed_else(page, expected):
    address = "https://tarn.example/a"
    encoding = "utf-16" if b"\0" in page else "utf-8"
    found = with_address(page, address).decode(encoding)
    assert found == expected.decode(encoding).replace("COMMENT", f"saved from url=(0022){address}")


def test_an_address_cannot_end_the_comment(archive, pages):
    name = added(archive, PAGE.encode(), url="https://a.example/--><script>alert(1)</script>\n-->")
    text = (archive.folder / name).read_text()
    assert text.count("-->") == 1


class Pages(BaseHTTPRequestHandler):
    answers: ClassVar = {}

    def do_GET(self):
        media_type, content = self.answers[self.path]
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def web(folder, pages):
    """An archive that may fetch from this machine, and a function that serves a page and gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def serve(path, media_type, content):
        Pages.answers[path] = (media_type, content)
        return f"http://127.0.0.1:{server.server_port}{path}"

    yield Archive.open(folder, IndexSettings(fetch_private=True)), serve
    server.shutdown()
    server.server_close()


def test_a_fetched_page_is_kept_as_it_came_with_its_address_under_its_title(web):
    archive, serve = web
    url = serve("/news/mill", "text/html", PAGE.encode())
    assert added(archive, url) == "Mill burns & falls - Tarn Echo.html"
    (path,) = archive.folder.iterdir()
    lines = path.read_text().split("\n")
    assert lines.pop(1) == f"<!-- saved from url=({len(url):04}){url} -->"
    assert "\n".join(lines) == PAGE
    assert added(archive, url) == f"({path.name})"


@pytest.mark.parametrize(
    ("charset", "meta"),
    [("windows-1251", ""), ("shift_jis", ""), ("windows-1251", "<meta charset=utf-8>"), ("utf-8", "")],
)
def test_a_page_whose_encoding_only_its_server_tells_is_read_as_it_is_meant(web, charset, meta):
    archive, serve = web
    words = "港が再開した。" if charset == "shift_jis" else "Пожар на мельнице. Никто не пострадал — «чудо»."
    page = f"<!DOCTYPE html>{meta}<p>{words}</p>"
    name = added(archive, serve("/a", f"text/html; charset={charset}", page.encode(charset)))
    assert words in decode((archive.folder / name).read_bytes())


def test_a_page_that_names_its_encoding_itself_keeps_its_bytes(web):
    archive, serve = web
    page = "<!DOCTYPE html>\n<meta charset=windows-1252><p>Caf\u00e9 \u201cLund\u201d</p>".encode("cp1252")
    name = added(archive, serve("/cafe", "text/html; charset=windows-1252", page))
    assert b"Caf\xe9 \x93Lund\x94" in (archive.folder / name).read_bytes()
    assert name == "127.0.0.1-cafe.html"


def test_fetched_text_keeps_its_address_in_front_matter(web):
    archive, serve = web
    url = serve("/2024/mill.txt", "text/plain; charset=utf-8", MILL.encode())
    name = added(archive, url, title="Mill")
    article = read_one(name, (archive.folder / name).read_bytes())
    assert (article.url, article.title, name) == (url, "Mill", "127.0.0.1-mill.md")
    assert article.text.endswith(MILL)
    with pytest.raises(SourceRefused, match="says itself what it is"):
        added(archive, serve("/page", "text/html", PAGE.encode()), title="Mill")


@pytest.mark.parametrize(
    ("media_type", "ending"),
    [("application/pdf", ".pdf"), ("application/json", ".json"), ("application/rss+xml", ".xml")],
)
def test_other_files_are_kept_byte_for_byte(web, media_type, ending):
    archive, serve = web
    content = b'{"text": "\xff\r\n"}'
    name = added(archive, serve("/r%C3%A9sum%C3%A9/annual%2Freport", media_type, content))
    assert name == f"127.0.0.1-report{ending}"
    assert (archive.folder / name).read_bytes() == content


def test_a_page_that_cannot_be_fetched_leaves_nothing(folder):
    addition = Archive.open(folder).add("http://127.0.0.1:9/a", "ftp://a.example/")
    assert [type(error) for error in addition.refused] == [FetchError] * 2
    assert list(folder.iterdir()) == []


# --- removing --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """An archive with its index; not to be changed."""
    folder = tmp_path_factory.mktemp("indexed") / "articles"
    write(
        folder,
        {
            "harbour.txt": HARBOUR,
            "2024/mill.txt": MILL,
            "copies/mill.txt": MILL,
            "two.jsonl": json_lines({"text": SCHOOL, "title": "School"}, {"text": story(1), "title": "Bridge"}),
        },
    )
    Archive.open(folder).sync()
    return folder


@pytest.fixture
def filled(indexed, tmp_path):
    """A copy of it, to be changed."""
    return Archive.open(shutil.copytree(indexed, tmp_path / "filled"))


def id_of(archive, title):
    (found,) = [article.id for article in archive.articles() if title in article.title]
    return found


def test_a_removed_file_is_moved_aside_and_brought_back_as_it_was(filled):
    harbour = id_of(filled, "Harbour")
    kept = filled.folder / ".removed" / "harbour.txt"
    inode = (filled.folder / "harbour.txt").stat().st_ino
    removal = filled.remove(harbour[:6])
    assert removal.moves == ((filled.folder / "harbour.txt", kept),)
    assert removal.ids == {harbour}
    assert kept.read_text() == HARBOUR
    report = filled.sync(expected_removals=removal.ids)
    assert [article.id for article in report.removed] == [harbour]
    back = filled.restore(harbour[:6])
    assert back.moves == ((kept, filled.folder / "harbour.txt"),)
    assert (filled.folder / "harbour.txt").stat().st_ino == inode
    assert [article.id for article in filled.sync().added] == [harbour]
    with pytest.raises(ArticleMissing, match="No removed article"):
        filled.restore(harbour)


def test_all_places_of_an_article_are_moved_and_brought_back(filled):
    mill = id_of(filled, "mill")
    removal = filled.remove(mill)
    assert {was.relative_to(filled.folder).as_posix() for was, _ in removal.moves} == {
        "2024/mill.txt",
        "copies/mill.txt",
    }
    moved = ["2024", "2024/mill.txt", "copies", "copies/mill.txt"]
    assert names(filled.folder / ".removed") == [".removals.jsonl", *moved]
    assert all(now.read_text() == MILL for _, now in removal.moves)
    filled.restore(mill)
    assert (filled.folder / "2024/mill.txt").read_text() == (filled.folder / "copies/mill.txt").read_text() == MILL


def test_a_removal_is_let_through_alone(filled):
    """Of four articles, one is more than a fifth; what else is gone still counts."""
    removal = filled.remove(id_of(filled, "Harbour"))
    (filled.folder / "two.jsonl").unlink()
    with pytest.raises(RemovalsRefused, match="2 of 4"):
        filled.sync(expected_removals=removal.ids)


def test_a_file_with_other_articles_goes_only_if_that_is_said(filled):
    school = id_of(filled, "School")
    with pytest.raises(RemovalsRefused, match=r"two.jsonl holds 2 articles.*--whole-file"):
        filled.remove(school)
    assert (filled.folder / "two.jsonl").exists()
    removal = filled.remove(school, whole_file=True)
    assert {article.title for article in removal.articles} == {"School", "Bridge"}
    assert filled.sync(expected_removals=removal.ids).articles == 2
    # either of them brings the file back
    filled.restore(id_of_removed(removal, "Bridge"))
    assert filled.sync().articles == 4


def id_of_removed(removal, title):
    (found,) = [article.id for article in removal.articles if article.title == title]
    return found


def test_what_is_removed_twice_is_kept_twice_and_the_last_comes_back_first(filled):
    harbour = id_of(filled, "Harbour")
    filled.sync(expected_removals=filled.remove(harbour).ids)
    write(filled.folder, {"harbour.txt": HARBOUR})
    filled.sync()
    ((_, second),) = filled.remove(harbour).moves
    assert second.name == "harbour-2.txt"
    ((came, _),) = filled.restore(harbour).moves
    assert came == second
    ((_, at),) = filled.restore(harbour).moves
    # what stands there by now is not overwritten
    assert at == filled.folder / "harbour-2.txt"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_is_moved_itself_and_not_what_it_leads_to(folder, fast):
    write(folder, {"harbour.txt": HARBOUR, ".kept/mill.txt": MILL})
    (folder / "mill.txt").symlink_to(".kept/mill.txt")
    archive = Archive.open(folder)
    archive.sync()
    mill = id_of(archive, "mill")
    ((_, now),) = archive.remove(mill).moves
    assert now.is_symlink()
    assert now.readlink() == Path(".kept/mill.txt")
    assert (folder / ".kept/mill.txt").read_text() == MILL
    archive.restore(mill)
    assert (folder / "mill.txt").read_text() == MILL


@pytest.mark.parametrize("is_link", [False, True])
def test_an_index_on_another_disk_takes_what_is_removed_all_the_same(filled, monkeypatch, is_link):
    if is_link:
        (filled.folder / "harbour.txt").rename(filled.folder / ".kept")
        (filled.folder / "harbour.txt").symlink_to(".kept")
    real = os.link

    def link(source, target, **named):
        if Path(source).parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target, **named)

    monkeypatch.setattr(os, "link", link)
    harbour = id_of(filled, "Harbour")
    (filled.folder / ".removed").mkdir()
    write(filled.folder, {".removed/harbour.txt": "another"})
    ((was, now),) = filled.remove(harbour).moves
    assert not os.path.lexists(was)
    assert now.name == "harbour-2.txt"
    assert now.is_symlink() == is_link
    assert (now if not is_link else filled.folder / ".kept").read_text() == HARBOUR
    filled.restore(harbour)
    assert was.read_text() == HARBOUR
    assert names(filled.folder / ".removed") == [".removals.jsonl", "harbour.txt"]


@pytest.mark.parametrize("id_", ["", "zz"])
def test_an_id_that_no_article_has_removes_nothing(filled, id_):
    before = names(filled.folder)
    with pytest.raises(ArticleMissing, match="byline list"):
        filled.remove(id_)
    with pytest.raises(ArticleMissing, match="removed"):
        filled.restore(id_)
    assert names(filled.folder) == before


def test_an_article_whose_file_is_gone_already_is_told(filled):
    harbour = id_of(filled, "Harbour")
    (filled.folder / "harbour.txt").unlink()
    with pytest.raises(ArticleMissing, match=r"harbour.txt is not there any more. Run: byline index"):
        filled.remove(harbour)


def test_nothing_is_removed_while_another_process_indexes(filled):
    with filled._writing(), pytest.raises(ArchiveLocked):
        filled.remove(id_of(filled, "Harbour"))
    assert (filled.folder / "harbour.txt").exists()


def test_nothing_is_removed_from_a_folder_that_was_never_indexed(archive):
    with pytest.raises(IndexMissing, match="byline index"):
        archive.remove("ab")


def test_a_note_that_was_cut_off_or_leads_out_of_the_folder_is_passed_over(filled, tmp_path):
    harbour = id_of(filled, "Harbour")
    filled.remove(harbour)
    (tmp_path / "secret.txt").write_text("secret")
    out = {
        "files": [{"path": "secret.txt", "kept": "../../../secret.txt"}],
        "articles": [{"id": "ffff", "title": "secret"}],
    }
    with (filled.index_dir / adding.REMOVALS).open("a") as notes:
        notes.write(json.dumps(out) + '\n{"files": [{"pa')
    with pytest.raises(ArticleMissing):
        filled.restore("ffff")
    assert (tmp_path / "secret.txt").exists()
    filled.restore(harbour)
    assert (filled.folder / "harbour.txt").read_text() == HARBOUR


def test_what_was_removed_outlives_the_rebuilding_of_the_index(filled):
    harbour = id_of(filled, "Harbour")
    filled.sync(expected_removals=filled.remove(harbour).ids)
    for generation in filled.index_dir.glob("gen-*"):
        shutil.rmtree(generation)
    filled.sync()
    filled.restore(harbour)
    assert filled.sync().articles == 4


def test_the_articles_of_files_are_told(filled):
    assert {article.title for article in filled.articles_at(["two.jsonl", "none.txt"])} == {"School", "Bridge"}
