"""What an assistant made of each question, kept as JSON lines in newsbench's form while they are asked."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.cases import Case
from assistant.errors import PredictionsRefused
from assistant.types import Answer
from index import SearchHit

SYNCING = frozenset(
    """embedder passage_tokens index_dir cache_dir max_file_bytes jobs reader_mb reader_seconds removal_limit poll
    fetch_bytes fetch_seconds fetch_private""".split()
)
"""Settings of the index that tell in its contents or not at all; any other bears upon how a question is answered."""

_BEGINNING = b'{"made_with": {"byline": "'


@dataclass(frozen=True, slots=True)
class Quoted:
    """What an answer cites: ``quote`` is said to stand at ``start`` to ``end`` of the article's text."""

    url: str
    quote: str
    start: int
    end: int
    article: str
    title: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage as it was retrieved, and the article that it is of: its id, title, outlet and day (2026-01-31)."""

    url: str
    text: str
    article: str
    title: str
    outlet: str
    published: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the assistant made of a question.

    ``answer`` is the text of the statements alone, without citation marks, which are numbers and could be taken for
    one that was asked for; ``""`` where the assistant declines, and then ``reason`` says why. ``passages`` are those
    retrieved, best first. ``confidence`` is how probable it was held that the archive answers, where that is known.
    ``seconds`` is what answering took. ``made_with`` is what the answer depends on beside the question; see
    :func:`made_with`.
    """

    made_with: Mapping[str, object]
    id: str
    question: str
    asked_on: str | None
    answer: str
    abstained: bool
    reason: str
    confidence: float | None
    seconds: float
    citations: tuple[Quoted, ...]
    passages: tuple[Retrieved, ...]


def made_with(assistant: Assistant) -> dict[str, object]:
    """What answers depend on: Byline's version, the contents of the index, and the settings.

    Raises:
        IndexMissing, IndexDamaged: there is no usable index.
    """
    manifest = assistant.archive.manifest()
    contents = json.dumps(asdict(manifest), sort_keys=True).encode()
    settings = assistant.archive.settings.model_dump(mode="json", exclude=set(SYNCING))
    return {
        "byline": version("byline"),
        "generation": manifest.generation,
        "contents": hashlib.sha256(contents).hexdigest()[:16],
        "embedder": manifest.model_id,
        **settings,
        **assistant.settings.model_dump(mode="json"),
    }


def predict(
    case: Case, answer: Answer, hits: Sequence[SearchHit], seconds: float, made: Mapping[str, object]
) -> Prediction:
    """A prediction of an answer; ``hits`` are the passages retrieved, best first."""
    return Prediction(
        made,
        case.id,
        case.question,
        case.asked_on.isoformat() if case.asked_on else None,
        " ".join(statement.text for statement in answer.statements),
        answer.status == "declined",
        answer.reason,
        # answers have it as soon as the reader is calibrated
        answer.confidence,
        round(seconds, 4),
        tuple(
            Quoted(c.article.url, c.quote, c.start, c.end, c.article.id, c.article.title or c.article.path)
            for c in answer.citations
        ),
        tuple(
            Retrieved(
                hit.article.url,
                hit.passage.text,
                hit.article.id,
                hit.article.title or hit.article.path,
                hit.article.outlet,
                hit.article.published.isoformat() if hit.article.published else "",
            )
            for hit in hits
        ),
    )


class PredictionsFile:
    """A file of predictions, one a line, to which each is added as soon as it is made."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Args: path: the file; it need not be there yet."""
        self.path = Path(path)

    def read(self) -> Iterator[Prediction]:
        """The predictions that are there, in order; a last line that was cut off while it was written is left out.

        Raises:
            PredictionsRefused: the file holds something else.
            OSError: it cannot be read.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return
        for number, line in enumerate(content[: self._whole(content)].splitlines(), start=1):
            if line.strip():
                yield self._parse(line, number)

    @contextmanager
    def appending(self) -> Iterator[Callable[[Prediction], None]]:
        """What adds a prediction to the file, so that it is there whatever happens to this process next.

        Raises:
            PredictionsRefused, OSError: as :meth:`read`; or the file cannot be written.
        """
        with self.path.open("a+b") as file:
            file.seek(0)
            file.truncate(self._whole(file.read()))

            def add(prediction: Prediction) -> None:
                file.write(json.dumps(asdict(prediction)).encode() + b"\n")
                file.flush()

            yield add

    def _whole(self, content: bytes) -> int:
        end = content.rfind(b"\n") + 1
        cut = content[end:]
        # somebody's own file without a last line break must not be taken for a cut prediction, and be cut
        if not cut.startswith(_BEGINNING[: len(cut)]):
            raise PredictionsRefused(f"{self.path} is no file of predictions of `byline evaluate`.")
        return end

    def _parse(self, line: bytes, number: int) -> Prediction:
        try:
            fields: dict[str, Any] = json.loads(line)
            fields["citations"] = tuple(Quoted(**quoted) for quoted in fields["citations"])
            fields["passages"] = tuple(Retrieved(**retrieved) for retrieved in fields["passages"])
            return Prediction(**fields)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise PredictionsRefused(f"{self.path}, line {number}, is no prediction of `byline evaluate`.") from None
