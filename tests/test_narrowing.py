"""Questions narrowed to a language and to an author, on every surface; and the settings of the page."""

import json
import re

import pytest
from factories import json_lines, write
from model_server import ModelServer
from playwright.sync_api import expect
from serving import served

from assistant import Assistant, AssistantSettings, ConversationStore, reach_model
from index import Archive, Filters
from ui import filters, transcripts

BODY = "The council of Norby met on Monday about the ferry. It will hear the fishermen of the fjord before it decides."
GERMAN = (
    "Der Rat von Norby hat am Montag über die Fähre beraten. Er will vor seiner Entscheidung die Fischer des Fjords "
    "anhören, sagte die Bürgermeisterin nach der Sitzung im Rathaus."
)


def row(number, author, text=""):
    text = text or f"{BODY} Letter {number} of the harbour office was read, which asks for {number} more boats."
    return {"title": f"Council of Norby, {number}", "text": text, "authors": author, "outlet": "Norby Herald"}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    """Two hundred articles of one author, one of another, and one in German."""
    folder = tmp_path_factory.mktemp("council")
    rows = [row(number, ["Signe Aune"]) for number in range(200)]
    rows += [row(500, ["Karin Velde", "Olof Brandt"]), {**row(501, ["KARIN VELDE"], GERMAN), "title": "Rat von Norby"}]
    write(folder, {"news.jsonl": json_lines(*rows)})
    return Assistant.open(folder, sync=True)


def narrowed(**named):
    return Filters(**{kind: frozenset(names) for kind, names in named.items()})


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (narrowed(authors=["Karin Velde"]), {"Council of Norby, 500", "Rat von Norby"}),
        (narrowed(authors=["olof brandt"]), {"Council of Norby, 500"}),
        (narrowed(languages=["DE"]), {"Rat von Norby"}),
        (narrowed(languages=["en"], authors=["karin velde"]), {"Council of Norby, 500"}),
        (narrowed(languages=["de", "fr"], outlets=["norby herald"]), {"Rat von Norby"}),
        (narrowed(authors=["Karin"]), set()),
        (narrowed(languages=["fr"]), set()),
    ],
)
def test_both_sides_of_a_search_look_among_those_that_pass_alone(assistant, filters, found):
    hits = assistant.search("Which boats does the council of Norby hear of?", 10, filters)
    assert {hit.article.title for hit in hits} == found
    # found by its vector too, though two hundred others are as near: it is not sorted out afterwards
    assert all(hit.vector_rank for hit in hits)
    assert {ref.title for ref in assistant.archive.articles() if filters.passes(ref)} == found


def test_many_that_pass_are_found_as_well(assistant):
    hits = assistant.search("council of Norby", 100, narrowed(authors=["signe aune"]))
    assert {hit.article.authors for hit in hits} == {("Signe Aune",)}


def test_the_filters_hold_for_articles_that_came_later(tmp_path):
    write(tmp_path, {"old.jsonl": json_lines(row(1, ["Signe Aune"]))})
    archive = Archive.open(tmp_path)
    archive.sync()
    write(tmp_path, {"new.jsonl": json_lines(row(2, ["Karin Velde"]))})
    archive.sync()
    (hit,) = archive.search("council", 10, narrowed(authors=["Karin Velde"]))
    assert hit.article.title == "Council of Norby, 2"


def test_the_terminal_narrows_by_them(assistant, run):
    folder = assistant.archive.folder
    for command in (["search", "council"], ["ask", "What does the council hear of?"]):
        _, out, _ = run(*command, "--archive", folder, "--author", "OLOF BRANDT", "--json")
        told = json.loads(out)
        hits = told if command[0] == "search" else told["nearest"]
        assert {hit["article"]["title"] for hit in hits} == {"Council of Norby, 500"}
    assert run("search", "Rat", "--archive", folder, "--language", "fr") == (3, "No passage fits.\n", "")
    listed = run("list", "--archive", folder, "--language", "de", "--language", "fr")[1]
    assert [line.split("  ")[-1] for line in listed.splitlines()] == ["Rat von Norby"]
    stories = json.loads(run("list", "--archive", folder, "--stories", "--author", "karin velde", "--json")[1])
    assert {ref["title"] for story in stories for ref in story} == {"Council of Norby, 500", "Rat von Norby"}


def test_an_address_that_is_no_web_address_is_in_no_list(run, folder):
    rows = [{**row(1, []), "url": "javascript:alert(1)"}, {**row(2, []), "url": "https://norby.example/2"}]
    write(folder, {"news.jsonl": json_lines(*rows)})
    added = json.loads(run("index", folder, "--json")[1])["added"]
    listed = json.loads(run("list", "--archive", folder, "--json")[1])
    stories = json.loads(run("list", "--archive", folder, "--stories", "--json")[1])
    for refs in (added, listed, [ref for story in stories for ref in story]):
        assert {ref["url"] for ref in refs} == {"", "https://norby.example/2"}


def test_what_it_was_narrowed_to_is_told_in_words():
    given = filters.read_filters("", "", [], ["de", "en"], ["Ann <b>", 7])
    assert filters.chips(given) == ("in English", "in German", "by Ann <b>")
    assert filters.chips(narrowed(authors="abcdef"))[-1] == "2 more authors"


def test_an_export_tells_what_was_narrowed_to(assistant, tmp_path):
    store = ConversationStore(tmp_path / "kept.sqlite", assistant.archive)
    given = narrowed(languages=["en"], authors=["Olof Brandt"])
    id_, _ = store.keep(assistant.ask("What was read?", given), filters=given)
    answers = store.answers(id_)
    exported = {
        format_: transcripts.export(format_, store.conversation(id_), answers, "council").text
        for format_ in transcripts.FORMATS
    }
    assert "Narrowed to: in English · by Olof Brandt" in exported["md"]
    assert "Narrowed to: in English · by Olof Brandt" in exported["html"]
    told = json.loads(exported["json"])["answers"][0]
    assert (told["languages"], told["authors"]) == (["en"], ["Olof Brandt"])


# --- the page and the API --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model():
    with ModelServer("Yes.") as server:
        yield server


@pytest.fixture(scope="module")
def server(assistant, model):
    settings = AssistantSettings(writer="openai-like", model_url=model.url, model="m")
    with served(Assistant(assistant.archive, settings)) as server:
        yield server


def test_the_api_narrows_by_them(server):
    listed = server.get("/api/articles?author=olof%20brandt&language=en").json
    assert [ref["authors"] for ref in listed["articles"]] == [["Karin Velde", "Olof Brandt"]]
    hits = server.get("/api/search?q=council&language=de").json["hits"]
    assert {hit["article"]["language"] for hit in hits} == {"de"}
    assert server.ask("Who?", authors="x").status == 422


def test_the_page_offers_what_there_are_several_of_and_shows_it_with_the_question(browser, server):
    page = browser.new_page(viewport={"width": 1280, "height": 844})
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.get_by_role("button", name="Filters").click()
    authors = page.get_by_label("Authors")
    expect(authors).to_be_visible(timeout=30_000)
    expect(page.get_by_label("Languages")).to_be_visible()
    # one outlet is nothing to choose from
    expect(page.get_by_label("Outlets")).to_have_count(0)
    authors.click()
    page.get_by_role("option", name="Karin Velde (2)").click()
    expect(page.get_by_role("button", name="Filters: by Karin Velde")).to_be_visible(timeout=30_000)
    page.get_by_label("Languages").click()
    page.get_by_role("option", name="German (1)").click()
    expect(page.get_by_role("button", name="Filters: in German, by Karin Velde")).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")
    page.fill("#byline-question textarea", "Was hat der Rat von Norby am Montag beraten?")
    page.press("#byline-question textarea", "Enter")
    expect(page.locator(".byline-chip")).to_have_text(["in German", "by Karin Velde"], timeout=30_000)
    page.close()


def test_the_model_is_asked_whether_it_is_there_only_by_a_click(browser, server, model):
    def probes():
        # a question of another page may still be on its way
        return [one for one in model.requests if "you are ready" in one["messages"][-1]["content"]]

    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.get_by_role("tab", name="Settings").click()
    button = page.get_by_role("button", name="Ask the model whether it is there")
    expect(button).to_be_visible(timeout=30_000)
    assert not probes()
    button.click()
    expect(page.locator("#byline-reached")).to_contain_text("answers: first words after", timeout=30_000)
    assert probes()
    page.close()


def test_a_model_that_is_not_there_is_a_fault_with_what_to_do(assistant):
    settings = AssistantSettings(writer="openai-like", model_url="http://127.0.0.1:9/v1", model="m", model_seconds=2)
    check = reach_model(Assistant(assistant.archive, settings))
    assert check.state == "fault"
    assert "127.0.0.1:9" in check.found
    assert reach_model(assistant).state == "ok"


def test_a_theme_that_was_chosen_is_there_from_the_first_frame_on(browser, server):
    context = browser.new_context(color_scheme="light")
    context.add_init_script(
        "window.frames_ = []; const look = () => { if (document.body) window.frames_.push("
        "document.body.classList.contains('dark') + document.documentElement.style.colorScheme);"
        "requestAnimationFrame(look); }; requestAnimationFrame(look);"
    )
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.evaluate("localStorage.setItem('byline-look', JSON.stringify({theme: 'dark', text: 'large'}))")
    page.reload()
    expect(page.locator("#byline-question textarea")).to_be_visible(timeout=30_000)
    frames = page.evaluate("frames_")
    assert (frames[:1], set(frames)) == (["truedark"], {"truedark"})
    assert re.fullmatch(r"20px", page.evaluate("getComputedStyle(document.documentElement).fontSize"))
    context.close()
