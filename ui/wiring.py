"""Settings file and environment to objects. The only reader of the environment."""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_config_path, user_data_path
from pydantic import Field, SecretStr

from assistant import Assistant, AssistantSettings, ConversationStore, Workers
from index import Archive, IndexSettings, SettingsError, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ui.logins import Logins

SETTINGS_FILE = "byline.toml"
LOCAL = ("127.0.0.1", "localhost", "::1")
"""Addresses to listen on that are reached from this machine alone."""

CONVERSATIONS_FILE = "conversations.sqlite"
PREFIX = "BYLINE_"
KEY = "BYLINE_MODEL_KEY"
"""The variable with the key of a language model's server. It is no setting: no file holds it, and nothing shows it."""


class ServeSettings(Table):
    """How the web chat is served, and where conversations are kept."""

    archive: Path = Field(default=Path(), description="the folder of articles where a command names none")
    host: str = Field(default="127.0.0.1", description="address that the web chat listens on")
    port: int = Field(default=0, ge=0, le=65535, description="port of the web chat; 0: the first free one from 7860 on")
    chats: int = Field(default=16, ge=1, le=256, description="questions answered at the same time")
    writing: int = Field(
        default=4, ge=1, le=256, description="questions that a language model answers at the same time, beside `chats`"
    )
    workers: int | None = Field(
        default=None,
        ge=0,
        le=64,
        description="processes that answer by quoting, beside the one that serves; unset: one for each processor where "
        "`host` lets other machines in, else none",
    )
    auth: SecretStr | None = Field(
        default=None, description="the login that is demanded, `user:password`; unset, like `auth_file`: none"
    )
    auth_file: Path | None = Field(
        default=None, description="a file of logins, one a line: `user:password`, or what `byline password` prints"
    )
    root_path: str | None = Field(
        default=None,
        pattern=r"^(/[\w.~-]+)+$",
        description="the path that a proxy serves the web chat under, such as /byline",
    )
    keep_conversations: bool = Field(
        default=True, description="keep the conversations of the web chat and of `byline chat` on this machine"
    )
    conversations_file: Path | None = Field(
        default=None,
        description="where conversations are kept; unset: `conversations.sqlite` in the user's data folder",
    )


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
        if variable in (f"{PREFIX}SETTINGS", KEY) or not variable.startswith(PREFIX) or not value:
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


def model_key(environment: Mapping[str, str] = os.environ) -> SecretStr | None:
    """The key of the language model's server, from :data:`KEY`; None where that is not set."""
    key = environment.get(KEY)
    return SecretStr(key) if key else None


def open_archive(settings: Settings) -> Archive:
    """The archive that the settings name."""
    return Archive.open(settings.serve.archive, settings.index)


def open_assistant(settings: Settings) -> Assistant:
    """The assistant over the archive that the settings name."""
    return Assistant.open(settings.serve.archive, settings.index, settings.assistant, model_key=model_key())


def open_workers(settings: Settings, assistant: Assistant) -> Workers | None:
    """The processes that answer beside the server, not yet started; None: none.

    One person asks one thing at a time: without others who ask, each process would cost memory for nothing.
    """
    count = settings.serve.workers
    if count is None:
        count = 0 if settings.serve.host in LOCAL else os.cpu_count() or 1
    # they are for quoting; what a language model writes waits for the model, and needs no process of its own
    return Workers(assistant.archive, settings.assistant.quoting(), count) if count else None


def open_logins(settings: Settings, *, required: bool = False) -> Logins | None:
    """Who may come in, by the settings ``auth`` and ``auth_file``; None: everybody.

    Raises:
        SettingsError: a login is broken, the file cannot be read, or there is none though one is ``required``.
    """
    from ui.logins import Logins

    lines = [settings.serve.auth.get_secret_value()] if settings.serve.auth else []
    if path := settings.serve.auth_file:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise SettingsError(f"The file of logins {path} cannot be read ({error}).") from error
        lines += [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if not lines:
            raise SettingsError(f"The file of logins {path} holds none. Add a line: byline password USER >> {path}")
    if required and not lines:
        raise SettingsError(
            f"--auth demands a login, and none is set. Set {PREFIX}AUTH=user:password, or name a file of logins with "
            f"{PREFIX}AUTH_FILE; byline password USER prints a line for it."
        )
    return Logins(lines) if lines else None


def open_conversations(settings: Settings, archive: Archive) -> ConversationStore:
    """The conversations about ``archive``, in the file that the settings name.

    Raises:
        ConversationsUnreadable: the file is damaged, of a later Byline, or cannot be written.
    """
    place = settings.serve.conversations_file
    return ConversationStore(place or user_data_path("byline", appauthor=False) / CONVERSATIONS_FILE, archive)


def can_open_browser(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a screen to open a web page on."""
    return sys.platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
