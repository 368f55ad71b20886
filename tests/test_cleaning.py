"""What each paragraph of an article is; the text itself is never altered."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.cleaning import mark, one_line, paragraphs, reads_as_sentences, same_line
from index.types import Block

PROSE = "The council of Norby met on Monday evening. It agreed to mend the bridge before the first snow falls."


def kinds(text, title=""):
    return [(text[block.start : block.end], block.kind) for block in mark(text, title)]


def kinds_of(*texts, title=""):
    """The kinds of these paragraphs between two of prose, so that none of them is the head or the tail."""
    whole = "\n\n".join([PROSE, *texts, PROSE, PROSE, PROSE])
    return [kind for text, kind in kinds(whole, title) if text in texts]


def test_the_owners_article_is_marked_paragraph_by_paragraph(seed_article):
    marked = [(seed_article.text[block.start : block.end], block.kind) for block in seed_article.blocks]
    assert [text for text, kind in marked if kind == "title"] == [
        "Afghan Taliban Launch Retaliatory Border Attacks After Pakistan Airstrikes",
        "Afghan Taliban Launch 'Retaliatory' Border Attacks After Pakistan Airstrikes",
    ]
    assert [text for text, kind in marked if kind == "furniture"] == [
        "Times in Pakistan",
        "0",
        "Tags",
        "Post a Comment",
        "0 Comments",
        "Post a Comment (0)",
        "3/related/default",
    ]
    assert [text for text, kind in marked if kind == "caption"] == [
        "Pakistani soldiers exchange gunfire with Afghan Taliban forces along the border at night as tensions rise "
        "following retaliatory attacks."
    ]
    assert [text for text, kind in marked if kind == "heading"] == [
        "Tensions Escalate Along Pakistan-Afghanistan Border",
        "Afghanistan Claims Retaliation for Airspace Violation",
        "Pakistan’s Airstrike in Kabul Raises Regional Tensions",
        "Taliban’s Warning and Diplomatic Shifts",
        "Growing Wave of Violence Inside Pakistan",
        "Regional Stability at Risk",
        "Uncertain Future for Bilateral Relations",
    ]
    prose = [text for text, kind in marked if kind == "prose"]
    assert len(prose) == 25
    assert prose[0].startswith("Heavy gunfire erupted late Saturday")
    assert prose[-1].endswith("could ignite wider instability across South Asia.")
    assert all(len(text) > 100 and text[-1] in ".”" for text in prose)


def test_every_word_of_the_owners_article_is_in_one_block(seed_article):
    text = seed_article.text
    assert "".join("".join(text[b.start : b.end].split()) for b in seed_article.blocks) == "".join(text.split())


def test_a_heading_stands_over_prose_and_prose_ends_like_a_sentence():
    assert kinds(f"Snow comes early\n\n{PROSE}") == [("Snow comes early", "heading"), (PROSE, "prose")]
    assert kinds_of("What happens next?") == ["heading"]
    assert kinds_of("It was over by noon.") == ["prose"]
    assert kinds_of("“Who will pay?”") == ["prose"]
    assert kinds_of("• one kilo of flour") == ["prose"]


def test_one_of_two_lines_in_a_row_is_the_heading():
    assert kinds_of("Bridges and roads", "The plan for spring") == ["prose", "heading"]


def test_a_markdown_heading_is_a_heading_wherever_it_stands():
    assert kinds_of("## It was over by noon.") == ["heading"]


def test_a_repeated_headline_is_the_title_and_what_stands_before_it_is_the_sites():
    text = f"Bridge of Norby Closed\n\nNorby Post\n\n12\n\nThe bridge at dusk.\n\nBRIDGE OF NORBY ‘CLOSED’\n\n{PROSE}"
    assert kinds(text, "Bridge of Norby closed") == [
        ("Bridge of Norby Closed", "title"),
        ("Norby Post", "furniture"),
        ("12", "furniture"),
        ("The bridge at dusk.", "caption"),
        ("BRIDGE OF NORBY ‘CLOSED’", "title"),
        (PROSE, "prose"),
    ]


def test_paragraphs_before_a_late_repetition_of_the_headline_stay_prose():
    two = "The bridge was closed at noon. Nobody knows for how long. The council meets today."
    text = f"Bridge closed\n\n{two}\n\nBridge closed\n\n{PROSE}"
    assert kinds(text, "Bridge closed") == [
        ("Bridge closed", "title"),
        (two, "prose"),
        ("Bridge closed", "title"),
        (PROSE, "prose"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "* * *",
        "12 Comments",
        "Leave a reply",
        "Share this article",
        "Tags: bridges, Norby",
        "Read more: The bridge in pictures",
        "Subscribe to our newsletter",
        "Advertisement",
        "Related stories",
        "Copyright 2022 Norby Post",
        "© 2022 Norby Post, all rights reserved",
        "We use cookies to improve this page.",
        "By Ida Holm and Olof Brandt",
        "Last updated 25 April 2022",
        "Contributing: Ida Holm, Norby Post",
        "wp/content/themes",
    ],
)
def test_what_a_site_puts_between_paragraphs_is_furniture(line):
    assert kinds_of(line) == ["furniture"]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Read more slowly, the judge told him. The clerk began again.",
        "Click went the lock. Nobody in the room moved.",
    ],
)
def test_sentences_of_the_article_that_begin_like_a_notice_are_prose(paragraph):
    assert kinds_of(paragraph) == ["prose"]


@pytest.mark.parametrize(
    "line",
    [
        "Photo: Ida Holm",
        "File photo: the bridge of Norby in 2019.",
        "Picture 2 of 14 | The old town",
        "Workers on the bridge of Norby on Monday. (Ida Holm/AP)",
        "The bridge on Monday — Getty Images",
    ],
)
def test_what_describes_a_picture_is_a_caption(line):
    assert kinds_of(line) == ["caption"]


def test_everything_after_the_tags_belongs_to_the_site():
    end = ["Tags", "bridges", "You will not believe what this mayor did next.", "More from Norby", "Weather"]
    text = "\n\n".join([PROSE] * 6 + end)
    assert [kind for _, kind in kinds(text)] == ["prose"] * 6 + ["furniture"] * 5


def test_tags_at_the_top_do_not_swallow_the_article():
    text = "\n\n".join(["Comments", *[PROSE] * 4])
    assert [kind for _, kind in kinds(text)][1:] == ["prose"] * 4


def test_a_section_called_comments_is_a_section():
    text = "\n\n".join([PROSE] * 4 + ["# Comments", PROSE])
    assert [kind for _, kind in kinds(text)][-2:] == ["heading", "prose"]


def test_one_odd_line_below_the_last_sentence_is_the_sites():
    assert [kind for _, kind in kinds(f"{PROSE}\n\n{PROSE}\n\nNorby Post Media Group")][-1] == "furniture"


def test_several_lines_below_the_last_sentence_are_a_list_of_the_article():
    listed = ["Flour from Vika", "Salt from Tarn", "Butter from Ask", "Sugar from Norby"]
    assert "furniture" not in [kind for _, kind in kinds("\n\n".join([PROSE, *listed]))]


def test_a_long_run_of_short_lines_is_a_menu():
    menu = ["Home", "News", "Sport", "Weather", "Culture", "Opinion", "Travel", "Food"]
    assert kinds_of(*menu) == ["furniture"] * 8
    assert "furniture" not in kinds_of(*menu[:7])


def test_short_lines_with_figures_are_results_and_no_menu():
    results = [
        f"{team} {goals}" for goals, team in enumerate(["Norby", "Vika", "Ask", "Tarn", "Lund", "Elvra", "Oby", "Ry"])
    ]
    assert "furniture" not in kinds_of(*results)


def test_front_matter_is_furniture():
    text = f"---\ndesk: The city desk.\n---\n\n{PROSE}"
    end = text.index(PROSE)
    assert [block.kind for block in mark(text, "", [Block(0, end, "furniture")])] == ["furniture"] * 3 + ["prose"]


def test_wrapped_lines_are_one_paragraph():
    wrapped = (
        "The council of Norby met on Monday evening and agreed to mend\n"
        "the bridge before the first snow falls. Work is to begin in a\n"
        "week, and the road will be closed for as long as it takes, the\n"
        "mayor said."
    )
    assert kinds(f"{wrapped}\n\n{PROSE}") == [(wrapped, "prose"), (PROSE, "prose")]


def test_lines_that_each_end_a_sentence_are_paragraphs_of_their_own():
    lines = [f"The council agreed on Monday to mend bridge number {number}." for number in range(4)]
    text = "\n".join(lines)
    assert [text[span.start : span.end] for span in paragraphs(text)] == lines


def test_white_space_belongs_to_no_block():
    text = f" \t{PROSE}  \r\n\u00a0\n\n  {PROSE}\n"
    assert kinds(text) == [(PROSE, "prose"), (PROSE, "prose")]


_LINES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            " ",
            "Tags",
            "Home",
            "0",
            PROSE,
            "Bridge closed",
            "# Bridge",
            "Photo: Ida Holm",
            "It snowed",
            "\r",
            "x" * 70,
        ]
    ),
)


@given(lines=st.lists(_LINES, max_size=25), title=st.sampled_from(["", "Bridge closed", "0"]))
@example(lines=["Bridge closed", "", "Bridge closed"], title="Bridge closed")
def test_blocks_are_ordered_disjoint_and_hold_every_character_but_white_space(lines, title):
    text = "\n".join(lines)
    blocks = mark(text, title)
    assert all(0 <= block.start < block.end <= len(text) for block in blocks)
    assert all(one.end <= other.start for one, other in pairwise(blocks))
    assert all(text[block.start : block.end].strip() == text[block.start : block.end] for block in blocks)
    assert "".join("".join(text[b.start : b.end].split()) for b in blocks) == "".join(text.split())


@given(lines=st.lists(_LINES, max_size=15))
def test_marking_twice_gives_the_same(lines):
    text = "\n".join(lines)
    assert mark(text, "Bridge closed") == mark(text, "Bridge closed")


def test_headlines_are_the_same_but_for_case_quotation_marks_and_spacing():
    assert same_line("Mill ‘burns’  in Tarn", "MILL BURNS IN TARN")
    assert not same_line("Mill burns in Tarn", "Mill burns in Vika")
    assert not same_line("—", "…")


def test_a_line_reads_as_sentences_if_it_ends_or_holds_the_end_of_one():
    assert reads_as_sentences("It snowed.")
    assert reads_as_sentences("It snowed. Then rain (Norby Post)")
    assert reads_as_sentences("“It snowed.”")
    assert not reads_as_sentences("Snow in Norby")


def test_one_line_has_single_spaces():
    assert one_line(" a\n\tb\u00a0 c ") == "a b c"
