"""Text that was placed on pages, piece by piece, back to paragraphs in reading order.

A page knows where each piece of text begins, not where it ends: ends are estimated. So a column is found by its left
edge, where many lines begin and which hardly any line crosses. What does cross it, a headline over two columns, parts
the columns above from those below. Tables stay in rows: their cells are too short for columns of text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.cleaning import one_line
from index.types import BlockKind

HEADING_CHARACTERS = 300

COLUMN_LINES = 3
"""A column has so many lines at least, beside so many of another."""

COLUMN_CHARACTERS = 14
"""Median length of a line below which it is a column of a table."""

CROSSING = 0.3
"""Share of the lines that may cross the edge of a column (headlines, pictures' captions)."""

ESTIMATE = 0.15
"""How far the estimated width of a line may be off: Verdana is wider than Helvetica, Times narrower."""

INDENT = 2.5
"""How far the first line of a paragraph is indented at most, in ems."""

ROW_GAP = 2.0
"""A gap within a line, in ems, that no justified text has."""

LARGER, HEADLINE = 1.15, 1.3
"""Times the size of the body text: headings, and the article's headline."""

MARGIN_LINES = 3
"""Running heads stand among so many lines from the top or the bottom of a page."""

PIECES = 10_000
"""More pieces on one page than that are no text, and are left in the order of their lines."""

EDGES = 60
"""How many places on a page are looked at, the most common beginnings of lines, for the edge of a column."""

_NARROW = frozenset("iljtfrI.,:;'’‘!|()[]/- \u00a0")
_WIDE = frozenset("mwMW@%—…")
_SENTENCE_END = re.compile(r"""[.!?…:]["')\]”’»]*$""")
_BULLET = re.compile(r"[•·▪◦‣*–-]\s|\d{1,2}[.)]\s")
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_PAGE_NUMBER = re.compile(r"[\W_]*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?[\W_]*", re.IGNORECASE)
_HYPHENS = ("-", "‐", "\u00ad")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text on a page: where it begins (points from the left and from the bottom) and the size of its type in points."""

    text: str
    x: float
    y: float
    size: float

    @property
    def width(self) -> float:
        """Its width in points, estimated by Helvetica's."""
        ems = sum(
            0.28 if character in _NARROW else 0.85 if character in _WIDE else 0.66 if character.isupper() else 0.53
            for character in self.text
        )
        return ems * self.size


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in one line, and what the pages tell of it: "prose" where they tell nothing."""

    text: str
    kind: BlockKind


@dataclass(slots=True)
class _Line:
    """A line of one column, or part of one; ``end`` is estimated, ``size`` that of most of it, ``glued`` says that no
    gap stands before it, ``torn`` that a wide one stands within: it is the row of a table."""

    text: str
    x: float
    y: float
    size: float
    end: float
    page: int
    column: int = 0
    glued: bool = False
    torn: bool = False


def paragraphs_of(pages: Iterable[Sequence[Piece]]) -> list[Paragraph]:
    """The paragraphs of a document, in reading order; one that goes on in the next column or page is one.

    Running heads, running feet and page numbers are of kind "furniture" and stand after the paragraph that they
    interrupt; the headline is of kind "title", other large type of kind "heading".
    """
    by_page = [_lines_of(pieces, number) for number, pieces in enumerate(pages)]
    running = _running(by_page)
    lines = [line for page in by_page for line in page]
    text_lines = [line for line in lines if id(line) not in running]
    if not text_lines:  # the same few lines on every page are all that it says
        running, text_lines = set(), lines
    if not lines:
        return []
    body = _body_size(text_lines)
    opening = [line.size for line in text_lines if line.page == text_lines[0].page and len(line.text.split()) > 2]
    headline = max(opening, default=0.0)
    joiner = _Joiner(text_lines)
    found: list[Paragraph] = []
    has_title = False
    for run, interrupting in _runs(lines, running):
        if run:
            text = joiner.joined(run)
            kind: BlockKind = "prose"
            if run[0].size >= body * LARGER and len(text) <= HEADING_CHARACTERS:
                kind = "heading"
                if not has_title and run[0].size >= max(headline * 0.99, body * HEADLINE):
                    kind, has_title = "title", True
            found.append(Paragraph(text, kind))
        found += [Paragraph(one_line(line.text), "furniture") for line in interrupting]
    return found


def _lines_of(pieces: Sequence[Piece], page: int) -> list[_Line]:
    """The lines of a page, column by column."""
    rows = _rows([piece for piece in pieces if piece.text.strip()])
    starts = Counter((round(piece.size), round(piece.x / 2)) for row in rows for piece in row)
    # a piece that stands where the lines of a column begin, in type of their size, is not joined to what is before it
    edges: dict[int, list[int]] = defaultdict(list)
    for (size, at), count in sorted(starts.items()):
        if count > COLUMN_LINES:
            edges[size].append(2 * at)
    lines = [line for row in rows for line in _parts(row, edges, page)]
    columns = [lines] if len(pieces) > PIECES else _columns(lines)
    ordered: list[_Line] = []
    for number, column in enumerate(columns):
        for line in column:
            line.column = number
        ordered += column
    return ordered


def _rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces by the line that they stand on, from the top; within a line from the left."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.y):
        if rows and rows[-1][0].y - piece.y <= 0.35 * max(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        row.sort(key=lambda piece: piece.x)
    return rows


def _parts(row: list[Piece], all_edges: Mapping[int, list[int]], page: int) -> Iterator[_Line]:
    """A row as the stretches that hold together: words, or all of it."""
    line: _Line | None = None
    for piece in row:
        near = False
        edges = all_edges.get(round(piece.size), [])
        if line is not None:
            gap, may_be_off = piece.x - line.end, ESTIMATE * (line.end - line.x)
            near = gap <= 0.6 * piece.size + may_be_off
            # or a little to the right of it, as the first line of a paragraph does
            before = bisect_right(edges, piece.x + 2) - 1
            at_edge = (
                before >= 0
                and line.x < edges[before] - 2
                and piece.x - edges[before] < INDENT * piece.size
                and gap > -may_be_off
            )
            if near and not at_edge:
                line.size = line.size if len(line.text) >= len(piece.text) else piece.size
                line.text += piece.text
                line.end = max(line.end, piece.x + piece.width)
                continue
            yield line
        line = _Line(piece.text, piece.x, piece.y, piece.size, piece.x + piece.width, page, glued=near)
    if line is not None:
        yield line


def _columns(lines: list[_Line]) -> list[list[_Line]]:
    """Lines parted into columns, in reading order, each from the top."""
    edge = _edge(lines)
    if edge is None:
        return [_whole_rows(lines)]
    left, right, crossing = _sides(lines, edge)
    ordered: list[list[_Line]] = []
    bottoms = [*sorted({line.y for line in crossing}, reverse=True), float("-inf")]
    top = float("inf")
    was_across = False
    for bottom in bottoms:
        for side in (left, right):
            within = [line for line in side if bottom < line.y < top]
            if within:
                ordered += _columns(within)
                was_across = False
        across = _whole_rows([line for line in crossing if line.y == bottom])
        if across:
            if was_across:
                ordered[-1] += across
            else:
                ordered.append(across)
            was_across = True
        top = bottom
    return ordered


def _edge(lines: list[_Line]) -> float | None:
    """The left edge of a column that stands to the right of another; None where there is none."""
    starts = Counter(round(line.x) for line in lines)
    best: tuple[int, float] | None = None
    for at, _ in starts.most_common(EDGES):
        if sum(starts[at + step] for step in (-1, 0, 1)) < COLUMN_LINES:
            continue
        left, right, crossing = _sides(lines, at)
        if len(crossing) <= CROSSING * len(lines) and _side_by_side(left, right):
            candidate = (len(crossing), at)
            best = candidate if best is None else min(best, candidate)
    return None if best is None else best[1]


def _sides(lines: list[_Line], edge: float) -> tuple[list[_Line], list[_Line], list[_Line]]:
    left, right, crossing = [], [], []
    for line in lines:
        if line.x >= edge - 2:
            right.append(line)
        elif line.end <= edge + ESTIMATE * (line.end - line.x):
            left.append(line)
        else:
            crossing.append(line)
    return left, right, crossing


def _side_by_side(left: list[_Line], right: list[_Line]) -> bool:
    if min(len(left), len(right)) < COLUMN_LINES:
        return False
    if min(median(len(line.text) for line in side) for side in (left, right)) < COLUMN_CHARACTERS:
        return False
    low = max(min(line.y for line in side) for side in (left, right))
    high = min(max(line.y for line in side) for side in (left, right))
    shorter = min(max(line.y for line in side) - min(line.y for line in side) for side in (left, right))
    return high - low >= max(0.5 * shorter, (COLUMN_LINES - 1) * median(line.size for line in right))


def _whole_rows(lines: list[_Line]) -> list[_Line]:
    """Lines from the top, with what stands on one row in one line: there are no columns to keep apart."""
    whole: list[_Line] = []
    for line in sorted(lines, key=lambda line: (-line.y, line.x)):
        if whole and whole[-1].y - line.y <= 0.35 * max(line.size, whole[-1].size):
            last = whole[-1]
            last.size = last.size if len(last.text) >= len(line.text) else line.size
            last.text += line.text if line.glued else f" {line.text}"
            last.torn = last.torn or line.x - last.end > ROW_GAP * line.size
            last.end = max(last.end, line.end)
        else:
            whole.append(line)
    return whole


def _running(pages: list[list[_Line]]) -> set[int]:
    """The lines (by ``id``) at the top and bottom of pages that recur on others, page numbers aside."""
    margins: list[list[_Line]] = []
    for lines in pages:
        heights = sorted({round(line.y) for line in lines})
        edge = {*heights[:MARGIN_LINES], *heights[-MARGIN_LINES:]}
        margins.append([line for line in lines if round(line.y) in edge])
    recurring = Counter(key for lines in margins for key in {_key(line) for line in lines})
    # left and right pages may have heads of their own
    least = max(2, len(pages) // 3)
    found = {id(line) for lines in margins for line in lines if recurring[_key(line)] >= least}
    for lines in margins:
        outer = {min((line.y for line in lines), default=0.0), max((line.y for line in lines), default=0.0)}
        found |= {id(line) for line in lines if line.y in outer and _PAGE_NUMBER.fullmatch(line.text.strip())}
    return found


def _key(line: _Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", one_line(line.text)).casefold(), round(line.y / 5)


def _body_size(lines: list[_Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0]


def _runs(lines: list[_Line], running: set[int]) -> Iterator[tuple[list[_Line], list[_Line]]]:
    """The lines of each paragraph, and the running heads that stand within or right after it."""
    shape = _Shape(lines)
    run: list[_Line] = []
    interrupting: list[_Line] = []
    for line in lines:
        if id(line) in running:
            interrupting.append(line)
            continue
        if run and shape.ends_between(run[-1], line):
            yield run, interrupting
            run, interrupting = [], []
        elif not run and interrupting:
            yield [], interrupting
            interrupting = []
        run.append(line)
    yield run, interrupting


class _Shape:
    """How the lines of a document stand: what is a usual distance, and where columns begin and end."""

    def __init__(self, lines: list[_Line]) -> None:
        columns: dict[tuple[int, int], list[_Line]] = defaultdict(list)
        for line in lines:
            columns[line.page, line.column].append(line)
        self._left = {place: min(line.x for line in column) for place, column in columns.items()}
        self._right = {place: max(line.end for line in column) for place, column in columns.items()}
        distances: dict[float, list[float]] = defaultdict(list)
        for column in columns.values():
            for one, other in pairwise(column):
                if 0 < one.y - other.y < 3 * one.size:
                    distances[round(one.size, 1)].append((one.y - other.y) / one.size)
        # the smallest that is common: a text of short paragraphs has more distances between them than within
        self._usual = {size: sorted(found)[len(found) // 4] for size, found in distances.items()}

    def ends_between(self, one: _Line, other: _Line) -> bool:
        """Whether a paragraph ends with ``one`` and the next begins with ``other``."""
        if abs(one.size - other.size) > 0.12 * one.size or one.torn or other.torn:
            return True
        place = (one.page, one.column)
        closed = bool(_SENTENCE_END.search(one.text.strip()))
        short = one.end < self._right[place] - 0.25 * (self._right[place] - self._left[place])
        distance = (one.y - other.y) / one.size
        usual = self._usual.get(round(one.size, 1), 1.2)
        if place != (other.page, other.column) and not (one.page == other.page and 0 < distance < 1.25 * usual):
            if one.page == other.page and distance > 0:
                return True  # the text below a headline, or below the columns
            first = other.text.strip()[:1]
            return not (one.text.rstrip().endswith(_HYPHENS) or first.islower() or not (closed or short))
        if distance > 1.25 * usual or _BULLET.match(other.text.strip()):
            return True
        indented = other.x - self._left[place] > 0.7 * other.size and other.x - one.x > 0.7 * other.size
        return (indented and not _BULLET.match(one.text.strip())) or (closed and short)


class _Joiner:
    """Joins lines into a paragraph; the document's own words tell which hyphens belong to them."""

    def __init__(self, lines: list[_Line]) -> None:
        self._words = {
            word.casefold()
            for line in lines
            # the last word may be half of one
            for word in _WORD.findall(re.sub(r"\S+[-‐\u00ad]\s*$", "", line.text))
        }

    def joined(self, run: list[_Line]) -> str:
        """The text of the lines, with words put together that were divided at the end of a line."""
        text = one_line(run[0].text)
        for line in run[1:]:
            following = one_line(line.text)
            text = self._mended(text, following) if text.endswith(_HYPHENS) else f"{text} {following}"
        return text.replace("\u00ad", "")

    def _mended(self, text: str, following: str) -> str:
        without = text[:-1]
        words = _WORD.findall(without)
        if not words or not without.endswith(words[-1]):
            return f"{text} {following}"  # a dash
        if text.endswith("\u00ad"):
            return without + following
        before, after = words[-1], next(iter(_WORD.findall(following)), "")
        if not following[:1].isalpha():
            return text + following
        known = self._words
        if f"{before}-{after}".casefold() in known or not following[0].islower():
            return text + following
        if f"{before}{after}".casefold() in known:
            return without + following
        both = before.casefold() in known and after.casefold() in known
        return text + following if both and len(before) > 2 else without + following
