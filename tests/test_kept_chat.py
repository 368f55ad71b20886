"""The web chat's kept conversations, without a browser."""

import re
import shutil
import sqlite3

import pytest

from assistant import Assistant, ConversationMissing, ConversationStore
from ui import handlers, history, sources
from ui.history import History
from ui.sources import Talk

LENGTH = "How long is the Durand Line?"
FOLLOW_UP = "Who drew it?"
VISIT = "Who visited India?"


@pytest.fixture
def store(seed_assistant, tmp_path):
    return ConversationStore(tmp_path / "conversations.sqlite", seed_assistant.archive)


@pytest.fixture
def kept(seed_assistant, store):
    return History(seed_assistant, store)


def talk(kept, assistant, *messages, state=(Talk(), "", ())):  # noqa: B008 - frozen
    """Ask in turn as the page does; the last message's views and what the server keeps after it."""
    shown = []
    for message in messages:
        said, id_, keys = state
        views = list(kept.keeping(handlers.chat(assistant))(message, None, said, conversation=id_, keys=keys))
        shown = [view.message for view, *_ in views]
        view, *more = views[-1]
        state = (view.talk, *more)
    return shown, state


def test_each_finished_answer_is_kept_and_its_last_view_leads_to_it(seed_assistant, store, kept):
    views, (*_, id_, keys) = talk(kept, seed_assistant, LENGTH, FOLLOW_UP)
    assert [answer.question for answer in store.answers(id_)] == [LENGTH, FOLLOW_UP]
    assert tuple(answer.key for answer in store.answers(id_)) == keys
    assert store.answers(id_)[0].made_with["contents"]
    shown = views[-1]
    assert f'<div id="answer-{keys[-1]}">' in shown
    assert f'href="?conversation={id_}#answer-{keys[-1]}"' in shown
    # Markdown would end a block of HTML at an empty line
    assert "\n\n" not in shown
    assert not any("answer-" in message for message in views[:-1])


def test_the_page_that_comes_back_is_the_page_that_was_left(seed_assistant, kept):
    views, (said, id_, keys) = talk(kept, seed_assistant, LENGTH, FOLLOW_UP, VISIT)
    back = kept.restored(id_)
    assert [message["content"] for message in back.messages[::2]] == [LENGTH, FOLLOW_UP, VISIT]
    assert back.messages[-1]["role"] == "assistant"

    def same(html):
        # what was done for an answer is told while it is done, not when it is looked up
        html = re.sub(r'<p class="byline-step">.*?</p>', "", html)
        return re.sub(r"(source-|panel:)[0-9a-f]+([-:])", r"\1\2", html)

    assert same(back.messages[-1]["content"]) == same(views[-1])
    assert same(back.panel) == same(sources.panel(said))
    assert (back.talk.turns, back.keys, back.id) == (said.turns, keys, id_)
    # every mark leads to its words
    links = set(re.findall(r'href="#(source-[\w-]+)"', str(back.messages)))
    assert links <= set(re.findall(r'id="(source-[\w-]+)"', back.panel))


def test_a_follow_up_after_coming_back_is_kept_in_the_same_conversation(seed_assistant, store, kept):
    _, (*_, id_, _) = talk(kept, seed_assistant, LENGTH)
    back = kept.restored(id_)
    views, _ = talk(kept, seed_assistant, FOLLOW_UP, state=(back.talk, back.id, back.keys))
    assert "Asked: Who drew the Durand Line?" in views[-1]
    assert [answer.asked for answer in store.answers(id_)] == [None, "Who drew the Durand Line?"]


def test_a_fault_is_not_kept(seed_assistant, store, kept):
    _, (*_, id_, keys) = talk(kept, seed_assistant, "x" * 20_000)
    assert (id_, keys) == ("", ())
    assert store.conversations() == ()


@pytest.mark.parametrize("claimed", ["0" * 32, "../../etc/passwd", "' OR 1=1 --", "<script>", "\ud800"])
def test_an_id_that_a_browser_made_up_leads_nowhere(seed_assistant, store, kept, claimed):
    with pytest.raises(ConversationMissing):
        kept.restored(claimed)
    assert kept.title(claimed) == ""
    views, (*_, id_, _) = talk(kept, seed_assistant, LENGTH, state=(Talk(), claimed, ()))
    assert re.fullmatch("[0-9a-f]{32}", id_)
    assert claimed not in views[-1]


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same_and_says_so(seed_assistant, store, kept):
    with sqlite3.connect(store.path) as connection:
        connection.execute("DROP TABLE feedback")
        connection.execute("DROP TABLE turns")
    views, (*_, id_, _) = talk(kept, seed_assistant, LENGTH)
    assert "2,600-kilometer" in re.sub("</?strong>", "", views[-1])
    assert "This answer is not kept." in views[-1]
    assert id_ == ""


def test_an_answer_that_is_taken_back_is_deleted(seed_assistant, store, kept):
    _, (_, id_, keys) = talk(kept, seed_assistant, LENGTH, VISIT)
    messages = kept.restored(id_).messages
    for shown in (messages, messages[:2]):  # before and after the page took it away itself
        assert kept.taken_back(id_, keys, shown, 2) == keys[:1]
        assert [answer.question for answer in store.answers(id_)] == [LENGTH]


@pytest.mark.parametrize(("messages", "at"), [(None, 0), ("answer-", 0), ([], None), ([], (0, 1)), ([], -1)])
def test_nothing_is_deleted_where_a_browser_makes_no_sense(seed_assistant, store, kept, messages, at):
    _, (_, id_, keys) = talk(kept, seed_assistant, LENGTH)
    assert kept.taken_back(id_, keys, messages, at) == keys
    assert len(store.answers(id_)) == 1


def test_what_another_window_added_is_not_taken_back_with_it(seed_assistant, store, kept):
    _, (said, id_, keys) = talk(kept, seed_assistant, LENGTH)
    talk(kept, seed_assistant, VISIT, state=(said, id_, keys))
    kept.taken_back(id_, keys, [], 0)
    assert [answer.question for answer in store.answers(id_)] == [VISIT]


def test_what_is_said_of_an_answer_is_kept_and_shown_again(seed_assistant, store, kept):
    _, (*_, id_, keys) = talk(kept, seed_assistant, LENGTH, VISIT)
    message = kept.restored(id_).messages[-1]
    assert kept.judge(id_, message["content"], "Wrong source", "not there") == keys[1]
    assert kept.restored(id_).verdicts == [None, "Wrong source"]
    assert store.answers(id_)[1].feedback.note == "not there"
    assert kept.judge(id_, message, None) == keys[1]
    assert kept.restored(id_).verdicts == [None, None]
    for nonsense in ("", 'id="answer-zz"', f'id="answer-{"0" * 16}"', None, {"x": 1}):
        assert kept.judge(id_, nonsense, "Right") == ""


def test_what_has_changed_is_shown_as_changed_and_gets_no_mark(seed_assistant, tmp_path):
    folder = shutil.copytree(seed_assistant.archive.folder, tmp_path / "seeds")
    own = Assistant.open(folder)
    kept = History(own, ConversationStore(tmp_path / "conversations.sqlite", own.archive))
    _, (*_, id_, _) = talk(kept, own, LENGTH, VISIT)
    file = next(folder.glob("*.txt"))
    file.write_text(file.read_text().replace("2,600-kilometer", "2,601-kilometer"))
    own.archive.sync()
    back = kept.restored(id_)
    assert (
        "(Afghan Taliban Launch Retaliatory Border Attacks After Pakistan Airstrikes: the article has changed since)"
        in (back.messages[1]["content"])
    )
    assert "byline-mark" not in str(back.messages)
    assert "<mark" not in back.panel
    assert "None of the nearest passages answers" not in back.panel


def test_titles_are_listed_with_their_day_and_found_by_words(seed_assistant, kept):
    _, (*_, first, _) = talk(kept, seed_assistant, LENGTH)
    _, (*_, second, _) = talk(kept, seed_assistant, VISIT)
    assert [id_ for _, id_ in kept.choices()] == [second, first]
    assert all(re.fullmatch(r".*\? · \d+ \w+ \d{4}", title) for title, _ in kept.choices())
    assert [id_ for _, id_ in kept.choices("durand")] == [first]
    assert kept.rename(first, "<b>The Line</b>") == kept.title(first) == "<b>The Line</b>"
    kept.delete(first)
    kept.delete(first)
    assert [id_ for _, id_ in kept.choices()] == [second]


def test_links_to_files_lead_to_this_conversation_alone():
    assert history.links_html("") == ""
    html = history.links_html('"><script>')
    assert "<script" not in html
    assert set(re.findall(r'href="([^"]*)"', history.links_html("ab12"))) == {
        f"conversations/ab12.{format_}" for format_ in ("md", "html", "json")
    }
