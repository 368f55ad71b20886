"""Plots as SVG that stands in a page: curves and bars, in the page's own colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 14, 44

BAR, GAP, NAMES = 20, 10, 212
"""Height of a bar, space between two, and width of their names."""


class Curve(NamedTuple):
    """A line through points (x, y), y from 0 to 1. Each of ``marked`` is a dot that tells its note when pointed at."""

    name: str
    points: Sequence[tuple[float, float]]
    marked: Sequence[tuple[float, float, str]] = ()


def curves(
    title: str, x_name: str, y_name: str, drawn: Sequence[Curve], *, x_ticks: Sequence[float], stepped: bool = False
) -> str:
    """Curves over a common x axis that reaches from the first of ``x_ticks`` to the last.

    Args:
        title: what is shown, for those who cannot see it.
        x_name: of the x axis.
        y_name: of the y axis, which reaches from 0 to 1.
        drawn: the curves, told apart by the classes ``curve-1``, ``curve-2`` and so on.
        x_ticks: where the x axis is labelled.
        stepped: whether nothing lies between two points: the line goes along x first, then along y.
    """
    low, high = x_ticks[0], x_ticks[-1]

    def x_at(value: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (value - low) / (high - low), 1)

    def y_at(value: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value, 1)

    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<path class="grid" d="M{_LEFT} {y_at(tick)}H{WIDTH - _RIGHT}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 7}" y="{y_at(tick) + 4}" text-anchor="end">{tick:g}</text>')
    for tick in x_ticks:
        parts.append(f'<path class="grid" d="M{x_at(tick)} {y_at(0)}v4"/>')
        parts.append(
            f'<text class="tick" x="{x_at(tick)}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle">{tick:g}</text>'
        )
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(f'<text class="axis" x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_name)}</text>')
    parts.append(
        f'<text class="axis" transform="translate(14 {(HEIGHT - _BOTTOM + _TOP) / 2}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_name)}</text>'
    )
    for number, curve in enumerate(drawn, start=1):
        path = ""
        for at, (x, y) in enumerate(curve.points):
            step = f"H{x_at(x)}V{y_at(y)}" if stepped else f"L{x_at(x)} {y_at(y)}"
            path += step if at else f"M{x_at(x)} {y_at(y)}"
        parts.append(f'<path class="curve curve-{number}" d="{path}"/>')
        for x, y, note in curve.marked:
            parts.append(
                f'<circle class="dot dot-{number}" cx="{x_at(x)}" cy="{y_at(y)}" r="4">'
                f"<title>{escape(note)}</title></circle>"
            )
    return _svg(title, WIDTH, HEIGHT, parts)


def bars(title: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Bars that lie, one for each (name, length, what is written behind it); the longest fills the width."""
    longest = max((length for _, length, _ in rows), default=0) or 1
    room = WIDTH - NAMES - 104
    parts = []
    for at, (name, length, note) in enumerate(rows):
        y = at * (BAR + GAP)
        width = round(room * length / longest, 1)
        parts.append(
            f'<text class="name" x="{NAMES - 8}" y="{y + BAR - 5}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="bar" x="{NAMES}" y="{y}" width="{width}" height="{BAR}" rx="2"/>'
            f'<text class="tick" x="{NAMES + width + 6}" y="{y + BAR - 5}">{escape(note)}</text>'
        )
    return _svg(title, WIDTH, max(1, len(rows)) * (BAR + GAP), parts)


def columns(title: str, rows: Sequence[tuple[str, int, bool, str]], to: str = "") -> str:
    """Columns that stand, one for each (name, height, whether it is told apart, value); the highest fills the height.

    Args:
        title: what is shown, for those who cannot see it.
        rows: the columns, from the left.
        to: whom the page tells the value of a column that is chosen; ``""``: they cannot be chosen.
    """
    highest = max((height for _, height, _, _ in rows), default=0) or 1
    parts = []
    for at, (name, height, apart, value) in enumerate(rows):
        label = escape(f"{name}: {height:,}")
        style = f'class="{"byline-apart" if apart else ""}" style="--height:{height / highest:.3f}" title="{label}"'
        if to:
            # one stop for the keyboard: the arrows lead from column to column
            stop = 0 if at == 0 else -1
            parts.append(
                f'<button type="button" {style} aria-label="{label}" tabindex="{stop}" '
                f'data-to="{escape(to)}" data-at="{escape(value)}"></button>'
            )
        else:
            parts.append(f"<span {style}></span>")
    first, last = (escape(rows[0][0]), escape(rows[-1][0])) if rows else ("", "")
    role = "group" if to else "img"
    return (
        f'<figure class="byline-histogram"><div role="{role}" aria-label="{escape(title)}">{"".join(parts)}</div>'
        f"<figcaption><span>{first}</span><span>{last}</span></figcaption></figure>"
    )


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
