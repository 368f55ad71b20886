"""Lines that recur across the articles of one outlet."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from index.cleaning import mark
from index.recurring import RECURRING_ARTICLES, line_hashes, recurring, without_recurring
from index.types import Block

NOTICE = "The Norby Post is read by nine thousand neighbours each week."
MANY = 2 * RECURRING_ARTICLES


def story(number, *more):
    things = ("mill", "bridge", "school", "ferry")
    own = [f"The {thing} of town {'x' * number} was mended in the spring by its neighbours." for thing in things]
    return "\n\n".join([*own, *more])


def found_in(texts, outlet="norbypost.example"):
    blocks = [mark(text) for text in texts]
    hashes = [line_hashes(text, marked) for text, marked in zip(texts, blocks, strict=True)]
    found = recurring([outlet] * len(texts), hashes).get(outlet, np.empty(0, np.uint64))
    return [
        [
            (text[block.start : block.end], block.kind)
            for block, before in zip(without_recurring(marked, own, found), marked, strict=True)
            if block.kind != before.kind
        ]
        for text, marked, own in zip(texts, blocks, hashes, strict=True)
    ]


def test_a_line_of_the_template_becomes_furniture_in_every_article():
    changed = found_in([story(number, NOTICE) for number in range(MANY)])
    assert changed == [[(NOTICE, "furniture")]] * MANY


def test_case_figures_and_end_punctuation_make_no_other_line():
    notices = [f"THE Norby  Post has {number + 2},000 readers each week{'.!'[number % 2]}" for number in range(MANY)]
    changed = found_in([story(number, notice, "It snowed.") for number, notice in enumerate(notices)])
    assert [lines[0][0] for lines in changed] == notices


def test_a_figure_among_few_words_is_a_fact():
    lines = [f"Cost: {number + 3} crowns" for number in range(MANY)]
    assert found_in([story(number, line, "It snowed.") for number, line in enumerate(lines)])[3] == [
        ("It snowed.", "furniture")
    ]


def test_in_a_small_archive_nothing_recurs():
    assert found_in([story(number, NOTICE) for number in range(RECURRING_ARTICLES - 1)]) == [[]] * (
        RECURRING_ARTICLES - 1
    )


def test_lines_of_copies_of_one_story_do_not_recur():
    many = 5 * MANY
    copies = [story(1, *(f"Neighbour {'y' * part} spoke." for part in range(9)), f"It {'z' * n}.") for n in range(many)]
    assert found_in([*copies, *(story(number + many) for number in range(MANY))]) == [[]] * (many + MANY)


def test_a_heading_over_prose_stays_and_the_same_words_elsewhere_do_not_count():
    texts = [story(number, "What we know", f"It was {'long ' * number}ago.") for number in range(MANY)]
    listed = "\n\n".join([*["A list of towns follows below."], "• What we know", "• Norby", "• Vika"])
    assert found_in([*texts, listed]) == [[]] * (MANY + 1)


def test_a_heading_that_lost_the_prose_below_it_stays_a_heading():
    texts = [story(number, "About us", NOTICE) for number in range(MANY)]
    assert found_in(texts) == [[(NOTICE, "furniture")]] * MANY


def test_a_heading_over_nothing_that_recurs_is_furniture():
    blocks = (Block(0, 5, "prose"), Block(6, 10, "heading"), Block(11, 15, "title"))
    hashes = np.array([1, 2, 3], np.uint64)
    marked = without_recurring(blocks, hashes, np.array([2, 3], np.uint64))
    assert [block.kind for block in marked] == ["prose", "furniture", "title"]


def test_outlets_are_judged_apart():
    texts = [story(number, NOTICE) for number in range(MANY + 1)]
    lines = [line_hashes(text, mark(text)) for text in texts]
    outlets = ["a.example"] * MANY + ["b.example"]
    found = recurring(outlets, lines)
    assert set(found) == {"a.example"}
    assert np.all(np.diff(found["a.example"].astype(object)) > 0)


def test_no_articles_and_articles_without_lines_are_no_fault():
    assert recurring([], []) == {}
    assert recurring(["a.example"] * MANY, [np.empty(0, np.uint64)] * MANY) == {}
    assert without_recurring((), np.empty(0, np.uint64), np.empty(0, np.uint64)) == ()


def test_hashes_are_the_same_in_every_process():
    code = (
        "from index.recurring import line_hashes; from index.types import Block;"
        "print(line_hashes('It snowed.', [Block(0, 10, 'prose')])[0])"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == line_hashes("It snowed.", [Block(0, 10, "prose")])[0]


def test_many_articles_are_compared():
    random = np.random.default_rng(0).integers(0, 2**63, (20_000, 50)).astype(np.uint64)
    random[:, :3] = [7, 8, 9]
    found = recurring(["a.example"] * len(random), list(random))
    assert found["a.example"].tolist() == [7, 8, 9]
