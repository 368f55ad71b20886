"""What the web chat serves to everybody alike, over a small application of its own and over the real page."""

import asyncio
import gzip
import re

import brotli
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.assets import ASK_AGAIN, FOREVER, MOST_KEPT, KeptFiles
from ui.logins import Logins
from ui.web import build_app

TEXT = "let it be served; " * 100


@pytest.fixture
def asked():
    """What the application behind was asked for, one path a request."""
    return []


@pytest.fixture
def client(asked):
    async def answer(request):
        asked.append(request.url.path)
        assert "accept-encoding" not in request.headers
        name = request.url.path
        if name.endswith("missing.js"):
            return PlainTextResponse("not here", 404)
        if name.endswith("large.bin"):
            return Response(bytes(MOST_KEPT // 2 + 1), media_type="application/octet-stream")
        host = request.headers.get("x-forwarded-host", "none")
        media = "font/woff2" if name.endswith("woff2") else "text/html" if name == "/" else "text/javascript"
        return Response(TEXT + host, media_type=media, headers={"etag": '"theirs"'})

    with TestClient(KeptFiles(Starlette(routes=[Route("/{path:path}", answer)]))) as client:
        yield client


def test_a_file_is_made_and_compressed_once(client, asked):
    answers = [client.get("/assets/a.js", headers={"Accept-Encoding": "gzip, br"}) for _ in range(3)]
    assert asked == ["/assets/a.js"]
    assert {answer.text for answer in answers} == {f"{TEXT}none"}
    assert {answer.headers["content-encoding"] for answer in answers} == {"br"}
    assert all(int(answer.headers["content-length"]) < len(TEXT) / 10 for answer in answers)
    assert {answer.headers["vary"] for answer in answers} == {"Accept-Encoding"}


@pytest.mark.parametrize("coding, unpack", [("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)])
def test_each_is_sent_in_a_coding_that_the_browser_takes(client, coding, unpack):
    with client.stream("GET", "/assets/a.js", headers={"Accept-Encoding": coding}) as answer:
        body = b"".join(answer.iter_raw())
    assert unpack(body).decode() == f"{TEXT}none"
    assert answer.headers.get("content-encoding", "identity") == coding


def test_what_is_no_text_is_not_compressed(client):
    answer = client.get("/assets/font.woff2", headers={"Accept-Encoding": "br"})
    assert "content-encoding" not in answer.headers
    assert answer.text == f"{TEXT}none"


@pytest.mark.parametrize(
    "address, lifetime",
    [
        ("/assets/a.js", FOREVER),
        ("/theme.css?v=abc", FOREVER),
        ("/static/js/b.js", ASK_AGAIN),
        ("/", ASK_AGAIN),
        ("/?conversation=abc", ASK_AGAIN),
        ("/theme.css", None),
        ("/?deep_link=abc", None),
        ("/?conversation=abc&deep_link=abc", None),
        ("/gradio_api/info", None),
    ],
)
def test_browsers_keep_for_good_what_has_its_hash_in_its_address_and_nothing_else(address, lifetime):
    app = KeptFiles(Starlette(routes=[Route("/{path:path}", lambda request: PlainTextResponse("hello"))]))
    with TestClient(app) as client:
        assert client.get(address).headers.get("cache-control") == lifetime


def test_a_browser_that_has_the_page_is_told_so(client):
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_page_that_was_asked_for_under_one_name_is_shown_under_no_other(client):
    assert client.get("/", headers={"X-Forwarded-Host": "evil.example"}).text.endswith("evil.example")
    assert client.get("/").text.endswith("none")


def test_what_is_missing_is_asked_for_again_and_said_as_it_is(client, asked):
    for _ in range(2):
        answer = client.get("/assets/missing.js")
        assert (answer.status_code, answer.text) == (404, "not here")
        assert "cache-control" not in answer.headers
    assert len(asked) == 2


def test_no_more_is_kept_than_a_bound(client, asked):
    for name in ("/assets/1-large.bin", "/assets/2-large.bin", "/assets/1-large.bin"):
        client.get(name)
    assert len(asked) == 3


def test_what_is_no_request_goes_through():
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope["type"])

    asyncio.run(KeptFiles(app)({"type": "lifespan"}, None, None))
    assert scopes == ["lifespan"]


def test_the_real_page_and_its_files_come_compressed_and_keep_their_other_headers(seed_assistant):
    with TestClient(build_app(seed_assistant, 4), base_url="http://127.0.0.1:7860") as client:
        page = client.get("/", headers={"Accept-Encoding": "br"})
        script = re.search(r'src="\./(assets/[\w-]+\.js)"', page.text)[1]
        file = client.get(f"/{script}", headers={"Accept-Encoding": "br"})
    for answer in (page, file):
        assert answer.headers["content-encoding"] == "br"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert file.headers["cache-control"] == FOREVER


def test_nothing_that_is_kept_is_shown_without_the_login(seed_assistant):
    app = build_app(seed_assistant, 4, logins=Logins(["ada:lovelace"]))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        assert client.get("/", auth=("ada", "lovelace")).status_code == 200
        assert client.get("/", headers={"Accept": "text/html"}).status_code == 401


def test_under_a_path_the_page_names_it(seed_assistant):
    with TestClient(build_app(seed_assistant, 4, path="/news"), base_url="http://127.0.0.1:7860") as client:
        for _ in range(2):
            assert '"root":"http://127.0.0.1:7860/news"' in client.get("/news/").text
