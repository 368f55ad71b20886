"""Whether an archive can be asked: what was found of each thing looked at and, where it is not well, the remedy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from assistant.entailment import open_entailment
from assistant.models import Model, open_model
from assistant.settings import QUOTE, AssistantSettings
from index import Archive, BylineError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

State = Literal["ok", "warning", "fault"]

LOW_DISK_BYTES = 500 * 1024 * 1024
"""An index of 35 million characters takes about 270 MB, and a new generation is built beside the old one."""

ANSWER_SECONDS = 20.0
"""A model that has not said a short sentence by then is too slow to be asked questions."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it stands, what was found of it, and what to do where it is not well."""

    name: str
    state: State
    found: str
    remedy: str = ""


def examine(
    archive: Archive, settings: AssistantSettings | None = None, model_key: SecretStr | None = None
) -> Iterator[Finding]:
    """Check the folder, the disk, the index, the embedding model, the reranker, and a search through all of it; with
    ``settings`` that name a language model, whether and how fast it answers, and the entailment model they name."""
    yield _folder(archive)
    yield _disk(archive)
    index = _guarded("index", lambda: _index(archive))
    yield index
    yield _guarded("embedding model", lambda: _model(archive))
    if archive.settings.reranker:
        yield _guarded("reranker", lambda: _reranker(archive))
    if index.state != "fault":
        yield _guarded("search", lambda: _search(archive))
    if settings is not None and settings.writer != QUOTE:
        yield _guarded("writer", lambda: _writer(settings, model_key))
        if named := settings.entailment:
            yield _guarded("entailment", lambda: _entailment(named))


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except BylineError as error:
        what, _, remedy = str(error).partition(" Run: ")
        return Finding(name, "fault", what.rstrip("."), f"Run: {remedy}" if remedy else "")


def _folder(archive: Archive) -> Finding:
    if not os.access(archive.folder, os.R_OK | os.X_OK):
        return Finding("folder", "fault", f"{archive.folder} may not be read", f"Run: chmod u+rx {archive.folder}")
    where = archive.index_dir if archive.index_dir.exists() else archive.index_dir.parent
    if not os.access(where, os.W_OK):
        return Finding("folder", "warning", f"{where} may not be written", "Choose another with the setting index_dir")
    return Finding("folder", "ok", str(archive.folder))


def _disk(archive: Archive) -> Finding:
    free = shutil.disk_usage(archive.folder).free
    found = f"{free / 1e9:.1f} GB free"
    if free < LOW_DISK_BYTES:
        return Finding("disk", "warning", found, "Free some space before indexing a large archive")
    return Finding("disk", "ok", found)


def _index(archive: Archive) -> Finding:
    manifest = archive.manifest()
    articles = "1 article" if manifest.articles == 1 else f"{manifest.articles:,} articles"
    found = f"{articles}, {manifest.passages:,} passages, {archive.size() / 1e6:.1f} MB"
    pending = archive.pending()
    if pending:
        return Finding("index", "warning", f"{found}; {pending}", f"Run: {archive.index_command()}")
    return Finding("index", "ok", found)


def _model(archive: Archive) -> Finding:
    try:
        name = archive.settings.embedder or archive.manifest().embedder
    except BylineError:
        name = archive.settings.embedder or "fast"
    embedder = archive.embedder(name)
    vector = embedder.embed_query("Is the model there?")
    return Finding("embedding model", "ok", f"{embedder.model_id}, {len(vector)} dimensions")


def _reranker(archive: Archive) -> Finding:
    reranker = archive.reranker()
    assert reranker is not None
    reranker.scores("Is the model there?", ["It is."])
    return Finding("reranker", "ok", f"{reranker.name}, reads the best {archive.settings.rerank_passages} passages")


def _search(archive: Archive) -> Finding:
    hits = archive.search("news", k=1)
    return Finding("search", "ok", f"{len(hits)} passage found" if hits else "no passage holds the word, but it works")


def reach_model(assistant: Assistant) -> Finding:
    """Send the assistant's language model a short question: whether it answers, and after how long."""
    model, seconds = assistant.model, assistant.settings.model_seconds
    if model is None:
        return Finding("writer", "ok", f"{QUOTE} needs no language model")
    return _guarded("writer", lambda: _answers(model, seconds))


def _entailment(name: str) -> Finding:
    entails = open_entailment(name)
    said = entails("The ferry sank on Monday.", "A ferry sank.")
    return Finding("entailment", "ok", f"{name}, finds {said:.2f} where one sentence follows from another")


def _writer(settings: AssistantSettings, model_key: SecretStr | None) -> Finding:
    model = open_model(settings, model_key)
    assert model is not None
    return _answers(model, settings.model_seconds)


def _answers(model: Model, seconds: float) -> Finding:
    answered = model.probe(min(ANSWER_SECONDS, seconds))
    if not answered.characters:
        return Finding("writer", "warning", f"{model.name} answers, and says nothing", "Choose another with writer")
    found = f"{model.name} answers: first words after {answered.first:.1f} s, all after {answered.seconds:.1f} s"
    return Finding("writer", "ok", found)
