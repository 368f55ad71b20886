"""A process that reads files for an archive, so that no file can harm the one that asks for it.

It takes one JSON object a line from standard input, the file to read, and answers with messages on standard output,
each four bytes of length (big-endian) and a JSON object. Its memory is limited, it has no network, whoever waits for it
may kill it, and where nobody does any more it ends by itself. JSON rather than pickle: what a parser was made to do by
a hostile file must not reach further.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from index.types import Skip

if TYPE_CHECKING:
    from index.reading import Reading

RETIRE_BYTES = 400 * 1024 * 1024
"""A worker that has grown beyond this ends after its file, and another takes its place."""

PATIENCE = 2
"""Times the setting ``reader_seconds`` after which a worker that says nothing ends by itself; by then whoever asks has
killed it, unless that process was killed too."""

_OFFLINE = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"})


def main() -> None:
    """Read files until standard input ends.

    The first argument is the most memory, in bytes beyond what it has when it starts, the second the longest time
    without a word, in seconds.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    # what libraries print must not come between the messages
    answers = _Answers(os.fdopen(os.dup(1), "wb"), PATIENCE * float(sys.argv[2]))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    _load()
    # until here, what goes wrong is told there
    os.dup2(nowhere, 2)
    sys.addaudithook(_no_network)
    _limit_memory(int(sys.argv[1]))
    answers.send({"ready": True})
    answers.end()
    for line in sys.stdin.buffer:
        order = json.loads(line)
        answers.begin()
        retire = False
        try:
            retire = _read(Path(order["file"]), order["relative"], order["limit"], answers)
        except OSError as error:
            answers.send({"unreadable": error.strerror or str(error)})
        except MemoryError:
            answers.send({"skip": ["", "takes more memory than a reader may have"]})
            answers.send({"end": {"sha256": "", "retire": True}})
            return
        answers.end()
        if retire:
            return


def _read(path: Path, relative: str, limit: int, answers: _Answers) -> bool:
    """Read one file; returns whether the process is to end, as it has told."""
    from index.readers import read

    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        stream = _Hashing(file, state.st_size)
        modified = datetime.fromtimestamp(state.st_mtime, UTC)
        for found in read(relative, stream, limit, modified):  # type: ignore[arg-type]
            if isinstance(found, Skip):
                answers.send({"skip": [found.locator, found.reason], "at": file.tell()})
            else:
                answers.send({"article": article_message(found), "at": file.tell()})
        sha256 = stream.rest()
    retire = _resident() > RETIRE_BYTES
    answers.send({"end": {"sha256": sha256, "retire": retire}})
    return retire


def article_message(reading: Reading) -> dict[str, Any]:
    """An article as it is sent: marked, its sentences found, with what tells it from others."""
    from index.cleaning import mark
    from index.copies import signature
    from index.language import SAMPLE_CHARACTERS
    from index.recurring import line_hashes
    from index.sentences import split_sentences

    article = reading.article
    blocks = mark(article.text, article.title, reading.hints)
    sentences = [
        (sentence.start, sentence.end)
        for block in blocks
        if block.kind == "prose"
        for sentence in split_sentences(article.text, block.start, block.end)
    ]
    prose = "\n".join(article.text[block.start : block.end] for block in blocks if block.kind == "prose")
    return {
        "id": article.id,
        "text": article.text,
        "locator": article.locator,
        "facts": {
            "title": article.title,
            "outlet": article.outlet,
            "url": article.url,
            "authors": article.authors,
            "published": article.published and article.published.isoformat(),
            "published_at": article.published_at and article.published_at.isoformat(),
            "updated": article.updated and article.updated.isoformat(),
            "updated_at": article.updated_at and article.updated_at.isoformat(),
            "saved": reading.saved and reading.saved.isoformat(timespec="seconds"),
            "fields": article.fields,
            "origins": article.origins,
        },
        "either": reading.either and [reading.either.day_first.isoformat(), reading.either.month_first.isoformat()],
        "order": reading.order,
        "blocks": [(block.start, block.end, block.kind) for block in blocks],
        "sentences": sentences,
        "lines": base64.b64encode(line_hashes(article.text, blocks).tobytes()).decode(),
        "signature": base64.b64encode(signature(prose).tobytes()).decode(),
        "words": len(prose.split()),
        "sample": prose[:SAMPLE_CHARACTERS],
    }


class _Hashing:
    """A file as long as it is now, hashed as it is read. A reader that jumps about in it leaves the hash to the end.

    What is appended meanwhile is for the next sync: a file that grows as fast as it is read would never end.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self._hash = hashlib.sha256()
        self._hashed = 0

    def read(self, size: int = -1) -> bytes:
        begins = self._file.tell()
        left = max(0, self._size - begins)
        piece = self._file.read(left if size is None or size < 0 else min(size, left))
        if begins == self._hashed:
            self._hash.update(piece)
            self._hashed += len(piece)
        return piece

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(self._size + offset) if whence == os.SEEK_END else self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def rest(self) -> str:
        """The hash (SHA-256, hexadecimal) of the whole file."""
        self._file.seek(self._hashed)
        while self.read(1 << 20):
            pass
        return self._hash.hexdigest()


class _Answers:
    """Where the messages go. The process ends when it takes too long from one to the next."""

    def __init__(self, file: BinaryIO, seconds: float) -> None:
        self._file, self._seconds = file, seconds

    def begin(self) -> None:
        # with no handler of Python's, which would wait for whatever hangs
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def end(self) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)

    def send(self, message: dict[str, Any]) -> None:
        content = json.dumps(message, ensure_ascii=False, allow_nan=False).encode()
        self.end()  # whoever takes the messages may take their time
        self._file.write(len(content).to_bytes(4, "big") + content)
        self._file.flush()
        self.begin()


def _load() -> None:
    """Load what every article needs: the limit of memory is for what files take.

    On a machine of many processors the libraries alone reserve more than that.
    """
    from index.readers import read
    from index.reading import Reading

    for found in read("loading.txt", BytesIO(b"Loading\n\n" + b"The libraries are loaded once. " * 4), 1000):
        assert isinstance(found, Reading)
        article_message(found)


def _no_network(event: str, _: object) -> None:
    if event in _OFFLINE:
        raise PermissionError("a reader of files has no network")


def _limit_memory(most: int) -> None:
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):  # no such limits on this system; the time limit holds
        return
    total = pages * os.sysconf("SC_PAGE_SIZE") + most
    resource.setrlimit(resource.RLIMIT_AS, (total, total))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not say.

    Not its peak: Linux counts that of the process it was started by, before it became this one.
    """
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


if __name__ == "__main__":
    main()
