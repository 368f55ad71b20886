"""The command line. Answers go to standard output, everything else to standard error.

Exit status: 0 answered or done, 3 declined, 1 a fault (one line says what and how to mend it), 2 wrong usage, 130
stopped with Ctrl-C.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import os
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ArchiveLocked, BylineError

if TYPE_CHECKING:
    from assistant import ConversationStore, KeptConversation
    from index import Archive, Filters, Progress, Skip
    from ui.wiring import Settings

ANSWERED, FAULT, DECLINED, STOPPED = 0, 1, 3, 130

COUNTED = "{desc} {percentage:3.0f}% {bar} {n_fmt}/{total_fmt}{unit}, {rate_fmt}, {remaining} left"
UNITS = {"reading": "B", "splitting": " articles", "embedding": " passages", "asking": " questions"}
"""What the steps of a sync and of an evaluation count."""

NOT_KEPT = "stopped; nothing is kept without --out"
KEPT = "stopped; what is done is kept, and the next `byline index` goes on from there"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _make_streams_forgiving()
    options = build_parser().parse_args(arguments)
    try:
        status = options.run(options)
        sys.stdout.flush()
    except BylineError as error:
        print(f"byline: {error}", file=sys.stderr)
        return FAULT
    except KeyboardInterrupt:
        print(f"byline: {options.stopped}", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # whoever read the output has enough; Python would complain again when it flushes on exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    except OSError as error:
        print(f"byline: {error.strerror or error}{f': {error.filename}' if error.filename else ''}", file=sys.stderr)
        return FAULT
    return int(status)


def _make_streams_forgiving() -> None:
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - stays open as long as the process
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = argparse.ArgumentParser(prog="byline", description="Ask a folder of news articles.")
    parser.add_argument("--version", action="version", version=f"byline {version('byline')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, help_: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_, description=help_)
        added.set_defaults(run=run, stopped="stopped")
        return added

    def folder_argument(added: argparse.ArgumentParser) -> None:
        added.add_argument("archive", metavar="FOLDER", nargs="?", type=Path, help="the folder of articles")

    def archive_option(added: argparse.ArgumentParser, default: object = None) -> None:
        added.add_argument(
            "--archive", "-a", metavar="FOLDER", type=Path, default=default, help="the folder of articles"
        )

    def json_option(added: argparse.ArgumentParser) -> None:
        added.add_argument("--json", action="store_true", help="print JSON")

    def filter_options(added: argparse.ArgumentParser) -> None:
        added.add_argument("--since", metavar="DAY", type=_day, help="only articles of this day (2026-01-31) or later")
        added.add_argument("--until", metavar="DAY", type=_day, help="only articles of this day or earlier")
        added.add_argument(
            "--outlet", metavar="NAME", action="append", default=[], help="only this outlet (repeatable)"
        )
        added.add_argument(
            "--language",
            metavar="CODE",
            action="append",
            default=[],
            help="only this language, such as en (repeatable)",
        )
        added.add_argument(
            "--author", metavar="NAME", action="append", default=[], help="only this author, whole name (repeatable)"
        )

    def as_of_option(added: argparse.ArgumentParser) -> None:
        added.add_argument("--as-of", metavar="DAY", type=_day, help="ask as on this day (today)")

    def no_keep_option(added: argparse.ArgumentParser) -> None:
        added.add_argument(
            "--no-keep", dest="keep_conversations", action="store_false", default=None, help="keep no conversation"
        )

    index = command("index", "Make the index match the folder of articles.", _index)
    folder_argument(index)
    index.add_argument("--embedder", metavar="NAME", help="fast, deep, or a sentence-transformers model or folder")
    index.add_argument("--allow-removals", action="store_true", help="let more than a fifth of the articles go")
    index.add_argument(
        "--jobs", metavar="N", type=int, help="processes that read articles (one for each processor, 8 at most)"
    )
    json_option(index)
    index.set_defaults(stopped=KEPT)

    add = command("add", "Copy files, pages and pasted text into the folder of articles, and index them.", _add)
    add.add_argument("source", metavar="SOURCE", nargs="+", help="a file, or a page's address; - reads standard input")
    archive_option(add)
    add.add_argument("--name", metavar="NAME", help="what the file is to be called")
    add.add_argument("--title", metavar="TITLE", default="", help="of pasted text")
    add.add_argument("--url", metavar="URL", default="", help="where pasted text comes from")
    add.add_argument("--outlet", metavar="NAME", default="", help="of pasted text")
    add.add_argument("--date", metavar="DAY", type=_day, help="when pasted text was published (2026-01-31)")
    add.add_argument("--no-sync", action="store_true", help="leave indexing to the next byline index")
    add.set_defaults(stopped=KEPT)

    remove = command("remove", "Move an article's file aside, or bring it back.", _remove)
    remove.add_argument("article", metavar="ARTICLE", help="its id, or the beginning of it")
    archive_option(remove)
    remove.add_argument("--undo", action="store_true", help="bring back what was removed")
    remove.add_argument("--whole-file", action="store_true", help="let the other articles of the same file go too")
    remove.set_defaults(stopped=KEPT)

    watch = command("watch", "Keep the index up to date as files change, until Ctrl-C.", _watch)
    folder_argument(watch)
    watch.add_argument(
        "--poll", action="store_true", default=None, help="look at the files every second: for network disks"
    )
    watch.set_defaults(stopped=KEPT)

    ask = command("ask", "Answer a question from the articles.", _ask)
    ask.add_argument("question", metavar="QUESTION", nargs="+", help="the question; - reads it from standard input")
    archive_option(ask)
    filter_options(ask)
    as_of_option(ask)
    json_option(ask)

    chat = command("chat", "Answer questions in turn, follow-ups too, until exit or Ctrl-D.", _chat)
    folder_argument(chat)
    filter_options(chat)
    chat.add_argument(
        "--continue",
        dest="continued",
        metavar="ID",
        nargs="?",
        const="",
        help="go on with this conversation, or the last",
    )
    no_keep_option(chat)

    _add_conversations(
        command("conversations", "List the conversations that are kept.", _conversations), archive_option
    )

    search = command("search", "Find passages.", _search)
    search.add_argument("query", metavar="QUERY", nargs="+", help="what to look for")
    search.add_argument("-k", metavar="N", type=_positive, default=10, help="how many passages (10)")
    archive_option(search)
    filter_options(search)
    as_of_option(search)
    json_option(search)

    evaluated = command("evaluate", "Ask the questions of a file, and say how they were answered.", _evaluate)
    evaluated.add_argument("questions", metavar="QUESTIONS", help="JSON lines, JSON or CSV; - reads standard input")
    evaluated.add_argument("--unanswerable", metavar="FILE", type=Path, help="questions that are to be declined")
    archive_option(evaluated)
    evaluated.add_argument(
        "--out", metavar="PREDICTIONS", type=Path, help="keep the answers in this file, and go on from those there"
    )
    evaluated.add_argument("--report", metavar="PAGE", type=Path, help="write a page with every question to read")
    evaluated.add_argument("--limit", metavar="N", type=_positive, help="only the first N questions of each file")
    json_option(evaluated)
    evaluated.set_defaults(stopped=NOT_KEPT)

    listed = command("list", "List the articles.", _list)
    archive_option(listed)
    filter_options(listed)
    listed.add_argument("--stories", action="store_true", help="by story: copies of one text together, most first")
    json_option(listed)

    show = command("show", "Show an article with what was taken for its prose.", _show)
    show.add_argument("article", metavar="ARTICLE", help="its id, or the beginning of it")
    archive_option(show)
    json_option(show)

    history = command("history", "Show what changed in an article, and when.", _history)
    history.add_argument("article", metavar="ARTICLE", help="its id, or the beginning of it")
    archive_option(history)
    json_option(history)

    serve = command("serve", "Serve the web chat on this machine.", _serve)
    folder_argument(serve)
    serve.add_argument("--host", metavar="ADDRESS", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", metavar="N", type=int, help="port to listen on (the first free one from 7860)")
    serve.add_argument("--workers", metavar="N", type=int, help="processes that answer beside the server")
    serve.add_argument("--root-path", metavar="PATH", help="the path that a proxy serves it under, such as /byline")
    serve.add_argument(
        "--auth",
        dest="login_required",
        action="store_true",
        help="serve only with a login, which the setting auth or auth_file gives",
    )
    serve.add_argument("--open", action="store_true", help="open the page in the browser")
    no_keep_option(serve)

    password = command(
        "password", "Read a password, and print the line for auth_file that does not tell it.", _password
    )
    password.add_argument("user", metavar="USER", help="whose password it is")

    mcp = command("mcp", "Serve the articles to an assistant of yours (MCP, over standard input and output).", _mcp)
    folder_argument(mcp)

    formats = command("formats", "List the formats that are read.", _formats)
    json_option(formats)

    doctor = command("doctor", "Check the archive and say what to mend.", _doctor)
    folder_argument(doctor)
    json_option(doctor)
    return parser


def _add_conversations(listing: argparse.ArgumentParser, archive_option: Callable[..., None]) -> None:
    """The actions of ``byline conversations``, and the options of the list that it is without one."""

    def user_option(added: argparse.ArgumentParser, default: str = "") -> None:
        added.add_argument(
            "--user", metavar="NAME", default=default, help="of who logs in to the web chat by this name"
        )

    archive_option(listing)
    user_option(listing)
    listing.add_argument("--json", action="store_true", help="print JSON")
    actions = listing.add_subparsers(title="actions", metavar="ACTION")

    def action(name: str, help_: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=help_, description=help_)
        added.set_defaults(run=run)
        # what stands before the action is not to be undone by what does not stand behind it
        archive_option(added, default=argparse.SUPPRESS)
        user_option(added, default=argparse.SUPPRESS)
        return added

    def id_argument(added: argparse.ArgumentParser) -> None:
        added.add_argument("conversation", metavar="ID", help="its id, or the beginning of it")

    id_argument(action("show", "Show a conversation.", _show_conversation))
    exported = action("export", "Print a conversation with full references.", _export_conversation)
    id_argument(exported)
    exported.add_argument(
        "--format", metavar="FORMAT", choices=("md", "html", "json"), default="md", help="md, html, json"
    )
    renamed = action("rename", "Give a conversation another title.", _rename_conversation)
    id_argument(renamed)
    renamed.add_argument("title", metavar="TITLE", nargs="+", help="the title")
    id_argument(action("delete", "Delete a conversation for good.", _delete_conversation))
    searched = action("search", "List the conversations that have all of these words.", _search_conversations)
    searched.add_argument("words", metavar="WORDS", nargs="+", help="words, or the beginnings of words")
    searched.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    judged = action("feedback", "Print what was said of answers, as questions for byline evaluate.", _feedback)
    judged.add_argument("--out", metavar="FILE", type=Path, help="write it to this file")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-01-31") from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _settings(options: argparse.Namespace) -> Settings:
    from ui.wiring import TABLES, load_settings

    names = {name for table in TABLES for name in table.model_fields}
    return load_settings({name: value for name, value in vars(options).items() if name in names})


def _archive(options: argparse.Namespace) -> Archive:
    from ui.wiring import open_archive

    return open_archive(_settings(options))


def _filters(options: argparse.Namespace) -> Filters:
    from index import Filters

    named = (frozenset(names) for names in (options.outlet, options.language, options.author))
    return Filters(options.since, options.until, *named)


def _print_json(value: object) -> None:
    from ui import render

    print(render.json_text(value))


def _index(options: argparse.Namespace) -> int:
    from ui import render

    archive = _archive(options)
    with _Bar() as bar:
        report = archive.sync(allow_removals=options.allow_removals, progress=bar.tell)
    if options.json:
        _print_json(render.report_json(report))
    else:
        print(render.report_text(report))
    if not report.articles:
        raise BylineError(f"{archive.folder} holds no article that can be read. Put .txt, .md or .jsonl files there.")
    return ANSWERED


def _add(options: argparse.Namespace) -> int:
    from ui import render

    archive = _archive(options)
    addition = archive.add(
        *(_source(source, archive.settings.max_file_bytes) for source in options.source),
        name=options.name or "",
        title=options.title,
        url=options.url,
        outlet=options.outlet,
        published=options.date,
    )
    for error in addition.refused:
        print(f"byline: {render.plain(str(error))}", file=sys.stderr)
    new = [file.path for file in addition.files if file.is_new]
    for file in addition.files:
        if not file.is_new:
            print(f"there already: {render.plain(file.path)}")
    if options.no_sync:
        for path in new:
            print(f"added {render.plain(path)}")
    elif addition.files:
        try:
            with _Bar() as bar:
                report = archive.sync(progress=bar.tell)
        except BylineError as error:
            raise type(error)(
                f"{', '.join(new) or 'Nothing new'} is in {archive.folder}, not indexed: {error}"
            ) from error
        for article in archive.articles_at(new):
            print(render.ref_text(article))
        for skip in report.skipped:
            if skip.path in new:
                print(f"skipped {render.plain(str(skip))}")
    return FAULT if addition.refused else ANSWERED


def _source(given: str, most: int) -> Path | str | bytes:
    from index import is_url

    if given != "-":
        return given if is_url(given) else Path(given)
    return _pasted(most)


def _pasted(most: int) -> bytes:
    if sys.stdin.isatty():
        print("Paste the text, and end it with Ctrl-D on a line of its own.", file=sys.stderr)
    # one more than may be read, so that a longer one is told apart
    content = getattr(sys.stdin, "buffer", sys.stdin).read(most + 1)
    return content if isinstance(content, bytes) else content.encode("utf-8", "replace")


def _remove(options: argparse.Namespace) -> int:
    from ui import render

    archive = _archive(options)
    if options.undo:
        removal = archive.restore(options.article)
    else:
        removal = archive.remove(options.article, whole_file=options.whole_file)
    with _Bar() as bar:
        archive.sync(expected_removals=frozenset() if options.undo else removal.ids, progress=bar.tell)
    for article in removal.articles:
        print(f"{'brought back' if options.undo else 'removed'} {article.id}  {render.plain(article.title)}")
    for was, now in removal.moves:
        print(f"{render.plain(str(was))} is now {render.plain(str(now))}")
    if not options.undo:
        command = ["byline", "remove", "--undo", removal.articles[0].id, *_archive_options(options)]
        print(f"To bring it back: {render.plain(shlex.join(command))}")
    return ANSWERED


def _archive_options(options: argparse.Namespace) -> list[str]:
    return ["--archive", str(options.archive)] if options.archive else []


def _watch(options: argparse.Namespace) -> int:
    from index import changes

    archive = _archive(options)
    said = _Said()
    try:
        for _ in changes(archive.folder, archive.index_dir, poll=archive.settings.poll):
            _sync_once(archive, said)
    except KeyboardInterrupt:  # the way to end it, and no fault
        print(f"byline: {options.stopped}", file=sys.stderr)
    return ANSWERED


class _Said:
    """What a command that goes on and on has said, so that it does not say it again."""

    def __init__(self) -> None:
        self.fault = ""
        self.skips: frozenset[Skip] = frozenset()


def _sync_once(archive: Archive, said: _Said) -> None:
    from ui import render

    while True:
        try:
            with _Bar() as bar:
                report = archive.sync(progress=bar.tell)
        except BylineError as error:
            fault = f"byline: {render.plain(str(error))}"
            if fault != said.fault:
                print(fault, file=sys.stderr, flush=True)
            said.fault = fault
            if not isinstance(error, ArchiveLocked):
                return  # the next change may mend it
            time.sleep(1)
            continue
        said.fault = ""
        line, *_ = render.report_text(report).splitlines()
        print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)
        for skip in report.skipped:
            if skip not in said.skips:
                print(f"skipped {render.plain(str(skip))}", flush=True)
        said.skips = frozenset(report.skipped)
        return


def _formats(options: argparse.Namespace) -> int:
    from index import formats
    from ui import render

    if options.json:
        _print_json([render.format_json(format_) for format_ in formats()])
    else:
        print(render.formats_text(formats()))
    return ANSWERED


def _ask(options: argparse.Namespace) -> int:
    from ui import render
    from ui.wiring import open_assistant

    settings = _settings(options)
    assistant = open_assistant(settings)
    question = " ".join(options.question)
    if question == "-":
        # one character more than may be read, so that a longer one is told apart
        question = sys.stdin.read(settings.assistant.question_characters + 1)
    answer = assistant.ask(question, _filters(options), options.as_of)
    if options.json:
        _print_json(render.answer_json(answer))
    else:
        print(render.answer_text(answer))
    return DECLINED if answer.status == "declined" else ANSWERED


def _chat(options: argparse.Namespace) -> int:
    from assistant import Conversation, QuestionError, Turn, made_with
    from ui import render
    from ui.wiring import open_assistant, open_conversations

    settings = _settings(options)
    assistant, filters = open_assistant(settings), _filters(options)
    store = open_conversations(settings, assistant.archive) if settings.serve.keep_conversations else None
    turns: list[Turn] = []
    kept = ""
    if options.continued is not None:
        store = store or open_conversations(settings, assistant.archive)
        going_on = _to_go_on_with(store, options)
        turns = [Turn(answer.answer) for answer in store.answers(going_on.id)]
        print(f"Going on with: {render.plain(going_on.title)}", file=sys.stderr)
        kept = going_on.id
    conversation = Conversation(assistant, filters, turns=turns)
    if _is_typed():
        print("Ask about the articles, and then about the answers. To end: exit, or Ctrl-D.", file=sys.stderr)
    for question in iter(_next_question, None):
        if not question.strip():
            continue
        try:
            answer = conversation.ask(question)
        except QuestionError as error:  # the next one may be better
            print(f"byline: {error}", file=sys.stderr)
            continue
        print(f"{render.answer_text(answer)}\n", flush=True)
        if store is not None and settings.serve.keep_conversations:
            kept, _ = store.keep(answer, kept, filters=filters, made_with=made_with(assistant))
    return ANSWERED


def _to_go_on_with(store: ConversationStore, options: argparse.Namespace) -> KeptConversation:
    from assistant import ConversationMissing

    if options.continued:
        return store.find(options.continued)
    for newest in store.conversations(1):
        return newest
    raise ConversationMissing("No conversation about these articles is kept yet. Leave out --continue.")


def _kept(options: argparse.Namespace) -> tuple[Archive, ConversationStore]:
    from ui.wiring import open_archive, open_conversations

    settings = _settings(options)
    archive = open_archive(settings)
    return archive, open_conversations(settings, archive).of(options.user)


def _conversations(options: argparse.Namespace) -> int:
    _, store = _kept(options)
    _print_conversations(store.conversations(), options)
    return ANSWERED


def _search_conversations(options: argparse.Namespace) -> int:
    _, store = _kept(options)
    found = store.search(" ".join(options.words))
    _print_conversations(found, options)
    return ANSWERED if found else DECLINED


def _print_conversations(conversations: Sequence[KeptConversation], options: argparse.Namespace) -> None:
    from ui import transcripts

    if options.json:
        _print_json(transcripts.list_json(conversations))
    elif conversations:
        print(transcripts.list_text(conversations))
    else:
        print("byline: no such conversation is kept", file=sys.stderr)


def _show_conversation(options: argparse.Namespace) -> int:
    from ui import transcripts

    _, store = _kept(options)
    conversation = store.find(options.conversation)
    print(transcripts.conversation_text(conversation, store.answers(conversation.id)))
    return ANSWERED


def _export_conversation(options: argparse.Namespace) -> int:
    from ui import transcripts

    archive, store = _kept(options)
    conversation = store.find(options.conversation)
    answers = store.answers(conversation.id)
    print(transcripts.export(options.format, conversation, answers, archive.folder.name).text, end="")
    return ANSWERED


def _rename_conversation(options: argparse.Namespace) -> int:
    from ui import render

    _, store = _kept(options)
    print(render.plain(store.rename(store.find(options.conversation).id, " ".join(options.title))))
    return ANSWERED


def _delete_conversation(options: argparse.Namespace) -> int:
    from ui import render

    _, store = _kept(options)
    conversation = store.find(options.conversation)
    store.delete(conversation.id)
    print(f"deleted {render.plain(conversation.title)}")
    return ANSWERED


def _feedback(options: argparse.Namespace) -> int:
    import json

    from assistant import feedback_cases

    archive, store = _kept(options)
    if options.out:
        _check_output("--out", options.out, archive.folder)
    lines = [json.dumps(case) + "\n" for case in feedback_cases(store.answers_with_feedback())]
    if not lines:
        print("byline: nothing was said of any answer yet", file=sys.stderr)
        return DECLINED
    if options.out:
        options.out.write_text("".join(lines), encoding="utf-8")
    else:
        print("".join(lines), end="")
    return ANSWERED


def _is_typed() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _next_question() -> str | None:
    """The next line of standard input, asked for at a terminal; None at its end, or where it says that it is."""
    if _is_typed():
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - lets `input` edit the line and go back to earlier ones
        try:
            line = input("> ") + "\n"
        except EOFError:
            print()
            line = ""
    else:
        line = sys.stdin.readline() if sys.stdin is not None else ""
    return None if not line or line.strip().lower() in ("exit", "quit") else line


def _search(options: argparse.Namespace) -> int:
    from ui import render
    from ui.wiring import open_assistant

    settings = _settings(options)
    hits = open_assistant(settings).search(" ".join(options.query), options.k, _filters(options), options.as_of)
    if options.json:
        _print_json([render.hit_json(hit) for hit in hits])
    else:
        print(render.hits_text(hits))
    return ANSWERED if hits else DECLINED


def _evaluate(options: argparse.Namespace) -> int:
    from assistant import PredictionsRefused, evaluate, read_cases
    from ui import report
    from ui.wiring import open_assistant

    settings = _settings(options)
    _check_outputs(options, settings.serve.archive)
    most = settings.index.max_file_bytes
    cases = read_cases(_pasted(most) if options.questions == "-" else options.questions)[: options.limit]
    if options.unanswerable:
        cases += read_cases(options.unanswerable, answerable=False)[: options.limit]
    assistant = open_assistant(settings)
    if options.out:
        options.stopped = f"stopped; {options.out} has what was answered, and the same command goes on from there"
    try:
        with _Bar() as bar:
            evaluation = evaluate(assistant, cases, options.out, progress=bar.tell)
    except PredictionsRefused as error:
        raise PredictionsRefused(f"{error}{_anew(options)}") from error
    if options.report:
        page = report.report_html(evaluation, str(settings.serve.archive), date.today())
        options.report.write_text(page, encoding="utf-8")
    if options.json:
        _print_json(report.evaluation_json(evaluation))
    else:
        print(report.evaluation_text(evaluation))
    return ANSWERED


def _check_outputs(options: argparse.Namespace, folder: Path) -> None:
    given = [Path(name).resolve() for name in (options.questions, options.unanswerable) if name and name != "-"]
    for option, path in (("--out", options.out), ("--report", options.report)):
        if path is None:
            continue
        place = path.resolve()
        if place in given:
            raise BylineError(f"{option} names {path}, which holds the questions. Choose another file.")
        _check_output(option, path, folder)
        given.append(place)


def _check_output(option: str, path: Path, folder: Path) -> None:
    place = path.resolve()
    if not place.parent.is_dir():
        raise BylineError(f"{option} names {path}, but there is no folder {place.parent}. Make it first.")
    if place.is_relative_to(folder.resolve()) and not any(
        part.startswith(".") for part in place.relative_to(folder.resolve()).parts
    ):
        raise BylineError(f"{path} would be read as an article. Choose a place for {option} outside of {folder}.")


def _anew(options: argparse.Namespace) -> str:
    """The command that starts an evaluation anew, in a file of its own."""
    if options.out is None:
        return ""
    free = next(
        path for at in itertools.count(2) if not (path := options.out.with_stem(f"{options.out.stem}-{at}")).exists()
    )
    command = ["byline", "evaluate", options.questions, *_archive_options(options), "--out", str(free)]
    for name in ("unanswerable", "report", "limit"):
        if (value := getattr(options, name)) is not None:
            command += [f"--{name}", str(value)]
    return f" Run: {shlex.join(command)}"


def _list(options: argparse.Namespace) -> int:
    from ui import render

    archive, filters = _archive(options), _filters(options)
    if options.stories:
        copies = (tuple(article for article in story if filters.passes(article)) for story in archive.stories())
        stories = [story for story in copies if story]
        if options.json:
            _print_json([[render.ref_json(article) for article in story] for story in stories])
        else:
            print(render.stories_text(stories))
        return ANSWERED
    articles = [article for article in archive.articles() if filters.passes(article)]
    if options.json:
        _print_json([render.ref_json(article) for article in articles])
    else:
        for article in articles:
            print(render.ref_text(article))
    return ANSWERED


def _history(options: argparse.Namespace) -> int:
    from ui import render

    versions = _archive(options).history(options.article)
    if options.json:
        _print_json(render.history_json(versions))
    else:
        print(render.history_text(versions))
    return ANSWERED


def _show(options: argparse.Namespace) -> int:
    from ui import render

    article = _archive(options).article(options.article)
    if options.json:
        _print_json(render.full_article_json(article))
    else:
        print(render.article_text(article))
    return ANSWERED


def _serve(options: argparse.Namespace) -> int:
    from ui.wiring import can_open_browser, open_assistant, open_conversations, open_logins, open_workers

    settings = _settings(options)
    logins = open_logins(settings, required=options.login_required)
    assistant = open_assistant(settings)
    assistant.workers = open_workers(settings, assistant)
    store = open_conversations(settings, assistant.archive) if settings.serve.keep_conversations else None

    def ready(address: str) -> None:
        print(f"Byline answers at {address} (Ctrl-C ends it)", flush=True)
        if options.open and can_open_browser():
            import webbrowser

            webbrowser.open(address)

    from ui import web
    from ui.tuning import shown_settings

    serve = settings.serve
    path = serve.root_path or ""
    shown = shown_settings([settings.assistant, settings.index, serve], settings.origins)
    web.serve(
        assistant,
        serve.host,
        serve.port,
        serve.chats,
        ready,
        writing=serve.writing,
        store=store,
        logins=logins,
        path=path,
        settings=shown,
    )
    return ANSWERED


def _password(options: argparse.Namespace) -> int:
    from ui.logins import hashed

    if _is_typed():
        import getpass

        password = getpass.getpass(f"Password of {options.user}: ")
        if getpass.getpass("Once more: ") != password:
            raise BylineError("The two passwords differ. Run the same command again.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    print(hashed(options.user, password))
    return ANSWERED


def _mcp(options: argparse.Namespace) -> int:
    from ui.wiring import open_assistant

    assistant = open_assistant(_settings(options))
    from ui import mcp

    mcp.serve(assistant)
    return ANSWERED


def _doctor(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from assistant import examine
    from ui.wiring import model_key

    findings = list(examine(_archive(options), _settings(options).assistant, model_key()))
    if options.json:
        _print_json([asdict(one) for one in findings])
    else:
        for one in findings:
            print(f"{one.state:8} {one.name}: {one.found}{f'. {one.remedy}' if one.remedy else ''}")
    return FAULT if any(one.state == "fault" for one in findings) else ANSWERED


class _Bar:
    """A progress bar on standard error, where that is a terminal."""

    def __init__(self) -> None:
        self._step = ""
        self._bar: object = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def tell(self) -> Progress:
        return self._tell

    def _tell(self, step: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        from tqdm import tqdm

        if step != self._step:
            self._close()
            self._step = step
            # what was done before counts neither for the rate nor for the time left
            self._bar = tqdm(
                total=total or None,
                initial=done,
                desc=step,
                unit=UNITS.get(step, ""),
                unit_scale=UNITS.get(step) == "B",
                file=sys.stderr,
                leave=False,
                dynamic_ncols=True,
                bar_format=COUNTED if total else "{desc} …",
            )
        assert isinstance(self._bar, tqdm)
        self._bar.total = total or None
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        from tqdm import tqdm

        if isinstance(self._bar, tqdm):
            self._bar.close()
        self._bar = None


if __name__ == "__main__":
    sys.exit(main())
