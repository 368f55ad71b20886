"""Articles into the folder of an archive and out of it: files, pasted text and fetched pages; nothing is overwritten.

A file gets its name in one step once its bytes are on the disk. What is removed is moved aside, into ``.removed/``, and
can be brought back.
"""

from __future__ import annotations

import codecs
import errno
import filecmp
import html
import itertools
import json
import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

from index.cleaning import one_line
from index.decoding import decode
from index.disk import folder_to_disk
from index.errors import ArticleMissing, BylineError, FolderUnreadable, RemovalsRefused, SourceRefused
from index.readers import format_of
from index.scanning import scan
from index.types import ArticleRef

if TYPE_CHECKING:
    from index.fetching import Fetched
    from index.settings import IndexSettings

Source = Path | str | bytes
"""A file, the address of a page or a file (as text), or what was pasted."""

NAME_BYTES = 120
"""Longest name given to a file; file systems end at 143 (eCryptfs) to 255 bytes."""

OWN_NAME_BYTES = 200
"""Longest name that a file keeps; a number may be added to it."""

REMOVED = ".removed"
"""Of the folder of articles, not of its index: whoever deletes an index, which can be made again, loses no article."""
REMOVALS = ".removals.jsonl"
"""What was moved aside, one removal a line, within the index's folder."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\x00-\x1f\x7f-\x9f:/\\|]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)  # on Windows, with any ending
_PAGE_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,500}\?>\s*)?(?:<!doctype[^>\[]{0,500}>)?", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>(.{1,1000}?)</title", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<(?:!doctype html|html|head|body|article|main|div|section|p|h1)\b", re.IGNORECASE)
_MAIL = re.compile(r"(?:[A-Za-z-]{2,40}: ?.*\n(?:[ \t].*\n)*){2}")
_FRONT_MATTER = re.compile(r"---[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a pasted text or of where a file comes from; ``name`` is what its file is to be called."""

    name: str = ""
    title: str = ""
    url: str = ""
    outlet: str = ""
    published: date | None = None

    @property
    def fields(self) -> dict[str, str]:
        """Those that become fields of the article, as front matter names them."""
        found = {"title": self.title, "url": self.url, "outlet": self.outlet, "date": str(self.published or "")}
        return {name: one_line(value) for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Added:
    """A file of the archive's folder, by its path within it; ``is_new`` is False where it was there already."""

    path: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Addition:
    """What :func:`add` did: the files, and why other sources were refused."""

    files: tuple[Added, ...] = ()
    refused: tuple[BylineError, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """Files moved aside, or brought back: from where to where, and the articles in them."""

    moves: tuple[tuple[Path, Path], ...]
    articles: tuple[ArticleRef, ...] = field(default_factory=tuple)

    @property
    def ids(self) -> frozenset[str]:
        """Of the articles."""
        return frozenset(article.id for article in self.articles)


# --- in ----------------------------------------------------------------------------------------------------------


def is_url(source: Source) -> bool:
    """Whether a source is the address of something on the web."""
    return isinstance(source, str) and _SCHEME.match(source) is not None


def add(
    folder: Path, but: Path, sources: Sequence[Source], settings: IndexSettings, details: Details | None = None
) -> Addition:
    """Copy files, pasted text and fetched pages into ``folder``; see :meth:`index.Archive.add`.

    A source that cannot be added does not keep the others out.

    Args:
        folder: of the archive.
        but: of its index.
        sources: each a path, an address or bytes.
        settings: how much is read and fetched.
        details: of the source, where it is the only one.

    Raises:
        FolderUnreadable: the folder cannot be written to.
    """
    details = details or Details()
    if len(sources) > 1 and details != Details():
        raise SourceRefused("A name, a title and the like belong to one source. Add the sources one by one.")
    into = _Folder(folder, but)
    files: list[Added] = []
    refused: list[BylineError] = []
    for source in sources:
        try:
            files.append(_add_one(into, source, settings, details))
        except FolderUnreadable:
            raise
        except BylineError as error:
            refused.append(error)
    return Addition(tuple(files), tuple(refused))


def _add_one(folder: _Folder, source: Source, settings: IndexSettings, details: Details) -> Added:
    if isinstance(source, bytes):
        return _add_pasted(folder, source, settings, details)
    if isinstance(source, str) and is_url(source):
        return _add_page(folder, source, settings, details)
    if details.fields:
        raise SourceRefused(
            f"{source} is a file, which says itself what it is. A title, a url, an outlet and a date are for pasted "
            "text: byline add -"
        )
    return _add_file(folder, Path(source).expanduser(), settings, details.name)


def _add_file(folder: _Folder, path: Path, settings: IndexSettings, name: str) -> Added:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise SourceRefused(
            f"{path} cannot be read ({getattr(error, 'strerror', None) or error}). See that the name is right."
        ) from error
    if stat.S_ISDIR(status.st_mode):
        raise SourceRefused(
            f"{path} is a folder. Name the files in it, or index it as an archive of its own: byline index {path}"
        )
    if not stat.S_ISREG(status.st_mode):
        raise SourceRefused(f"{path} is not a file. What comes through a pipe is added by: byline add -")
    name = _named(name, "", _split_endings(path.name)[1]) if name else _own_name(path.name)
    _check_format(name, str(path))
    limit = _limit(name, settings)
    if status.st_size > limit:
        raise SourceRefused(f"{path} is larger than the {limit:,} bytes that are read of such a file.")
    try:
        content = path.open("rb")
    except OSError as error:
        raise SourceRefused(f"{path} cannot be read ({error.strerror}).") from error
    with content:
        return folder.put(name, content, status.st_mtime_ns)


def _add_pasted(folder: _Folder, content: bytes, settings: IndexSettings, details: Details) -> Added:
    if not content.strip():
        raise SourceRefused("There is nothing in what was pasted.")
    ending = ending_of_content(content)
    if ending == ".html" and details.url:
        content = with_address(content, one_line(details.url))
        details = Details(details.name, details.title, "", details.outlet, details.published)
    if details.fields:
        if ending not in (".txt", ".md"):
            raise SourceRefused(
                "A title, an outlet and a date can be given to pasted text only; this is another format, which says "
                "itself what it is."
            )
        content, ending = _with_front_matter(content, details.fields), ".md"
    title = details.title or (_title_of_page(content) if ending == ".html" else "")
    name = _named(details.name, title or f"pasted-{date.today().isoformat()}", ending)
    return folder.put_bytes(name, content, settings)


def _add_page(folder: _Folder, url: str, settings: IndexSettings, details: Details) -> Added:
    from index.fetching import MEDIA_TYPES, fetch

    fetched = fetch(url, settings)
    ending = MEDIA_TYPES.get(fetched.media_type) or ending_of_content(fetched.content)
    content = _as_utf_8(fetched) if ending in (".html", ".txt", ".md") else fetched.content
    extra = details.fields
    title = ""
    if ending == ".html":
        title = _title_of_page(content)
        content = with_address(content, fetched.url)
    elif ending in (".txt", ".md") and not _FRONT_MATTER.match(_text_of(content)):
        content, ending = _with_front_matter(content, {"url": fetched.url, **extra}), ".md"
        extra = {}
    if extra:
        raise SourceRefused(
            f"{url} gives a file that says itself what it is. A title, a url, an outlet and a date are for text."
        )
    name = _named(details.name, title or _slug(fetched.url), ending)
    return folder.put_bytes(name, content, settings, int(fetched.when.timestamp() * 1e9))


def ending_of_content(content: bytes) -> str:
    """The ending that a file with this content should have: of a page, a feed, JSON, a message, …, else ``.txt``.

    Raises:
        SourceRefused: it is binary, and nothing that is known.
    """
    if content.startswith(b"%PDF-"):
        return ".pdf"
    if content.startswith(b"WARC/"):
        return ".warc"
    if content.startswith(b"PK\x03\x04") and b"word/" in content:
        return ".docx"
    text = _text_of(content).lstrip()
    if _MARKUP.match(_after_comments(text)):
        return ".html"
    if text.startswith(("<?xml", "<rss", "<feed")):
        return ".html" if re.search(r"<html\b", text[:2000], re.IGNORECASE) else ".xml"
    if text.startswith(("{", "[")):
        if _is_json(text):
            return ".json"
        if _is_json(text.split("\n", 1)[0]):
            return ".jsonl"
    if _MAIL.match(text[:5000]) and re.search(r"^(?:mime-version|received|message-id):", text[:20_000], re.I | re.M):
        return ".mhtml" if re.search(r"^content-type:\s*multipart/related", text[:20_000], re.I | re.M) else ".eml"
    return ".md" if _FRONT_MATTER.match(text) or text.startswith("# ") else ".txt"


def _after_comments(text: str) -> str:
    while text.startswith("<!--") and (end := text.find("-->")) >= 0:
        text = text[end + 3 :].lstrip()
    return text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def with_address(page: bytes, url: str) -> bytes:
    """A page with the comment in which browsers note where they saved it from; nothing else of it is changed.

    It stands behind the document type, as browsers write it. ``--``, which no comment may hold, is ``%2D%2D`` there.
    """
    address = url.replace("--", "%2D%2D")
    # four digits for the length, as Internet Explorer read them and all browsers write them since
    comment = f"<!-- saved from url=({len(address):04}){address} -->\n"
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if page.startswith(mark):
            return mark + comment.encode(encoding) + page[len(mark) :]
    head = _PAGE_HEAD.match(page)
    at = head.end() if head else 0
    return page[:at] + (b"\n" if at else b"") + comment.encode() + page[at:].removeprefix(b"\n")


def _as_utf_8(fetched: Fetched) -> bytes:
    """The content so that it is read as its server meant it, who alone may know the encoding."""
    content, charset = fetched.content, fetched.charset
    if not charset or content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content
    try:
        codec = codecs.lookup(charset).name
        if codec in ("utf-8", "ascii"):
            return content
        # what servers call Latin-1 is what browsers read as Windows-1252
        text = content.decode("cp1252" if codec == "iso8859-1" else codec)
    except (LookupError, UnicodeError):
        return content
    # the mark goes before what the page says of its encoding
    return (
        content if decode(content) == text and charset.encode() in content[:2000].lower() else text.encode("utf-8-sig")
    )


def _with_front_matter(content: bytes, fields: Mapping[str, str]) -> bytes:
    text = _text_of(content)
    if _FRONT_MATTER.match(text):
        raise SourceRefused("The text begins with front matter of its own. Put the title, url, outlet and date there.")
    # a JSON string is a YAML string
    lines = [f"{name}: {json.dumps(_printable(value), ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", "", ""]).encode() + text.encode("utf-8", "replace")


def _text_of(content: bytes) -> str:
    text = decode(content)
    if text is None:
        raise SourceRefused("This is neither text nor another format that is read. Those are listed by: byline formats")
    return text


def _title_of_page(page: bytes) -> str:
    match = _TITLE.search(decode(page[:100_000]) or "")
    return one_line(html.unescape(match[1])) if match else ""


def _slug(url: str) -> str:
    """What a page is called in its address: the last part of the path that has letters, else the host."""
    parts = urlsplit(url)
    host = (parts.hostname or "page").removeprefix("www.")
    names = [unquote(part) for part in parts.path.split("/") if re.search(r"[^\W\d_]{2}", unquote(part))]
    return f"{host}-{PurePosixPath(names[-1]).stem}" if names else host


def _check_format(name: str, shown: str) -> None:
    if format_of(name) is None:
        ending = "".join(PurePosixPath(name.lower()).suffixes[-1:])
        raise SourceRefused(
            f"{shown} is not added: files ending in {ending or 'nothing'} are not read. "
            "Those that are read are listed by: byline formats"
        )


def _limit(name: str, settings: IndexSettings) -> int:
    found = format_of(name)
    most = found.limit if found else None
    return settings.max_file_bytes if most is None else min(most, settings.max_file_bytes)


# --- names -------------------------------------------------------------------------------------------------------


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _split_endings(name: str) -> tuple[str, str]:
    """A name and its ending, that of what is packed with it: ``news`` and ``.jsonl.gz``."""
    path = PurePosixPath(name)
    endings = path.suffixes[-2:] if path.suffix.lower() == ".gz" else path.suffixes[-1:]
    ending = "".join(endings)
    return (name[: -len(ending)] or name, ending) if ending else (name, "")


def _own_name(name: str) -> str:
    """The name of a file that is copied: its own, unless it would be passed over or is none everywhere."""
    shown = os.fsencode(name).decode("utf-8", "replace")
    stem, ending = _split_endings(shown)
    fits = len(shown.encode()) <= OWN_NAME_BYTES and not shown.startswith(".") and "\ufffd" not in shown
    return shown if fits else file_name(stem, ending)


def _named(name: str, otherwise: str, ending: str) -> str:
    """The name of a new file: as the user wants it called, else ``otherwise``, with the ending of its content."""
    stem, given = (_split_endings(name) if format_of(name) else (name, "")) if name else (otherwise, "")
    is_packed = given.lower().endswith(".gz") or ending.lower().endswith(".gz")
    # any text may be meant as Markdown; an ending that says something else of the content would have it misread
    fitting = {ending, ".md"} if ending == ".txt" else {ending}
    if given and not is_packed and format_of(name) in {format_of(f"x{fit}") for fit in fitting}:
        ending = given
    return file_name(stem, ending)


def file_name(stem: str, ending: str) -> str:
    """A name that every file system takes: at most 120 bytes, not hidden, without characters that mean something."""
    stem = unicodedata.normalize("NFC", stem.encode("utf-8", "replace").decode())
    stem = "".join(character for character in _SEPARATORS.sub("-", stem) if character not in '<>"?*\ufffd')
    stem = " ".join(_printable(stem).split()).strip(".- ")
    # room for the number that a name gets where it is taken
    stem = stem.encode()[: NAME_BYTES - len(ending.encode()) - 6].decode("utf-8", "ignore").rstrip(".- ")
    if not stem or _RESERVED.match(stem):
        stem = f"article-{stem}".rstrip("-")
    return f"{stem}{ending}"


def _numbered(name: str) -> Iterator[str]:
    yield name
    stem, ending = _split_endings(name)
    for number in itertools.count(2):
        yield f"{stem}-{number}{ending}"


# --- files -------------------------------------------------------------------------------------------------------


class _Folder:
    """A folder of articles that files are put into."""

    def __init__(self, folder: Path, but: Path) -> None:
        self._folder = folder
        self._but = but
        self._sizes: dict[int, list[str]] | None = None

    def put_bytes(self, name: str, content: bytes, settings: IndexSettings, modified_ns: int | None = None) -> Added:
        _check_format(name, f"This (as {name})")
        limit = _limit(name, settings)
        if len(content) > limit:
            raise SourceRefused(f"This is larger than the {limit:,} bytes that are read of such a file.")
        return self.put(name, BytesIO(content), modified_ns)

    def put(self, name: str, content: BinaryIO, modified_ns: int | None) -> Added:
        """Write a file under ``name``, or under that with a number; one with the same bytes is there already."""
        temporary = self._folder / f".byline-adding-{token_hex(8)}"
        with self._faults():
            try:
                with temporary.open("xb") as file:
                    shutil.copyfileobj(content, file)
                    file.flush()
                    os.fsync(file.fileno())
                    size = file.tell()
                if (there := self._same(temporary, size)) is not None:
                    return Added(there, is_new=False)
                if modified_ns is not None:
                    os.utime(temporary, ns=(modified_ns, modified_ns))
                taken = next(attempt for attempt in _numbered(name) if _rename(temporary, self._folder / attempt))
            finally:
                temporary.unlink(missing_ok=True)
        self._by_size.setdefault(size, []).append(taken)
        return Added(taken, is_new=True)

    @property
    def _by_size(self) -> dict[int, list[str]]:
        if self._sizes is None:
            self._sizes = {}
            for relative, path in scan(self._folder, self._but).files.items():
                with suppress(OSError):
                    self._sizes.setdefault(path.stat().st_size, []).append(relative)
        return self._sizes

    def _same(self, path: Path, size: int) -> str | None:
        for relative in self._by_size.get(size, []):
            with suppress(OSError):
                if filecmp.cmp(path, self._folder / relative, shallow=False):
                    return relative
        return None

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FolderUnreadable(
                f"{self._folder} cannot be written to ({error.strerror or error}). Make room or the folder writable."
            ) from error


def _rename(path: Path, target: Path) -> bool:
    """Give a file another name, in one step; False where that name is taken."""
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in (errno.EXDEV, errno.ENOENT, errno.ENOSPC, errno.EROFS):
            raise
        # no hard links here: the name is held by an empty file until the file takes its place
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return False
        try:
            path.replace(target)
        except OSError:
            target.unlink()
            raise
    else:
        try:
            path.unlink()
        except OSError:
            target.unlink()
            raise
    folder_to_disk(target.parent)
    return True


def _move(path: Path, target: Path) -> Path:
    """Move a file, or a link itself, to ``target`` or, where that is taken, to a name with a number; returns which."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for name in _numbered(target.name):
        to = target.with_name(name)
        try:
            if _rename(path, to):
                return to
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            if _copy_over(path, to):
                path.unlink()
                return to
    raise AssertionError


def _copy_over(path: Path, target: Path) -> bool:
    if path.is_symlink():
        try:
            target.symlink_to(path.readlink())
        except FileExistsError:
            return False
        return True
    temporary = target.parent / f".byline-moving-{token_hex(8)}"
    try:
        shutil.copy2(path, temporary)
        with temporary.open("rb+") as copied:
            os.fsync(copied.fileno())
        return _rename(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


# --- out ---------------------------------------------------------------------------------------------------------


def remove(folder: Path, article_id: str, places: Mapping[tuple[str, str], ArticleRef], *, whole_file: bool) -> Removal:
    """Move the files of an article aside; see :meth:`index.Archive.remove`.

    Args:
        folder: of the archive.
        article_id: its id, or the beginning of it.
        places: the articles of the archive by path and locator.
        whole_file: whether other articles of the same files may go too.

    Raises:
        ArticleMissing: there is no such article, or several, or its file is not there any more.
        RemovalsRefused: a file holds other articles too.
    """
    article_id = _the_one({ref.id for ref in places.values()}, article_id, "article", "`byline list` shows the ids.")
    paths = sorted({path for (path, _), ref in places.items() if ref.id == article_id})
    going = {ref.id: ref for (path, _), ref in places.items() if path in paths}
    if len(going) > 1 and not whole_file:
        held = {path: len({ref.id for (at, _), ref in places.items() if at == path}) for path in paths}
        path = max(paths, key=lambda path: held[path])
        raise RemovalsRefused(
            f"{path} holds {held[path]} articles, and all of them would go. "
            "If that is meant, add --whole-file; else take the article out of the file."
        )
    present = [path for path in paths if os.path.lexists(folder / path)]
    if not present:
        raise ArticleMissing(f"{', '.join(paths)} is not there any more. Run: byline index {folder}")
    moves = [(folder / path, _move(folder / path, folder / REMOVED / path)) for path in present]
    removal = Removal(tuple(moves), tuple(going.values()))
    _note(folder, removal)
    return removal


def restore(folder: Path, article_id: str) -> Removal:
    """Move what :func:`remove` moved aside last for this article back to where it was.

    Raises:
        ArticleMissing: nothing was removed under this id, or several articles were.
    """
    notes = [note for note in _notes(folder) if any(os.path.lexists(kept) for _, kept in note.moves)]
    ids = {ref.id for note in notes for ref in note.articles}
    found = _the_one(ids, article_id, "removed article", f"What was removed is in {folder / REMOVED}.")
    last = next(note for note in reversed(notes) if found in note.ids)
    moves = [(kept, _move(kept, path)) for path, kept in last.moves if os.path.lexists(kept)]
    return Removal(tuple(moves), last.articles)


def _the_one(ids: Collection[str], beginning: str, what: str, remedy: str) -> str:
    found = [id_ for id_ in ids if beginning and id_.startswith(beginning)]
    if len(found) != 1:
        said = f"Several {what}s have ids that begin with" if found else f"No {what} has the id"
        raise ArticleMissing(f"{said} {beginning!r}. {remedy}")
    return found[0]


def _note(folder: Path, removal: Removal) -> None:
    line = {
        "removed": datetime.now().astimezone().isoformat(timespec="seconds"),
        "files": [
            {
                "path": path.relative_to(folder).as_posix(),
                "kept": kept.relative_to(folder / REMOVED).as_posix(),
            }
            for path, kept in removal.moves
        ],
        "articles": [{"id": ref.id, "title": ref.title} for ref in removal.articles],
    }
    with (folder / REMOVED / REMOVALS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _notes(folder: Path) -> Iterator[Removal]:
    """The removals so far, oldest first."""
    try:
        lines = (folder / REMOVED / REMOVALS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            found = json.loads(line)
            moves = tuple(
                (_within(folder, file["path"]), _within(folder / REMOVED, file["kept"])) for file in found["files"]
            )
            refs = tuple(ArticleRef(str(ref["id"]), str(ref["title"]), "", None, "") for ref in found["articles"])
        except (ValueError, KeyError, TypeError):
            continue  # the line that was being written when the power went
        yield Removal(moves, refs)


def _within(folder: Path, relative: str) -> Path:
    path = PurePosixPath(relative)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{relative!r} leads out of {folder}")
    return folder / path
