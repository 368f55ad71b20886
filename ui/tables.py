"""The pages of the archive and of the settings as HTML: tables, plots and reports. All text is escaped here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index import Addition, SyncReport
from ui.render import SKIPS_SHOWN, count, escaped, note_html, plain

if TYPE_CHECKING:
    from ui.archive_tab import Row
    from ui.tuning import Shown

SHORT = 24
"""Characters of a name in a plot."""

ADDED_SHOWN = 20
"""Files named after they were added."""

BACK = '<button type="button" class="byline-back" data-back="1">Back to the list</button>'
"""Leads from an article to its row; shown where the article does not stand beside it."""

_CODE = re.compile("`([^`]+)`")


SEARCHED, NO_PROSE = "searched", "no prose"
"""The status of an article: whether there is anything in it that an answer can quote."""


def table_html(rows: Sequence[Row], found: int, all_: int, page: int, pages: int) -> str:
    """A page of the table of articles, with how many were found and the way to the pages before and after.

    Args:
        rows: of this page.
        found: articles that fit what was searched for.
        all_: articles of the archive.
        page: which page it is, from 1.
        pages: how many there are.
    """
    told = count(all_, "article") if found == all_ else f"{found:,} of {count(all_, 'article')}"
    lines = "".join(_row(row) for row in rows)
    table = (
        '<table class="byline-table"><thead><tr><th scope="col">Title</th><th scope="col">Outlet</th>'
        '<th scope="col">Date</th><th scope="col">Status</th><th scope="col">Copies</th></tr></thead>'
        f"<tbody>{lines}</tbody></table>"
        if rows
        else ""
    )
    turn = "".join(
        f'<button type="button" data-to="table" data-page="{to}"'
        f"{'' if 1 <= to <= pages else ' disabled'}>{name}</button>"
        for to, name in ((page - 1, "Previous page"), (page + 1, "Next page"))
    )
    bar = f'<nav class="byline-bar" aria-label="Pages"><span>Page {page} of {pages}</span>{turn}</nav>'
    return f"{note_html(told)}{table}{bar if pages > 1 else ''}"


def _row(row: Row) -> str:
    ref = row.ref
    title = escaped(plain(ref.title or ref.path))
    return (
        f'<tr><td dir="auto"><button type="button" class="byline-link" data-to="reader" '
        f'data-article="{escaped(ref.id)}">{title}</button></td><td dir="auto">{escaped(plain(ref.outlet)) or "–"}</td>'
        f"<td>{ref.published.isoformat() if ref.published else '–'}</td>"
        f"<td>{SEARCHED if row.is_searched else NO_PROSE}</td>"
        f"<td>{row.copies or ''}</td></tr>"
    )


def removal_button(article_id: str) -> str:
    """The button that removes an article."""
    return (
        f'<button type="button" data-to="removal" data-article="{escaped(article_id)}">Remove from the archive</button>'
    )


def short(name: str) -> str:
    """A name that fits beside a bar."""
    shown = plain(name)
    return shown if len(shown) <= SHORT else f"{shown[: SHORT - 1]}…"


def statistics_html(title: str, over_time: str, by_outlet: str, more: int) -> str:
    """The plots of an archive under their headings; ``more`` is how many outlets are not plotted."""
    beyond = note_html(f"and {count(more, 'more outlet')}") if more > 0 else ""
    return (
        f'<section class="byline-statistics">{note_html(title)}<h2>Over time</h2>{over_time}'
        f"<h2>By outlet</h2>{by_outlet}{beyond}</section>"
    )


def progress_html(step: str, done: int, of: int) -> str:
    """How far a sync is; ``of`` is 0 where that is not known."""
    share = f'<progress max="{of}" value="{min(done, of)}" aria-label="{escaped(step)}"></progress>' if of else ""
    told = f"{step[:1].upper()}{step[1:]}" + (f", {100 * min(done, of) // of} %" if of else " …")
    return f'<div class="byline-progress">{note_html(told)}{share}</div>'


def addition_html(addition: Addition) -> str:
    """Which files were added or were there already, and why others were refused."""
    lines = [f"{'Added' if added.is_new else 'There already'}: {added.path}" for added in addition.files[:ADDED_SHOWN]]
    if len(addition.files) > ADDED_SHOWN:
        lines.append(f"and {count(len(addition.files) - ADDED_SHOWN, 'more file')}")
    refused = "".join(f'<li class="byline-refused">{escaped(plain(str(error)))}</li>' for error in addition.refused)
    return f'<ul class="byline-report">{"".join(f"<li>{escaped(plain(line))}</li>" for line in lines)}{refused}</ul>'


def report_html(report: SyncReport) -> str:
    """What a sync did, and each article that was skipped, with the reason."""
    counts = [
        f"{len(items):,} {name}"
        for name, items in (("added", report.added), ("changed", report.changed), ("removed", report.removed))
        if items
    ]
    if report.without_prose:
        counts.append(f"{len(report.without_prose):,} without prose")
    if report.earlier:
        counts.append(count(len(report.earlier), "earlier version"))
    told = ", ".join(counts) or "Nothing had changed"
    seconds = sum(report.seconds.values())
    html = note_html(f"{told} · {count(report.articles, 'article')} · {seconds:.1f} s")
    if report.skipped:
        items = "".join(f"<li>{escaped(plain(str(skip)))}</li>" for skip in report.skipped[:SKIPS_SHOWN])
        if len(report.skipped) > SKIPS_SHOWN:
            items += f"<li>and {len(report.skipped) - SKIPS_SHOWN:,} more; byline index --json lists them all</li>"
        html += f'<details class="byline-sources" open><summary>{len(report.skipped):,} skipped</summary>'
        html += f'<ul class="byline-report">{items}</ul></details>'
    return f'<div class="byline-synced">{html}</div>'


def settings_html(settings: Sequence[Shown]) -> str:
    """The settings with their values and where these come from."""
    rows = "".join(
        f'<tr><th scope="row"><code>{escaped(one.name)}</code></th><td>{escaped(one.value)}</td>'
        f"<td>{escaped(one.origin)}</td><td>{_with_code(one.meaning)}</td></tr>"
        for one in settings
    )
    return (
        '<table class="byline-table byline-settings"><thead><tr><th scope="col">Setting</th><th scope="col">Value</th>'
        '<th scope="col">From</th><th scope="col">What it is</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _with_code(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escaped(text))
