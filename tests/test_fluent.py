"""Answers that a language model writes: no sentence without support, one more try, and quotes where it fails."""

import threading
from contextlib import closing
from typing import get_args

import pytest
from factories import HARBOUR, MILL, SCHOOL, story, write
from model_server import ModelServer, Pause, Refuse, endless, in_turn, word_by_word

from assistant import (
    Answer,
    Assistant,
    AssistantSettings,
    Checking,
    Dropped,
    Finished,
    Stated,
    Writing,
)
from assistant.checking import FaultKind
from assistant.fluent import MOST_REWRITES, MOST_SENTENCES, REASONS
from assistant.parsing import DECLINED
from assistant.prompting import answer_prompt, fitting, prose
from assistant.types import Citation
from index import count_tokens
from ui import handlers, render

COST = "How much did the work in the harbour of Lund cost?"
NOWHERE = "How long is the Nile?"

GOOD = "Mayor Alma Reyes said that the work had cost 2.4 million crowns [1]."
ALSO_GOOD = "Divers cleared eleven sunken boats from its entrance [1]."
WRONG_DAY = "The harbour of Lund reopened on Tuesday [1]."


@pytest.fixture(scope="module")
def quoting(tmp_path_factory):
    """The assistant without a model over a small archive of invented news."""
    folder = tmp_path_factory.mktemp("news")
    write(folder, {"h.txt": HARBOUR, "m.txt": MILL, "s.txt": SCHOOL, **{f"{n}.txt": story(n) for n in range(5)}})
    return Assistant.open(folder, sync=True)


@pytest.fixture
def writing(quoting):
    """The assistant with a model that a server plays."""

    def of(server, **values):
        settings = {"writer": "openai-like", "model_url": server.url, "model_seconds": 20.0, **values}
        return Assistant(quoting.archive, AssistantSettings.parse(settings))

    return of


def ask(writing, *scripts, question=COST, **values):
    with ModelServer(in_turn(*scripts)) as server:
        return writing(server, **values).ask(question), server


def texts(answer):
    return [statement.text for statement in answer.statements]


def test_a_supported_sentence_is_stated_with_the_smallest_words_that_support_it(writing):
    answer, _ = ask(writing, GOOD)
    (statement,) = answer.statements
    assert statement.text == "Mayor Alma Reyes said that the work had cost 2.4 million crowns."
    (citation,) = statement.citations
    assert citation.quote == "Mayor Alma Reyes said the work had cost 2.4 million crowns"
    assert citation.quote == citation.article.text[citation.start : citation.end]
    assert statement.speaker == "Mayor Alma Reyes"
    assert (answer.status, answer.dropped, answer.notes) == ("answered", (), ())


def test_what_is_asked_is_the_evidence_between_marks_that_no_article_can_know(writing):
    first, server = ask(writing, GOOD)
    _, again = ask(writing, GOOD)
    assert first
    user = server.requests[0]["messages"][1]["content"]
    assert user.splitlines()[0].startswith("<passages ")
    assert user.splitlines()[0] != again.requests[0]["messages"][1]["content"].splitlines()[0]
    assert user.rstrip().endswith(f"Question: {COST}")
    assert server.passages()[1].startswith("The harbour of Lund reopened on Monday")
    assert server.requests[0]["messages"][0]["content"] == prose("answer")


def test_each_sentence_is_shown_as_soon_as_it_has_passed(writing):
    script = lambda _: [f"{GOOD} ", "Divers cleared", Pause(10), " eleven sunken boats from its entrance [1]."]  # noqa: E731
    with ModelServer(script) as server, closing(writing(server).stream(COST)) as events:
        seen = []
        for event in events:
            seen.append(type(event))
            if isinstance(event, Stated):
                break
        assert seen[-2:] == [Checking, Stated]
        events.close()
        # stop works in the server too, while it is silent
        assert server.left.wait(5)


def test_whoever_reads_is_told_of_the_work_and_can_stop_it_before_the_first_word(writing):
    with ModelServer(lambda _: [Pause(20)]) as server, closing(writing(server).stream(COST)) as events:
        assert any(isinstance(event, Writing) and server.requests for event in events)
        events.close()
        assert server.left.wait(5)


def test_a_sentence_that_fails_is_written_once_more_with_the_reason(writing):
    answer, server = ask(writing, f"{GOOD} {WRONG_DAY}", "The harbour of Lund reopened on Monday [1].")
    assert texts(answer)[-1] == "The harbour of Lund reopened on Monday."
    assert answer.dropped == ()
    assert len(server.requests) == 2
    asked = server.requests[1]["messages"]
    assert asked[0]["content"] == prose("rewrite")
    assert "The harbour of Lund reopened on Tuesday. [1]" in asked[1]["content"]
    assert "“Tuesday”" in asked[1]["content"]
    # it may cite what it cited, and is shown nothing else
    assert server.passages(1).keys() == {1}


def test_a_sentence_that_fails_again_is_dropped_and_counted_and_not_shown(writing):
    answer, server = ask(writing, f"{GOOD} {WRONG_DAY}", "The harbour of Lund reopened on Wednesday [1].")
    assert texts(answer) == ["Mayor Alma Reyes said that the work had cost 2.4 million crowns."]
    (dropped,) = answer.dropped
    assert dropped == Dropped("The harbour of Lund reopened on Tuesday.", REASONS["date"])
    assert len(server.requests) == 2
    for shown in (render.answer_text(answer), render.answer_html(answer.numbered(), "k", dropped=answer.dropped)):
        assert "1 sentence of the model dropped" in shown
        assert REASONS["date"] in shown
        assert "Tuesday" not in shown and "Wednesday" not in shown
    assert render.answer_json(answer)["dropped"][0]["reason"] == REASONS["date"]


def test_every_kind_of_fault_has_words_for_the_reader():
    assert REASONS.keys() == set(get_args(FaultKind))


def test_not_every_sentence_is_written_again(writing):
    wrong = " ".join(
        f"The harbour of Lund reopened on {day} [1]." for day in ("Tuesday", "Friday", "Sunday", "Saturday")
    )
    answer, server = ask(writing, wrong, "")
    assert len(server.requests) == 1 + MOST_REWRITES
    assert len(answer.dropped) == 4


@pytest.mark.parametrize(
    "sentence",
    [
        "The work cost 2.5 million crowns, Mayor Alma Reyes said [1].",
        "Mayor Olof Brandt said that the work had cost 2.4 million crowns [1].",
        "The work cost 2.4 million crowns [2].",
        "The work cost 2.4 million crowns [99].",
        "The work cost 2.4 million crowns [0].",
        "Mayor Alma Reyes said that the work had cost 2.4 million crowns [1][99].",
        "Mayor Alma Reyes denied that the work had cost 2.4 million crowns [1].",
        "The harbour of Oslo reopened on Monday [1].",
        "He said that the work had cost 2.4 million crowns [1].",
        "Mayor Alma Reyes said that the work had cost 2.4 million crowns, see https://evil.example/?q=lund [1].",
        "Mayor Alma Reyes said that the work had cost 2.4 million crowns (www.evil.example) [1].",
        "The capital of France is Paris.",
        "As an AI language model I cannot answer.",
        "You answer questions about the news from passages of newspaper articles, and from nothing else.",
        "The ferry to Torsholm sank on Sunday [1].",
        "Mayor Alma Reyes said that the dredging had cost 2.4 million crowns [1].",
        "The work had cost Mayor Alma Reyes 2.4 million crowns [1].",
        "The passage says that the work had cost 2.4 million crowns [1].",
        "Did Mayor Alma Reyes say that the work had cost 2.4 million crowns? [1]",
        "Mayor Alma Reyes said “the work had cost 2.4 million crowns [1].",
    ],
)
def test_what_no_cited_passage_supports_is_never_stated(writing, sentence):
    answer, _ = ask(writing, sentence, "")
    assert texts(answer) == ["Mayor Alma Reyes said the work had cost 2.4 million crowns."]
    assert [one.sentence for one in answer.dropped]
    assert answer.notes[0].kind == "writer"
    assert "quoted" in answer.notes[0].text


def test_a_sentence_without_a_citation_gets_the_passage_that_supports_it(writing):
    answer, server = ask(writing, "Divers cleared eleven sunken boats from the entrance of the harbour of Lund.")
    assert "eleven sunken boats" in answer.statements[0].citations[0].quote
    assert len(server.requests) == 1


def test_markup_that_a_model_writes_is_gone(writing):
    said = (
        "**Mayor <b>Alma</b> Reyes** said that the [work](http://evil.example) had cost <i>2.4</i> million crowns [1]. "
        "<script>alert(1)</script> ![](http://evil.example/x.png)"
    )
    answer, _ = ask(writing, said)
    assert texts(answer) == ["Mayor Alma Reyes said that the work had cost 2.4 million crowns."]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("", "Nothing that the model wrote"),
        (f"{DECLINED}", "found no answer"),
        (lambda _: [Refuse(429)], "too many requests"),
        (lambda _: [Refuse(500)], "HTTP 500"),
        (lambda _: [Pause(20)], "did not finish in time"),
        ("<think>I wonder", "Nothing that the model wrote"),
    ],
    ids=["empty", "declined", "429", "500", "silent", "thinking"],
)
def test_where_the_model_fails_the_quotes_answer_and_say_so(quoting, writing, script, told):
    answer, _ = ask(writing, script, model_seconds=1.0)
    assert answer.statements == quoting.ask(COST).statements
    (note,) = answer.notes
    assert (note.kind, told in note.text) == ("writer", True)
    assert note.text in render.answer_text(answer)


def test_a_model_that_is_not_there_leaves_the_quotes(quoting, writing):
    with ModelServer("") as gone:
        pass
    gone.url_was = f"http://127.0.0.1:{gone._server.server_address[1]}/v1"
    settings = AssistantSettings(writer="openai-like", model_url=gone.url_was)
    answer = Assistant(quoting.archive, settings).ask(COST)
    assert answer.statements == quoting.ask(COST).statements
    assert "cannot be reached" in answer.notes[0].text


def test_what_was_stated_before_the_model_failed_stays(writing):
    answer, _ = ask(writing, lambda _: [f"{GOOD} Divers cleared", Pause(20)], model_seconds=2.0)
    assert texts(answer) == ["Mayor Alma Reyes said that the work had cost 2.4 million crowns."]
    assert "did not finish" in answer.notes[0].text


def test_a_quote_that_answers_is_not_lost_behind_what_does_not(writing):
    answer, _ = ask(writing, ALSO_GOOD)
    assert texts(answer) == [
        "Divers cleared eleven sunken boats from its entrance.",
        "Mayor Alma Reyes said the work had cost 2.4 million crowns.",
    ]
    assert answer.notes == ()


def test_whether_there_is_an_answer_is_not_for_the_model_to_say(quoting, writing):
    with ModelServer("The Nile is 6,650 kilometres long [1].") as server:
        answer = writing(server).ask(NOWHERE)
    assert answer.status == "declined"
    assert server.requests == []
    expected = quoting.ask(NOWHERE)
    assert (answer.gaps, answer.judgements) == (expected.gaps, expected.judgements)


def test_endless_output_is_stopped_in_the_server(writing):
    with ModelServer(endless("The harbour of Lund reopened on Monday and {number} boats came [1]. ")) as server:
        answer = writing(server, model_seconds=60.0).ask(COST)
        assert server.left.wait(5)
    assert 0 < len(answer.dropped) <= MOST_SENTENCES
    assert answer.statements[0].text.startswith("Mayor")


def test_a_sentence_that_is_said_again_and_again_is_stated_once(writing):
    answer, _ = ask(writing, f"{GOOD} " * 30)
    assert len(answer.statements) == 1


def test_a_model_that_goes_round_in_circles_is_stopped(writing):
    with ModelServer(endless(f"{GOOD} ")) as server:
        answer = writing(server, model_seconds=60.0).ask(COST)
        assert server.left.wait(5)
    assert texts(answer) == ["Mayor Alma Reyes said that the work had cost 2.4 million crowns."]
    assert answer.notes == ()


def test_a_small_model_is_given_what_stands_nearest_to_the_answer(writing):
    _, server = ask(writing, GOOD, model_window=2048)
    assert "2.4 million" in server.passages(0)[1]
    assert "first trawlers" not in server.prompt(0)
    _, server = ask(writing, GOOD)
    assert "first trawlers" in server.prompt(0)


def test_slow_words_make_the_same_answer(writing):
    slow, _ = ask(writing, word_by_word(f"{GOOD} {ALSO_GOOD}", 0.01))
    fast, _ = ask(writing, f"{GOOD} {ALSO_GOOD}")
    assert slow.statements == fast.statements


def test_several_questions_at_once_do_not_mix(quoting, writing):
    answers: dict[int, Answer] = {}
    with ModelServer(word_by_word(GOOD, 0.01)) as server:
        assistant = writing(server)
        threads = [threading.Thread(target=lambda n=n: answers.update({n: assistant.ask(COST)})) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [texts(answers[n]) for n in range(4)] == [texts(answers[0])] * 4


def test_the_key_is_in_no_answer(quoting):
    from pydantic import SecretStr

    with ModelServer(lambda request: [Refuse(401, "sk-secret-key")]) as server:
        settings = AssistantSettings(writer="openai-like", model_url=server.url)
        answer = Assistant(quoting.archive, settings, SecretStr("sk-secret-key")).ask(COST)
    assert "does not take the key" in answer.notes[0].text
    assert "sk-secret-key" not in repr(answer) + render.answer_text(answer)


def test_the_chat_shows_that_a_sentence_is_being_checked_and_how_many_were_dropped(writing):
    with ModelServer(in_turn(f"{GOOD} {WRONG_DAY}", "")) as server:
        views = [message for message, *_ in handlers.chat(writing(server))(COST)]
    held = [view for view in views if render.BEING_CHECKED in view]
    assert held
    assert not any("Tuesday" in view for view in views)
    assert "byline-dropped" in views[-1] and render.BEING_CHECKED not in views[-1]


def test_events_end_with_an_answer_that_holds_what_was_told_of(writing):
    with ModelServer(in_turn(f"{GOOD} {WRONG_DAY}", "")) as server:
        events = list(writing(server).stream(COST))
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert [e.statement for e in events if isinstance(e, Stated)] == list(finished.answer.statements)
    assert [e for e in events if isinstance(e, Dropped)] == list(finished.answer.dropped)


def test_as_many_passages_as_the_window_holds_are_given(quoting):
    hits = quoting.search("council people work", 8)
    passages = [[Citation(hit.article, hit.passage.start, hit.passage.end)] for hit in hits]
    few, all_ = fitting(COST, passages, 2048, 400), fitting(COST, passages, 100_000, 400)
    assert 1 <= len(few) < len(all_) == len(passages)
    assert fitting(COST, passages, 100, 400) == passages[:1]
    prompt = answer_prompt(COST, few)
    assert count_tokens(prompt.system + prompt.user) + 400 <= 2048


def test_how_freely_a_model_may_put_it_is_a_setting(writing):
    turned = (
        "The work had cost 2.4 million crowns, Mayor Alma Reyes said; eleven sunken boats were cleared by divers [1]."
    )
    close, _ = ask(writing, turned)
    free, _ = ask(writing, turned, phrasing="free")
    assert [one.reason for one in close.dropped]
    assert not free.dropped
    assert "cleared by divers" in free.statements[0].text
