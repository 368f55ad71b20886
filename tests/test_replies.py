"""Answers by the form of the question: the archive itself, what is new, several questions, long ones, languages."""

from datetime import date

import pytest
from factories import json_lines, write
from village import ASKED_ON

from assistant import Assistant, Finished, Searching, Stated
from index import Filters


@pytest.fixture(scope="module")
def ask(village_assistant):
    return lambda question, filters=None, as_of=ASKED_ON: village_assistant.ask(question, filters, as_of)


def texts(answer):
    return [statement.text for statement in answer.statements]


def notes(answer, kind):
    return [note.text for note in answer.notes if note.kind == kind]


def assert_quotes_are_exact(answer):
    assert answer.citations
    for citation in answer.citations:
        assert citation.quote == citation.article.text[citation.start : citation.end]


# --- about the archive ---------------------------------------------------------------------------------------------


def test_how_much_the_archive_holds_is_a_note_and_no_statement(ask):
    answer = ask("How many articles do you have?")
    assert answer.status == "about"
    assert answer.statements == answer.gaps == answer.nearest == ()
    assert answer.text == ("The archive holds 7 articles of 3 outlets, from 30 May 2024 to 13 June 2024, in English.")


def test_outlets_are_named_with_their_articles(ask):
    assert "Valley Post (3 articles)" in ask("Which outlets?").text


def test_small_talk_is_answered_without_a_search(village_assistant):
    assert [type(event) for event in village_assistant.stream("Hello!")] == [Searching, Finished]
    assert village_assistant.ask("Hello!").text.startswith("Hello. The archive holds 7 articles")
    assert village_assistant.ask("thanks").status == "about"


def test_what_the_archive_holds_is_told_anew_after_a_sync(folder):
    write(folder, {"a.txt": "Ferry stops\n\nThe ferry of Vika stopped on Monday.\n"})
    assistant = Assistant.open(folder, sync=True)
    assert "1 article" in assistant.ask("how many articles do you have?").text
    write(folder, {"b.txt": "Ferry starts\n\nThe ferry of Vika started again on Friday.\n"})
    assistant.archive.sync()
    assert "2 articles" in assistant.ask("how many articles do you have?").text


# --- what is new ---------------------------------------------------------------------------------------------------


def test_what_is_new_is_told_by_stories_the_one_most_written_of_first_and_once(ask):
    answer = ask("What is new since Monday?")
    assert answer.status == "answered"
    assert len(answer.statements) == 2
    assert texts(answer)[0].startswith("A fire destroyed the old paper mill of Tarn")
    assert texts(answer)[1].startswith("The harbour of Lund reopened")
    assert answer.statements[1].heading == "Harbour of Lund reopens after storm · Norby Herald · 10 June 2024"
    assert notes(answer, "days") == ["2 of 2 stories of 10 June 2024 to 13 June 2024."]
    assert_quotes_are_exact(answer)


def test_what_is_new_is_narrowed_to_a_topic(ask):
    answer = ask("What’s new about the harbour since 3 June?")
    assert {statement.heading.split(" · ")[0] for statement in answer.statements} == {
        "Harbour of Lund reopens after storm"
    }
    assert notes(answer, "days") == ["About “the harbour”, 3 June 2024 to 13 June 2024."]


def test_the_sentence_told_of_a_topic_speaks_of_it(ask):
    told = texts(ask("latest on the museum"))
    # "Its owner" leans on the sentence before
    assert told == [
        "The mill had stood empty since 1998.",
        "Its owner, Olof Brandt, wanted to turn the paper mill into a museum.",
    ]


def test_what_came_after_the_day_of_the_question_is_not_told(ask):
    answer = ask("What is new?", as_of=date(2024, 6, 6))
    assert {citation.article.published for citation in answer.citations} == {
        date(2024, 6, 5),
        date(2024, 5, 31),
        date(2024, 5, 30),
    }


def test_days_without_news_are_named_with_the_day_of_the_newest_article(ask):
    answer = ask("What happened yesterday?", as_of=date(2024, 6, 20))
    assert answer.status == "declined"
    assert answer.reason == "No article is of 19 June 2024; the newest one is of 13 June 2024."


def test_a_topic_that_no_article_speaks_of_has_no_news(ask):
    answer = ask("latest on the volcano of Zarbek")
    assert answer.status == "declined"
    assert "No article about “the volcano of Zarbek”" in answer.reason


def test_filters_narrow_what_is_new(ask):
    answer = ask("What is new this week?", Filters(outlets=frozenset({"norby herald"})))
    assert {citation.article.outlet for citation in answer.citations} == {"Norby Herald"}
    nothing = ask("What is new this week?", Filters(until=date(2024, 6, 5)))
    assert nothing.status == "declined"


def test_an_archive_without_days_has_news_of_a_topic_alone(seed_assistant):
    assert seed_assistant.ask("What is new?").reason == "No article says its day."
    assert seed_assistant.ask("What happened yesterday?").status == "declined"
    assert "Durand Line" in seed_assistant.ask("latest on the Durand Line").text


# --- mistyped words ------------------------------------------------------------------------------------------------


def test_a_mistyped_question_is_answered_and_its_reading_shown(ask):
    answer = ask("Who thanked the parish of Sundul?")
    assert answer.question == "Who thanked the parish of Sundul?"
    assert notes(answer, "reading") == ["Read as: “Who thanked the parish of Sundal?”"]
    assert "Ollerenshaw" in answer.text


def test_a_clean_question_has_no_note(ask):
    assert ask("Who is the owner of the paper mill?").notes == ()


def test_a_form_is_recognised_once_its_words_are_read(ask):
    assert ask("sumarise the article about the harbor").statements


# --- several questions, long questions -----------------------------------------------------------------------------


def test_each_question_of_several_is_searched_and_answered_under_its_own_heading(ask):
    answer = ask("When did the harbour of Lund reopen? Who called the vote a surprise? Why is the bridge closed?")
    assert answer.status == "answered"
    by_heading = {}
    for statement in answer.statements:
        by_heading.setdefault(statement.heading, []).append(statement.text)
    assert list(by_heading) == [
        "When did the harbour of Lund reopen?",
        "Who called the vote a surprise?",
        "Why is the bridge closed?",
    ]
    held = [" ".join(said) for said in by_heading.values()]
    assert "on Monday" in held[0]
    assert "Mina Karlsson" in held[1]
    assert "cracks" in held[2]
    assert_quotes_are_exact(answer)


def test_of_many_questions_the_first_are_answered_and_the_others_not_forgotten(ask):
    answer = ask(" ".join(f"Who is the owner of mill {number}?" for number in range(8)))
    assert notes(answer, "parts") == ["Of 8 questions in one the first 5 are answered."]
    assert len(answer.judgements) == 5


def test_what_stands_beside_a_question_is_no_question(ask):
    answer = ask("Who is the owner of the paper mill? I read of the fire at breakfast.")
    assert len(answer.judgements) == 1
    assert "Olof Brandt" in answer.text


def test_a_greeting_before_a_question_is_no_part_of_it(ask):
    assert "Olof Brandt" in ask("Hi, who is the owner of the paper mill?").text


def test_a_question_at_the_end_of_a_long_text_is_found_and_shown(ask):
    told = "My cousin wrote to me about her holidays and the weather in the hills. " * 60
    answer = ask(f"{told}Who is the owner of the paper mill of Tarn?")
    assert "Olof Brandt" in answer.text
    assert notes(answer, "reading") == ["Read as: “Who is the owner of the paper mill of Tarn?”"]


def test_a_long_question_without_a_full_stop_breaks_nothing(ask):
    assert ask("mill fire " * 900).status in ("answered", "partly answered", "declined")
    assert ask("?" * 9_000).status == "declined"


def test_a_few_keywords_are_answered(ask):
    assert "Olof Brandt" in ask("paper mill owner").text


# --- languages -----------------------------------------------------------------------------------------------------


def test_a_question_in_a_language_that_the_archive_does_not_hold_is_declined_for_it(ask):
    answer = ask("Warum wurde das Rathaus von Elvra in diesem Jahr geschlossen?")
    assert answer.status == "declined"
    assert notes(answer, "language") == [
        "The question is in German, the archive in English. It was looked for by meaning as far as that goes."
    ]
    assert "English" in answer.reason
    assert "German" in answer.reason


def test_a_few_words_are_of_no_certain_language(ask):
    assert notes(ask("Brenna bro"), "language") == []


def test_a_language_that_the_archive_holds_is_no_reason(folder):
    row = {
        "title": "Der Hafen von Lund ist wieder offen",
        "text": "Der Hafen von Lund ist seit Montag wieder geöffnet, nachdem Taucher elf Boote geborgen haben. "
        "Die Arbeiten haben nach Angaben der Bürgermeisterin zwei Millionen Kronen gekostet.",
    }
    write(folder, {"nachrichten.jsonl": json_lines(row)})
    answer = Assistant.open(folder, sync=True).ask("Seit wann ist der Hafen von Lund wieder geöffnet?")
    assert notes(answer, "language") == []


def test_statements_are_told_as_they_are_found(village_assistant):
    events = list(village_assistant.stream("What is new since Monday?", None, ASKED_ON))
    told = tuple(event.statement for event in events if isinstance(event, Stated))
    assert told == events[-1].answer.statements != ()
