"""Language models behind one setting: what they say, how they fail, and that they stop when they are left."""

import logging
import socket
import threading
import time
from contextlib import closing

import pytest
from model_server import (
    AnthropicServer,
    Disconnect,
    ModelServer,
    OllamaServer,
    Pause,
    Raw,
    Refuse,
    endless,
    word_by_word,
)
from pydantic import SecretStr

from assistant import AssistantSettings, ModelError, WriterUnavailable, examine
from assistant.models import MOST_CHARACTERS, Model, Prompt, open_model
from index import SettingsError

ASKED = Prompt("Answer.", "What happened?")
KEY = "sk-very-secret-0123456789"


def settings(**values):
    return AssistantSettings.parse(
        {"writer": "openai-like", "model_seconds": 10.0, **{k: v for k, v in values.items() if v is not None}}
    )


def model_of(server, key=None, **values):
    return Model(settings(model_url=server.url, **values), SecretStr(key) if key else None)


def said(model, **arguments):
    return "".join(model.write(ASKED, **arguments))


def no_model_threads():
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not any(thread.name == "byline-model" for thread in threading.enumerate()):
            return True
        time.sleep(0.02)
    return False


def test_quoting_needs_no_model():
    assert open_model(AssistantSettings()) is None


def test_what_a_model_says_comes_piece_by_piece_as_it_was_asked():
    with ModelServer(word_by_word("The ferry sails again.")) as server:
        pieces = [piece for piece in model_of(server, model="tiny").write(ASKED) if piece]
    assert pieces == ["The", " ferry", " sails", " again."]
    (request,) = server.requests
    assert [message["content"] for message in request["messages"]] == ["Answer.", "What happened?"]
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert (request["model"], request["stream"], request["temperature"]) == ("tiny", True, 0.0)
    assert request["max_tokens"] == AssistantSettings().model_tokens
    assert server.paths == ["/v1/chat/completions"]
    assert "tools" not in request


def test_a_first_piece_is_there_before_the_last_is_said():
    with ModelServer(lambda _: ["One.", Pause(20)]) as server, closing(model_of(server).write(ASKED)) as pieces:
        assert next(piece for piece in pieces if piece) == "One."
        # silence is told of, so that whoever reads can stop
        assert next(pieces) == ""
        pieces.close()
        assert server.left.wait(5)
    assert no_model_threads()


def test_leaving_ends_the_work_in_the_server_at_once():
    with ModelServer(endless("Another sentence, number {number}. ")) as server:
        with closing(model_of(server).write(ASKED)) as pieces:
            next(piece for piece in pieces if piece)
        assert server.left.wait(5)
    assert no_model_threads()


def test_a_flood_ends_by_itself():
    with ModelServer(endless("Another sentence, number {number}. " * 100)) as server:
        assert len(said(model_of(server))) <= MOST_CHARACTERS + 4_000
        assert server.left.wait(5)


def test_leaving_before_the_first_word_ends_it_too():
    with ModelServer(lambda _: [Pause(20)]) as server:
        with closing(model_of(server).write(ASKED)) as pieces:
            assert next(pieces) == ""
            while not server.requests:
                next(pieces)
        assert server.left.wait(5)
    assert no_model_threads()


def test_a_model_that_says_nothing_says_nothing():
    with ModelServer("") as server:
        assert said(model_of(server)) == ""


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "does not take the key"),
        (404, "does not know"),
        (429, "too many requests"),
        (500, "fails"),
        (503, "fails"),
    ],
)
def test_a_refusal_is_told_in_words_with_its_status(status, told):
    with ModelServer(lambda _: [Refuse(status, KEY)]) as server, pytest.raises(ModelError) as caught:
        said(model_of(server, KEY))
    assert told in str(caught.value)
    assert f"HTTP {status}" in str(caught.value)
    # one question is one request: whoever waits is answered by quotes
    assert len(server.requests) == 1
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_redirect_is_not_followed():
    with (
        ModelServer("Stolen.") as other,
        ModelServer(lambda _: [Refuse(307, "", (("Location", f"{other.url}/chat/completions"),))]) as server,
        pytest.raises(ModelError),
    ):
        said(model_of(server))
    assert other.requests == []


@pytest.mark.parametrize("script", [[Pause(20)], ["One. ", Pause(20)]], ids=["at the start", "in the middle"])
def test_a_model_that_takes_too_long_is_given_up(script):
    with ModelServer(lambda _: script) as server, pytest.raises(ModelError, match="in time"):
        said(model_of(server), seconds=1.0)
    assert server.left.wait(5)


def test_slow_words_do_not_prolong_the_time_that_there_is():
    with ModelServer(word_by_word("word " * 500, 0.05)) as server, pytest.raises(ModelError, match="in time"):
        said(model_of(server), seconds=1.0)
    assert server.said < 500


def test_a_connection_that_breaks_is_a_fault():
    # without the length of the whole an end is an end; a chunked stream says that it was not
    broken = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:"
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(broken)
        connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    with listener, pytest.raises(ModelError, match="broke off"):
        said(Model(settings(model_url=url)))
    thread.join()


def test_a_stream_that_is_cut_gives_what_was_said_until_then():
    with ModelServer(lambda _: ["One. Two", Disconnect()]) as server:
        assert said(model_of(server)) == "One. Two"


@pytest.mark.parametrize(
    "data",
    [b"data: {\n\n", b"data: []\n\n", b"data: null\n\n", b"\xff\xfe\xfd\n\n", b'data: {"error": {"message": "x"}}\n\n'],
)
def test_what_is_no_protocol_is_a_fault_or_nothing_and_never_another_error(data):
    with ModelServer(lambda _: [Raw(data)]) as server:
        try:
            assert said(model_of(server)) == ""
        except ModelError as error:
            assert "openai-like" in str(error)


def test_a_server_that_is_not_there_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ModelError, match=f"cannot be reached at 127.0.0.1:{port}"):
        said(Model(settings(model_url=f"http://127.0.0.1:{port}/v1")))


def test_the_key_is_sent_and_stands_nowhere_else(caplog):
    caplog.set_level(logging.DEBUG)
    with ModelServer("Yes.") as server:
        model = model_of(server, KEY)
        assert said(model) == "Yes."
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
        for held in (repr(model), str(model), repr(vars(model)), caplog.text):
            assert KEY not in held


def test_the_key_of_another_vendor_is_not_sent(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ModelServer("Yes.") as server:
        said(model_of(server))
    assert KEY not in str(server.headers)


def test_nothing_but_the_model_s_own_address_is_looked_for(monkeypatch):
    looked = set()
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connecting(self, address):
        looked.add(address[:2])
        return connect(self, address)

    def looking_up(host, port, *more, **named):
        looked.add((host, port))
        return look_up(host, port, *more, **named)

    with ModelServer("Yes.") as server:
        monkeypatch.setattr(socket.socket, "connect", connecting)
        monkeypatch.setattr(socket, "getaddrinfo", looking_up)
        assert said(model_of(server)) == "Yes."
        port = int(server.url.removesuffix("/v1").rpartition(":")[2])
    assert {(host, int(port)) for host, port in looked} == {("127.0.0.1", port)}


def test_a_proxy_of_the_environment_is_not_asked_for_a_server_on_this_machine(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with ModelServer("Yes.") as server:
        assert said(model_of(server)) == "Yes."


def test_a_writer_without_an_address_is_told_what_it_needs():
    with pytest.raises(SettingsError, match="model_url"):
        Model(settings())


@pytest.mark.parametrize(
    "url", ["ftp://x/", "localhost:8080", "http://", f"http://me:{KEY}@host/v1", "http://a b/", "http://x:99999/"]
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url):
    with pytest.raises(SettingsError, match="model_url") as caught:
        Model(settings(model_url=url))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("writer", ["", "ollama", "ollama/", "gpt", "quote/x", "llama-cpp/"])
def test_a_writer_that_does_not_exist_is_refused(writer):
    with pytest.raises(SettingsError, match="'writer'"):
        settings(writer=writer)


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr("assistant.models.find_spec", lambda _: None)
    with pytest.raises(WriterUnavailable, match=r"pip install 'byline\[anthropic\]'"):
        Model(settings(writer="anthropic/claude"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WriterUnavailable, match=r"none\.gguf"):
        Model(settings(writer=f"llama-cpp/{tmp_path / 'none.gguf'}"))


def test_a_file_that_is_no_model_is_a_fault(tmp_path):
    (tmp_path / "bad.gguf").write_bytes(b"GGUF but not really")
    with pytest.raises(ModelError, match="does not load"):
        said(Model(settings(writer=f"llama-cpp/{tmp_path / 'bad.gguf'}")))


def test_openai_s_own_models_are_asked_at_the_address_that_is_set():
    with ModelServer("Yes.") as server:
        model = Model(settings(writer="openai/gpt-4o-mini", model_url=server.url), SecretStr(KEY))
        assert said(model) == "Yes."
    assert server.requests[0]["model"] == "gpt-4o-mini"


VENDORS = pytest.mark.parametrize(
    ("serving", "writer"), [(OllamaServer, "ollama/tiny"), (AnthropicServer, "anthropic/claude-sonnet-4-5")]
)


@VENDORS
def test_models_of_other_vendors_are_asked_in_their_own_protocols(serving, writer):
    with serving(word_by_word("The ferry sails again.")) as server:
        model = Model(settings(writer=writer, model_url=server.url, model_tokens=90), SecretStr(KEY))
        assert [piece for piece in model.write(ASKED) if piece] == ["The", " ferry", " sails", " again."]
    (request,), (headers,) = server.requests, server.headers
    assert (request["model"], request["stream"]) == (writer.partition("/")[2], True)
    if serving is OllamaServer:
        assert [message["content"] for message in request["messages"]] == ["Answer.", "What happened?"]
        assert request["options"] == {"num_predict": 90, "num_ctx": model.window, "temperature": 0.0}
    else:
        assert (request["system"], request["max_tokens"]) == ("Answer.", 90)
        assert [block["text"] for message in request["messages"] for block in message["content"]] == ["What happened?"]
    assert KEY in " ".join(headers.values())


@VENDORS
@pytest.mark.parametrize(
    ("status", "told"), [(401, "HTTP 401"), (404, "HTTP 404"), (429, "HTTP 429"), (500, "HTTP 500")]
)
def test_what_other_vendors_refuse_is_told_in_words(serving, writer, status, told):
    with serving(lambda _: [Refuse(status)]) as server:
        with pytest.raises(ModelError, match=told) as raised:
            said(Model(settings(writer=writer, model_url=server.url), SecretStr(KEY)))
        assert KEY not in str(raised.value)
    assert len(server.requests) == 1


@VENDORS
def test_no_redirect_is_followed_to_another_vendor(serving, writer):
    with serving("Elsewhere.") as elsewhere:
        moved = Refuse(307, headers=(("Location", f"{elsewhere.url}/api/chat"),))
        with serving(lambda _: [moved]) as server, pytest.raises(ModelError):
            said(Model(settings(writer=writer, model_url=server.url), SecretStr(KEY)))
    assert elsewhere.requests == []


@VENDORS
def test_leaving_ends_the_work_of_other_vendors_too(serving, writer):
    with serving(endless("Line {number} of a long story. ")) as server:
        pieces = Model(settings(writer=writer, model_url=server.url), SecretStr(KEY)).write(ASKED)
        with closing(pieces):
            assert next(piece for piece in pieces if piece)
        assert server.left.wait(10)


@pytest.mark.parametrize(
    ("serving", "writer"), [(ModelServer, "openai/gpt-4o-mini"), (AnthropicServer, "anthropic/claude-sonnet-4-5")]
)
def test_a_hosted_model_without_a_key_is_told_what_to_set(serving, writer, monkeypatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with serving("Yes.") as server, pytest.raises(ModelError, match="set the environment variable"):
        said(Model(settings(writer=writer, model_url=server.url)))
    assert server.requests == []


def test_a_key_may_lie_in_the_system_s_keyring(monkeypatch):
    class Ring:
        class errors:
            KeyringError = OSError

        def get_password(self, service, account):
            return KEY if (service, account) == ("byline", ring_account) else None

    with ModelServer("Yes.") as server:
        ring_account = server.url.removeprefix("http://").removesuffix("/v1")
        monkeypatch.setattr("assistant.models.find_spec", lambda name: object() if name == "keyring" else None)
        monkeypatch.setattr("assistant.models.import_module", lambda name: Ring() if name == "keyring" else None)
        assert said(model_of(server)) == "Yes."
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_the_doctor_says_that_a_model_answers_or_why_not(seed_assistant):
    def writer_check(**values):
        checks = {check.name: check for check in examine(seed_assistant.archive, settings(**values))}
        return checks["writer"]

    with ModelServer("I am ready.") as server:
        well = writer_check(model_url=server.url)
        assert (well.state, "answers" in well.found) == ("ok", True)
    with ModelServer(lambda _: [Refuse(500)]) as server:
        ill = writer_check(model_url=server.url)
        assert (ill.state, "HTTP 500" in ill.found) == ("fault", True)
    with ModelServer("") as server:
        assert writer_check(model_url=server.url).state == "warning"
    assert writer_check().state == "fault"
    assert "writer" not in {check.name for check in examine(seed_assistant.archive, AssistantSettings())}
