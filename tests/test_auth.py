"""The login: before every route, slow to guess, and never told by what is kept or shown."""

import asyncio
import re
import socket
import subprocess
import sys
from urllib.parse import quote

import pytest
from factories import chromium
from playwright.sync_api import expect, sync_playwright
from serving import basic, served
from starlette.routing import Mount

from index import SettingsError
from ui import guard
from ui.logins import FREE, REMEMBERED, Logins, TooManyLogins, hashed
from ui.wiring import load_settings, open_logins

RIGHT = basic("maria", "lantern: 7")


@pytest.fixture(scope="module")
def server(village_assistant):
    with served(village_assistant, logins=Logins(["maria:lantern: 7", hashed("olof", "quarry")])) as server:
        yield server


@pytest.fixture
def logins():
    """One login, and a clock that the test sets."""
    logins = Logins([hashed("maria", "lantern")], lambda: logins.now)
    logins.now = 1000.0
    return logins


def log_in(server, user, password, **headers):
    form = f"user={quote(user)}&password={quote(password)}"
    return server.request("POST", "/login", form, Content_Type="application/x-www-form-urlencoded", **headers)


def routes_of(app, before=""):
    """Every method and path of the application and of what is mounted in it, with something for each parameter."""
    for route in app.routes:
        if hasattr(route, "original_router"):  # FastAPI keeps a router that was included as one route
            yield from routes_of(route.original_router, before)
            continue
        path = before + re.sub(r"{[^}]*}", "x", route.path)
        if isinstance(route, Mount) and hasattr(route.app, "routes"):
            yield from routes_of(route.app, path)
        else:
            for method in getattr(route, "methods", None) or {"GET"}:
                yield method, path


# --- every route -----------------------------------------------------------------------------------------------------


def test_every_route_refuses_whoever_has_not_logged_in(server):
    routes = set(routes_of(server.app)) | {("GET", "/nothing"), ("POST", "/nothing"), ("PUT", "/"), ("OPTIONS", "/")}
    assert len(routes) > 40
    # the page, gradio's own routes and the API are among them
    assert routes >= {("GET", "/"), ("GET", "/config"), ("POST", "/gradio_api/queue/join"), ("POST", "/api/ask")}
    answered = {
        (method, path): server.request(method, path).status
        for method, path in routes
        if path not in guard.OPEN and (method, path) != ("POST", "/login")
    }
    assert {route: status for route, status in answered.items() if status != 401} == {}


def test_only_what_tells_nothing_is_open(server):
    assert guard.OPEN == ("/healthz", "/favicon.ico")
    assert server.get("/healthz").json == {"status": "ok"}
    for path in ("/healthz/", "/healthz/../api/articles", "//healthz", "/HEALTHZ", "/healthz%2f..%2fapi%2farticles"):
        assert server.get(path).status == 401


def test_a_web_socket_is_refused(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(
            b"GET /queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        status = connection.recv(100).split()[1]
    assert status in (b"401", b"403")


def test_a_refusal_tells_nothing_of_the_archive(server):
    for accept in ("*/*", "text/html"):
        body = server.get("/api/articles", Accept=accept).body.lower()
        assert not any(word in body for word in (b"harbour", b"maria", b"gradio", b".jsonl"))


# --- logging in ------------------------------------------------------------------------------------------------------


def test_a_program_logs_in_with_every_request(server):
    assert server.get("/api/articles").headers["WWW-Authenticate"].startswith("Basic ")
    assert server.get("/api/articles", Authorization=RIGHT).json["total"]
    assert server.get("/api/articles", Authorization=basic("olof", "quarry")).status == 200


@pytest.mark.parametrize(
    "given", ["", "Basic", "Basic ?", "Basic bWFyaWE=", "Bearer x", "Basic /////w==", "Basic " + "A" * 999]
)
def test_what_is_no_login_is_refused(server, given):
    assert server.get("/api/articles", Authorization=given).status == 401


def test_a_browser_logs_in_by_a_form_and_out_again(server):
    page = server.get("/", Accept="text/html")
    assert page.status == 401
    assert b'action="/login"' in page.body
    assert page.headers["WWW-Authenticate"] is None  # or the browser would ask by itself, and remember for ever
    reply = log_in(server, "maria", "lantern: 7")
    assert (reply.status, reply.headers["Location"]) == (303, "/")
    cookie, *flags = reply.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(flags)
    assert b"Byline" in server.get("/", Accept="text/html", Cookie=cookie).body
    assert server.get("/api/articles", Cookie=cookie).status == 200
    assert server.request("POST", "/logout", Cookie=cookie).status == 303
    assert server.get("/api/articles", Cookie=cookie).status == 401


def test_a_cookie_goes_only_over_https_where_that_is_how_it_came(server):
    assert "Secure" in log_in(server, "maria", "lantern: 7", X_Forwarded_Proto="https").headers["Set-Cookie"]


def test_another_page_cannot_log_anybody_in(server):
    assert log_in(server, "maria", "lantern: 7", Origin="http://evil.example").status == 403


def test_wrong_logins_are_slowed_for_this_address_and_the_one_who_is_in_is_not(village_assistant):
    with served(village_assistant, logins=Logins(["maria:lantern"])) as server:
        right = basic("maria", "lantern")
        cookie = log_in(server, "maria", "lantern").headers["Set-Cookie"].split(";")[0]
        tries = [server.get("/api/articles", Authorization=basic("maria", f"guess {n}")) for n in range(10)]
        assert [reply.status for reply in tries] == [401] * FREE + [429] * (10 - FREE)
        assert 0 < int(tries[-1].headers["Retry-After"]) <= 60
        assert log_in(server, "olof", "guess", Accept="text/html").status == 429
        assert server.get("/api/articles", Authorization=right).status == 200
        assert server.get("/api/articles", Cookie=cookie).status == 200


def check(logins, user="maria", password="wrong", address="192.0.2.1"):
    """True or False, or the seconds that the next login has to wait."""
    try:
        return asyncio.run(logins.check(user, password, address))
    except TooManyLogins as error:
        return error.seconds


def test_the_delay_grows_with_each_wrong_login_and_ends_with_a_right_one(logins):
    delays = []
    for _ in range(FREE):
        assert check(logins) is False
    for _ in range(9):
        delays.append(check(logins))
        logins.now += delays[-1]
        assert check(logins) is False
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert check(logins, password="lantern") == 60
    logins.now += 60
    assert check(logins, password="lantern") is True
    assert [check(logins) for _ in range(FREE)] == [False] * FREE


def test_many_addresses_do_not_guess_one_user_faster_nor_one_address_many_users(logins):
    tries = [check(logins, address=f"192.0.2.{n}") for n in range(9)]
    assert tries == [False] * FREE + [1] * (9 - FREE)
    tries = [check(logins, f"user {n}", address="198.51.100.7") for n in range(9)]
    assert tries == [False] * FREE + [1] * (9 - FREE)


def test_a_network_of_ipv6_counts_as_one_address(logins):
    tries = [check(logins, f"user {n}", address=f"2001:db8::{n}") for n in range(6)]
    assert tries == [False] * FREE + [1] * (6 - FREE)


def test_guesses_at_the_same_time_are_not_free(logins):
    async def guess():
        tries = [logins.check("maria", f"guess {n}", "192.0.2.1") for n in range(50)]
        return await asyncio.gather(*tries, return_exceptions=True)

    found = asyncio.run(guess())
    assert [one for one in found if one is not False and not isinstance(one, TooManyLogins)] == []
    assert found.count(False) == FREE


def test_one_who_asks_often_with_the_right_password_waits_for_one_check(logins):
    async def come():
        return await asyncio.gather(*(logins.check("maria", "lantern", "192.0.2.1") for _ in range(50)))

    assert asyncio.run(come()) == [True] * 50


def test_what_is_counted_is_bounded(logins, monkeypatch):
    monkeypatch.setattr("ui.logins._scrypt", lambda *_: b"")
    for number in range(REMEMBERED + 50):
        logins._count("address", f"192.0.2.{number}")
    assert len(logins._wrong["address"]) == REMEMBERED


def test_a_session_ends_by_itself(logins):
    token = logins.begin_session("maria")
    assert logins.user_of(token) == "maria"
    assert logins.user_of(token + "x") is None
    logins.now += 31 * 24 * 3600
    assert logins.user_of(token) is None


# --- where logins come from ------------------------------------------------------------------------------------------


def test_the_same_password_is_never_written_the_same_and_never_told():
    assert hashed("maria", "lantern") != hashed("maria", "lantern")
    assert "lantern" not in hashed("maria", "lantern")


@pytest.mark.parametrize(
    "line",
    [
        "maria",
        "maria:",
        ":lantern",
        "maria:scrypt$1$2",
        "maria:scrypt$16777216$8$1$AAAAAAAAAAAAAAAA$AAAA",
        "maria:scrypt$x",
    ],
)
def test_a_broken_login_is_refused_without_telling_it(line):
    with pytest.raises(SettingsError) as refused:
        Logins([line])
    assert "lantern" not in str(refused.value)
    assert "scrypt$" not in str(refused.value)


def test_logins_come_from_the_environment_and_from_a_file(tmp_path, nobodys_settings):
    path = tmp_path / "logins"
    path.write_text(f"# who may read\n{hashed('olof', 'quarry')}\n\nida:ferry\n")
    environment = {
        "BYLINE_SETTINGS": str(nobodys_settings),
        "BYLINE_AUTH_FILE": str(path),
        "BYLINE_AUTH": "maria:lantern",
    }
    settings = load_settings(environment=environment)
    assert "lantern" not in repr(settings)
    logins = open_logins(settings)
    for user, password in (("maria", "lantern"), ("olof", "quarry"), ("ida", "ferry")):
        assert check(logins, user, password) is True
    assert open_logins(load_settings(environment={"BYLINE_SETTINGS": str(nobodys_settings)})) is None


def test_without_a_login_auth_serves_nothing(nobodys_settings, run):
    status, _, err = run("serve", "--auth", "seeds")
    assert status == 1
    assert "BYLINE_AUTH=user:password" in err


def test_an_empty_or_missing_file_of_logins_serves_nothing(nobodys_settings, run, tmp_path, monkeypatch):
    monkeypatch.setenv("BYLINE_AUTH_FILE", str(tmp_path / "logins"))
    assert "cannot be read" in run("serve", "seeds")[2]
    (tmp_path / "logins").write_text("# nobody yet\n")
    assert "byline password USER" in run("serve", "seeds")[2]


def test_a_password_is_no_argument_of_any_command():
    told = subprocess.run([sys.executable, "-m", "ui.cli", "serve", "--help"], capture_output=True, text=True).stdout
    assert re.search(r"--auth\s+serve only with a login", told)


def test_the_line_that_byline_password_prints_is_a_login(run):
    status, out, _ = run("password", "maria", text="lantern\n")
    assert status == 0
    assert check(Logins([out.strip()]), "maria", "lantern") is True
    assert run("password", "maria", text="\n")[0] == 1


# --- in a browser ----------------------------------------------------------------------------------------------------


def test_a_person_logs_in_below_a_path_and_asks(seed_assistant):
    with (
        served(seed_assistant, logins=Logins(["maria:lantern"]), path="/byline") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        complaints = []
        page.on(
            "console",
            lambda said: complaints.append((said.text, said.location["url"])) if said.type == "error" else None,
        )
        page.goto(f"http://127.0.0.1:{server.port}/byline/")
        page.fill("[name=user]", "maria")
        page.fill("[name=password]", "guess")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("The login is wrong.")
        page.fill("[name=user]", "maria")
        page.fill("[name=password]", "lantern")
        page.keyboard.press("Enter")
        page.fill("textarea", "How long is the Durand Line?")
        page.press("textarea", "Enter")
        expect(page.locator(".byline-answer").first).to_contain_text("2,600-kilometer", timeout=30_000)
        assert page.url == f"http://127.0.0.1:{server.port}/byline/"
        assert complaints == []
        browser.close()
