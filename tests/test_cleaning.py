"""What each paragraph of an article is; the text itself is never altered."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.cleaning import mark, one_line, paragraphs, reads_as_sentences, same_line
from index.passages import split_articles
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


def test_a_correction_is_the_articles_own():
    said = "This story has been updated to correct the height of the bridge, which was misstated."
    assert kinds_of(said) == ["prose"]


@pytest.mark.parametrize(
    "line",
    [
        "NORBY —",
        "(NP)",
        "Bridges:Why the mayor of Norby waited nine years",
        "MORE: The bridge in figures",
        "► Snow in Norby: Roads that are closed today",
        "WHAT A WINTER: Ten storms that Norby will remember",
        "Follow Ida Holm on Twitter: @idaholm",
        "Contact the reporter at ida@norbypost.example.",
        "Sign up for our newsletter. It comes each Friday.",
        "The Norby Post’s coverage of schools is supported in part by a grant from the Lind Foundation.",
        "Olof Brandt contributed to this report.",
        "This story has been updated.",
        "This article originally appeared on Norby Post: Bridge closed",
        "Share this story",
        "3 hours ago",
        "Updated 4:05 PM",
        "Lesen Sie auch: Die Brücke von Norby",
        "Partager cet article",
        "PUBLICIDAD",
        "Leggi anche: Il ponte di Norby",
        "Leia também: A ponte de Norby",
        "Lees ook: de brug van Norby",
        "Alle Rechte vorbehalten.",
    ],
)
def test_notices_links_and_credits_are_furniture(line):
    assert kinds_of(line) == ["furniture"]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Share prices in Norby fell by a third on Monday.",
        "More than forty houses lost their roofs.",
        "More:The council met again at noon, and the mayor spoke for an hour about the bridge that nobody wanted to "
        "pay for, while outside the snow fell on the tents of those who had come to hear her speak of it.",
        "Related charges were dropped in May.",
        "Followers of the mayor cheered.",
        "Residents can sign up for the course at the library.",
        "The study of the ice was supported by a grant from the crown.",
        "She wrote on Twitter that nobody would pay.",
        "By noon the bridge was closed.",
        "Updated rules come into force in 2023.",
        "Mayor: “Nobody will pay.”",
        "He asked for help on Facebook. Forty neighbours came.",
        "The mayor said: Wait.",
    ],
)
def test_a_sentence_of_the_story_is_prose_whatever_it_begins_with(paragraph):
    assert kinds_of(paragraph) == ["prose"]


@pytest.mark.parametrize(
    "line",
    [
        "The bridge of Norby on Monday, seen from the old harbour. Ida Holm/AP",
        "The bridge of Norby on Monday, seen from the old harbour. Ida Holm for Norby Post",
        "The bridge of Norby. Ida Holm/AFP via Getty Images",
        "JUST WATCHED The bridge falls Replay More Videos ... MUST WATCH The bridge falls 01:02",
        "Video:The bridge falls",
    ],
)
def test_a_credit_and_what_a_player_leaves_are_captions(line):
    assert kinds_of(line) == ["caption"]


def test_names_above_an_article_are_its_byline():
    assert kinds(f"Ida Holm\n\nNorby Post\n\n{PROSE}") == [
        ("Ida Holm", "furniture"),
        ("Norby Post", "furniture"),
        (PROSE, "prose"),
    ]
    assert kinds(f"Alabama\n\n{PROSE}")[0] == ("Alabama", "heading")


def test_what_is_told_of_the_author_below_an_article_is_furniture():
    author = "Ida Holm is a professor of bridges at the school of Vika."
    assert kinds("\n\n".join([PROSE, PROSE, author]))[-1] == (author, "furniture")
    # of whom the article itself speaks is no author of it
    assert kinds("\n\n".join([PROSE, "“It will hold,” Holm said.", author]))[-1] == (author, "prose")


def test_a_name_below_a_post_signs_it_and_in_a_list_does_not():
    assert kinds_of("– Ida Holm") == ["furniture"]
    assert "furniture" not in kinds_of("– Ida Holm", "– Olof Brandt", "– Mina Karlsson")


def test_a_label_on_many_paragraphs_is_the_articles_own():
    listed = ["Cost: nothing at all for you", "Cost: twelve crowns a head", "Cost: nine crowns at the door"]
    assert kinds_of(*listed) == ["prose"] * 3


def test_headlines_of_other_stories_between_paragraphs_are_furniture():
    other = ["Nine bridges that Norby would rather forget about", "How the mayor of Vika saved her town’s oldest mill"]
    assert kinds_of(*other) == ["furniture"] * 2
    assert kinds_of("Who pays for a bridge? Nine towns and how they did it") == ["furniture"]


def test_headlines_below_what_opens_a_list_of_links_are_furniture():
    assert kinds_of("More from Norby Post:", "Snow", "Nine bridges", "Ice on the lake") == ["furniture"] * 4


def test_a_number_before_a_heading_does_not_make_it_a_sentence():
    assert kinds_of("1. Ukraine") == ["heading"]
    assert not reads_as_sentences("St. Olof in winter")


def test_a_heading_over_items_of_a_list_is_a_heading():
    assert kinds_of("4. Norby", "• Bridges: nine", "• Mills: two") == ["heading", "prose", "prose"]
    assert kinds_of("These are the towns that have neither:", "• Norby", "• Vika") == ["prose"] * 3


def test_what_the_file_itself_says_is_final():
    text = f"Tags\n\nThe bridge at dusk.\n\n{PROSE}\n\nSubscribe to our newsletter.\n\nComments"
    spans = list(paragraphs(text))
    told = ["heading", "caption", "prose", "prose", "heading"]
    hints = [Block(span.start, span.end, kind) for span, kind in zip(spans, told, strict=True)]
    assert [block.kind for block in mark(text, "", hints)] == ["heading", "caption", "prose", "furniture", "heading"]


def test_posts_of_a_live_blog_are_kept_apart_by_their_times():
    text = "\n\n".join([PROSE, "9:55 p.m. ET / Ida Holm", PROSE, "Bridge opens", "8:10 p.m. ET", PROSE])
    assert [kind for _, kind in kinds(text)] == ["prose", "divider", "prose", "heading", "furniture", "prose"]


def test_one_rule_or_time_alone_is_furniture():
    assert kinds_of("___") == ["furniture"]
    assert kinds_of("***", "It snowed all night.", "***") == ["divider", "prose", "divider"]


def passages_of(text, fast):
    from factories import marked_article

    ((_, drafts),) = split_articles([marked_article(text)], fast, 256)
    return [(draft.heading, draft.text) for draft in drafts]


SHORT = ["The bridge of Norby is open.", "A mill burned down in Vika.", "The school of Ask has a new roof."]


def test_no_passage_mixes_two_posts_of_a_live_blog(fast):
    times = ["9:55 p.m. ET / Ida Holm", "8:10 p.m. ET / Olof Brandt", "7 p.m. ET / Ida Holm"]
    posts = "\n\n".join(f"{time}\n\n{post}" for time, post in zip(times, SHORT, strict=True))
    assert passages_of(f"Winter, hour by hour\n\n{PROSE}\n\n{posts}", fast) == [
        ("", PROSE),
        *(("", post) for post in SHORT),
    ]


@pytest.mark.parametrize("heads", [["Norby", "Vika", "Ask"], ["1. A bridge", "2. A mill", "3. A school"]])
def test_no_passage_mixes_two_items_of_a_round_up(fast, heads):
    items = "\n\n".join(f"{head}\n\n{item}" for head, item in zip(heads, SHORT, strict=True))
    text = f"Three things to know\n\n{PROSE}\n\n{items}\n\nSign up here for more."
    assert passages_of(text, fast) == [("", PROSE), *zip(heads, SHORT, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        "The council met at noon. " * 200_000,
        ".(a" * 1_500_000,
        "\n".join(f"Ida Holm{number} is a reporter at the Post." for number in range(30_000)),
    ],
    ids=["a line of 5 MB", "brackets", "biographies"],
)
def test_a_text_of_any_size_is_marked(text):
    assert mark(text, "Snow")[-1].end == len(text.rstrip())
