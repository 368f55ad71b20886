"""Invented news, and short ways to make articles, folders and indexes of it."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index import Article, Block, Skip, Span
from index.embedding import Embedder
from index.generations import Generations, Manifest
from index.language import language_of
from index.passages import split_articles
from index.readers import read
from index.reading import Reading
from index.store import Entry, FileState, Store
from index.worker import article_message

LIMIT = 1_000_000

HARBOUR = """Harbour of Lund reopens after storm

The harbour of Lund reopened on Monday after divers cleared eleven sunken boats from its entrance. Mayor Alma Reyes \
said the work had cost 2.4 million crowns.

“We feared that the winter catch was lost,” Reyes said. “Now the first trawlers are out again.”
"""

MILL = """Old paper mill burns in Tarn

A fire destroyed the old paper mill of Tarn on Tuesday night. Nobody was hurt, the fire brigade said.

The mill had stood empty since 1998. Its owner, Olof Brandt, wanted to turn it into a museum.
"""

SCHOOL = """Village school to teach in two languages

The village school of Ostra will teach mathematics in two languages from August on. Parents voted for the plan by \
61 to 14.

Head teacher Mina Karlsson called the vote a surprise. Four new teachers will be hired.
"""

_SUBJECTS = ("bridge", "orchard", "library", "ferry", "bakery", "tunnel", "lighthouse", "museum", "dairy", "quarry")
_PLACES = ("Norby", "Sundal", "Vika", "Hammar", "Elvra", "Torsholm", "Ask", "Brenna")
_EVENTS = (
    "closed for repairs after an inspector found cracks",
    "was sold to a cooperative of forty families",
    "won a prize for its careful restoration",
    "lost half of its roof in a gale",
    "will double in size by next spring",
    "welcomed its millionth visitor",
    "stopped work in a dispute over wages",
)


def story(number: int, note: str = "") -> str:
    """The text of an article, different for each number; ``note`` becomes a sentence of its own."""
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    place = _PLACES[number % len(_PLACES)]
    event = _EVENTS[number % len(_EVENTS)]
    return (
        f"The {subject} of {place}, number {number}\n\n"
        f"The {subject} of {place} {event}, the council said on day {number} of its session. "
        f"About {number * 37 + 112} people live nearby, and most of them had expected the news.\n\n"
        f"“We will speak about the {subject} again in the autumn,” said Councillor Ida Holm {number}. {note}\n\n"
        f"Work on the {subject} cost {number * 13} thousand crowns last year. The neighbours paid a third of it.\n"
    )


def write(folder: Path, texts: Mapping[str, str | bytes]) -> None:
    """Write files by their path within ``folder``."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def json_lines(*rows: Mapping[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def read_file(name: str, content: str | bytes, limit: int = LIMIT) -> list[Reading | Skip]:
    """What the reader of the file's format makes of ``content``."""
    data = content if isinstance(content, bytes) else content.encode()
    return list(read(name, io.BytesIO(data), limit))


def read_articles(name: str, content: str | bytes, limit: int = LIMIT) -> list[Article | Skip]:
    """The articles of a file, not marked, and what of it is not read."""
    return [found if isinstance(found, Skip) else found.article for found in read_file(name, content, limit)]


def read_reading(name: str, content: str | bytes) -> Reading:
    """The one article of a file, with what its reader knows besides."""
    (reading,) = read_file(name, content)
    assert isinstance(reading, Reading), reading
    return reading


def read_one(name: str, content: str | bytes) -> Article:
    """The one article of a file, not marked."""
    return read_reading(name, content).article


def with_marks(reading: Reading) -> Article:
    """The article with its blocks, sentences and language, as the archive makes them."""
    message = article_message(reading)
    return replace(
        reading.article,
        language=language_of(message["sample"]),
        blocks=tuple(Block(*block) for block in message["blocks"]),
        sentences=tuple(Span(*sentence) for sentence in message["sentences"]),
    )


def marked_article(text: str, name: str = "story.txt") -> Article:
    return with_marks(read_reading(name, text))


def add_articles(
    store: Store, readings: Iterable[Reading], embedder: Embedder, recipe: str = "recipe"
) -> dict[tuple[str, str], tuple[int, int]]:
    """Split, write and embed articles; returns the row and the document of each by its place."""
    places = {}
    for reading in readings:
        article = with_marks(reading)
        ((opening, drafts),) = split_articles([article], embedder, 256)
        with store.transaction():
            row = store.add_article(article_message(reading), "reading", datetime(2024, 5, 6, tzinfo=UTC))
            doc = store.find_documents([(row, recipe)]).get(row)
            if doc is None:
                doc = store.add_document(row, article, recipe, opening, drafts)
        places[article.path, article.locator] = (row, doc)
    missing = store.missing_vectors([doc for _, doc in places.values()], embedder.model_id)
    store.add_vectors(
        embedder.model_id, [hash_ for hash_, _ in missing], embedder.embed_documents([text for _, text in missing])
    )
    return places


def generation_of(
    folder: Path, store: Store, generation: int, readings: Iterable[Reading], embedder: Embedder, onto: int = 0
) -> tuple[Generations, Manifest]:
    """Build and publish a generation that holds exactly these articles, after whatever was published before it."""
    before: list[Entry] = store.entries(generation - 1)
    places = add_articles(store, readings, embedder)
    store.plan(
        generation,
        [(entry.path, entry.locator) for entry in before],
        [Entry(path, locator, doc, row) for (path, locator), (row, doc) in places.items()],
        list(store.files(generation - 1)),
        [(path, FileState("0" * 64, ())) for path in {path for path, _ in places}],
    )
    generations = Generations(folder)
    manifest = generations.build(store, generation, embedder.name, embedder.model_id, "recipe", onto=onto)
    generations.publish(generation)
    return generations, manifest


def chromium() -> str:
    """Where the browser is."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        pytest.fail("The browser tests need Chromium: install it with the system's package manager.")
    return found
