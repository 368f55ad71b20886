"""Mistyped words, and the archive's own words that they are read as."""

import pytest
from factories import write
from village import village_news

from assistant.spelling import correct
from index import Archive, edits_between


@pytest.fixture(scope="module")
def archive(village_assistant):
    return village_assistant.archive


@pytest.fixture(scope="module")
def read(archive, fast):
    return lambda question: correct(question, archive, lambda word: fast.count([word.lower()]) == [1]).text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Who is the conductor of the Wolverhamton choir?", "Who is the conductor of the Wolverhampton choir?"),
        ("what did ollerenshw thank the parish for", "what did Ollerenshaw thank the parish for"),
        ("When did the harbuor reopen?", "When did the harbour reopen?"),
        ("waht did the conductor say?", "what did the conductor say?"),
        ("Wich bridge is closed adn why?", "Which bridge is closed and why?"),
        ("Wehn did the harbour reopen?", "When did the harbour reopen?"),
        ("where did the firefigthers work", "where did the firefighters work"),
        ("why is an electricain suspected", "why is an electrician suspected"),
    ],
)
def test_a_mistyped_word_is_read_as_one_of_the_archive(read, typed, meant):
    assert read(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who is the owner of the paper mill?",
        "Summarise the article",
        "summarize what they said",
        "who owns the paper mill in tarn",
        # other towns and people than those of the archive
        "Who won the election in Norway?",
        "What did Karl Larsson say?",
        "What does the NRBY stand for?",
        "What does “Wolverhamton” mean?",
        "How many of 2,4OO boats and 11x were sunk?",
        "What is at harbuor.example or @harbuor or #harbuor?",
        "mll",
        "",
        "?",
    ],
)
def test_what_is_not_mistyped_stays_as_it_is(read, question):
    assert read(question) == question


def test_a_name_of_other_news_is_no_mistyped_one(read):
    # near to "Brenna" by its letters, but of nothing that stands beside it
    assert read("Which films did Brennan direct in Hollywood with dinosaurs?") == (
        "Which films did Brennan direct in Hollywood with dinosaurs?"
    )


def test_all_that_was_changed_is_told(archive, fast):
    found = correct("Which choir of Wolverhamton sang in the chruch?", archive, lambda _: False)
    assert dict(found.changes) == {"Wolverhamton": "Wolverhampton", "chruch": "church"}


def test_near_words_are_written_as_articles_write_them_and_the_nearest_come_first(archive):
    (word,) = archive.near_words("wolverhamton", 2)
    assert (word.word, word.edits) == ("Wolverhampton", 1)
    assert word.passages >= 1
    assert archive.near_words("zzzzzzzz", 2) == []


def test_near_words_are_found_behind_a_mistyped_ending(archive):
    # the index keeps "electrician" and "hospitality" as stems
    assert [near.word for near in archive.near_words("electricain", 1)] == ["electrician"]
    assert [near.word for near in archive.near_words("hospitalty", 1)] == ["hospitality"]


def test_what_has_left_the_archive_is_near_to_nothing(tmp_path):
    write(tmp_path, {"news.jsonl": village_news(), "a.txt": "Zeppelin lands\n\nA zeppelin landed in Vika on Monday.\n"})
    archive = Archive.open(tmp_path)
    archive.sync()
    assert [near.word for near in archive.near_words("zepelin", 1)] == ["zeppelin"]
    (tmp_path / "a.txt").unlink()
    archive.sync(allow_removals=True)
    assert archive.near_words("zepelin", 1) == []


def test_words_fit_beside_others_as_well_as_their_passages_do(archive):
    beside, nowhere = (archive.near_words("wolverhamton", 2, text)[0].beside for text in ("choir", "bridge ferry"))
    assert beside == 1
    assert nowhere == 0


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("harbour", "harbour", 0), ("harbuor", "harbour", 1), ("Élan", "elan", 0), ("mil", "mill", 1), ("ab", "", 2)],
)
def test_edits_count_swapped_neighbours_once_and_neither_case_nor_accents(one, other, edits):
    assert edits_between(one, other) == edits
