"""Kept conversations in a real browser: the same page is back, and what was deleted is not."""

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect
from test_browser import Visit, served  # noqa: F401 - fixtures

LENGTH = "How long is the Durand Line?"
HOSTILE = 'Who is <img src=x onerror="alert(1)"> of the "Durand" Line?'


@pytest.fixture
def visit(browser, served):  # noqa: F811
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    visit = Visit(context.new_page(), served.address)
    yield visit
    # a page that is left or loaded again tells the console that its stream was cut off
    cut_off = ("AbortError: signal is aborted", "Unexpected error Connection errored out")
    errors = [error for error in visit.errors if not error.startswith(cut_off)]
    assert (visit.outside, errors, visit.dialogs) == ([], [], [])
    context.close()


def ask(visit, question):
    links = visit.page.locator(".byline-link")
    before = links.count()
    visit.ask(question)
    # it is kept with the last step of the answer
    expect(links).to_have_count(before + 1)
    expect(visit.page).to_have_url(re.compile(r"\?conversation=[0-9a-f]{32}"))


def conversation_list(visit):
    visit.page.locator("#byline-conversations .toggle-button").click()
    shown = visit.page.locator("#byline-list label")
    expect(shown.first).to_be_visible()
    return shown


def test_the_same_page_is_back_after_a_reload_and_a_follow_up_leans_on_it(visit):
    page = visit.page
    ask(visit, LENGTH)
    chat, panel = (page.locator(name).inner_text() for name in (".byline-answer", "#byline-panel"))
    # what was done for an answer is told while it is done
    chat = re.sub(r"Searched .*\n\n", "", chat)
    page.reload()
    expect(page.locator(".byline-answer")).to_have_count(1)
    expect(page.locator("#byline-panel mark")).to_have_count(1)
    assert [page.locator(name).inner_text() for name in (".byline-answer", "#byline-panel")] == [chat, panel]
    ask(visit, "Who drew it?")
    expect(page.locator(".byline-asked")).to_have_text("Asked: Who drew the Durand Line?")
    page.locator(".byline-mark").first.click()
    expect(page.locator(".byline-current")).to_contain_text("2,600-kilometer", timeout=20_000)


def test_a_link_leads_to_its_answer_in_another_window(visit):
    ask(visit, LENGTH)
    ask(visit, "Who visited India?")
    with visit.page.context.expect_page() as opened:
        visit.page.locator(".byline-link a").first.click()
    target = opened.value.locator("[id^='answer-']:target")
    expect(target).to_contain_text("2,600-kilometer", timeout=20_000)
    expect(target).to_be_in_viewport()


def test_a_conversation_is_named_saved_judged_and_deleted(visit, served):  # noqa: F811
    page = visit.page
    ask(visit, HOSTILE)
    listed = conversation_list(visit)
    expect(listed.first).to_contain_text("<img src=x")
    expect(page.locator("#byline-list img")).to_have_count(0)
    page.get_by_label("Title").fill("<b>The Line</b>")
    page.get_by_role("button", name="Rename").click()
    expect(listed.first).to_contain_text("<b>The Line</b>")
    with page.expect_download() as saved:
        page.get_by_role("link", name="HTML").click()
    assert re.fullmatch(r"byline-[0-9a-f]{8}\.html", saved.value.suggested_filename)
    page.get_by_label("Feedback").last.click()
    page.get_by_role("button", name="Wrong source").last.click()
    page.get_by_label("Why? (optional)").fill("not there")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#byline-conversations")).to_contain_text("Noted.")
    address = page.url
    file = served.address + page.get_by_role("link", name="JSON").get_attribute("href")
    with urllib.request.urlopen(file, timeout=10) as response:
        assert response.headers["Content-Disposition"].startswith("attachment; ")
        assert '"note": "not there"' in response.read().decode()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".byline-answer")).to_have_count(0)
    expect(page).to_have_url(served.address)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(file, timeout=10)
    assert refused.value.code == 404
    page.goto(address)
    expect(page.locator("#byline-conversations")).to_contain_text("not kept here any more")
    expect(page.locator(".byline-answer")).to_have_count(0)


def test_what_is_undone_is_not_kept_and_what_is_asked_again_is_kept_once(visit):
    page = visit.page
    ask(visit, LENGTH)
    ask(visit, "Who visited India?")
    before = page.url
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".byline-link")).to_have_count(1)
    first = page.locator("[id^='answer-']").get_attribute("id")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(f"#{first}")).to_have_count(0)
    expect(page.locator(".byline-link")).to_have_count(1, timeout=20_000)
    # the conversation went with its last answer
    expect(page).not_to_have_url(before)
    page.reload()
    expect(page.locator(".byline-link")).to_have_count(1)
    expect(page.locator(".byline-answer")).to_contain_text("2,600-kilometer")


def test_a_new_conversation_leans_on_nothing_and_is_another_one(visit):
    page = visit.page
    ask(visit, LENGTH)
    first = page.url
    conversation_list(visit)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".byline-answer")).to_have_count(0)
    ask(visit, "Who drew it?")
    expect(page.locator(".byline-asked")).to_have_count(0)
    assert page.url != first
    page.get_by_label("Search conversations").fill("kilometer")
    expect(page.locator("#byline-list label").first).to_contain_text(LENGTH)
    page.locator("#byline-list label").first.click()
    expect(page.locator(".byline-answer")).to_contain_text("2,600-kilometer")
