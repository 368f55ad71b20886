"""The archive's own page: its articles, one of them to be read, adding, removing and syncing. No gradio."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from index import Addition, Archive, ArticleRef, BylineError, Filters, Manifest, SyncReport, is_url
from ui import render, tables
from ui.filters import Choices, Period, chips, choices_of, histogram_html, periods, read_filters
from ui.plots import bars
from ui.sources import window
from ui.suggestions import examples

PAGE = 50
"""Articles on one page of the table."""

OUTLETS_SHOWN = 12
"""Outlets in the plot."""

LONGEST_SEARCH = 200

MOST_FILES = 100
"""Files that are added at once."""

Order = Literal["newest first", "oldest first", "title", "outlet", "most copies"]
"""How the table is sorted."""

ORDERS: tuple[Order, ...] = get_args(Order)


class Row(NamedTuple):
    """An article in the table: how many more articles tell its story, in what it is looked for, and whether a question
    can find it, which one without prose is not."""

    ref: ArticleRef
    copies: int
    text: str
    is_searched: bool = True


class Holdings(NamedTuple):
    """What an archive holds, read once for each generation of its index."""

    manifest: Manifest
    rows: tuple[Row, ...]
    choices: Choices
    periods: tuple[Period, ...]


class Shelf:
    """An archive as its page shows it. May be shared by threads."""

    def __init__(self, archive: Archive) -> None:
        """Args: archive: what is shown, and what is changed."""
        self.archive = archive
        self._lock = threading.Lock()
        self._holdings: Holdings | None = None

    def holdings(self) -> Holdings:
        """What the archive holds now.

        Raises:
            IndexMissing, IndexDamaged: there is no usable index.
        """
        manifest = self.archive.manifest()
        with self._lock:
            if self._holdings is None or self._holdings.manifest != manifest:
                empty = self.archive.without_prose()
                rows = {
                    ref.id: Row(
                        ref,
                        len(story) - 1,
                        f"{ref.title} {ref.outlet} {ref.path} {ref.id}".casefold(),
                        ref.id not in empty,
                    )
                    for story in self.archive.stories()
                    for ref in story
                }
                refs = [row.ref for row in rows.values()]
                self._holdings = Holdings(manifest, tuple(rows.values()), choices_of(refs), tuple(periods(refs)))
            return self._holdings

    # --- looking -----------------------------------------------------------------------------------------------------

    def table(self, search: object, order: object, page: object = 1) -> tuple[str, int]:
        """A page of the table as HTML, and which it is, from 1.

        Args:
            search: words that title, outlet, path or id have, all of them.
            order: one of ``ORDERS``.
            page: which page is wanted; the nearest that there is.
        """
        try:
            rows = self.holdings().rows
        except BylineError as error:
            return render.fault_html(str(error)), 1
        words = str(search or "")[:LONGEST_SEARCH].casefold().split()
        found = [row for row in rows if all(word in row.text for word in words)]
        found.sort(key=_KEYS.get(str(order), _KEYS["newest first"]))
        pages = max(1, -(-len(found) // PAGE))
        at = min(max(1, page if isinstance(page, int) else 1), pages)
        return tables.table_html(found[(at - 1) * PAGE : at * PAGE], len(found), len(rows), at, pages), at

    def article(self, wanted: Mapping[str, object], *, removable: bool) -> str:
        """The article that was clicked in the table, as HTML, or a longer stretch of it."""
        article_id = str(wanted.get("article") or "")
        try:
            article = self.archive.article(article_id)
        except BylineError as error:
            return render.fault_html(str(error))
        low, high = (_number(wanted.get(name)) for name in ("low", "high"))
        low, high = window(len(article.text), 0, 0, low, high)
        more = tables.BACK + (tables.removal_button(article.id) if removable else "")
        head = render.reader_head(article, "", more)
        text = render.article_html(article, low, high, f"reader:{article.id}")
        return f'<article class="byline-reader">{head}{text}</article>'

    def period(self, at: object) -> tuple[str, str]:
        """The first and the last day of a column of the histogram that was chosen; none of one that there is not."""
        number = _number(at)
        try:
            found = self.holdings().periods
        except BylineError:
            found = ()
        if number is None or number >= len(found):
            return "", ""
        return found[number].first.isoformat(), found[number].last.isoformat()

    def filtered(
        self, since: object, until: object, outlets: object, languages: object = None, authors: object = None
    ) -> tuple[str, Choices, str]:
        """The histogram as HTML with the days told apart that are chosen, what there is to choose from, and how the
        filters are called."""
        try:
            held = self.holdings()
        except BylineError as error:
            return render.fault_html(str(error)), Choices(), "Filters"
        try:
            filters = read_filters(since, until, outlets, languages, authors)
        except BylineError as error:
            return render.fault_html(str(error)), held.choices, "Filters"
        chosen = ", ".join(chips(filters))
        return (
            histogram_html(held.periods, filters, "days"),
            held.choices,
            f"Filters: {chosen}" if chosen else "Filters",
        )

    def examples(self) -> list[str]:
        """Questions for an empty chat; none where there is no usable index, which the first question will tell."""
        try:
            return examples(row.ref for row in self.holdings().rows)
        except BylineError:
            return []

    def statistics(self) -> str:
        """Plots of the archive, as HTML."""
        try:
            held = self.holdings()
        except BylineError as error:
            return render.fault_html(str(error))
        counts: dict[str, int] = {}
        for row in held.rows:
            counts[row.ref.outlet] = counts.get(row.ref.outlet, 0) + 1
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        plotted = [(tables.short(name or "not known"), float(many), f"{many:,}") for name, many in ranked]
        title = f"{render.count(len(held.rows), 'article')}, {render.count(len([n for n in counts if n]), 'outlet')}"
        return tables.statistics_html(
            title,
            histogram_html(held.periods, Filters()),
            bars("Articles by outlet", plotted[:OUTLETS_SHOWN]),
            len(plotted) - OUTLETS_SHOWN,
        )

    # --- changing ----------------------------------------------------------------------------------------------------

    def add_files(self, paths: Sequence[str]) -> Iterator[str]:
        """Copy uploaded files into the folder, and sync; HTML of the progress, and at last of what came of it.

        The uploads themselves are deleted.
        """
        files = [Path(path) for path in paths]
        try:
            if len(files) > MOST_FILES:
                yield render.fault_html(f"{len(files)} files are more than the {MOST_FILES} that are added at once.")
                return
            yield from self._adding(lambda: self.archive.add(*files))
        finally:
            for file in files:
                file.unlink(missing_ok=True)

    def add_page(self, address: object) -> Iterator[str]:
        """Fetch a page into the folder, and sync; HTML as of :meth:`add_files`."""
        url = str(address or "").strip()
        if not (is_url(url) and render.web_address(url)):
            yield render.fault_html(f"{url[:80]!r} is no web address. It begins with https:// or http://.")
            return
        yield tables.progress_html(f"Fetching {url} …", 0, 0)
        yield from self._adding(lambda: self.archive.add(url))

    def remove(self, article_id: object) -> Iterator[tuple[str, str]]:
        """Move an article's file aside, and sync; HTML, and the article's id once it can be brought back."""
        try:
            removal = self.archive.remove(str(article_id or ""))
        except BylineError as error:
            yield render.fault_html(str(error)), ""
            return
        for html in self.sync(expected_removals=removal.ids):
            yield html, str(article_id)

    def restore(self, article_id: str) -> Iterator[str]:
        """Bring back what :meth:`remove` moved aside, and sync; HTML."""
        try:
            self.archive.restore(article_id)
        except BylineError as error:
            yield render.fault_html(str(error))
            return
        yield from self.sync()

    def sync(self, expected_removals: Collection[str] = ()) -> Iterator[str]:
        """Make the index match the folder; HTML of the progress, and at last of the report.

        It goes on in a thread of its own, so that a visitor who leaves does not interrupt it.
        """
        told: queue.Queue[tuple[str, int, int] | SyncReport | BylineError | None] = queue.Queue()

        def work() -> None:
            try:
                told.put(
                    self.archive.sync(
                        expected_removals=expected_removals,
                        progress=lambda step, done, of: told.put((step, done, of)),
                    )
                )
            except BylineError as error:
                told.put(error)
            finally:
                told.put(None)

        threading.Thread(target=work, name="sync", daemon=True).start()
        yield tables.progress_html("looking at the folder", 0, 0)
        while True:
            said = told.get()
            while isinstance(said, tuple) and not told.empty():
                said = told.get()  # only the newest is worth telling
            if isinstance(said, SyncReport):
                yield tables.report_html(said)
                return
            if isinstance(said, BylineError):
                yield render.fault_html(str(said))
                return
            if said is None:
                # what it was stands on the server's standard error, where the thread's end put it
                yield render.fault_html("The sync ended with a fault. Run: byline doctor")
                return
            yield tables.progress_html(*said)

    def _adding(self, add: Callable[[], Addition]) -> Iterator[str]:
        try:
            addition = add()
        except BylineError as error:
            yield render.fault_html(str(error))
            return
        told = tables.addition_html(addition)
        if not any(added.is_new for added in addition.files):
            yield told
            return
        for html in self.sync():
            yield told + html


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12 else None


_KEYS: dict[str, Callable[[Row], tuple[object, ...]]] = {
    "newest first": lambda row: (-(row.ref.published or date.min).toordinal(), row.ref.title, row.ref.id),
    "oldest first": lambda row: ((row.ref.published or date.max).toordinal(), row.ref.title, row.ref.id),
    "title": lambda row: (row.ref.title.casefold(), row.ref.id),
    "outlet": lambda row: (
        row.ref.outlet.casefold(),
        -(row.ref.published or date.min).toordinal(),
        row.ref.id,
    ),
    "most copies": lambda row: (-row.copies, row.ref.title, row.ref.id),
}
