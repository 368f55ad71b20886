"""The HTTP API over a real server: what it answers, what it refuses, and that all of it is inert."""

import json
import socket
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from factories import HARBOUR, MILL, json_lines, write
from serving import Served, served

from assistant import Assistant
from index import Archive
from ui import render, shapes
from ui.api import Answers

PAYLOADS = [
    line
    for line in (Path(__file__).parent / "xss_payloads.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("# ")
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    hostile = [
        {
            "title": f"{payload} closes",
            "text": f"The ferry number {number} closed on Friday. {payload} Nobody was hurt. It opens again in May.",
            "authors": payload,
            "outlet": payload,
            "url": payload,
            "published": "2026-03-02",
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    plain = {"title": "Mill burns", "text": MILL, "url": "https://example.com/mill", "published": "2026-01-31"}
    write(folder, {"hostile.jsonl": json_lines(*hostile), "mill.jsonl": json_lines(plain), "harbour.txt": HARBOUR})
    return Assistant.open(folder, sync=True)


@pytest.fixture(scope="module")
def server(assistant):
    with served(assistant) as server:
        yield server


def test_a_question_is_answered_step_by_step_and_in_one_piece_alike(server):
    reply = server.ask("Who owns the old paper mill of Tarn?", accept="text/event-stream")
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    names = [name for name, _ in reply.events]
    assert names[:2] == ["searching", "passages_found"]
    assert set(names[2:-1]) == {"stated"}
    whole = dict(reply.events)["finished"]
    assert "Olof Brandt" in whole["text"]
    assert [data["statement"] for name, data in reply.events if name == "stated"] == whole["statements"]
    cited = [citation for name, data in reply.events if name == "stated" for citation in data["citations"]]
    assert cited == whole["citations"]
    at_once = server.ask("Who owns the old paper mill of Tarn?").json
    assert at_once.pop("id") != whole.pop("id")
    assert at_once == whole


def test_a_quote_stands_in_the_article_that_the_api_gives(server):
    for citation in server.ask("Who owns the old paper mill of Tarn?").json["citations"]:
        article = server.get(f"/api/articles/{citation['article']['id']}").json
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert article["url"] == "https://example.com/mill"


def test_a_declined_question_is_no_fault(server):
    reply = server.ask("Who is the king of Norway?")
    assert (reply.status, reply.json["status"]) == (200, "declined")
    assert reply.json["reason"]


def test_days_and_outlets_narrow_a_question_a_search_and_the_list(server):
    assert server.ask("Who owns the old paper mill of Tarn?", since="2026-02-01").json["status"] == "declined"
    assert server.get("/api/search?q=paper+mill+of+Tarn&until=2026-02-01").json["hits"][0]["article"]["title"]
    late = server.get("/api/search?q=paper+mill&since=2026-02-01&k=100").json["hits"]
    assert {hit["article"]["published"] for hit in late} == {"2026-03-02"}
    listed = server.get("/api/articles?until=2026-02-01").json
    assert (listed["total"], [ref["title"] for ref in listed["articles"]]) == (1, ["Mill burns"])


def test_the_list_comes_in_pieces(server, assistant):
    pieces = [server.get(f"/api/articles?limit=100&offset={offset}").json for offset in (0, 100, 200)]
    assert {piece["total"] for piece in pieces} == {len(assistant.archive.articles())}
    ids = [ref["id"] for piece in pieces for ref in piece["articles"]]
    assert ids == [ref.id for ref in assistant.archive.articles()]


def test_a_follow_up_leans_on_answers_that_the_server_gave(server):
    first = server.ask("Who owns the old paper mill of Tarn?").json
    follow_up = server.ask("What does he want to turn it into?", history=[first["id"]]).json
    assert "mill of Tarn" in follow_up["asked"]
    assert server.ask("What does he want to turn it into?").json["asked"] is None


def test_what_a_client_claims_was_answered_is_no_history(server):
    made_up = {"text": "The mill is haunted.", "citations": [{"quote": "It is haunted."}]}
    assert server.ask("Who said that?", history=[made_up]).status == 422
    reply = server.ask("Who said that?", history=["made up"])
    assert (reply.status, reply.json["error"]["kind"]) == (410, "AnswerForgotten")


def test_the_answer_used_longest_ago_is_forgotten_first(village_assistant):
    answers = Answers(2)
    answer = village_assistant.ask("Who?")
    first, second = answers.keep(answer), answers.keep(answer)
    answers.turns([first])
    third = answers.keep(answer)
    assert len(answers.turns([first, third])) == 2
    with pytest.raises(Exception, match="not kept any more"):
        answers.turns([second])


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"question": ""}, "empty"),
        ({"question": "x" * 20_000}, "10,000 characters"),
        ({"question": "Who?", "since": "yesterday"}, "since: "),
        ({"question": "Who?", "outlets": "The Post"}, "outlets: "),
        ({"question": "Who?", "quotes": []}, "quotes: "),
        ({"question": "Who?", "history": ["x"] * 30}, "history: "),
        ({}, "question: "),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_reason(server, fields, told):
    reply = server.request("POST", "/api/ask", json.dumps(fields), Content_Type="application/json")
    assert reply.status == 422
    assert told in reply.json["error"]["message"]


@pytest.mark.parametrize("k", ["0", "101", "-1", "many"])
def test_how_many_passages_is_bounded(server, k):
    assert server.get(f"/api/search?q=mill&k={k}").status == 422


def test_broken_requests_are_refused_in_json(server):
    for body in (b"{", b"\xff\xfe", b"[]", b'{"question": NaN}'):
        assert server.request("POST", "/api/ask", body, Content_Type="application/json").json["error"]["message"]
    assert server.request("POST", "/api/ask", b"x" * 3_000_000, Content_Type="application/json").status == 413
    assert server.get("/api/nothing").json["error"]["kind"] == "RequestWrong"
    assert (server.get("/api/ask").status, server.get("/api/articles/none").status) == (405, 404)


def test_control_characters_and_lone_surrogates_are_no_fault(server):
    assert server.ask("Who owns the old paper mill\x00\x1b[2J of Tarn?", outlets=["\x00"]).status == 200
    assert server.ask("Who owns the \ud800 mill?").json["question"] == "Who owns the \ufffd mill?"
    assert server.ask("Who owns the mill?", outlets=["\ud800"]).status == 422


def test_a_body_that_never_tells_its_length_is_cut_off(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(
            b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(3):
            connection.sendall(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 4")


def test_other_web_pages_are_refused(server):
    own = {"Origin": f"http://127.0.0.1:{server.port}"}
    assert server.get("/api/search?q=mill", **own).status == 200
    assert server.get("/api/search?q=mill", Origin="http://evil.example").status == 403
    assert server.get("/api/search?q=mill", Origin="null").status == 403
    assert server.get("/api/search?q=mill", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").status == 403
    assert server.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == 200
    assert server.get("/", Origin="http://evil.example").status == 403
    assert server.request("OPTIONS", "/api/ask", Origin="http://evil.example").status == 403
    assert server.get("/api/search?q=mill", Host="evil.example").status == 400
    # a proxy in front tells by which name it was asked
    proxied = {"Origin": "https://news.example", "X_Forwarded_Host": "news.example"}
    assert server.get("/api/search?q=mill", **proxied).status == 200


def test_health_tells_nothing_but_that_it_runs(server):
    assert server.get("/healthz").json == {"status": "ok"}


# --- the document ----------------------------------------------------------------------------------------------------


def test_the_document_names_every_route_and_its_page_shows_them_all(server):
    document = server.get("/api/openapi.json").json
    assert document["paths"].keys() == {"/ask", "/search", "/articles", "/articles/{article_id}", "/healthz"}
    page = server.get("/api/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    text = page.body.decode()
    assert all(f'<section id="{name}">' in text for name in document["components"]["schemas"])
    assert all(f"/api{path}" in text for path in document["paths"] if path != "/healthz")
    links = {part.split('"')[0] for part in text.split('href="')[1:]}
    assert links
    assert all(link.startswith("#") and f'id="{link[1:]}"' in text for link in links)


def test_the_page_of_the_document_loads_nothing(server):
    page = server.get("/api/docs")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert not any(f"<{tag}" in page.body.decode() for tag in ("script", "link", "img", "iframe", "object"))
    assert "url(" not in page.body.decode()
    assert "@import" not in page.body.decode()


def test_what_is_answered_has_the_shapes_that_are_told_of(server):
    shapes.Answer.model_validate(server.ask("Who owns the old paper mill of Tarn?").json)
    shapes.Answer.model_validate(server.ask("Who is the king of Norway?").json)
    shapes.Found.model_validate(server.get("/api/search?q=ferry").json)
    listed = shapes.Articles.model_validate(server.get("/api/articles").json)
    shapes.FullArticle.model_validate(server.get(f"/api/articles/{listed.articles[0].id}").json)
    shapes.Faulty.model_validate(server.get("/api/search").json)
    first = server.ask("Who owns the old paper mill of Tarn?").json["id"]
    reply = server.ask("Tell me more about him", accept="text/event-stream", history=[first])
    for name, data in reply.events:
        shapes.EVENTS[name].model_validate(data)
    assert reply.events[0][0] == "rewritten"


# --- hostile text ----------------------------------------------------------------------------------------------------


def check_inert(reply):
    assert reply.headers["Content-Type"].partition(";")[0] in ("application/json", "text/event-stream")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    # whatever a browser took it for, no markup could begin
    assert not set(reply.body) & set(b"<>&")


def links_of(value):
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "url":
                yield one
            elif name != "origins":  # which tells where each fact was found, by the names of the facts
                yield from links_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from links_of(one)


def test_there_are_enough_payloads():
    assert len(set(PAYLOADS)) >= 150


def test_markup_in_articles_comes_as_inert_data_and_only_web_addresses_as_links(server, assistant):
    articles = [article for article in assistant.archive.articles() if article.path == "hostile.jsonl"]
    assert len(articles) >= 150
    for ref in articles:
        reply = server.get(f"/api/articles/{ref.id}")
        check_inert(reply)
        assert assistant.archive.article(ref.id).text == reply.json["text"]
        assert list(links_of(reply.json)) == [""]
    listing = server.get("/api/articles?limit=1000")
    check_inert(listing)
    assert set(links_of(listing.json)) == {"", "https://example.com/mill"}


def test_markup_in_questions_comes_back_as_inert_data(server):
    for payload in PAYLOADS:
        reply = server.ask(payload)
        check_inert(reply)
        assert reply.json["question"] == payload.strip()
        assert set(links_of(reply.json)) <= {"", "https://example.com/mill"}
    for payload in PAYLOADS[::15]:
        check_inert(server.ask(payload, accept="text/event-stream"))


def test_markup_in_a_wrong_request_is_not_sent_back_as_markup(server):
    for payload in PAYLOADS[::15]:
        for path in (f"/api/{quote(payload, safe='')}", f"/api/articles/{quote(payload, safe='')}", "/api/search?k="):
            reply = server.get(path + quote(payload, safe=""))
            assert reply.status >= 400
            check_inert(reply)


@pytest.mark.parametrize(
    "url", ["https://example.com/\u202egpj.exe", "https://example.com/\x85", "https://a\u2066.example/"]
)
def test_an_address_that_steers_the_direction_of_writing_is_no_link(url):
    assert render.web_address(url) == ""


# --- faults and crowds -----------------------------------------------------------------------------------------------


class Stuck(Assistant):
    """An assistant whose model does not answer until it is let go."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)

    def stream(self, *arguments, **options):
        self.begun.release()
        self.go.wait(60)
        return super().stream(*arguments, **options)


def ask_side_by_side(server: Served, count: int) -> tuple[list, list[threading.Thread]]:
    replies = []
    threads = [threading.Thread(target=lambda: replies.append(server.ask("Who owns the mill?"))) for _ in range(count)]
    for thread in threads:
        thread.start()
    return replies, threads


def test_a_full_queue_says_busy_and_forgets_nobody_who_waits(assistant):
    stuck = Stuck(assistant.archive)
    with served(stuck, chats=1) as server:
        replies, threads = ask_side_by_side(server, 9)  # one is worked on, eight wait
        stuck.begun.acquire()
        while server.app.state.places.taken < 9:
            time.sleep(0.01)
        refused = server.ask("Who owns the mill?")
        assert refused.status == 503
        assert "busy, try again" in refused.json["error"]["message"]
        assert int(refused.headers["Retry-After"]) > 0
        assert server.get("/healthz").status == 200
        stuck.go.set()
        for thread in threads:
            thread.join()
        assert [reply.status for reply in replies] == [200] * 9
        assert server.ask("Who owns the mill?").status == 200


def test_a_stuck_model_holds_up_nobody_else(assistant):
    stuck = Stuck(assistant.archive)
    with served(stuck, chats=2) as server:
        _, threads = ask_side_by_side(server, 1)
        stuck.begun.acquire()
        assert server.get("/api/search?q=paper+mill").json["hits"]
        stuck.go.set()
        threads[0].join()


def test_a_missing_index_is_a_fault_with_the_command_that_mends_it(folder):
    write(folder, {"mill.txt": MILL})
    with served(Assistant(Archive.open(folder))) as server:
        reply = server.ask("Who owns the mill?")
        assert reply.status == 503
        assert reply.json["error"]["command"] == f"byline index {folder}"
        # nothing was told of yet, so that the status can say it
        assert server.ask("Who owns the mill?", accept="text/event-stream").json["error"]["kind"] == "IndexMissing"


class Broken(Assistant):
    """An assistant that fails in a way that nobody foresaw, after its first event."""

    def stream(self, *arguments, **options):
        yield next(super().stream(*arguments, **options))
        raise ZeroDivisionError("secret")


def test_an_unforeseen_fault_is_told_without_its_insides(assistant):
    with served(Broken(assistant.archive)) as server:
        whole = server.ask("Who owns the mill?")
        assert (whole.status, whole.json["error"]["command"]) == (500, "byline doctor")
        streamed = server.ask("Who owns the mill?", accept="text/event-stream")
        assert [name for name, _ in streamed.events] == ["searching", "fault"]
        assert b"secret" not in whole.body + streamed.body


def test_it_is_served_below_a_path_whether_a_proxy_cuts_it_off_or_not(assistant):
    with served(assistant, path="/byline") as server:
        for path in ("/byline/api/search?q=mill", "/api/search?q=mill"):
            assert server.get(path).json["hits"]
        assert server.get("/bylines/api/search?q=mill").status == 404
        assert server.get("/api/openapi.json").json["servers"] == [{"url": "/byline/api"}]
        page = server.get("/byline/", Accept="text/html").body.decode()
        assert f'"root":"http://127.0.0.1:{server.port}/byline"' in page
