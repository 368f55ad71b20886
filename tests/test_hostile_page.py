"""Published scripts and markup wherever the page shows text, in a real browser: nothing of it is more than text."""

import re

import pytest
from factories import MILL, json_lines, write
from model_server import ModelServer
from playwright.sync_api import expect
from serving import served
from test_api import PAYLOADS

from assistant import Assistant, AssistantSettings, ConversationStore
from ui.logins import Logins

QUESTION = "#byline-question textarea"
ANSWERS = ".byline-answer, .byline-fault"
CLOSES = "Which ferry closed on Friday?"

FOREIGN = """() => {
    const all = [...document.querySelectorAll("body *")];
    const tags = "img, picture, iframe, frame, object, embed, form, video, audio, base, meta, link, math, dialog";
    const shown = ".message-content, #byline-panel, #byline-reader, #byline-table";
    const own = "#byline-card, .byline-skip, #byline-conversations, #byline-live, .toast-wrap, .sidebar, " +
        ".options:has(.option-list)";
    const found = [];
    for (const one of all) {
        const isFixed = getComputedStyle(one).position === "fixed" && !one.closest(own);
        const acts = [...one.attributes].some(
            (held) => /^on/i.test(held.name) ||
                (/href|src|action|^data$|srcdoc/i.test(held.name) && /^\\s*javascript:/i.test(held.value)));
        const styled = one.matches("[style]:not([data-testid])") && one.parentElement.closest(shown);
        if (one.matches(tags) || isFixed || acts || styled) found.push(one.outerHTML.slice(0, 160));
    }
    return found;
}"""
"""What a page of ours does not have, but for what it had when it was opened."""


def chunks(lines, most=9000):
    """The lines in as few questions as there must be."""
    taken = ""
    for line in lines:
        if taken and len(taken) + len(line) > most:
            yield taken
            taken = ""
        taken += f"{line}\n\n"
    yield taken


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "news"
    hostile = [
        {
            "title": f"{payload} closes",
            "text": f"The ferry number {number} closed on Friday, {payload} officials said.\n\n{payload}\n",
            "authors": payload,
            "outlet": payload,
            "url": payload,
            "published": "2026-03-02",
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    named = [payload for payload in PAYLOADS if not set(payload) & set("/\x00") and len(payload.encode()) < 200][:60]
    write(folder, {"hostile.jsonl": json_lines(*hostile), "mill.txt": MILL})
    write(folder, {f"{name}.txt": f"\n\nThe dairy {number} of Tarn burned." for number, name in enumerate(named)})
    return Assistant.open(folder, sync=True)


class Watched:
    """A page of which every dialog, request and foreign element is noted."""

    def __init__(self, browser, address, home=None):
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.dialogs, self.outside = [], []
        home = home or address
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.context.route("**/*", lambda route: self._route(route, home))
        self.page.goto(address)

    def _route(self, route, home):
        if route.request.url.startswith((home, "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def begin(self):
        expect(self.page.locator(QUESTION)).to_be_visible(timeout=60_000)
        expect(self.page.locator("#byline-chat .examples button").first).to_be_visible(timeout=60_000)
        self.had = set(self.page.evaluate(FOREIGN))

    def ask(self, question):
        before = self.page.locator(ANSWERS).count()
        self.page.fill(QUESTION, question)
        self.page.press(QUESTION, "Enter")
        expect(self.page.locator(ANSWERS)).to_have_count(before + 1, timeout=60_000)
        expect(self.page.locator(QUESTION)).to_be_enabled(timeout=60_000)

    def check(self):
        foreign = [one for one in self.page.evaluate(FOREIGN) if one not in self.had]
        assert (self.dialogs, self.outside, foreign) == ([], [], [])
        links = self.page.locator("#byline-chat a, #byline-panel a, #byline-reader a").evaluate_all(
            "(all) => all.map((link) => link.href)"
        )
        # marks and the link to an answer lead within the page; no payload is an address that may be followed
        home = self.page.url.split("?")[0]
        assert [link for link in links if not link.startswith((home, "https://github.com/"))] == []


@pytest.fixture
def watched(browser, archive, tmp_path):
    store = ConversationStore(tmp_path / "kept.sqlite", archive.archive)
    with served(archive, store=store) as server:
        watched = Watched(browser, f"http://127.0.0.1:{server.port}/")
        watched.begin()
        yield watched
        watched.page.context.close()


def test_nothing_of_an_article_is_more_than_text(watched):
    page = watched.page
    watched.ask(CLOSES)
    # the panel is filled with the last step of the answer
    expect(page.locator("#byline-panel summary").first).to_have_text(CLOSES)
    page.locator(".byline-mark").first.hover()
    expect(page.locator("#byline-card")).to_be_visible()
    watched.check()
    page.locator(".byline-mark").first.click()
    expect(page.locator(".byline-current")).to_be_visible()
    watched.check()
    watched.ask("What is new?")
    watched.ask("How long is the Nile?")
    page.locator("#byline-filters > button").click()
    outlets = page.locator("#byline-outlets input")
    outlets.click()
    expect(page.locator("[role=option]").nth(20)).to_be_attached()
    watched.check()
    for _ in range(3):
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    watched.ask(CLOSES)
    expect(page.locator(".byline-chip").first).to_be_visible()
    watched.check()
    page.get_by_role("tab", name="Archive").click()
    rows = page.locator("#byline-table tbody button")
    expect(rows).to_have_count(50)
    # 181 articles and 60 hostile file names on pages of 50
    for number in range(2, 6):
        watched.check()
        page.get_by_role("button", name="Next page").click()
        expect(page.locator("#byline-table nav")).to_contain_text(f"Page {number} of")
    rows.first.click()
    expect(page.locator("#byline-reader h2")).to_be_visible()
    watched.check()


def test_nothing_of_a_question_is_more_than_text_nor_of_a_title_or_what_is_saved(watched, browser, tmp_path):
    page = watched.page
    for question in chunks(PAYLOADS):
        watched.ask(question)
        watched.check()
    shown = page.locator("#byline-chat [data-testid=user]").all_inner_texts()
    assert "<img src=x onerror=alert(1)>" in "\n".join(shown).replace("\u2060", "")
    page.locator("#byline-conversations .toggle-button").click()
    for payload in ('<img src="http://192.0.2.1/i.png" onerror=alert(1)>', "![i](http://192.0.2.1/i.png)"):
        page.get_by_role("textbox", name="Title").fill(payload)
        page.get_by_role("button", name="Rename").click()
        expect(page.locator("#byline-list label").first).to_contain_text(payload)
        watched.check()
    for format_ in ("HTML", "Markdown"):
        with page.expect_download() as saved:
            page.get_by_role("link", name=format_).click()
        file = tmp_path / f"saved.{'html' if format_ == 'HTML' else 'txt'}"
        file.write_bytes(saved.value.path().read_bytes())
        again = Watched(browser, file.as_uri())
        assert (again.dialogs, again.outside) == ([], [])
        assert again.page.locator("img, iframe, form, script, object, embed, svg").count() == 0
        again.page.context.close()
    page.reload()
    expect(page.locator(ANSWERS).first).to_be_visible()
    watched.check()


def test_nothing_that_a_model_says_is_more_than_text(browser, archive):
    said = [f"{payload} Olof Brandt owns the old paper mill of Tarn {payload} [1]." for payload in PAYLOADS]
    with ModelServer("\n".join(said)) as model:
        settings = AssistantSettings.parse({"writer": "openai-like", "model_url": model.url, "model_seconds": 60.0})
        with served(Assistant(archive.archive, settings)) as server:
            watched = Watched(browser, f"http://127.0.0.1:{server.port}/")
            watched.begin()
            watched.ask("Who owns the old paper mill of Tarn?")
            assert model.requests
            for details in watched.page.locator(".byline-dropped summary").all():
                details.click()
            watched.check()
            watched.page.context.close()


def test_the_form_of_the_login_shows_and_follows_nothing_that_an_address_says(browser, archive):
    with served(archive, logins=Logins(["maria:lantern"])) as server:
        home = f"http://127.0.0.1:{server.port}/"
        for way in (
            "?next=https://192.0.2.1/",
            '?next=javascript:alert(1)&x="><img src=x onerror=alert(2)>',
            "%3Cimg%20src=x%3E",
        ):
            watched = Watched(browser, home + way, home)
            page = watched.page
            assert page.locator("form").count() == 1
            assert page.locator("img, iframe, script, object").count() == 0
            page.fill("[name=user]", "<script>alert(1)</script>")
            page.fill("[name=password]", '"><img src=x onerror=alert(1)>')
            page.keyboard.press("Enter")
            expect(page.get_by_role("alert")).to_have_text("The login is wrong.")
            assert page.locator("img, iframe, script, object").count() == 0
            assert re.match(re.escape(home), page.url)
            assert (watched.dialogs, watched.outside) == ([], [])
            page.context.close()
