"""Pages from the web: what is fetched, from where, and how much of it. Against real servers on this machine."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading
import time
import zlib
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from index import FetchError, IndexSettings
from index.fetching import fetch, is_public

PAGE = b"<!doctype html><title>Harbour of Lund reopens</title><p>The harbour reopened on Monday.</p>"
PRIVATE = IndexSettings(fetch_private=True, fetch_seconds=10)


class Site(ThreadingHTTPServer):
    """A server whose answers are functions of the request, by path."""

    daemon_threads = True

    def __init__(self, scheme="http"):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = {}
        self.requests = []
        self.base = f"{scheme}://127.0.0.1:{self.server_port}"

    def page(self, path, content=PAGE, status=200, **headers):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {"Content-Type": "text/html", "Content-Length": str(len(content)), **given}

        def answer(request):
            request.send_response(status)
            for name, value in headers.items():
                if value is not None:
                    request.send_header(name, value)
            request.end_headers()
            request.wfile.write(content)

        self.answers[path] = answer
        return self.base + path

    def lead(self, path, to, status=302):
        return self.page(path, b"", status, Location=to)

    def handle_error(self, *_):
        """Clients that hang up are what is tested."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, self.headers))
        self.server.answers[self.path](self)

    def log_message(self, *_):
        pass


def serving(site):
    threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return site


@pytest.fixture
def site():
    made = serving(Site())
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def secure(tmp_path, monkeypatch):
    """A server that speaks TLS, with a certificate that is trusted."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lund.example"]
    try:
        subprocess.run(
            [*request, "-keyout", key, "-out", certificate, "-addext", "subjectAltName=DNS:lund.example,IP:127.0.0.1"],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("needs openssl, which makes the certificate")
    made = Site("https")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    serving(made)
    yield made
    made.shutdown()
    made.server_close()


def refusal(url, settings=PRIVATE, **named):
    with pytest.raises(FetchError) as caught:
        fetch(url, settings, **named)
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- what is fetched -------------------------------------------------------------------------------------------------


def test_a_page_comes_as_it_is_with_its_address_its_type_and_the_time(site):
    url = site.page("/harbour", Content_Type="text/html; charset=ISO-8859-1")
    before = datetime.now(UTC)
    fetched = fetch(f"{url}#comments", PRIVATE)
    assert (fetched.url, fetched.content) == (url, PAGE)
    assert (fetched.media_type, fetched.charset) == ("text/html", "iso-8859-1")
    assert before <= fetched.when <= datetime.now(UTC)


def test_the_request_names_byline_and_nothing_of_the_user(site, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    site.page("/end")
    site.page("/start", b"", 302, Location="/end", Set_Cookie="a=b")
    fetch(f"{site.base}/start", PRIVATE)
    (_, _), (path, headers) = site.requests
    assert path == "/end"
    assert headers["User-Agent"].startswith("byline/")
    assert {name.lower() for name in headers} == {"host", "user-agent", "accept", "accept-encoding", "connection"}


@pytest.mark.parametrize("address", ["/a b", "/straße", "/%20x?q=ü&r=[1]"])
def test_what_is_not_ascii_in_a_path_is_escaped_and_spaces_are_refused(site, address):
    if " " in address:
        assert "no address has" in refusal(site.base + address)
        return
    seen = []
    site.answers = Anything(lambda request: (seen.append(request.path), site_page(request)))
    fetch(site.base + address, PRIVATE)
    assert seen[0].isascii()
    assert "%2520" not in seen[0]


class Anything(dict):
    def __init__(self, answer):
        self.answer = answer

    def __getitem__(self, _):
        return self.answer


def site_page(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    request.wfile.write(PAGE)


def deflated(content, bits):
    squeeze = zlib.compressobj(wbits=bits)
    return squeeze.compress(content) + squeeze.flush()


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0)),
        ("gzip", gzip.compress(PAGE[:30], mtime=0) + gzip.compress(PAGE[30:], mtime=0)),
        ("x-gzip", gzip.compress(PAGE, mtime=0)),
        ("deflate", deflated(PAGE, 15)),
        ("deflate", deflated(PAGE, -15)),
        ("identity", PAGE),
    ],
)
def test_compressed_pages_are_unpacked(site, encoding, content):
    assert fetch(site.page("/a", content, Content_Encoding=encoding), PRIVATE).content == PAGE


@pytest.mark.parametrize("chunked", [True, False])
def test_pages_of_unknown_length_are_read_to_their_end(site, chunked):
    def answer(request):
        request.protocol_version = "HTTP/1.1"
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header(*(("Transfer-Encoding", "chunked") if chunked else ("Connection", "close")))
        request.end_headers()
        request.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE) if chunked else PAGE)
        request.close_connection = True

    site.answers["/a"] = answer
    assert fetch(f"{site.base}/a", PRIVATE).content == PAGE


# --- what is not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("ftp://lund.example/a", "only http:// and https://"),
        ("file:///etc/passwd", "only http:// and https://"),
        ("gopher://lund.example/", "only http:// and https://"),
        ("javascript://lund.example/%0aalert(1)", "only http:// and https://"),
        ("https://ann:secret@lund.example/", "Leave them out"),
        ("https://ann@lund.example/", "Leave them out"),
        ("https://", "names no host"),
        ("https:///a", "names no host"),
        ("https://lund.example:99999/", "Port"),
        ("https://lund.example:port/", "Port"),
        ("https://[::1", "Invalid IPv6"),
        ("https://[fe80::1%25eth0]/", "fe80"),
        ("https://lund.example\\@evil.example/", "no address has"),
        ("https://lund.example/\r\nHost: evil.example", "no address has"),
        ("https://lund.example/\u202e", "no address has"),
        ("https://lund.example/\ud800", "no address has"),
        ("https://lu nd.example/", "no address has"),
        ("https://a..\u00fc/", "is no host's name"),
        ("https://lund.example%00/", "is no host's name"),
        ("https://lund.example/" + "a" * 3000, "longer than 2,000"),
    ],
)
def test_an_address_that_is_none_is_refused_without_looking_it_up(url, part):
    def resolver(*_):
        raise AssertionError("looked up")

    assert part in refusal(url, IndexSettings(), resolver=resolver)


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("straße.example", "xn--strae-oqa.example"),
        ("LUND.example.", "lund.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("ledger_1.example", "ledger_1.example"),
    ],
)
def test_hosts_are_written_as_browsers_write_them(host, asked):
    seen = []

    def resolver(name, port):
        seen.append((name, port))
        return ["10.0.0.1"]

    refusal(f"https://{host}/", IndexSettings(), resolver=resolver)
    assert seen == [(asked, 443)]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "0.0.0.0",
        "localhost",
        "localhost.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.1.2.3",
        "169.254.169.254",
    ],
)
def test_this_machine_and_private_networks_are_refused_however_they_are_written(host):
    message = refusal(f"http://{host}/", IndexSettings())
    assert "fetch_private" in message or "is not found" in message


def test_a_server_on_this_machine_is_refused_unless_the_setting_allows_it(site):
    url = site.page("/a")
    assert "set fetch_private = true" in refusal(url, IndexSettings())
    assert site.requests == []
    assert fetch(url, PRIVATE).content == PAGE


PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "0.0.0.0",
    "0.1.2.3",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::10.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::808:808",
    "2002:a00:1::",
    "2002:7f00:1::1",
    "2001:0:a00:1::",
    "2001:db8::1",
    "100::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
    "no address",
    "2130706433",
    "0x7f.1",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_told_from_others(address):
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_other_addresses_are_told_from_public_ones(address):
    assert not is_public(address)


def test_one_private_address_among_public_ones_refuses_the_host():
    assert "10.0.0.1" in refusal("http://lund.example/", IndexSettings(), resolver=lambda *_: ["8.8.8.8", "10.0.0.1"])


def test_a_host_is_looked_up_once_and_the_address_that_was_checked_is_connected_to(monkeypatch):
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    connected = []

    def create_connection(address, *_, **__):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    refusal("http://lund.example:8080/", IndexSettings(), resolver=lambda *_: next(answers))
    assert connected == [("8.8.8.8", 8080)]
    assert next(answers) == ["127.0.0.1"]


def test_a_host_that_is_asked_for_again_is_checked_again(site):
    site.lead("/a", f"http://lund.example:{site.server_port}/b")
    site.page("/b")
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    seen = []

    def resolver(host, _):
        seen.append(host)
        return next(answers) if host == "lund.example" else ["127.0.0.1"]

    assert fetch(f"{site.base}/a", PRIVATE, resolver=resolver).content == PAGE
    assert seen == ["127.0.0.1", "lund.example"]
    assert site.requests[1][1]["Host"] == f"lund.example:{site.server_port}"


def test_the_next_address_of_a_host_is_tried_where_one_does_not_answer(site):
    url = site.page("/a").replace("127.0.0.1", "lund.example")
    # nothing listens at the first one
    assert fetch(url, PRIVATE, resolver=lambda *_: ["127.0.0.2", "127.0.0.1"]).content == PAGE


def test_a_host_that_is_not_found_is_named():
    def resolver(*_):
        raise socket.gaierror(-2, "Name or service not known")

    message = refusal("https://lund.example/a", IndexSettings(), resolver=resolver)
    assert "the host lund.example is not found (Name or service not known)" in message
    assert "has no address" in refusal("https://lund.example/a", IndexSettings(), resolver=lambda *_: [])


# --- redirects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_the_last_address_is_kept(site, status):
    site.page("/news/end")
    site.lead("/news/a", "end?x=1#y", status)
    site.page("/news/end?x=1")
    assert fetch(f"{site.base}/news/a", PRIVATE).url == f"{site.base}/news/end?x=1"


def test_five_redirects_are_followed_and_a_sixth_is_not(site):
    for number in range(6):
        site.lead(f"/{number}", f"/{number + 1}")
    site.page("/6")
    assert fetch(f"{site.base}/1", PRIVATE).content == PAGE
    assert "more than 5 times" in refusal(f"{site.base}/0")


def test_a_page_that_leads_to_itself_ends(site):
    assert "more than 5 times" in refusal(site.lead("/a", "/a"))
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    ("to", "part"),
    [
        ("file:///etc/passwd", "only http:// and https://"),
        ("javascript:alert(1)", "only http:// and https://"),
        ("http://ann:secret@lund.example/", "Leave them out"),
        ("http://[", "cannot be fetched"),
        ("", "without saying where"),
    ],
)
def test_a_redirect_to_what_is_no_page_is_refused_with_both_addresses(site, to, part):
    url = site.lead("/a", to)
    message = refusal(url)
    assert part in message
    assert message.startswith(url)


def test_a_redirect_to_a_private_address_is_refused(site):
    """The first server counts as public here, as one on the internet would."""
    url = site.lead("/a", "http://10.0.0.1/admin").replace("127.0.0.1", "8.8.8.8")
    real = socket.create_connection

    def create_connection(address, *rest, **named):
        assert address[0] == "8.8.8.8"
        return real(("127.0.0.1", address[1]), *rest, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", create_connection)
        assert "10.0.0.1 is at 10.0.0.1" in refusal(url, IndexSettings())
    assert len(site.requests) == 1


def test_a_secure_page_is_fetched_by_the_name_of_its_host(secure):
    url = secure.page("/a").replace("127.0.0.1", "lund.example")
    assert fetch(url, PRIVATE, resolver=lambda *_: ["127.0.0.1"]).content == PAGE
    other = url.replace("lund.example", "vika.example")
    assert "CERTIFICATE_VERIFY_FAILED" in refusal(other, resolver=lambda *_: ["127.0.0.1"])


def test_a_secure_page_that_leads_to_one_that_is_not_is_refused(secure, site):
    end = site.page("/end")
    message = refusal(secure.lead("/a", end))
    assert "anybody on the way could change the page" in message
    assert site.requests == []
    assert fetch(site.lead("/b", secure.page("/c")), PRIVATE).content == PAGE


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (404, "See that the address is right"),
        (410, "See that the address is right"),
        (401, "Save the page in your browser"),
        (403, "Save the page in your browser"),
        (451, "Save the page in your browser"),
        (429, "Try again later"),
        (500, "Try again later"),
        (503, "Try again later"),
        (204, "Save the page in your browser"),
        (599, "Try again later"),
    ],
)
def test_an_answer_that_is_no_page_is_told_with_the_remedy(site, status, remedy):
    url = site.page("/a", b"", status)
    message = refusal(url)
    assert message.startswith(f"{url} answers “{status}")
    assert remedy in message


@pytest.mark.parametrize(
    "media_type", ["image/png", "video/mp4", "application/zip", "application/octet-stream", "text/css", "image/svg+xml"]
)
def test_what_is_no_article_is_refused_by_the_name_of_its_type(site, media_type):
    assert repr(media_type) in refusal(site.page("/a", Content_Type=media_type))


@pytest.mark.parametrize("media_type", [None, "html"])
def test_a_page_whose_type_is_not_told_is_taken(site, media_type):
    assert fetch(site.page("/a", Content_Type=media_type), PRIVATE).media_type == ""


def test_a_page_larger_than_the_setting_is_cut_off(site):
    settings = IndexSettings(fetch_private=True, fetch_bytes=5000)
    assert len(fetch(site.page("/a", b"x" * 5000), settings).content) == 5000
    assert "larger than 5,000 bytes" in refusal(site.page("/b", b"x" * 5001), settings)
    assert "fetch_bytes" in refusal(site.page("/c", b"x" * 10_000_000), settings)


def test_a_small_page_that_unpacks_to_a_large_one_is_cut_off(site):
    bomb = gzip.compress(b"\0" * 60_000_000)
    assert len(bomb) < 100_000
    assert "larger than" in refusal(site.page("/a", bomb, Content_Encoding="gzip"))
    assert "'gzip, gzip'" in refusal(site.page("/b", gzip.compress(bomb), Content_Encoding="gzip, gzip"))


def test_a_server_that_sends_headers_without_end_is_cut_off(site):
    def answer(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(3000):
            request.wfile.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")

    site.answers["/a"] = answer
    assert f"{site.base}/a" in refusal(f"{site.base}/a")


def test_compression_that_was_not_asked_for_and_damaged_compression_are_told(site):
    assert "'br'" in refusal(site.page("/a", Content_Encoding="br"))
    assert "damaged" in refusal(site.page("/b", Content_Encoding="gzip"))
    assert "before it is complete" in refusal(site.page("/c", gzip.compress(PAGE)[:-6], Content_Encoding="gzip"))


def test_a_body_that_ends_early_is_no_page(site):
    assert "before it is complete" in refusal(site.page("/a", Content_Length=str(len(PAGE) + 10)))


def test_an_empty_page_is_told(site):
    assert "empty page" in refusal(site.page("/a", b" \n"))


def test_what_does_not_speak_http_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert "no web page" in refusal(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()


def test_a_port_where_nothing_listens_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "cannot be reached" in refusal(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("where", ["head", "body", "nothing"])
def test_a_server_that_drips_is_cut_off_when_the_time_is_over(site, where):
    ended = threading.Event()

    def answer(request):
        if where == "body":
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.end_headers()
        try:
            while where != "nothing":
                request.wfile.write(b"x")
                time.sleep(0.02)
            request.rfile.read(1)
        finally:
            ended.set()

    site.answers["/a"] = answer
    message = refusal(f"{site.base}/a", IndexSettings(fetch_private=True, fetch_seconds=1))
    assert "takes longer than 1 seconds (the setting fetch_seconds)" in message
    assert ended.wait(20)  # and the connection is closed


def test_a_look_up_that_never_ends_is_cut_off():
    over = threading.Event()

    def resolver(*_):
        over.wait(60)
        return ["127.0.0.1"]

    assert "takes longer" in refusal("http://lund.example/", IndexSettings(fetch_seconds=1), resolver=resolver)
    over.set()
