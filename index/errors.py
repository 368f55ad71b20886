"""What can go wrong in the index. Every message says what happened, to which thing, and what to do next.

BylineError
├── SettingsError          a setting is unknown or out of bounds
├── ArchiveError
│   ├── FolderMissing      the folder of articles is not there
│   ├── FolderUnreadable   it is there and may not be read or written
│   ├── IndexMissing       the folder was never indexed
│   ├── IndexOutdated      the index was made by another embedder than the one asked for
│   ├── IndexDamaged       files of the index are missing or of the wrong size
│   ├── ArchiveLocked      another process is writing
│   ├── RemovalsRefused    the sync would remove suspiciously many articles
│   ├── ArticleMissing     no article, or more than one, has this id
│   └── SourceRefused      what was to be added is nothing that can be
├── ReadersBroken          the processes that read files do not start
├── FetchError             a page cannot be fetched, or may not be
├── EmbedderError          an embedding model is missing, altered or does not load
└── RerankerError          a cross-encoder is missing or does not load
"""

from __future__ import annotations


class BylineError(Exception):
    """A fault that a person can mend; the message says how."""


class SettingsError(BylineError):
    """A setting is unknown or out of its bounds."""


class ArchiveError(BylineError):
    """Something is wrong with an archive."""


class FolderMissing(ArchiveError):
    """The folder of articles is not there."""


class FolderUnreadable(ArchiveError):
    """The folder of articles, or the index in it, may not be read or written."""


class IndexMissing(ArchiveError):
    """The folder was never indexed."""


class IndexOutdated(ArchiveError):
    """The index was made by another embedder, or another Byline, than the one at hand."""


class IndexDamaged(ArchiveError):
    """Files of the index are missing or of the wrong size."""


class ArchiveLocked(ArchiveError):
    """Another process is writing to this archive."""


class RemovalsRefused(ArchiveError):
    """The sync would remove more articles than is likely to be meant."""


class ArticleMissing(ArchiveError):
    """No article, or more than one, has this id."""


class SourceRefused(ArchiveError):
    """What was to be added to an archive is nothing that can be: a folder, a format that is not read."""


class ReadersBroken(BylineError):
    """The processes that read files do not start."""


class FetchError(BylineError):
    """A page cannot be fetched, or its address is one from which nothing may be."""


class EmbedderError(BylineError):
    """An embedding model is missing, altered or does not load."""


class RerankerError(BylineError):
    """A cross-encoder is missing, does not load, or is none."""
