"""Articles in, passages out: reading, marking, splitting, embedding, storing and finding. Knows nothing of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.errors import (
    ArchiveError,
    ArchiveLocked,
    ArticleMissing,
    BylineError,
    EmbedderError,
    FolderMissing,
    FolderUnreadable,
    IndexDamaged,
    IndexMissing,
    IndexOutdated,
    RemovalsRefused,
    SettingsError,
)
from index.types import (
    Article,
    ArticleRef,
    Block,
    BlockKind,
    Difference,
    Filters,
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
    from index.archive import Archive
    from index.embedding import Embedder, open_embedder, packaged_model
    from index.generations import Manifest
    from index.keywords import term_of, terms, words
    from index.readers import formats
    from index.settings import IndexSettings, Table
    from index.syncing import Progress
    from index.tokens import count_tokens

# imported when first used: `byline --help` must not wait for numpy
_LATER = {
    "Archive": "index.archive",
    "Embedder": "index.embedding",
    "IndexSettings": "index.settings",
    "Manifest": "index.generations",
    "Progress": "index.syncing",
    "Table": "index.settings",
    "count_tokens": "index.tokens",
    "formats": "index.readers",
    "open_embedder": "index.embedding",
    "packaged_model": "index.embedding",
    "term_of": "index.keywords",
    "terms": "index.keywords",
    "words": "index.keywords",
}

__all__ = [
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
    "Filters",
    "FolderMissing",
    "FolderUnreadable",
    "IndexDamaged",
    "IndexMissing",
    "IndexOutdated",
    "IndexSettings",
    "Manifest",
    "Passage",
    "Progress",
    "RemovalsRefused",
    "ScoreParts",
    "SearchHit",
    "Section",
    "SettingsError",
    "Skip",
    "Span",
    "SyncReport",
    "Table",
    "Version",
    "count_tokens",
    "formats",
    "open_embedder",
    "packaged_model",
    "term_of",
    "terms",
    "words",
]


def __getattr__(name: str) -> object:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
