"""Terms, and BM25 over passages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index import term_of, terms, words
from index.keywords import KeywordIndex

TEXTS = [
    "The harbour of Lund reopened on Monday.",
    "The mill of Tarn burned on Tuesday, 2,600 kilometres from the harbor.",
    "The school of Ostra hired teachers. The school is small.",
    "It is what it is.",
]


def test_stop_words_are_no_terms_and_the_others_are_stemmed_in_order():
    assert terms("The trawlers were leaving the harbours again") == ["trawler", "leav", "harbor"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2,600-kilometre", ["2600", "kilomet"]),
        ("1,234,567.89 crowns", ["1234567.89", "crown"]),
        ("up 2.5 percent.", ["2.5", "percent"]),
        ("in 1998, 2001", ["1998", "2001"]),
    ],
)
def test_numbers_keep_their_decimals_and_lose_their_commas(text, expected):
    assert terms(text) == expected


def test_the_country_is_not_the_pronoun():
    assert terms("U.S. troops told us") == ["usa", "troop", "told"]
    assert terms("US troops") == terms("the U.S.A. troops") == terms("USA troops") == ["usa", "troop"]
    assert terms("trust us") == ["trust"]


def test_initials_with_and_without_full_stops_are_one_term():
    assert terms("the U.N. council") == terms("the UN council")
    assert terms("J.B. Lind") == terms("JB Lind")


def test_capitals_tell_a_name_from_the_stop_word_it_looks_like():
    assert terms("the WHO said") == ["WHO", "said"]
    assert terms("who said") == ["said"]


def test_what_is_shouted_is_read_like_the_rest():
    assert terms("WHO IS THE MAYOR OF NORBY?") == terms("Who is the mayor of Norby?")


@pytest.mark.parametrize("possessive", ["the mayor's plan", "the mayor’s plan", "the mayors’ plan"])
def test_possessives_are_the_word_itself(possessive):
    assert terms(possessive) == terms("the mayor plan")
    assert "s" not in words(possessive)


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("harbours", "harbors"),
        ("centre", "center"),
        ("organised", "organized"),
        ("organisation", "organization"),
        ("analyse", "analyze"),
        ("defence", "defense"),
        ("dialogue", "dialog"),
        ("programmes", "programs"),
        ("labour", "labor"),
        ("kilometres", "kilometers"),
    ],
)
def test_british_and_american_spellings_are_one_term(british, american):
    assert terms(british) == terms(american) != []


def test_accents_and_composed_characters_do_not_matter():
    assert terms("Åsa's café in Malmö") == terms("Asa's cafe in Malmo")
    assert terms("cafe\u0301") == terms("café")
    assert terms("Ma\u0301laga") == terms("Málaga")
    assert terms("２０２２") == terms("2022")


def test_a_word_of_another_script_is_a_term():
    assert terms("Путин") == ["путин"]
    assert terms("東京") == ["東京"]


@given(text=st.text(max_size=100))
@example(text="İstanbul ß U.S. 1,000,00 ..a.b. ''s")
def test_terms_of_any_text_are_the_terms_of_its_words(text):
    assert terms(text) == [term for term in map(term_of, words(text)) if term]


def test_a_passage_with_the_rarer_words_scores_highest():
    index = KeywordIndex.build(TEXTS)
    scores = index.scores("Which harbour reopened?")
    assert scores.shape == (4,) and scores.dtype == np.float32
    assert np.argsort(-scores)[:2].tolist() == [0, 1]
    assert scores[2] == scores[3] == 0


def test_words_that_no_passage_has_score_nothing():
    index = KeywordIndex.build(TEXTS)
    assert not index.scores("volcano").any()
    assert not index.scores("").any()
    assert not index.scores("what is it").any()
    assert np.array_equal(index.scores("harbour volcano"), index.scores("harbour"))


def test_a_word_said_twice_in_the_question_counts_once():
    index = KeywordIndex.build(TEXTS)
    assert np.array_equal(index.scores("harbour harbour"), index.scores("harbour"))


def test_the_index_that_was_saved_scores_as_the_one_that_was_built(tmp_path):
    built = KeywordIndex.build(TEXTS)
    built.save(tmp_path / "keywords")
    loaded = KeywordIndex.load(tmp_path / "keywords")
    assert loaded.size == built.size == 4
    for query in ("harbour", "school teachers of Ostra", "2600 km", "volcano"):
        assert np.array_equal(loaded.scores(query), built.scores(query))
    assert loaded.document_frequency(["school", "monday"]) == built.document_frequency(["school", "monday"])


@pytest.mark.parametrize("texts", [[], ["It is what it is.", ""]])
def test_an_index_without_a_term_is_no_fault(tmp_path, texts):
    KeywordIndex.build(texts).save(tmp_path / "keywords")
    loaded = KeywordIndex.load(tmp_path / "keywords")
    assert loaded.size == len(texts)
    assert loaded.scores("harbour").tolist() == [0] * len(texts)
    assert loaded.document_frequency(["harbour"]) == [0]


def test_document_frequency_counts_passages_and_not_occurrences():
    index = KeywordIndex.build(TEXTS)
    assert index.document_frequency(["harbor", "school", "lund", "volcano", "the"]) == [2, 1, 1, 0, 0]
    assert index.document_frequency([]) == []


def test_the_parts_of_a_whole_score_as_the_whole_does():
    texts = [*TEXTS, "The harbour, the harbour of Lund: a long night in the harbour, said those who were there.", ""]
    whole = KeywordIndex.build(texts)
    for cut in range(len(texts) + 1):
        parts = [KeywordIndex.build(texts[:cut]), KeywordIndex.build(texts[cut:])]
        for query in ("harbour", "Which harbour of Lund reopened?", "school teachers", "volcano"):
            scores = np.concatenate([part.scores(query, whole) for part in parts])
            assert scores == pytest.approx(whole.scores(query), rel=1e-5)
