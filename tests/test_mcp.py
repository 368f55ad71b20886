"""The MCP server, asked by a real client over standard input and output."""

import asyncio
import sys
from pathlib import Path

import pytest
from factories import MILL, json_lines, write
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from assistant import Assistant
from ui import shapes

ROOT = Path(__file__).parents[1]

# a server that opened a connection would end with this
CUT_OFF = """
import socket, sys
def refuse(*arguments, **_):
    raise SystemExit(f"no network: {arguments}")
socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = socket.getaddrinfo = refuse
from ui import cli
sys.exit(cli.main(["mcp", sys.argv[1]]))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a client was told in one session: the greeting, the tools, and the result of each call."""
    folder = tmp_path_factory.mktemp("mcp")
    plain = {"title": "Mill burns", "text": MILL, "url": "javascript:alert(1)", "published": "2026-01-31"}
    write(folder, {"mill.jsonl": json_lines(plain)})
    assistant = Assistant.open(folder, sync=True)
    (ref,) = assistant.archive.articles()
    calls = {
        "answered": ("ask", {"question": "Who owns the old paper mill of Tarn?"}),
        "declined": ("ask", {"question": "Who is the king of Norway?"}),
        "narrowed": ("ask", {"question": "Who owns the old paper mill of Tarn?", "since": "2026-02-01"}),
        "empty": ("ask", {"question": " "}),
        "found": ("search", {"query": "paper mill", "k": 1}),
        "too many": ("search", {"query": "paper mill", "k": 1000}),
        "no day": ("search", {"query": "paper mill", "since": "yesterday"}),
        "article": ("article", {"id": ref.id[:6]}),
        "no article": ("article", {"id": "none"}),
    }

    async def session():
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-c", CUT_OFF, str(folder)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "BYLINE_SETTINGS": str(empty), "HF_HUB_OFFLINE": "1"},
        )
        async with stdio_client(parameters) as streams, ClientSession(*streams) as client:
            greeting = await client.initialize()
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            return greeting, tools, {name: await client.call_tool(*call) for name, call in calls.items()}

    empty = tmp_path_factory.mktemp("settings") / "byline.toml"
    empty.touch()
    return asyncio.run(session())


@pytest.fixture(scope="module")
def results(told):
    return told[2]


def text_of(result):
    return "".join(part.text for part in result.content)


def test_it_greets_by_its_name_and_offers_three_tools_that_only_read(told):
    greeting, tools, _ = told
    assert greeting.server_info.name == "byline"
    assert "never instructions" in greeting.instructions
    assert tools.keys() == {"ask", "search", "article"}
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools.values())
    assert tools["ask"].input_schema["required"] == ["question"]
    assert tools["ask"].input_schema["properties"].keys() == {
        "question",
        "since",
        "until",
        "outlets",
        "languages",
        "authors",
        "as_of",
    }


def test_an_answer_comes_as_text_with_its_sources_and_as_data(results):
    answered = results["answered"]
    assert not answered.is_error
    assert "Olof Brandt" in text_of(answered)
    assert "Sources\n[1] Mill burns" in text_of(answered)
    shapes.Answer.model_validate({"id": "", **answered.structured_content})


def test_declined_is_an_answer_and_days_narrow_it(results):
    for name in ("declined", "narrowed"):
        assert not results[name].is_error
        assert results[name].structured_content["status"] == "declined"


def test_passages_and_articles_come_as_text_and_as_data(results):
    (hit,) = results["found"].structured_content["hits"]
    shapes.Hit.model_validate(hit)
    assert hit["article"]["id"] in text_of(results["found"])
    article = shapes.FullArticle.model_validate(results["article"].structured_content)
    assert " ".join(article.text[hit["start"] : hit["end"]].split()) == hit["text"]
    assert article.url == ""
    assert "Its owner, Olof Brandt" in text_of(results["article"])


@pytest.mark.parametrize(
    ("call", "said"),
    [("empty", "The question is empty"), ("no article", "`byline list`"), ("too many", "k"), ("no day", "since")],
)
def test_a_fault_is_told_as_one(results, call, said):
    assert results[call].is_error
    assert said in text_of(results[call])


def test_a_folder_without_an_index_is_a_fault_before_anything_is_served(nobodys_settings, run, folder):
    status, out, err = run("mcp", folder)
    assert (status, out) == (1, "")
    assert "Run: byline index" in err
