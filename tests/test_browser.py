"""The web chat, as a person meets it: a real server, a real browser, the real archive."""

import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SEEDS = Path(__file__).parent.parent / "seeds"

QUESTION = "#byline-question textarea"

HOSTILE = """<img src=x onerror=alert(1)> Bridge <script>alert(2)</script> closes

The bridge of Port Alder closed on Friday, <img src="http://192.0.2.1/x.png" onerror="alert(3)"> officials said.

<iframe src="http://192.0.2.1/"></iframe> The bridge [will](javascript:alert(4)) ![stay](http://192.0.2.1/y.png) shut.
"""


class Served:
    """A served archive: its folder and its address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        run = [sys.executable, "-m", "ui.cli"]
        subprocess.run([*run, "index", str(folder)], check=True, capture_output=True)
        self.process = subprocess.Popen(
            [*run, "serve", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        line = self.process.stdout.readline()
        match = re.search(r"http://\S+", line)
        assert match, line + self.process.stdout.read()
        self.address = match[0]

    def stop(self) -> str:
        self.process.terminate()
        return self.process.communicate(timeout=30)[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web") / "articles"
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns(".byline"))
    (folder / "hostile.txt").write_text(HOSTILE)
    served = Served(folder)
    yield served
    assert "Traceback" not in served.stop()


class Visit:
    """A page that notes what it should never do."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.route("**/*", self._route(address))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(address)
        expect(page.locator(QUESTION)).to_be_visible()

    def _route(self, address):
        def route(route):
            if route.request.url.startswith((address, "data:", "blob:")):
                route.continue_()
            else:
                self.outside.append(route.request.url)
                route.abort()

        return route

    def ask(self, question: str) -> None:
        before = self.page.locator(".byline-answer, .byline-fault").count()
        self.page.fill(QUESTION, question)
        self.page.press(QUESTION, "Enter")
        expect(self.page.locator(".byline-answer, .byline-fault")).to_have_count(before + 1, timeout=30_000)
        # the panel is filled with the last step of the answer
        expect(self.page.locator("#byline-panel summary").first).to_have_text(question, timeout=30_000)


@pytest.fixture(params=[1280, 390])
def visit(request, browser, served):
    context = browser.new_context(viewport={"width": request.param, "height": 844})
    visit = Visit(context.new_page(), served.address)
    yield visit
    assert (visit.outside, visit.errors, visit.dialogs) == ([], [], [])
    context.close()


def test_an_answer_quotes_the_article_and_the_panel_marks_the_same_words(visit):
    visit.ask("How long is the Durand Line?")
    answer = visit.page.locator(".byline-answer").last
    expect(answer).to_contain_text("The 2,600-kilometer (1,615-mile) frontier")
    source = visit.page.locator(".byline-source").first
    expect(source.locator("h3")).to_have_text(
        "Afghan Taliban Launch Retaliatory Border Attacks After Pakistan Airstrikes"
    )
    expect(source.locator(".byline-facts")).to_have_text(re.compile(r"^Times in Pakistan · saved \d+ \w+ \d{4}$"))
    marked = source.locator("mark").inner_text()
    assert marked in next(SEEDS.glob("*.txt")).read_text()
    assert answer.locator("p[dir]").inner_text() == f"{marked} [1]"
    expect(answer.locator(".byline-step")).to_have_text(re.compile(r"^Searched 2 articles, \d+ passages, \d+\.\d s$"))


def test_a_citation_opens_its_article_at_its_own_words_also_of_an_earlier_answer(visit):
    visit.ask("How long is the Durand Line?")
    visit.ask("Who visited India?")
    first = visit.page.locator(".byline-mark").first
    first.focus()
    card = visit.page.locator("#byline-card")
    expect(card).to_contain_text("2,600-kilometer")
    expect(card).to_contain_text("Times in Pakistan")
    visit.page.keyboard.press("Enter")
    reader = visit.page.locator("#byline-panel .byline-reader")
    current = reader.locator(".byline-current")
    expect(current).to_contain_text("2,600-kilometer")
    expect(current).to_be_in_viewport()
    expect(card).to_be_hidden()
    # the whole article is there to be read around the quote
    for block in next(SEEDS.glob("*.txt")).read_text().split("\n\n")[2:6]:
        expect(reader).to_contain_text(" ".join(block.split()))
    visit.page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    expect(first).to_be_focused()


def test_the_sources_of_an_answer_are_read_one_after_the_other_and_copied(visit):
    visit.ask("How long is the Durand Line and who visited India?")
    panel = visit.page.locator("#byline-panel")
    visit.page.locator(".byline-mark").first.click()
    expect(panel.get_by_role("button", name="Previous source")).to_be_disabled()
    before = panel.locator(".byline-current").inner_text()
    panel.get_by_role("button", name="Next source").click()
    expect(panel).to_contain_text(re.compile(r"Source 2 of \d"))
    quote = panel.locator(".byline-current").inner_text()
    assert quote != before
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.get_by_role("button", name="Copy quote").click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{quote}” Afghan Taliban Launch")
    panel.get_by_role("button", name="All sources").click()
    expect(panel.locator("details")).to_have_count(1)


def test_an_empty_chat_offers_questions_of_the_archive_and_an_answer_what_to_ask_next(visit):
    visit.page.get_by_role("button", name="Summarise “Afghan Taliban").click()
    expect(visit.page.locator(".byline-answer .byline-mark").first).to_be_visible(timeout=30_000)
    visit.page.get_by_role("button", name="Tell me more").click()
    expect(visit.page.locator(".byline-answer")).to_have_count(2, timeout=30_000)
    expect(visit.page.locator(".byline-asked")).to_contain_text("Asked: Tell me more")


def test_a_question_that_is_asked_again_or_otherwise_leaves_no_trace_of_what_it_was(visit):
    page = visit.page
    # the field is given back with the last step of an answer
    page.evaluate(
        "question => { window.givenBack = 0; new MutationObserver(changes => changes.forEach(({target}) => {"
        "if (target.matches(question) && !target.disabled) window.givenBack++; }))"
        ".observe(document.body, {subtree: true, attributes: true, attributeFilter: ['disabled']}); }",
        QUESTION,
    )
    visit.ask("How long is the Durand Line?")
    visit.ask("Who visited India?")
    page.wait_for_function("window.givenBack >= 2", timeout=60_000)
    before = page.locator(".byline-mark").last.get_attribute("href")
    page.get_by_label("Retry").last.click()
    summaries = page.locator("#byline-panel summary")
    # until it is answered anew
    expect(page.locator(f'#byline-panel .byline-open[href="{before}"]')).to_have_count(0, timeout=30_000)
    expect(summaries).to_have_text(["Who visited India?", "How long is the Durand Line?"], timeout=30_000)
    page.wait_for_function("window.givenBack >= 3", timeout=60_000)
    page.get_by_label("Edit").last.click()
    page.locator("#byline-chat textarea").fill("Who drew it?")
    page.get_by_label("Submit").last.click()
    expect(summaries).to_have_text(["Who drew it?", "How long is the Durand Line?"], timeout=30_000)
    expect(page.locator(".byline-asked")).to_have_text("Asked: Who drew the Durand Line?")


def test_filters_narrow_a_question_and_are_shown_with_it(visit):
    page = visit.page
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("First day").fill("2031-01-01")
    page.get_by_label("First day").press("Enter")
    expect(page.get_by_role("button", name="Filters: from 1 January 2031")).to_be_visible(timeout=30_000)
    visit.ask("How long is the Durand Line?")
    expect(page.locator(".byline-chip")).to_have_text(["from 1 January 2031"])
    expect(page.locator(".byline-answer")).to_contain_text("No article that passes the filters")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("button", name=re.compile(r"^Filters\W*$"))).to_be_visible(timeout=30_000)


def test_screen_readers_hear_each_sentence_once(visit):
    visit.ask("How long is the Durand Line?")
    heard = visit.page.locator("#byline-live[aria-live=polite] p")
    expect(heard).to_have_count(1)
    expect(heard).to_contain_text("2,600-kilometer")
    expect(visit.page.locator("#byline-chat [role=log]")).to_have_attribute("aria-live", "off")


def test_a_theme_and_a_text_size_that_were_chosen_are_kept(visit):
    page = visit.page
    page.get_by_role("tab", name="Settings").click()
    expect(page.locator(".byline-settings")).to_contain_text("answer_when")
    page.get_by_label("dark").check()
    page.get_by_label("large").check()
    page.reload()
    expect(page.locator("body.dark")).to_have_count(1)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"


def test_a_follow_up_leans_on_this_visitor_s_conversation_alone(visit, browser, served):
    visit.ask("How long is the Durand Line?")
    visit.ask("Who drew it?")
    expect(visit.page.locator(".byline-asked")).to_have_text("Asked: Who drew the Durand Line?")
    other = browser.new_context()
    elsewhere = Visit(other.new_page(), served.address)
    elsewhere.ask("Who drew it?")
    expect(elsewhere.page.locator(".byline-asked")).to_have_count(0)
    other.close()
    visit.page.get_by_label("Clear").click()
    expect(visit.page.locator(".byline-answer")).to_have_count(0)
    visit.ask("Who drew it?")
    expect(visit.page.locator(".byline-asked")).to_have_count(0)


def test_what_the_archive_does_not_say_is_declined_and_the_nearest_passages_are_shown(visit):
    visit.ask("Who is Pakistan's prime minister?")
    declined = visit.page.locator(".byline-answer.byline-declined")
    expect(declined).to_contain_text("The archive does not say")
    expect(visit.page.locator("#byline-panel")).to_contain_text("None of the nearest passages answers.")
    expect(visit.page.locator(".byline-source").first).to_be_visible()
    expect(visit.page.locator("#byline-panel mark")).to_have_count(0)
    declined.locator(".byline-near").first.click()
    expect(visit.page.locator("#byline-panel")).to_contain_text("Nearest passage 1 of")
    expect(visit.page.locator("#byline-panel mark.byline-not-cited").first).to_be_visible()


def test_markup_in_an_article_is_shown_as_the_text_that_it_is(visit):
    visit.ask("When did the bridge of Port Alder close?")
    expect(visit.page.locator(".byline-answer").last).to_contain_text('<img src="http://192.0.2.1/x.png" onerror=')
    panel = visit.page.locator("#byline-panel")
    expect(panel.locator("h3").first).to_contain_text("<script>alert(2)</script>")
    visit.page.locator(".byline-mark").first.click()
    expect(panel.locator(".byline-current")).to_contain_text('onerror="alert(3)">')
    expect(panel.locator("img, iframe, script")).to_have_count(0)
    expect(visit.page.locator("#byline-chat").locator(".byline-answer img, .byline-answer iframe")).to_have_count(0)


def test_markup_in_a_question_fetches_nothing(visit):
    visit.page.fill(QUESTION, "What is ![x](http://192.0.2.1/q.png) <img src=http://192.0.2.1/r.png>?")
    visit.page.press(QUESTION, "Enter")
    expect(visit.page.locator(".byline-answer")).to_have_count(1, timeout=30_000)
    expect(visit.page.locator("[data-testid=user]")).to_contain_text("src=http")
    expect(visit.page.locator("#byline-chat img")).to_have_count(0)


def test_the_page_is_tidy(visit):
    visit.ask("How long is the Durand Line?")
    page = visit.page
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    chat, panel = page.locator("#byline-chat").bounding_box(), page.locator("#byline-panel").bounding_box()
    for box in (chat, panel):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    beside = panel["x"] >= chat["x"] + chat["width"]
    below = panel["y"] >= chat["y"] + chat["height"]
    assert (beside, below) == ((True, False) if width > 700 else (False, True))


def test_a_page_that_is_opened_again_loads_none_of_its_files_again(browser, served):
    context = browser.new_context()
    loaded = "performance.getEntriesByType('resource').filter((file) => file.name.includes('/assets/'))"
    bytes_loaded = []
    for _ in range(2):
        page = context.new_page()
        page.goto(served.address)
        expect(page.locator(QUESTION)).to_be_visible()
        assert page.evaluate(f"{loaded}.length") > 10
        bytes_loaded.append(page.evaluate(f"{loaded}.reduce((sum, file) => sum + file.transferSize, 0)"))
    assert bytes_loaded[0] > 0
    assert bytes_loaded[1] == 0
    context.close()


def test_clearing_the_conversation_clears_the_panel(visit):
    visit.ask("How long is the Durand Line?")
    visit.page.get_by_label("Clear").click()
    expect(visit.page.locator(".byline-answer")).to_have_count(0)
    expect(visit.page.locator("#byline-panel")).to_contain_text("are shown here")
    expect(visit.page.locator("#byline-panel details")).to_have_count(0)


def test_a_fault_is_shown_as_a_fault(browser, tmp_path):
    shutil.copytree(SEEDS, tmp_path / "articles", ignore=shutil.ignore_patterns(".byline"))
    served = Served(tmp_path / "articles")
    try:
        page = browser.new_page()
        page.goto(served.address)
        shutil.rmtree(served.folder / ".byline")
        page.fill(QUESTION, "How long is the Durand Line?")
        page.press(QUESTION, "Enter")
        fault = page.locator(".byline-fault")
        expect(fault).to_contain_text("has no index yet. Run: byline index", timeout=30_000)
        expect(page.locator(".byline-answer")).to_have_count(0)
        page.close()
    finally:
        served.stop()


def test_an_index_made_while_the_page_is_open_is_used(browser, tmp_path):
    shutil.copytree(SEEDS, tmp_path / "articles", ignore=shutil.ignore_patterns(".byline"))
    served = Served(tmp_path / "articles")
    try:
        page = browser.new_page()
        visit = Visit(page, served.address)
        visit.ask("When did the harbour of Port Alder reopen?")
        expect(page.locator(".byline-declined")).to_have_count(1)
        (served.folder / "new.txt").write_text("Harbour\n\nThe harbour of Port Alder reopened on Monday.\n")
        subprocess.run([sys.executable, "-m", "ui.cli", "index", str(served.folder)], check=True, capture_output=True)
        page.fill(QUESTION, "When did the harbour of Port Alder reopen?")
        page.press(QUESTION, "Enter")
        expect(page.locator(".byline-answer").last).to_contain_text("reopened on Monday", timeout=30_000)
        page.close()
    finally:
        served.stop()


def test_articles_are_added_read_removed_and_brought_back_while_the_chat_goes_on(browser, tmp_path):
    shutil.copytree(SEEDS, tmp_path / "articles", ignore=shutil.ignore_patterns(".byline"))
    served = Served(tmp_path / "articles")
    try:
        visit = Visit(browser.new_page(), served.address)
        page = visit.page
        page.get_by_role("tab", name="Archive").click()
        rows = page.locator("#byline-table tbody tr")
        expect(rows).to_have_count(1, timeout=30_000)
        story = b"<i>Harbour</i> of Port Alder reopens\n\nThe harbour of Port Alder reopened on Monday.\n"
        page.locator("#byline-adding input[type=file]").set_input_files(
            {"name": "harbour.txt", "mimeType": "text/plain", "buffer": story}
        )
        outcome = page.locator("#byline-outcome")
        expect(outcome).to_contain_text("Added: harbour.txt", timeout=30_000)
        expect(rows).to_have_count(2, timeout=30_000)
        page.get_by_role("tab", name="Chat").click()
        visit.ask("When did the harbour of Port Alder reopen?")
        expect(page.locator(".byline-answer").last).to_contain_text("reopened on Monday")
        page.get_by_role("tab", name="Archive").click()
        page.get_by_label("Search titles, outlets and files").fill("harbour")
        expect(rows).to_have_count(1)
        rows.get_by_role("button").click()
        expect(page.locator("#byline-reader h2")).to_have_text("<i>Harbour</i> of Port Alder reopens")
        page.get_by_role("button", name="Remove from the archive").click()
        expect(outcome).to_contain_text("1 removed", timeout=30_000)
        expect(rows).to_have_count(0)
        assert not (served.folder / "harbour.txt").exists()
        page.get_by_role("button", name="Undo the removal").click()
        expect(outcome).to_contain_text("1 added", timeout=30_000)
        expect(rows).to_have_count(1)
        page.get_by_role("button", name="Sync with the folder").click()
        expect(outcome).to_contain_text("Nothing had changed", timeout=30_000)
        assert (visit.outside, visit.errors, visit.dialogs) == ([], [], [])
        page.close()
    finally:
        served.stop()


def test_the_server_listens_on_this_machine_alone_and_answers_to_its_own_name_alone(served):
    port = int(re.search(r":(\d+)/", served.address)[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # no packet is sent: connecting a datagram socket only picks the address this machine has outside
        try:
            probe.connect(("192.0.2.1", 9))
            outside = probe.getsockname()[0]
        except OSError:
            outside = "127.0.0.2"
    with pytest.raises(OSError), socket.create_connection((outside, port), timeout=5):
        pass
    request = urllib.request.Request(served.address, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 400


def test_pages_carry_the_headers_that_keep_them_to_themselves(served):
    with urllib.request.urlopen(served.address, timeout=10) as response:
        headers = response.headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["monitoring", "gradio_api/runs", "docs", "openapi.json", "gradio_api/file=seeds"])
def test_pages_that_nobody_asked_for_are_not_served(served, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(served.address + path, timeout=10)
    assert refused.value.code in (401, 403, 404)
