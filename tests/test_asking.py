"""What a text asks, and what is searched for it."""

import pytest

from assistant.asking import LONG, askings


def rarity(terms):
    return [1.0] * len(terms)


def texts(text):
    return [one.text for one in askings(text, rarity)]


@pytest.mark.parametrize(
    "question", ["Who owns the mill?", "mill fire tarn", "The mill burned. Who owned it?", "?", "what", "Hello, Dolly"]
)
def test_one_question_is_searched_as_it_stands(question):
    (one,) = askings(question, rarity)
    assert one.text == one.query == question


def test_each_of_several_questions_is_searched_by_itself():
    first, second = askings("Who owns the mill of Tarn? When did the harbour of Lund reopen?", rarity)
    assert first.query == "Who owns the mill of Tarn?"
    assert second.query == "When did the harbour of Lund reopen?"


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("How long is the Brenna Bridge, and who drew it?", "Who drew the Brenna Bridge?"),
        ("What did Alma Reyes say and why?", "Why (Alma Reyes say)?"),
        ("who won the harbour race and when", "When (won the harbour race)?"),
        ("Did the mill burn and why?", "Why did the mill burn?"),
        ("When did the fair begin and how long did it last?", "How long did it last (the fair begin)?"),
    ],
)
def test_one_that_leans_on_the_one_before_is_written_out(question, second):
    assert texts(question)[1] == second


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Where and when did the ferry sink?", ["Where did the ferry sink?", "when did the ferry sink?"]),
        (
            "Where, when and why did the ferry sink?",
            ["Where did the ferry sink?", "when did the ferry sink?", "why did the ferry sink?"],
        ),
    ],
)
def test_words_that_ask_together_ask_one_question_each(question, asked):
    assert texts(question) == asked


def test_one_that_says_little_is_searched_with_the_names_before_it():
    _, second = askings("how many boats sank in lund and who is to blame", rarity)
    assert "lund" not in second.text
    assert "lund" in second.query


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Explain why gas prices are so high", "why gas prices are so high"),
        ("Please compare what Tarn and Lund say about the ferry", "what Tarn and Lund say about the ferry"),
        ("Could you tell me who owns the mill?", "who owns the mill?"),
        ("I would like to know when the mill burned.", "when the mill burned."),
        ("Describe the mill of Tarn", "the mill of Tarn"),
        ("Summarise what the mayor said", "what the mayor said"),
        ("Tell me about the mill", "Tell me about the mill"),
    ],
)
def test_a_request_to_explain_is_no_part_of_what_is_asked(question, asked):
    assert texts(question) == [asked]


def test_one_with_names_of_its_own_leans_on_nothing():
    _, second = askings("How long is the Brenna Bridge, and what did Ida Holm say of her work?", rarity)
    assert "Brenna" not in second.query


@pytest.mark.parametrize(
    "said", ["Thanks! Who owns the mill?", "Hello there, who owns the mill?", "Hi. Who owns the mill?"]
)
def test_a_greeting_is_left_out_where_something_is_asked(said):
    assert texts(said)[0].lower() == "who owns the mill?"


def test_what_is_told_after_a_question_is_searched_with_it():
    (one,) = askings("Who owns the mill? I saw it burn in Tarn.", rarity)
    assert one.text == "Who owns the mill?"
    assert "Tarn" in one.query


def test_of_a_long_text_the_sentence_that_asks_is_answered():
    told = "The valley has had a dry spring and the river is low. " * 20
    (one,) = askings(f"{told}Which bridge of Brenna is closed for repairs?", rarity)
    assert one.text == "Which bridge of Brenna is closed for repairs?"
    assert len(one.query.split()) < LONG


def test_of_a_long_text_a_sentence_that_leans_comes_with_what_it_leans_on():
    told = "The valley has had a dry spring and the river is low. " * 20
    (one,) = askings(f"{told}The bridge of Brenna is closed. Who closed it?", rarity)
    assert one.text.endswith("The bridge of Brenna is closed. Who closed it?")
    assert len(one.text.split()) < LONG


def test_a_long_text_without_a_full_stop_is_cut():
    (one,) = askings("mill fire " * 4_000, rarity)
    assert len(one.text.split()) <= LONG
