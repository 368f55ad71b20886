"""What passes between Byline and its answering processes: events as bytes, each article once for a question.

Pickle, for both ends are Byline's own. Articles are most of an answer and are taken apart by hand: pickled as they are,
each of an article's hundred sentences and blocks would be an object, twice a question.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable
from dataclasses import fields
from typing import IO, Any

from index import Article, Block, Span

_PLAIN = tuple(field.name for field in fields(Article) if field.name not in ("blocks", "sentences"))


class Packer:
    """Makes bytes of what is told in answer to one question."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._articles: list[Article] = []

    def pack(self, told: object) -> bytes:
        """``told``, and the articles in it that were not told of before."""
        known = len(self._articles)
        file = io.BytesIO()
        _Pickler(file, self._number).dump(told)
        new = [_taken_apart(article) for article in self._articles[known:]]
        return pickle.dumps((new, file.getvalue()), pickle.HIGHEST_PROTOCOL)

    def _number(self, article: Article) -> int:
        if id(article) not in self._numbers:
            self._numbers[id(article)] = len(self._articles)
            self._articles.append(article)  # kept, so that no other comes to have its place in memory
        return self._numbers[id(article)]


class Unpacker:
    """Makes of bytes again what was told in answer to one question."""

    def __init__(self) -> None:
        self._articles: list[Article] = []

    def unpack(self, content: bytes) -> Any:
        """What :meth:`Packer.pack` was given; the bytes in the order in which they were packed."""
        new, told = pickle.loads(content)  # noqa: S301 - of a process of our own
        self._articles += [_put_together(*parts) for parts in new]
        return _Unpickler(io.BytesIO(told), self._articles).load()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, number: Any) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._number = number

    def persistent_id(self, obj: object) -> int | None:
        return self._number(obj) if type(obj) is Article else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, articles: list[Article]) -> None:
        super().__init__(file)
        self._articles = articles

    def persistent_load(self, number: int) -> Article:
        return self._articles[number]


def _taken_apart(article: Article) -> tuple[object, ...]:
    return (
        {name: getattr(article, name) for name in _PLAIN},
        [(block.start, block.end, block.kind) for block in article.blocks],
        [(sentence.start, sentence.end) for sentence in article.sentences],
    )


def _put_together(plain: dict[str, Any], blocks: Iterable[Any], sentences: Iterable[Any]) -> Article:
    return Article(
        **plain, blocks=tuple(Block(*block) for block in blocks), sentences=tuple(Span(*one) for one in sentences)
    )


def send(file: IO[bytes], content: bytes) -> None:
    """Write one message: four bytes of length (big-endian), and the content."""
    file.write(len(content).to_bytes(4, "big") + content)
    file.flush()


def receive(file: IO[bytes]) -> bytes | None:
    """Read one message; None where there is none any more."""
    head = file.read(4)
    content = file.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
    return content or None
