"""Articles in, passages out: reading, marking, splitting, embedding, storing and finding. Knows nothing of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.errors import (
    ArchiveError,
    ArchiveLocked,
    ArticleMissing,
    BylineError,
    EmbedderError,
    FetchError,
    FolderMissing,
    FolderUnreadable,
    IndexDamaged,
    IndexMissing,
    IndexOutdated,
    ReadersBroken,
    RemovalsRefused,
    RerankerError,
    SettingsError,
    SourceRefused,
)
from index.types import (
    Article,
    ArticleRef,
    Block,
    BlockKind,
    Difference,
    Filters,
    NearWord,
    Overview,
    Passage,
    ScoreParts,
    SearchHit,
    Section,
    Skip,
    Span,
    SyncReport,
    Version,
)

if TYPE_CHECKING:
    from index.adding import Added, Addition, Removal, is_url
    from index.archive import Archive
    from index.embedding import Embedder, open_embedder, packaged_model
    from index.generations import Manifest
    from index.keywords import edits_between, term_of, terms, words
    from index.language import language_of_question
    from index.readers import Format, formats
    from index.sentences import split_sentences
    from index.settings import IndexSettings, Table
    from index.syncing import Progress
    from index.tokens import count_tokens
    from index.watching import changes

# imported when first used: `byline --help` must not wait for numpy
_LATER = {
    "Added": "index.adding",
    "Addition": "index.adding",
    "Archive": "index.archive",
    "Embedder": "index.embedding",
    "Format": "index.readers",
    "IndexSettings": "index.settings",
    "Manifest": "index.generations",
    "Progress": "index.syncing",
    "Removal": "index.adding",
    "Table": "index.settings",
    "changes": "index.watching",
    "count_tokens": "index.tokens",
    "edits_between": "index.keywords",
    "formats": "index.readers",
    "is_url": "index.adding",
    "language_of_question": "index.language",
    "open_embedder": "index.embedding",
    "packaged_model": "index.embedding",
    "split_sentences": "index.sentences",
    "term_of": "index.keywords",
    "terms": "index.keywords",
    "words": "index.keywords",
}

__all__ = [
    "Added",
    "Addition",
    "Archive",
    "ArchiveError",
    "ArchiveLocked",
    "Article",
    "ArticleMissing",
    "ArticleRef",
    "Block",
    "BlockKind",
    "BylineError",
    "Difference",
    "Embedder",
    "EmbedderError",
    "FetchError",
    "Filters",
    "FolderMissing",
    "FolderUnreadable",
    "Format",
    "IndexDamaged",
    "IndexMissing",
    "IndexOutdated",
    "IndexSettings",
    "Manifest",
    "NearWord",
    "Overview",
    "Passage",
    "Progress",
    "ReadersBroken",
    "Removal",
    "RemovalsRefused",
    "RerankerError",
    "ScoreParts",
    "SearchHit",
    "Section",
    "SettingsError",
    "Skip",
    "SourceRefused",
    "Span",
    "SyncReport",
    "Table",
    "Version",
    "changes",
    "count_tokens",
    "edits_between",
    "formats",
    "is_url",
    "language_of_question",
    "open_embedder",
    "packaged_model",
    "split_sentences",
    "term_of",
    "terms",
    "words",
]


def __getattr__(name: str) -> object:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
