"""An evaluation for people: the page says what was measured, stands by itself, and shows hostile text as text."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from factories import chromium
from playwright.sync_api import sync_playwright

from assistant import Case, Evaluation, Prediction, Quoted, Result, Retrieved
from ui import plots
from ui.report import evaluation_json, evaluation_text, outcome, report_html

HOSTILE = (
    '"><img src=x onerror=alert(1)><script>alert(2)</script></style></details>$figures {filters} \x1b[2J \u202egnp'
)
CASE = Case("f1", "Who sailed the ferry?", ("Ida Holm",), ("Ida Holm", "Olof Brandt"), ("https://vika.example/ferry",))


def result(
    case=CASE, answer="", passages=("Nothing.",), confidence=None, url="https://vika.example/ferry", title="Ferry sails"
):
    citations = (Quoted(url, answer, 5, 5 + len(answer), "0" * 16, title),) if answer else ()
    retrieved = tuple(Retrieved(url, text, "0" * 16, title, "vika.example", "2026-02-01") for text in passages)
    reason = "" if answer else "The archive does not say."
    made = Prediction(
        {}, case.id, case.question, None, answer, not answer, reason, confidence, 0.0123, citations, retrieved
    )
    return Result(case, made, (True,) * len(citations))


RIGHT = result(answer="The ferry was sailed by Ida Holm.", passages=["Ida-Holm sailed. Not Olof  Brandt, not Holmes."])
RIVAL = result(replace(CASE, id="f2"), "Ida Holm told Olof Brandt.", ["Ida Holm."])
DECLINED = result(replace(CASE, id="f3"), "", ["Ida Holm."])
NILE = result(Case("n1", "How long is the Nile?", answerable=False))
OPEN = result(Case("o1", "What else?", asked_on=date(2026, 2, 3)), "The ferry sails.")
EVALUATION = Evaluation((RIGHT, RIVAL, DECLINED, NILE, OPEN), {"byline": "0.1.0", "statements": 3})


class Page(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self.open = [], "", []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "input", "path", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def page(evaluation=EVALUATION, archive="news"):
    return Page(report_html(evaluation, archive, date(2026, 2, 3)))


def test_every_figure_and_loss_stands_in_the_terminal_and_on_the_page():
    told, shown = evaluation_text(EVALUATION), page().text
    for name, value in EVALUATION.figures.items():
        if value is not None:
            assert re.search(rf"^{re.escape(name)} +{value:.3f}  \S", told, re.MULTILINE)
            assert f"{name}{value:.3f}{EVALUATION.meaning(name)}" in shown
    assert "12 ms for half of the questions" in told
    assert "12 ms for half of the questions" in shown
    assert "5 questions: 3 with a known answer, 1 to be declined, 1 without either" in told
    assert "1  0.333  rival named as well" in told
    assert "1 (33.3%)" in shown
    assert "sentence not chosen" not in told
    assert "statements3" in shown


def test_a_figure_that_nothing_tells_is_left_out_or_a_dash():
    evaluation = Evaluation((NILE,), {})
    assert "recall" not in evaluation_text(evaluation)
    assert "recall@1–" in page(evaluation).text


def test_json_names_the_questions_of_each_loss():
    told = evaluation_json(EVALUATION)
    assert told["figures"] == EVALUATION.figures
    assert told["losses"]["rival named as well"] == {"count": 1, "share": 0.3333, "ids": ["f2"]}
    assert told["seconds"] == {"p50": 0.0123, "p95": 0.0123}
    assert (told["questions"], told["scored"], told["unanswerable"]) == (5, 3, 1)


def test_every_question_can_be_read_with_its_answer_what_was_expected_and_the_passages():
    html = report_html(EVALUATION, "news", date(2026, 2, 3))
    shown = Page(html).text
    cases = re.findall(r"<details class=.case.*?</details>", html, re.DOTALL)
    assert len(cases) == 5
    for made, case in zip(EVALUATION.results, cases, strict=True):
        assert outcome(made) in case
        assert made.case.question in case
    assert "characters 5–38" in cases[0]
    assert '<p class="quiet">not Olof Brandt</p>' in cases[0]
    # both names are marked as they stand there, and no part of another word
    assert '<mark>Ida-Holm</mark> sailed. Not <mark class="wrong">Olof Brandt</mark>, not Holmes.' in cases[0]
    assert "known to answer" in cases[0]
    assert "The archive does not say." in cases[2]
    assert "asked on 2026-02-03" in cases[4]
    assert "nothing is known" in shown


def test_the_passage_that_answers_is_shown_however_far_down():
    far = result(passages=[f"Nothing {number}." for number in range(1, 18)] + ["Ida Holm sailed.", "The last."], url="")
    shown = page(Evaluation((far,), {})).text
    assert "5. Ferry sails" in shown
    assert "6. Ferry sails" not in shown
    assert "18. Ferry sails" in shown
    assert "The last." not in shown


def test_hostile_text_of_questions_articles_and_settings_is_text():
    case = Case(
        HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE, HOSTILE + "2"), ("javascript:alert(3)", f"https://a.example/{HOSTILE}")
    )
    made = [
        result(case, HOSTILE, [HOSTILE], url="javascript:alert(4)", title=HOSTILE),
        result(replace(case, id="2"), "", [HOSTILE], url='https://a.example/"onclick="alert(5)', title=HOSTILE),
    ]
    found = page(Evaluation(tuple(made), {HOSTILE: HOSTILE}), HOSTILE)
    harmless = page()
    assert {tag for tag, _ in found.elements} <= {tag for tag, _ in harmless.elements} | {"figure"}
    assert found.of("img") == found.of("script") == []
    assert found.open == ["html"][:0]
    assert not any(name.startswith("on") for _, attributes in found.elements for name in attributes)
    assert all(link["href"].startswith("https://a.example/") for link in found.of("a"))
    assert "<script>alert(2)</script>" in found.text
    assert not set("\x1b\u202e") & set(found.text)
    assert "\x1b" not in evaluation_text(Evaluation(tuple(made), {}))


def test_the_page_loads_nothing_and_runs_nothing():
    found = page()
    (policy,) = [meta["content"] for meta in found.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in found.elements}
    assert not any("src" in attributes for _, attributes in found.elements)
    html = report_html(EVALUATION, "news", date(2026, 2, 3))
    assert "url(" not in html
    assert "@import" not in html


def test_confidences_give_the_plot_of_declining():
    assert "Declining" not in page().text
    sure = (
        result(answer="Ida Holm.", passages=["Ida Holm."], confidence=0.9),
        result(replace(CASE, id="f2"), "", ["Ida Holm."], confidence=0.3),
        result(replace(CASE, id="n1", answerable=False), "", confidence=0.2),
    )
    shown = page(Evaluation(sure, {})).text
    assert "Declining" in shown
    # declining below 0.3 declines all that should be, and nothing that should not
    assert "0.050.3001.000" in shown
    assert "confidence 0.90" in shown


def test_plots_are_well_formed_and_their_points_stand_where_they_should():
    curve = plots.Curve("a & b", [(1, 0.0), (20, 1.0)], [(20, 1.0, "<all>")])
    svg = ElementTree.fromstring(plots.curves("t < u", "x & y", "y", [curve], x_ticks=(1, 20)))
    (line,) = [path.get("d") for path in svg.iter("path") if "curve" in path.get("class")]
    (dot,) = svg.iter("circle")
    left, bottom, right, top = (float(number) for number in re.findall(r"[\d.]+", line))
    assert left < right <= plots.WIDTH
    assert 0 <= top < bottom < plots.HEIGHT
    assert (float(dot.get("cx")), float(dot.get("cy"))) == (right, top)
    assert dot.find("title").text == "<all>"
    svg = ElementTree.fromstring(plots.bars("t", [("a", 10, "10"), ("b <", 5, "5"), ("c", 0, "0")]))
    lengths = [float(bar.get("width")) for bar in svg.iter("rect")]
    assert lengths[0] == 2 * lengths[1] > lengths[2] == 0
    assert ElementTree.fromstring(plots.bars("t", [])) is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_questions_are_chosen_by_what_became_of_them(tmp_path, scheme):
    path = tmp_path / "report.html"
    path.write_text(report_html(EVALUATION, "news", date(2026, 2, 3)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
        said, asked = [], []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        assert tab.locator(".case:visible").count() == 5
        tab.get_by_text("rival named as well 1", exact=True).click()
        assert tab.locator(".case:visible summary .id").all_inner_texts() == ["f2"]
        tab.locator(".case:visible summary").click()
        assert tab.locator(".case:visible").get_by_text("not Olof Brandt").is_visible()
        tab.get_by_text("all 5", exact=True).click()
        assert tab.locator(".case:visible").count() == 5
        background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (int(re.findall(r"\d+", background)[0]) < 100) == (scheme == "dark")
        # nothing is wider than a telephone
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        assert (said, asked) == ([], [path.as_uri()])
        browser.close()
