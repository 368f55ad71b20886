"""Settings of the index: one table of name, default, bounds and help. Unknown names are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from index.errors import SettingsError

MINIMUM_PASSAGE_TOKENS = 64


class Table(BaseModel):
    """A frozen table of settings; made with :meth:`parse` so that a mistake names its key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _plain_values(cls, value: object, info: ValidationInfo) -> object:
        declared = cls.model_fields[info.field_name].annotation if info.field_name else None
        if isinstance(value, bool) and declared is not bool:  # which Python takes for 0 and 1
            raise ValueError("true and false are no value of this setting")
        return value

    @field_validator("*")
    @classmethod
    def _home_folders(cls, value: object) -> object:
        try:
            return value.expanduser() if isinstance(value, Path) else value
        except RuntimeError as error:  # ~nobody
            raise ValueError(str(error)) from error

    @classmethod
    def parse(cls, values: dict[str, object]) -> Self:
        """Check ``values`` and fill in the defaults.

        Raises:
            SettingsError: a name is unknown or a value out of bounds; the message names the key.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                known = ", ".join(sorted(cls.model_fields))
                raise SettingsError(f"There is no setting {key!r}. The settings are: {known}.") from None
            raise SettingsError(f"Setting {key!r}: {first['msg']} (it is {first['input']!r}).") from None


class IndexSettings(Table):
    """How an archive is indexed."""

    embedder: str | None = Field(
        default=None,
        description="`fast`, `deep`, or a sentence-transformers model by hub name or folder; "
        "unset: what the index was made with, `fast` for a new one",
    )
    passage_tokens: int = Field(
        default=256,
        ge=MINIMUM_PASSAGE_TOKENS,
        le=8192,
        description="longest passage, with its title, in the embedder's tokens; never more than the model reads",
    )
    index_dir: Path | None = Field(
        default=None, description="where the index is kept; unset: `.byline/` in the folder of articles"
    )
    cache_dir: Path | None = Field(
        default=None, description="where the distilled vectors are kept; unset: the user's cache folder"
    )
    recency: bool = Field(
        default=True,
        description="count articles near the day of the question, or near the time that it names, for more",
    )
    reranker: str | None = Field(
        default=None,
        description="a cross-encoder, by hub name or folder, that reads the best passages of a search and orders them; "
        "unset: none",
    )
    rerank_passages: int = Field(
        default=20, ge=1, le=100, description="how many of the best passages the reranker reads"
    )
    max_file_bytes: int = Field(
        default=256 * 1024 * 1024,
        ge=1024,
        description="larger files (after unpacking) are skipped with a reason",
    )
    jobs: int = Field(
        default=0, ge=0, le=64, description="files read side by side; 0: as many as there are processors, at most 8"
    )
    reader_mb: int = Field(
        default=512, ge=64, le=65536, description="most memory that reading one file may take, in megabytes"
    )
    reader_seconds: float = Field(
        default=30.0, ge=1.0, le=3600.0, description="longest time that one article may take to be read"
    )
    removal_limit: float = Field(
        default=0.2, ge=0.0, le=1.0, description="share of the articles that a sync may remove without being told to"
    )
    poll: bool = Field(
        default=False,
        description="`byline watch` looks for changes every second instead of being told of them: for network disks",
    )
    fetch_bytes: int = Field(
        default=20 * 1024 * 1024, ge=1024, description="largest page that `byline add URL` fetches"
    )
    fetch_seconds: float = Field(
        default=30.0, ge=1.0, le=3600.0, description="time that fetching a page may take, redirects included"
    )
    fetch_private: bool = Field(
        default=False, description="whether pages may be fetched from this machine and from private networks"
    )
