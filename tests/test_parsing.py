"""A model's text to sentences with their citations: whatever it says, as soon as a sentence is complete."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.parsing import DECLINED, HIGHEST, LONGEST, LONGEST_SENTENCE, MOST_NUMBERS, Draft, Drafting, parse

PIECES = st.sampled_from(
    "The ferry| sank on Sunday|. |.|! |[1]|[2][3]|[99]|[1, 2]| [1-3]|\n|\n\n|- |* |1. |# |**|__|`|```\n"
    "|<think>|</think>|<b>|</b>|<script>|</script>|<|>|&lt;|&amp;|&#x202e;|[text](http://x.example)|![](|](|[|]|(|)|“|”"
    "|Dr. |U.S. |5 < 6 |\u202e|\u200b|\ue000|\ue001|\x1b[31m|\x00|\ud800|\U000e0041|【4†source】|Sources:\n"
    "|NOT IN THE PASSAGES|é|日本。|१२| "
    "|<think |</|<!--|-->|[passage 2]|[^3]|٣|[٣]|[123456789012345678901234567890]".split("|")
)
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=40).map("".join)


def streamed(text, sizes):
    drafting = Drafting()
    drafts, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        drafts += drafting.feed(text[at : at + size])
        at, turn = at + size, turn + 1
    return drafts + drafting.close()


@pytest.mark.parametrize(
    ("text", "drafts"),
    [
        ("The ferry sank [1]. Four were hurt [2][3].", [("The ferry sank.", 1), ("Four were hurt.", 2, 3)]),
        ("The ferry sank. [1] Four were hurt. [2]", [("The ferry sank.", 1), ("Four were hurt.", 2)]),
        ("The ferry sank.[1] Four were hurt.[2]", [("The ferry sank.", 1), ("Four were hurt.", 2)]),
        ("The ferry sank [1, 2], and the mill burned [4].", [("The ferry sank, and the mill burned.", 1, 2, 4)]),
        ("The ferry sank [1-3].", [("The ferry sank.", 1, 2, 3)]),
        ("The ferry sank [99].", [("The ferry sank.", 99)]),
        ("The ferry sank [0].", [("The ferry sank.", 0)]),
        ("The ferry sank [passage 2].", [("The ferry sank.", 2)]),
        ("The ferry sank【4†source】.", [("The ferry sank.", 4)]),
        ("The ferry sank [^1].", [("The ferry sank.", 1)]),
        ("The ferry sank [1](http://evil.example/?q=1).", [("The ferry sank.", 1)]),
        ("The ferry sank.", [("The ferry sank.",)]),
        ("Dr. Holm of the U.S. Navy came on Jan. 3 [1]. He left.", [
            ("Dr. Holm of the U.S. Navy came on Jan. 3.", 1), ("He left.",)]),
        ("**Answer:** The *ferry* `sank` [1].", [("The ferry sank.", 1)]),
        ("# The ferry\n\n- It sank [1]\n- Four were hurt [2].", [
            ("The ferry",), ("It sank", 1), ("Four were hurt.", 2)]),
        ("The <b>ferry <i>sank</i></b> [1].", [("The ferry sank.", 1)]),
        ("The [ferry](http://evil.example) sank ![x](http://evil.example/x.png) [1].", [("The ferry sank x.", 1)]),
        ("&lt;script&gt;alert(1)&lt;/script&gt; The ferry sank.", [("The ferry sank.",)]),
        ("<think>It says [1].</think>The ferry sank [2].", [("The ferry sank.", 2)]),
        ("It says [1]. So:</think>The ferry sank [2].", [("The ferry sank.", 2)]),
        ("<think>It never ends. The ferry sank [1].", []),
        ("The ferry sank [1].\n\nSources:\n[1] The Vika Courier.", [("The ferry sank.", 1)]),
        ("```\nprint(1)\n```\nThe ferry sank [1].", [("The ferry sank.", 1)]),
        ("The fer\u200bry \u202esank\u202c\x07 [1].", [("The ferry sank.", 1)]),
        ("Fewer than five: 4 < 5 [1].", [("Fewer than five: 4 < 5.", 1)]),
        (f"{DECLINED}.", []),
        ("[1] [2]", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_a_model_says_is_read(text, drafts):
    assert [(draft.text, *draft.numbers) for draft in parse(text)] == drafts


def test_a_sentence_that_breaks_off_is_not_read():
    assert [draft.text for draft in parse("The ferry sank [1]. The minister did not")] == ["The ferry sank."]


def test_declining_is_noticed_and_is_no_sentence():
    drafting = Drafting()
    assert drafting.feed("**Not in the passages.**") + drafting.close() == []
    assert drafting.declined


def test_a_sentence_comes_as_soon_as_the_next_one_has_begun():
    drafting = Drafting()
    assert drafting.feed("The ferry sank ") == []
    assert drafting.feed("[1]. ") == []
    assert drafting.feed("Four people ") == [Draft("The ferry sank.", (1,))]
    assert drafting.feed("were hurt [2].\n") == [Draft("Four people were hurt.", (2,))]
    assert drafting.close() == []


@given(TEXTS, st.lists(st.integers(1, 9), min_size=1, max_size=5))
@example("<think></think>\ue000", [1])
@example("[" * 500, [3])
@example("<" * 500, [3])
@example("&" * 500, [3])
def test_nothing_that_a_model_says_raises_and_all_that_comes_is_plain(text, sizes):
    for draft in [*parse(text), *streamed(text, sizes)]:
        assert draft.text == draft.text.strip() != ""
        assert any(character.isalnum() or character == "_" for character in draft.text)
        for character in draft.text:
            assert (
                unicodedata.category(character) not in ("Cc", "Cs", "Co", "Zl", "Zp")
                and character not in "\ue000\ue001"
            )
            assert unicodedata.category(character) != "Cf" or character in "\u200c\u200d"
        assert all(0 <= number <= HIGHEST for number in draft.numbers)
        assert len(draft.numbers) == len(set(draft.numbers)) <= MOST_NUMBERS
        for markup in ("<b>", "<script>", "</", "**", "```", "](http", "<think>"):
            assert markup not in draft.text


WORDS = ("The ferry of Vika", "Mayor Alma Reyes", "About 40 people", "“We wait”", "The U.S. consul", "Dr. Holm", "It")
ENDS = ("sank on Sunday", "said so", "were taken to hospital", "paid 2.4 million crowns", "left at 5 p.m. on Friday")
SENTENCES = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(ENDS), st.sampled_from(["", " [1]", " [2][3]"])),
                     min_size=1, max_size=6)  # fmt: skip


@given(SENTENCES, st.sampled_from([" ", "\n", "\n\n- "]), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_a_text_is_read_alike_in_pieces_and_whole_and_nothing_of_it_is_lost(sentences, between, sizes):
    text = between.join(f"{who} {what}{marks}." for who, what, marks in sentences)
    whole = parse(text)
    assert streamed(text, sizes) == whole
    assert "".join("".join(draft.text.split()) for draft in whole) == "".join(
        "".join(f"{who} {what}.".split()) for who, what, _ in sentences
    )
    assert sum(len(draft.numbers) for draft in whole) <= sum(marks.count("[") for *_, marks in sentences)


def test_endless_output_is_cut():
    drafting = Drafting()
    drafts = []
    for number in range(LONGEST):
        drafts += drafting.feed(f"Sentence {number} says so [1]. ")
        if drafting.ended:
            break
    assert drafting.ended
    assert sum(len(draft.text) for draft in drafts) <= LONGEST
    assert drafting.feed("More. And more.") == drafting.close() == []


def test_a_sentence_without_an_end_ends_the_draft():
    drafting = Drafting()
    for _ in range(LONGEST):
        drafting.feed("and on ")
        if drafting.ended:
            break
    assert drafting.ended
    assert len(drafting._line) < LONGEST_SENTENCE * 5


def test_endless_thinking_is_cut():
    drafting = Drafting()
    assert drafting.feed("<think>" + "hm " * LONGEST) == []
    assert drafting.ended
