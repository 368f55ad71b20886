"""Conversations kept on this machine: one SQLite file of questions, answers and what people thought of them.

It is here and not among the surfaces because what is read back is held against the archive (:mod:`assistant.kept`), and
because the terminal, the web chat and Python share it. Every call opens the file anew, so that several processes and
threads may use it at once; readers never wait (WAL), writers wait for each other.
"""

from __future__ import annotations

import copy
import json
import os
import re
import secrets
import shlex
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

from assistant.errors import ConversationMissing, ConversationsUnreadable
from assistant.kept import (
    Feedback,
    FindArticle,
    KeptAnswer,
    Verdict,
    answer_record,
    filters_of,
    filters_record,
    recalled,
    searchable,
)
from assistant.types import Answer
from index import Archive, Article, ArticleMissing, Filters

SCHEMA_VERSION = 1

LISTED = 500
"""Conversations listed or found at once, at most."""

TITLE, NOTE = 120, 2000
"""Longest title and longest note of feedback, in characters; what is longer is cut."""

WAIT = 30
"""Seconds that a writer waits for another."""

_SCHEMA = """
CREATE TABLE conversations (
    conversation INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,   -- 128 random bits
    owner TEXT NOT NULL,       -- "" where nobody logs in
    archive TEXT NOT NULL,     -- the folder of articles, resolved
    title TEXT NOT NULL,
    created TEXT NOT NULL,     -- ISO 8601 UTC, as all moments here
    changed TEXT NOT NULL
);
CREATE INDEX conversations_by_change ON conversations (owner, archive, changed);
CREATE TABLE turns (
    turn INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    key TEXT NOT NULL UNIQUE,  -- 64 random bits
    question TEXT NOT NULL,
    asked TEXT,                -- the standalone question of a follow-up
    filters TEXT NOT NULL,     -- JSON
    as_of TEXT,
    answer TEXT NOT NULL,      -- JSON, see assistant.kept
    words TEXT NOT NULL,       -- what of it is searched
    made_with TEXT NOT NULL,   -- JSON
    at TEXT NOT NULL
);
CREATE INDEX turns_of_conversation ON turns (conversation, turn);
CREATE TABLE feedback (
    turn INTEGER PRIMARY KEY REFERENCES turns ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE VIRTUAL TABLE turn_words USING fts5 (
    question, asked, words, content='turns', content_rowid='turn', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER turns_added AFTER INSERT ON turns BEGIN
    INSERT INTO turn_words (rowid, question, asked, words) VALUES (new.turn, new.question, new.asked, new.words);
END;
CREATE TRIGGER turns_deleted AFTER DELETE ON turns BEGIN
    INSERT INTO turn_words (turn_words, rowid, question, asked, words)
    VALUES ('delete', old.turn, old.question, old.asked, old.words);
END
"""

_LIST = (
    "SELECT c.id, c.title, c.created, c.changed, (SELECT count(*) FROM turns t WHERE t.conversation = c.conversation)"
    " FROM conversations c WHERE c.owner = :owner AND c.archive = :archive"
)
_NEWEST_FIRST = " ORDER BY c.changed DESC, c.conversation DESC LIMIT :limit"

_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_WORD = re.compile(r"\w+")
_ID = re.compile("[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A conversation in a list: its id, its title (its first question, unless it was renamed), when it began and when
    it was last added to (UTC), and how many turns it has."""

    id: str
    title: str
    created: datetime
    changed: datetime
    turns: int


class ConversationStore:
    """The conversations of one person about one archive. May be shared by threads.

    Conversations about another archive, or of another owner, are in the same file and are not to be had from here.
    """

    def __init__(self, path: str | os.PathLike[str], archive: Archive, owner: str = "") -> None:
        """Open the file, or make it, readable by this user alone.

        Args:
            path: the SQLite file.
            archive: what the conversations are about; quotes that are read back are held against it.
            owner: whose conversations, by the name that they log in with; ``""`` where nobody does.

        Raises:
            ConversationsUnreadable: the file is damaged, of a newer Byline, or cannot be written; the message names it
                and the command that moves it away.
        """
        self.path = Path(path)
        self._archive = archive
        self._scope = {"owner": owner, "archive": str(archive.folder.resolve())}
        with self._faults():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # made before SQLite opens it, which would make it readable by others
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self.path.chmod(0o600)
            with closing(self._connection()) as connection:
                self._log_ahead(connection)
                self._migrate(connection)

    def of(self, owner: str) -> ConversationStore:
        """The conversations of somebody else, in the same file."""
        theirs = copy.copy(self)
        theirs._scope = {**self._scope, "owner": owner}
        return theirs

    # --- reading -----------------------------------------------------------------------------------------------

    def conversations(self, limit: int = LISTED) -> tuple[KeptConversation, ...]:
        """The conversations, the one that was last added to first."""
        return self._list("", {"limit": limit})

    def search(self, words: str, limit: int = LISTED) -> tuple[KeptConversation, ...]:
        """The conversations of which one turn has all of ``words``, or words that begin so, in its question, sentences,
        or titles cited; or whose own title has them. In the order of :meth:`conversations`; all of them without a word.
        """
        terms = _WORD.findall(_clean(words))
        if not terms:
            return self.conversations(limit)
        titled = " AND ".join(f"c.title LIKE :term{at} ESCAPE '\\'" for at in range(len(terms)))
        return self._list(
            " AND (c.conversation IN (SELECT t.conversation FROM turns t JOIN turn_words w ON w.rowid = t.turn"
            f" WHERE turn_words MATCH :match) OR ({titled}))",
            {
                "limit": limit,
                "match": " ".join(f'"{term}"*' for term in terms),
                **{f"term{at}": f"%{term.replace('_', chr(92) + '_')}%" for at, term in enumerate(terms)},
            },
        )

    def conversation(self, conversation_id: str) -> KeptConversation:
        """The conversation with this id, whole: what a browser says is taken for no more than it is.

        Raises:
            ConversationMissing: there is none.
        """
        found = self._list(" AND c.id = :id", {"id": _clean(conversation_id), "limit": 1})
        if not found:
            raise ConversationMissing("This conversation is not kept. `byline conversations` lists those that are.")
        return found[0]

    def find(self, beginning: str) -> KeptConversation:
        """The conversation whose id alone begins so, for people who type it.

        Raises:
            ConversationMissing: there is none, or there are several.
        """
        found: tuple[KeptConversation, ...] = ()
        if _ID.fullmatch(beginning):
            found = self._list(" AND c.id GLOB :beginning", {"beginning": f"{beginning}*", "limit": 2})
        if len(found) != 1:
            what = "Several conversations have ids that begin with" if found else "No conversation has the id"
            raise ConversationMissing(f"{what} {_clean(beginning)!r}. `byline conversations` shows the ids.")
        return found[0]

    def answers(self, conversation_id: str) -> tuple[KeptAnswer, ...]:
        """The turns of a conversation, oldest first, each quote held against the archive as it is now.

        Raises:
            ConversationMissing: there is no such conversation.
            ConversationsUnreadable: a turn is not as it was written.
            ArchiveError: the archive has no usable index, so that no quote can be verified.
        """
        self.conversation(conversation_id)
        return self._answers("c.id = :id", {"id": conversation_id})

    def answers_with_feedback(self) -> tuple[KeptAnswer, ...]:
        """The turns of all conversations that somebody said something of, oldest first.

        Raises:
            ConversationsUnreadable, ArchiveError: as :meth:`answers`.
        """
        return self._answers("f.turn IS NOT NULL", {})

    # --- writing -----------------------------------------------------------------------------------------------

    def keep(
        self,
        answer: Answer,
        conversation_id: str = "",
        *,
        filters: Filters | None = None,
        as_of: date | None = None,
        made_with: Mapping[str, object] | None = None,
        key: str = "",
    ) -> tuple[str, str]:
        """Add a turn to a conversation, a new one unless its id is given; returns the conversation's id and the
        answer's key.

        Args:
            answer: what was answered.
            conversation_id: which conversation goes on.
            filters: what it was asked with.
            as_of: the day that it was asked as on.
            made_with: what it depended on, such as :func:`assistant.predictions.made_with` tells.
            key: the answer's key, where it was shown under one; from :func:`new_key`.

        Raises:
            ConversationMissing: there is no such conversation, any more.
            ConversationsUnreadable: the file cannot be written.
        """
        key, now = key or new_key(), datetime.now(UTC).isoformat()
        with self._writing() as connection:
            if conversation_id:
                row = self._row(connection, conversation_id)
                connection.execute("UPDATE conversations SET changed = ? WHERE conversation = ?", (now, row))
            else:
                conversation_id = secrets.token_hex(16)
                connection.execute(
                    "INSERT INTO conversations (id, owner, archive, title, created, changed)"
                    " VALUES (:id, :owner, :archive, :title, :now, :now)",
                    {"id": conversation_id, "title": _title(answer.question), "now": now, **self._scope},
                )
                row = self._row(connection, conversation_id)
            connection.execute(
                "INSERT INTO turns (conversation, key, question, asked, filters, as_of, answer, words, made_with, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    row,
                    key,
                    answer.question,
                    answer.asked,
                    _json(filters_record(filters or Filters())),
                    as_of.isoformat() if as_of else None,
                    _json(answer_record(answer)),
                    searchable(answer),
                    _json(made_with or {}),
                    now,
                ),
            )
        return conversation_id, key

    def rename(self, conversation_id: str, title: str) -> str:
        """Give a conversation another title; returns it as it is kept: one line, of ``TITLE`` characters at most.

        A title without a character that can be seen changes nothing.

        Raises:
            ConversationMissing: there is no such conversation.
        """
        named = _title(title)
        with self._writing() as connection:
            row = self._row(connection, conversation_id)
            if named:
                connection.execute("UPDATE conversations SET title = ? WHERE conversation = ?", (named, row))
        return named or self.conversation(conversation_id).title

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with its turns and feedback, so that nothing of it is left in the file.

        Raises:
            ConversationMissing: there is no such conversation.
        """
        with self._writing() as connection:
            row = self._row(connection, conversation_id)
            connection.execute("DELETE FROM conversations WHERE conversation = ?", (row,))
        self._forget()

    def delete_answer(self, conversation_id: str, key: str) -> None:
        """Delete one turn of a conversation, such as one that is asked again otherwise; the conversation goes with its
        last one.

        Raises:
            ConversationMissing: there is no such conversation, or it has no such turn.
        """
        with self._writing() as connection:
            row = self._row(connection, conversation_id)
            connection.execute("DELETE FROM turns WHERE turn = ?", (self._turn(connection, row, key),))
            connection.execute(
                "DELETE FROM conversations WHERE conversation = ? AND conversation NOT IN"
                " (SELECT conversation FROM turns)",
                (row,),
            )
        self._forget()

    def give_feedback(self, conversation_id: str, key: str, verdict: Verdict | None, note: str | None = None) -> None:
        """Keep what a person thinks of an answer, in place of what was said of it before; None takes that back.

        ``note`` says why; None leaves the note of the same verdict as it is.

        Raises:
            ConversationMissing: there is no such conversation, or it has no such turn.
            ValueError: it is no such verdict.
        """
        if verdict is not None and verdict not in get_args(Verdict):
            raise ValueError(f"{verdict!r} is no verdict")
        with self._writing() as connection:
            turn = self._turn(connection, self._row(connection, conversation_id), key)
            if verdict is None:
                connection.execute("DELETE FROM feedback WHERE turn = ?", (turn,))
                return
            connection.execute(
                "INSERT INTO feedback (turn, verdict, note, at) VALUES (:turn, :verdict, coalesce(:note, ''), :at)"
                " ON CONFLICT (turn) DO UPDATE SET verdict = :verdict, at = :at,"
                " note = CASE WHEN :note IS NULL AND verdict = :verdict THEN note ELSE coalesce(:note, '') END",
                {
                    "turn": turn,
                    "verdict": verdict,
                    "note": None if note is None else _clean(note)[:NOTE],
                    "at": datetime.now(UTC).isoformat(),
                },
            )

    # --- the file ----------------------------------------------------------------------------------------------

    def _connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=WAIT
        )
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _log_ahead(self, connection: sqlite3.Connection) -> None:
        """Switch the file to WAL, which lasts."""
        for left in range(WAIT * 20, -1, -1):
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                # two that make the file at once: here SQLite does not wait by itself
                if "locked" not in str(error) or not left:
                    raise
                time.sleep(0.05)

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise ConversationsUnreadable(
                f"{self.path} was written by a later Byline. Update Byline, or start anew: {self._move_away()}"
            )
        if not version:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise ConversationsUnreadable(
                    f"{self.path} is a database of something else. Name another file (setting `conversations_file`)."
                )
            # "END" and inner statements of a trigger hold a semicolon of their own
            for statement in re.split(r";\n(?=CREATE)", _SCHEMA.strip()):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")

    def _move_away(self) -> str:
        return f"mv {shlex.quote(str(self.path))} {shlex.quote(f'{self.path}.old')}"

    def _damaged(self, error: Exception) -> ConversationsUnreadable:
        return ConversationsUnreadable(f"{self.path} is damaged ({error}). Start anew: {self._move_away()}")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self._damaged(error) from error

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise ConversationsUnreadable(
                    f"{self.path} is being written by another process. Try again in a moment."
                ) from error
            raise ConversationsUnreadable(
                f"{self.path} cannot be used ({error}). See that it may be written and the disk is not full, or name "
                "another file (setting `conversations_file`)."
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error
        except OSError as error:
            raise ConversationsUnreadable(
                f"{self.path} cannot be made ({error.strerror or error}). "
                "Name another file (setting `conversations_file`)."
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._faults(), closing(self._connection()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _forget(self) -> None:
        """Take what was deleted out of the search index and the log too, where it would stay for a while."""
        with self._faults(), closing(self._connection()) as connection:
            connection.execute("INSERT INTO turn_words (turn_words) VALUES ('optimize')")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _rows(self, sql: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        with self._faults(), closing(self._connection()) as connection:
            return connection.execute(sql, {**self._scope, **values}).fetchall()

    def _list(self, condition: str, values: Mapping[str, object]) -> tuple[KeptConversation, ...]:
        rows = self._rows(_LIST + condition + _NEWEST_FIRST, values)
        with self._reading():
            return tuple(
                KeptConversation(id_, title, datetime.fromisoformat(created), datetime.fromisoformat(changed), turns)
                for id_, title, created, changed, turns in rows
            )

    def _row(self, connection: sqlite3.Connection, conversation_id: str) -> int:
        found = connection.execute(
            "SELECT conversation FROM conversations WHERE id = :id AND owner = :owner AND archive = :archive",
            {"id": _clean(conversation_id), **self._scope},
        ).fetchone()
        if not found:
            raise ConversationMissing("This conversation is not kept. `byline conversations` lists those that are.")
        return int(found[0])

    def _turn(self, connection: sqlite3.Connection, row: int, key: str) -> int:
        found = connection.execute(
            "SELECT turn FROM turns WHERE conversation = ? AND key = ?", (row, _clean(key))
        ).fetchone()
        if not found:
            raise ConversationMissing("This answer is not kept. `byline conversations show` shows those that are.")
        return int(found[0])

    def _answers(self, condition: str, values: Mapping[str, object]) -> tuple[KeptAnswer, ...]:
        rows = self._rows(
            "SELECT t.key, t.question, t.asked, t.filters, t.as_of, t.at, t.made_with, t.answer,"
            " f.verdict, f.note, f.at FROM turns t JOIN conversations c USING (conversation)"
            f" LEFT JOIN feedback f USING (turn) WHERE c.owner = :owner AND c.archive = :archive AND {condition}"
            " ORDER BY t.turn",
            values,
        )
        articles: dict[str, Article | None] = {}

        def find(article_id: str) -> Article | None:
            if article_id not in articles:
                articles[article_id] = self._article(article_id)
            return articles[article_id]

        with self._reading():
            return tuple(_kept(row, find) for row in rows)

    def _article(self, article_id: str) -> Article | None:
        try:
            article = self._archive.article(article_id)
        except ArticleMissing:
            return None
        return article if article.id == article_id else None


def new_key() -> str:
    """A key for an answer that cannot be guessed."""
    return secrets.token_hex(8)


def _kept(row: Sequence[Any], find: FindArticle) -> KeptAnswer:
    key, question, asked, filters, as_of, at, made_with, record, verdict, note, said = row
    return recalled(
        json.loads(record),
        find,
        key=key,
        question=question,
        asked=asked,
        filters=filters_of(json.loads(filters)),
        as_of=date.fromisoformat(as_of) if as_of else None,
        at=datetime.fromisoformat(at),
        made_with=json.loads(made_with),
        feedback=Feedback(verdict, note, datetime.fromisoformat(said)) if verdict else None,
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _clean(text: str) -> str:
    """``text`` without what SQLite does not take or a terminal would obey."""
    return _UNWRITABLE.sub(" ", text).strip()


def _title(text: str) -> str:
    line = " ".join(_clean(text).split())
    return line if len(line) <= TITLE else line[: TITLE - 1].rsplit(" ", 1)[0] + "…"
