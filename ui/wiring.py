"""Settings file and environment to objects. The only reader of the environment."""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_config_path
from pydantic import Field

from assistant import Assistant, AssistantSettings
from index import Archive, IndexSettings, SettingsError, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS_FILE = "byline.toml"
PREFIX = "BYLINE_"


class ServeSettings(Table):
    """How the web chat is served."""

    archive: Path = Field(default=Path(), description="the folder of articles where a command names none")
    host: str = Field(default="127.0.0.1", description="address that the web chat listens on")
    port: int = Field(default=0, ge=0, le=65535, description="port of the web chat; 0: the first free one from 7860 on")
    chats: int = Field(default=16, ge=1, le=256, description="questions answered at the same time")


TABLES: tuple[type[Table], ...] = (IndexSettings, AssistantSettings, ServeSettings)


@dataclass(frozen=True)
class Settings:
    """All settings, by the package that they belong to."""

    index: IndexSettings
    assistant: AssistantSettings
    serve: ServeSettings
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each setting comes from that is not the default: the file, a variable of the environment, or an option."""


def settings_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where settings are read from: ``BYLINE_SETTINGS``, else ``byline.toml`` in the user's configuration folder."""
    named = environment.get(f"{PREFIX}SETTINGS")  # an empty variable is as good as none
    return Path(named) if named else user_config_path("byline", appauthor=False) / SETTINGS_FILE


def load_settings(given: Mapping[str, object] | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from, later ones first: ``given`` (a command's options), the environment, the settings file, defaults.

    A setting ``passages`` is ``passages = 10`` in the file and ``BYLINE_PASSAGES=10`` in the environment.

    Raises:
        SettingsError: a name is unknown or a value out of bounds, or the file cannot be read.
    """
    path = settings_file(environment)
    values: dict[str, object] = {}
    try:
        values.update(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        if environment.get(f"{PREFIX}SETTINGS"):
            raise SettingsError(f"The settings file {path} that {PREFIX}SETTINGS names does not exist.") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"The settings file {path} cannot be read ({error}).") from error
    origins = dict.fromkeys(values, f"the file {path}")
    known = {name for table in TABLES for name in table.model_fields}
    unknown = sorted(set(values) - known)
    if unknown:
        raise SettingsError(
            f"There is no setting {unknown[0]!r} (in {path}). The settings are: {', '.join(sorted(known))}."
        )
    for variable, value in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable == f"{PREFIX}SETTINGS" or not variable.startswith(PREFIX) or not value:
            continue
        if name not in known:
            raise SettingsError(
                f"The environment sets {variable}, but there is no setting {name!r}. "
                f"The settings are: {', '.join(sorted(known))}."
            )
        values[name] = value
        origins[name] = f"the environment, {variable}"
    options = {name: value for name, value in (given or {}).items() if value is not None}
    values.update(options)
    origins.update(dict.fromkeys(options, "the command line"))

    def of(table: type[Table]) -> dict[str, object]:
        return {name: value for name, value in values.items() if name in table.model_fields}

    return Settings(
        IndexSettings.parse(of(IndexSettings)),
        AssistantSettings.parse(of(AssistantSettings)),
        ServeSettings.parse(of(ServeSettings)),
        origins,
    )


def open_archive(settings: Settings) -> Archive:
    """The archive that the settings name."""
    return Archive.open(settings.serve.archive, settings.index)


def open_assistant(settings: Settings) -> Assistant:
    """The assistant over the archive that the settings name."""
    return Assistant.open(settings.serve.archive, settings.index, settings.assistant)


def can_open_browser(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a screen to open a web page on."""
    return sys.platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
