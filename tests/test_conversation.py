"""Follow-ups: what they are written out as, what is left alone, and what is answered from the turns before."""

import pytest
from factories import HARBOUR, MILL, SCHOOL, marked_article, write
from hypothesis import given
from hypothesis import strategies as st

from assistant import Answer, Assistant, Conversation, Finished, Rewritten, Searching, Stated, Turn
from assistant.followups import resolve
from assistant.writers import state

FERRY = """Ferry to Vika stops after collision

The ferry to Vika hit the pier of Torsholm on Friday. Eleven passengers were hurt, the coast guard said.

“The brakes did not answer,” said Captain Ivar Lindqvist. “I have never seen that before.”

He has sailed the route for thirty years. Union leader Dagny Holm said that the shipping company had saved on \
repairs. Nordfart said its ships were inspected in March.
"""

LENGTH = "How long is the Durand Line?"


def turn(question, text, *places, asked=None):
    """A turn whose answer cites sentences of an article, by their places."""
    article = marked_article(text)
    statements = tuple(state(article, article.sentences[place]) for place in places)
    return Turn(Answer(question, statements, (), (), 1, asked=asked))


def asked_after(question, *turns):
    return resolve(question, turns).asked


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """The assistant over a small archive of invented news."""
    folder = tmp_path_factory.mktemp("town")
    write(folder, {"harbour.txt": HARBOUR, "mill.txt": MILL, "school.txt": SCHOOL, "ferry.txt": FERRY})
    return Assistant.open(folder, sync=True)


# --- written out -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "question", "asked"),
    [
        ("Who is Alma Reyes?", "How old is she?", "How old is Alma Reyes?"),
        ("What did Alma Reyes say in Lund?", "Who voted for her?", "Who voted for Alma Reyes?"),
        ("What did Alma Reyes say in Lund?", "And when was her last visit?", "When was Alma Reyes’s last visit?"),
        ("Who is Dr. Olof Brandt?", "What does he want?", "What does Dr. Olof Brandt want?"),
        ("What is the Harbour Board?", "Who leads it?", "Who leads the Harbour Board?"),
        ("Who are the Friends of Tarn?", "What do they want?", "What do the Friends of Tarn want?"),
        ("When did the harbour of Lund reopen?", "Who cleared it?", "Who cleared it (the harbour of Lund reopen)?"),
        ("What burned in Tarn?", "Did anybody die there?", "Did anybody die there (burned in Tarn)?"),
        ("What burned in Tarn?", "Who said that about Lund?", "Who said that about Lund?"),
    ],
)
def test_a_pronoun_is_given_its_name_or_else_what_the_last_question_was_about(last, question, asked):
    assert asked_after(question, turn(last, HARBOUR, 0)) == asked


@pytest.mark.parametrize(
    ("last", "question", "asked"),
    [
        ("How many boats sank in Lund?", "And in Tarn?", "How many boats sank in Tarn?"),
        ("How many boats sank in Lund?", "what about Ostra?", "How many boats sank in Ostra?"),
        ("What did the Harbour Board decide?", "And Nordfart?", "What did Nordfart decide?"),
        ("How long is the pier of Torsholm?", "And in miles?", "How long is the pier of Torsholm in miles?"),
        ("Did the mill of Tarn burn?", "Why?", "Why did the mill of Tarn burn?"),
        ("When did the mill of Tarn burn?", "And why exactly?", "Why did the mill of Tarn burn?"),
        ("Which mill burned?", "When?", "When (mill burned)?"),
        ("Have trawlers sailed from Lund?", "How many?", "How many (trawlers sailed from Lund)?"),
        ("Has a mayor of the coast resigned?", "Of which town?", "Of which town (a mayor of the coast resigned)?"),
        ("Were visitors sent home from a museum?", "Which one?", "Which one (visitors sent home from a museum)?"),
        (
            "Has Nordfart raised its fares?",
            "How many times in a row?",
            "How many times in a row (Nordfart raised its fares)?",
        ),
    ],
)
def test_a_question_cut_short_is_filled_up_from_the_last_one(last, question, asked):
    assert asked_after(question, turn(last, HARBOUR, 0)) == asked


def test_a_short_question_without_a_name_goes_on_with_the_last_one_if_its_articles_speak_of_every_word():
    last = turn("What happened in Lund?", HARBOUR, 0)
    assert asked_after("Who cleared the boats?", last) == "Who cleared the boats (Lund)?"
    assert asked_after("Who sold the bakery?", last) == "Who sold the bakery?"


def test_a_person_whom_only_the_answer_names_is_taken_from_its_first_sentence_that_names_one():
    last = turn("Who blames the owners?", FERRY, 5, 6)
    assert asked_after("What did she say?", last) == "What did Dagny Holm say (blames the owners)?"


def test_the_person_asked_about_comes_before_another_in_the_question_and_both_stay_in_it():
    last = turn("Did Alma Reyes meet Olof Brandt?", HARBOUR, 1)
    assert asked_after("Where was she born?", last) == "Where was Alma Reyes born (Alma Reyes meet Olof Brandt)?"


def test_whom_the_articles_call_she_is_not_he():
    told = HARBOUR.replace("Reyes said.", "Reyes said in her office, where Olof Brandt waited with his lawyer.")
    last = turn("Did Alma Reyes meet Olof Brandt?", told, 2)
    assert asked_after("Where was he born?", last) == "Where was Olof Brandt born?"
    assert asked_after("Where was she born?", last) == "Where was Alma Reyes born?"


@pytest.mark.parametrize("question", ["What did Nordfart say?", "What did the mayor say?", "How did Nordfart react?"])
def test_who_says_something_is_not_what_they_say_it_about(question):
    last = turn("Why did the ferry to Vika stop?", FERRY, 0)
    assert asked_after(question, last) == f"{question[:-1]} (the ferry to Vika stop)?"


def test_a_possessive_alone_is_asked_about():
    assert asked_after("and her party?", turn("Who is Alma Reyes?", HARBOUR, 1)) == "What about Alma Reyes’s party?"


def test_a_short_question_that_leads_to_the_same_article_by_itself_is_left_alone(town):
    history = [Turn(town.ask("What did Alma Reyes say about the harbour of Lund?"))]
    alone = town.ask("Who cleared the sunken boats?", history=history)
    assert (alone.asked, alone.nearest[0].article.title) == (None, "Harbour of Lund reopens after storm")
    other = turn("What happened in Norby?", HARBOUR.replace("Lund", "Norby"), 0)
    assert town.ask("Who cleared the sunken boats?", history=[other]).asked == "Who cleared the sunken boats (Norby)?"


def test_a_place_or_a_group_is_nobody(town):
    last = Turn(town.ask("What did Nordfart say about the ferry to Vika?"))
    assert "Nordfart" not in asked_after("When did he say it?", last).partition("(")[0]


def test_names_in_small_letters_are_read_by_the_capitals_of_the_articles():
    last = turn("who is alma reyes", HARBOUR, 1)
    assert asked_after("how old is she", last) == "How old is Alma Reyes"
    assert asked_after("who is alma reyes", turn("Who is Olof Brandt?", HARBOUR, 1)) == "who is alma reyes"


def test_a_person_is_remembered_over_a_question_about_something_else_of_theirs():
    first = turn("Who is Alma Reyes?", HARBOUR, 1)
    second = turn("When did the harbour reopen?", MILL, 1)
    assert asked_after("How old is she?", first, second).startswith("How old is Alma Reyes")


def test_a_third_question_leans_on_what_the_second_was_understood_as():
    first = turn("Did the mill of Tarn burn?", MILL, 0)
    second = turn("Why?", MILL, 0, asked=asked_after("Why?", first))
    assert asked_after("When?", first, second) == "When did the mill of Tarn burn?"
    third = turn("Which one?", MILL, 0, asked="Which one (visitors sent home from a museum)?")
    assert asked_after("Since when?", third) == "Since when (visitors sent home from a museum)?"


# --- left alone ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "Who visited India?",
        "What did Mina Karlsson say about her school?",
        "When she was elected, what did Mina Karlsson promise?",
        "Mina Karlsson teaches in Ostra. How old is she?",
        "Which minister said he would resign?",
        "Which company announced it will hire 400 people this week?",
        "Is it true that four teachers will be hired in Ostra?",
        "How long did it take to paint the church of Elvra?",
        "Which of these villages has no road: Norby or Vika?",
        "How many people are there in Norby?",
        "What is the capital of Norway?",
        "What can you do?",
        "What happened to the bakery?",
        "Which baker won?",
        "What was the last report on the bakery?",
        "What is the second source of income of bakers?",
        "thanks",
        "One of the bridges of Sundal is closed. Which bridge in Sundal?",
    ],
)
def test_a_question_that_names_its_own_things_is_left_alone_word_for_word(question):
    last = turn("What did Alma Reyes say about the harbour of Lund?", HARBOUR, 1)
    assert asked_after(question, last) == question


@pytest.mark.parametrize("question", ["Why?", "How old is she?", "Tell me more", "Who said that?", "the second one"])
def test_without_a_turn_before_it_nothing_is_a_follow_up(question, town):
    assert resolve(question, ()) == resolve(question, [])
    assert asked_after(question) == question
    assert town.ask(question).asked is None


def test_small_talk_between_two_turns_is_no_topic():
    small_talk = Turn(Answer("thanks", (), (), (), 1))
    last = turn("Did the mill of Tarn burn?", MILL, 0)
    assert asked_after("Why?", last, small_talk) == "Why did the mill of Tarn burn?"


@given(st.text(max_size=80), st.sampled_from(["Who is Alma Reyes?", "", "why", "Did it (burn)?", "“", "in", "?"]))
def test_whatever_is_asked_is_understood_as_something(question, last):
    said = resolve(question, [turn(last, HARBOUR, 0, 1)])
    assert said.asked or not question
    assert len(said.asked) <= len(question) + 1000


# --- answered from the turns before ----------------------------------------------------------------------------------


def answered(assistant, question, *turns):
    return assistant.ask(question, history=turns)


def test_who_said_that_is_the_last_answer_s_sentence_and_its_speaker_word_for_word(town):
    last = turn("What did the brakes do?", FERRY, 0, 2)
    answer = answered(town, "Who said that?", last)
    assert [s.speaker for s in answer.statements] == ["Captain Ivar Lindqvist"]
    assert answer.statements == (last.answer.statements[1],)
    assert answer.status == "answered"
    assert answer.asked == "Who said that, in answer to “What did the brakes do?”"


def test_each_of_several_speakers_is_named(town):
    answer = answered(town, "Says who?", turn("Who is to blame?", FERRY, 2, 5, 6))
    assert [s.speaker for s in answer.statements] == ["Captain Ivar Lindqvist", "Union leader Dagny Holm", "Nordfart"]


def test_words_that_lean_on_the_sentence_before_come_with_the_speaker_whom_it_names(town):
    article = marked_article(FERRY)
    answer = answered(town, "who said that", turn("Has he seen it before?", FERRY, 3))
    assert [s.text for s in answer.statements] == [state(article, article.sentences[place]).text for place in (2, 3)]
    assert answer.statements[0].speaker == "Captain Ivar Lindqvist"


def test_where_nobody_is_named_the_article_s_own_words_are_given_with_the_reason(town):
    last = turn("What hit the pier?", FERRY, 0)
    answer = answered(town, "Who said that?", last)
    assert answer.statements == last.answer.statements
    assert (answer.status, answer.reason) == (
        "partly answered",
        "The article names nobody who said this: they are its own words.",
    )


def test_tell_me_more_goes_on_with_the_article_and_says_nothing_twice(town):
    article = marked_article(FERRY)
    turns = [turn("What hit the pier?", FERRY, 0)]
    for places in ((1, 2, 3), (4, 5, 6)):
        answer = answered(town, "Tell me more", *turns)
        assert [s.text for s in answer.statements] == [state(article, article.sentences[p]).text for p in places]
        turns.append(Turn(answer))
    answer = answered(town, "more please", *turns)
    assert (answer.status, answer.reason) == ("declined", "The articles of the last answer say nothing more.")


def test_after_who_said_that_a_follow_up_is_about_what_was_asked_before_it(town):
    first = turn("Did the mill of Tarn burn?", MILL, 0)
    second = Turn(answered(town, "Who said that?", first))
    assert asked_after("Why?", first, second) == "Why did the mill of Tarn burn?"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("the second one", "What about “Old paper mill burns in Tarn”?"),
        ("Tell me more about the first article", "What about “Harbour of Lund reopens after storm”?"),
        ("When did the second one burn?", "When did “Old paper mill burns in Tarn” burn?"),
        ("and the last one?", "What about “Old paper mill burns in Tarn”?"),
    ],
)
def test_the_second_one_is_the_second_statement_or_article_of_the_last_answer(question, asked):
    first, second = turn("What happened?", HARBOUR, 0), turn("What happened?", MILL, 0)
    both = Turn(Answer("What happened?", (*first.answer.statements, *second.answer.statements), (), (), 2))
    assert asked_after(question, both) == asked


def test_of_two_statements_of_one_article_the_second_one_is_known_by_its_words():
    assert asked_after("the second one", turn("What happened?", MILL, 0, 1)) == (
        "What about “Nobody was hurt, the fire brigade said.”?"
    )


def test_a_third_one_of_two_is_declined_with_the_reason(town):
    answer = answered(town, "the third one", turn("What happened?", MILL, 0, 1))
    assert (answer.status, answer.reason) == ("declined", "The last answer has no such part.")


# --- a conversation --------------------------------------------------------------------------------------------------


def test_a_follow_up_is_told_of_before_the_search_and_kept_on_the_answer(seed_assistant):
    history = [Turn(seed_assistant.ask(LENGTH))]
    first, second, *_, last = seed_assistant.stream("Who drew it?", history=history)
    assert first == Rewritten("Who drew it?", "Who drew the Durand Line?")
    assert isinstance(second, Searching)
    assert second.question == first.asked
    assert isinstance(last, Finished)
    assert (last.answer.question, last.answer.asked) == ("Who drew it?", "Who drew the Durand Line?")


def test_a_follow_up_is_answered_as_the_question_written_out_is(seed_assistant):
    conversation = Conversation(seed_assistant)
    conversation.ask("Who speaks for Afghanistan's defence ministry?")
    answer = conversation.ask("What does he say about Afghanistan's airspace?")
    assert answer.asked.startswith("What does Enayatullah Khowarazmi say about Afghanistan's airspace")
    assert answer.statements == seed_assistant.ask(answer.asked).statements != ()


def test_what_is_answered_from_the_turns_before_is_streamed_too(seed_assistant):
    history = [Turn(seed_assistant.ask("How many outposts does the Taliban claim to have captured?"))]
    first, *stated, last = seed_assistant.stream("Who said that?", history=history)
    assert isinstance(first, Rewritten)
    assert tuple(event.statement for event in stated if isinstance(event, Stated)) == last.answer.statements
    assert len(stated) == len(last.answer.statements)
    assert last.answer.statements[0].speaker == "Taliban officials"


def test_every_quote_of_a_conversation_is_in_the_article_as_it_stands(town):
    conversation = Conversation(town)
    asked = [
        "What hit the pier of Torsholm?",
        "Who said that?",
        "Tell me more",
        "Why?",
        "And in Lund?",
        "the first one",
    ]
    answers = [conversation.ask(question) for question in asked]
    texts = {FERRY, HARBOUR, MILL, SCHOOL}
    citations = [citation for answer in answers for citation in answer.citations]
    assert len(citations) > 5
    assert all(citation.article.text in {text.strip() for text in texts} | texts for citation in citations)
    assert all(citation.quote == citation.article.text[citation.start : citation.end] for citation in citations)


def test_a_conversation_remembers_its_last_turns_and_forgets_them_when_told_to(town):
    conversation = Conversation(town)
    for number in range(7):
        conversation.ask(f"Is there a harbour number {number}?")
    assert [t.question[-2] for t in conversation.turns] == ["2", "3", "4", "5", "6"]
    conversation.clear()
    assert conversation.turns == ()
    assert conversation.ask("Why?").asked is None


def test_a_question_that_is_refused_is_not_remembered(town):
    from assistant import QuestionError

    conversation = Conversation(town)
    conversation.ask("What burned in Tarn?")
    with pytest.raises(QuestionError):
        conversation.ask(" ")
    assert [t.question for t in conversation.turns] == ["What burned in Tarn?"]
