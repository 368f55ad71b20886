"""Where sentences of news end, and where they do not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.sentences import split_sentences


def split(text):
    return [text[span.start : span.end] for span in split_sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    "sentence",
    [
        "The U.S. Navy sent two ships.",
        "The U.S. withdrew from the talks.",
        "The U.N. Council met in Washington, D.C. on Monday.",
        "Dr. Alma Reyes and Prof. Ito met Gen. Hale near St. Olave.",
        "Sen. Paul J. Ruiz (R-Tex.) left.",
        "It began on Jan. 3 in Norby and ended on Sept. 14, 2021.",
        "They left port at 4 p.m. ET on Friday.",
        "The vote is due at 9 a.m. local time.",
        "Prices rose 2.5 percent to $3.40 a litre.",
        "Details are on example.com for all to read.",
        "Acme Inc. and Brandt & Co. of Tarn have merged.",
        "“Will it hold?” asked the mayor.",
        "“It holds!” said Gov. Lind.",
        "He paused ... and went on.",
        "The Jeopardy!-style quiz of Tarn has ended.",
    ],
)
def test_nothing_within_a_sentence_ends_it(sentence):
    assert split(f"It snowed in Ask. {sentence} Nobody was hurt.") == [
        "It snowed in Ask.",
        sentence,
        "Nobody was hurt.",
    ]


def test_a_clock_time_at_the_end_ends_the_sentence():
    assert split("It ended at 9 p.m. The crowd left.") == ["It ended at 9 p.m.", "The crowd left."]


def test_closing_quotation_marks_belong_to_their_sentence():
    assert split("“We are ready,” she said. “Nobody left.” The room was quiet.") == [
        "“We are ready,” she said.",
        "“Nobody left.”",
        "The room was quiet.",
    ]
    assert split('He said, "It is over." Then he left.') == ['He said, "It is over."', "Then he left."]


def test_questions_and_exclamations_end_sentences():
    assert split("Who won? Nobody! It snowed.") == ["Who won?", "Nobody!", "It snowed."]


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_a_line_break_does_not_end_a_sentence(line_break):
    text = line_break.join(["The harbour reopened on", "Monday. The first trawlers", "are out again."])
    assert split(text) == [
        line_break.join(["The harbour reopened on", "Monday."]),
        line_break.join(["The first trawlers", "are out again."]),
    ]


def test_offsets_count_from_the_beginning_of_the_text():
    text = "Bridge closed\n\nIt snowed. It rained."
    start = text.index("It snowed")
    assert [(span.start, span.end) for span in split_sentences(text, start, len(text))] == [(15, 25), (26, 36)]


def test_characters_beyond_the_first_plane_count_as_one():
    assert split("🎉 The bridge is open. 🎈🎈 It holds. 🎉") == ["🎉 The bridge is open.", "🎈🎈 It holds. 🎉"]


def test_a_stretch_without_text_has_no_sentence():
    assert split("") == []
    assert split(" \n ") == []


_PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["Dr.", "U.S.", "p.m.", "ET", "He said", "“Yes.”", ".", "!", " ", "\n", "\r\n", "3.5", "(", ")", "…"]
        ),
        st.text(max_size=8),
    ),
    max_size=30,
)


@given(pieces=_PIECES, before=st.sampled_from(["", "Title\n\n"]))
@example(pieces=["\x1c"], before="")
@example(pieces=["a. ", "\u00a0", "b. \u2029", "c."], before="")
def test_sentences_are_ordered_disjoint_and_hold_every_character_but_white_space(pieces, before):
    text = before + " ".join(pieces)
    spans = split_sentences(text, len(before), len(text))
    assert all(len(before) <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    found = [text[span.start : span.end] for span in spans]
    assert all(sentence == sentence.strip() for sentence in found)
    assert "".join("".join(found).split()) == "".join(text[len(before) :].split())


@given(pieces=_PIECES)
def test_sentences_are_split_the_same_however_the_lines_are_wrapped(pieces):
    text = " ".join(pieces).replace("\r", " ").replace("\n", " ")
    wrapped = text.replace(" ", "\n")
    assert split_sentences(text, 0, len(text)) == split_sentences(wrapped, 0, len(text))
