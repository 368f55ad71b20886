"""Several people who log in to one server: each sees their own conversations, and nobody else's, by any route."""

import json
import re

import pytest
from playwright.sync_api import expect
from serving import basic, served

from assistant import ConversationMissing, ConversationStore
from ui.history import History
from ui.logins import Logins

MILL = "Who owns the old paper mill of Tarn?"
BRIDGE = "How much do the repairs of the bridge of Brenna cost?"


@pytest.fixture
def store(tmp_path, village_assistant):
    return ConversationStore(tmp_path / "kept.sqlite", village_assistant.archive)


@pytest.fixture(scope="module")
def common(tmp_path_factory, village_assistant):
    """The store of the server that several tests share, each with people of its own."""
    return ConversationStore(tmp_path_factory.mktemp("kept") / "kept.sqlite", village_assistant.archive)


@pytest.fixture(scope="module")
def server(village_assistant, common):
    logins = Logins([f"{name}:lantern" for name in ("maria", "olof", "ida", "karl", "nils", "vera")])
    with served(village_assistant, store=common, logins=logins, path="/byline") as server:
        yield server


def kept(assistant, store, owner, question):
    """A conversation of somebody, and the key of its answer."""
    return store.of(owner).keep(assistant.ask(question))


# --- without a browser -----------------------------------------------------------------------------------------------


def test_whatever_is_done_with_the_id_of_another_s_conversation_it_is_as_if_there_were_none(village_assistant, store):
    id_, key = kept(village_assistant, store, "maria", MILL)
    store.of("maria").give_feedback(id_, key, "wrong", "no")
    for owner in ("olof", "", "Maria", "maria\0", "%"):
        theirs = store.of(owner)
        assert theirs.conversations() == theirs.search("mill") == theirs.answers_with_feedback() == ()
        for reach in (
            lambda theirs=theirs: theirs.conversation(id_),
            lambda theirs=theirs: theirs.find(id_[:8]),
            lambda theirs=theirs: theirs.answers(id_),
            lambda theirs=theirs: theirs.rename(id_, "mine"),
            lambda theirs=theirs: theirs.delete(id_),
            lambda theirs=theirs: theirs.delete_answer(id_, key),
            lambda theirs=theirs: theirs.give_feedback(id_, key, None),
        ):
            with pytest.raises(ConversationMissing):
                reach()
    (answer,) = store.of("maria").answers_with_feedback()
    assert (answer.key, answer.feedback.note) == (key, "no")


def test_an_answer_in_the_name_of_another_s_conversation_begins_one_s_own(village_assistant, store):
    id_, _ = kept(village_assistant, store, "maria", MILL)
    theirs = History(village_assistant, store).of("olof")
    _, begun, _ = theirs.keep(village_assistant.ask(BRIDGE), "", id_)
    assert begun != id_
    assert [one.id for one in store.of("olof").conversations()] == [begun]
    assert [answer.question for answer in store.of("maria").answers(id_)] == [MILL]


def test_an_export_is_the_owner_s_alone(server, village_assistant, common):
    id_, _ = kept(village_assistant, common, "maria", MILL)
    nothing = server.get("/byline/conversations/" + "0" * 32 + ".json", Authorization=basic("olof", "lantern"))
    for format_ in ("md", "html", "json"):
        path = f"/byline/conversations/{id_}.{format_}"
        assert server.get(path).status == 401
        assert MILL.encode()[:20] in server.get(path, Authorization=basic("maria", "lantern")).body
        refused = server.get(path, Authorization=basic("olof", "lantern"))
        assert (refused.status, refused.body) == (nothing.status, nothing.body) == (404, nothing.body)


def test_a_follow_up_over_the_api_leans_on_one_s_own_answers_alone(server):
    def ask(user, password, question, **fields):
        body = json.dumps({"question": question, **fields})
        given = {"Content_Type": "application/json", "Accept": "application/json"}
        return server.request("POST", "/byline/api/ask", body, Authorization=basic(user, password), **given)

    first = ask("maria", "lantern", MILL).json["id"]
    assert ask("maria", "lantern", "Who said that?", history=[first]).status == 200
    made_up = ask("olof", "lantern", "Who said that?", history=["made up"])
    refused = ask("olof", "lantern", "Who said that?", history=[first])
    assert (refused.status, refused.json) == (made_up.status, made_up.json) == (410, made_up.json)


def test_the_terminal_shows_the_conversations_of_whom_it_is_told(run, village_assistant, tmp_path, monkeypatch):
    file = tmp_path / "kept.sqlite"
    monkeypatch.setenv("BYLINE_CONVERSATIONS_FILE", str(file))
    folder = village_assistant.archive.folder
    id_, key = kept(village_assistant, ConversationStore(file, village_assistant.archive), "maria", MILL)
    ConversationStore(file, village_assistant.archive, "maria").give_feedback(id_, key, "right")
    assert run("conversations", "--archive", folder)[1] == ""
    assert id_[:8] in run("conversations", "--archive", folder, "--user", "maria")[1]
    assert run("conversations", "show", id_[:8], "--archive", folder)[0] == 1
    assert run("conversations", "show", id_[:8], "--archive", folder, "--user", "maria")[0] == 0
    assert run("conversations", "feedback", "--archive", folder)[0] == 3
    assert json.loads(run("conversations", "--user", "maria", "feedback", "--archive", folder)[1])["id"] == key


# --- in browsers -----------------------------------------------------------------------------------------------------


def come_in(browser, server, user):
    page = browser.new_context(viewport={"width": 1280, "height": 844}).new_page()
    page.goto(f"http://127.0.0.1:{server.port}/byline/")
    page.fill("[name=user]", user)
    page.fill("[name=password]", "lantern")
    page.keyboard.press("Enter")
    expect(page.locator("#byline-user")).to_have_text(user, timeout=30_000)
    return page


def ask(page, question):
    page.fill("#byline-question textarea", question)
    page.press("#byline-question textarea", "Enter")


def listed(page):
    page.locator("#byline-conversations .toggle-button").click()
    return page.locator("#byline-list label")


def test_two_people_at_the_same_time_each_have_their_own_and_a_reload_brings_it_back(browser, server):
    ida, karl = come_in(browser, server, "ida"), come_in(browser, server, "karl")
    ask(ida, MILL)
    ask(karl, BRIDGE)
    for page in (ida, karl):
        expect(page).to_have_url(re.compile(r"conversation=[0-9a-f]{32}$"), timeout=30_000)
    address = ida.url
    # the address of another's conversation, as of one that there is not
    karl.goto(f"{address}#{ida.locator('[id^=answer-]').get_attribute('id')}")
    expect(karl.locator("#byline-conversations")).to_contain_text("not kept here any more", timeout=30_000)
    expect(karl.locator(".byline-answer")).to_have_count(0)
    expect(listed(karl)).to_have_count(1, timeout=30_000)
    expect(karl.locator("#byline-list label")).to_contain_text(BRIDGE)
    ida.reload()
    expect(ida.locator(".byline-answer .byline-mark").first).to_be_visible(timeout=30_000)
    expect(listed(ida)).to_have_count(1, timeout=30_000)
    expect(ida.locator("#byline-list label")).to_contain_text(MILL)


def test_who_logs_out_is_out_and_the_next_one_finds_nothing_of_theirs(browser, server):
    page = come_in(browser, server, "nils")
    ask(page, MILL)
    expect(page).to_have_url(re.compile(r"conversation="), timeout=30_000)
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "byline-session"]
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("[name=password]")).to_be_visible(timeout=30_000)
    # ended on the server too, not only forgotten by the browser
    assert server.get("/byline/api/articles", Cookie=f"byline-session={cookie['value']}").status == 401
    page.go_back()
    expect(page.locator(".byline-answer")).to_have_count(0)
    page.goto(f"http://127.0.0.1:{server.port}/byline/")
    page.fill("[name=user]", "vera")
    page.fill("[name=password]", "lantern")
    page.keyboard.press("Enter")
    expect(page.locator("#byline-user")).to_have_text("vera", timeout=30_000)
    expect(page.locator(".byline-answer")).to_have_count(0)
    page.locator("#byline-conversations .toggle-button").click()
    expect(page.locator("#byline-list label")).to_have_count(0)


def test_another_page_logs_nobody_out(server):
    form = "user=maria&password=lantern"
    came = server.request("POST", "/byline/login", form, Content_Type="application/x-www-form-urlencoded")
    cookie = came.headers["Set-Cookie"].split(";")[0]
    assert server.request("POST", "/byline/logout", Cookie=cookie, Origin="http://evil.example").status == 403
    server.request("GET", "/byline/logout", Cookie=cookie)
    assert server.get("/byline/api/articles", Cookie=cookie).status == 200
    assert server.request("POST", "/byline/logout", Cookie=cookie).status == 303
    assert server.get("/byline/api/articles", Cookie=cookie).status == 401


def test_without_logins_nobody_is_named_and_nobody_is_let_out(browser, village_assistant, store):
    with served(village_assistant, store=store) as server:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/")
        expect(page.locator("#byline-question textarea")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("button", name="Log out")).to_have_count(0)
