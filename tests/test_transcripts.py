"""Kept conversations as files: whole references, no text taken for markup, nothing changed shown as verified."""

import json
import re
from html.parser import HTMLParser

import pytest
from factories import write

from assistant import Assistant, ConversationStore
from ui import transcripts

HOSTILE = "<script>alert(1)</script> `x` **bold** [a](javascript:alert(2)) ![i](http://192.0.2.1/i.png) </title>"
BRIDGE = {
    "title": f"Bridge {HOSTILE}",
    "url": "https://alder.example/bridge?a=1&b=<2>",
    "outlet": "Alder & <b>Sons</b>",
    "published": "2024-05-06",
    "text": f"The bridge of Port Alder closed on Friday, {HOSTILE} officials said. Nobody was hurt in the harbour.",
}
QUESTION = "When did the bridge of Port Alder close?"


@pytest.fixture(scope="module")
def alder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("transcripts") / "alder"
    write(folder, {"bridge.jsonl": json.dumps(BRIDGE)})
    return Assistant.open(folder, sync=True)


@pytest.fixture
def store(alder, tmp_path):
    return ConversationStore(tmp_path / "conversations.sqlite", alder.archive)


@pytest.fixture
def kept(alder, store):
    """A conversation of an answer, a declined one, and a hostile question."""
    id_ = ""
    for question in (QUESTION, "How long is the Nile?", f"Who is {HOSTILE} of Port Alder?\n# heading\n- item"):
        id_, _ = store.keep(alder.ask(question), id_)
    return store.conversation(id_), store.answers(id_)


def exported(kept, format_):
    return transcripts.export(format_, *kept, "alder")


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("format_", ["md", "html", "json"])
def test_every_citation_comes_with_its_whole_reference(kept, format_):
    text = exported(kept, format_).text
    (citation, *_) = kept[1][0].citations
    assert citation.reference.id in text
    assert all(str(offset) in text for offset in (citation.start, citation.end))
    assert "alder.example/bridge" in text
    assert ("2024-05-06" if format_ == "json" else "6 May 2024") in text
    assert "closed on Friday" in text
    assert "The archive does not say" in text
    assert "has changed since" not in text


def test_the_page_stands_by_itself_and_nothing_in_it_is_taken_for_markup(kept):
    page = Tags(exported(kept, "html").text)
    assert {tag for tag, _ in page.found} <= {
        *("html head meta title style body main h1 h2 h3 p section a ol li br span blockquote em".split()),
    }
    assert page.text.count("<script>alert(1)</script>") >= 3
    for _, attributes in page.found:
        assert not {"src", "onerror", "onload", "style"} & attributes.keys()
    links = {attributes["href"] for tag, attributes in page.found if tag == "a"}
    assert all(link.startswith(("#source-", "https://alder.example/")) for link in links)
    # each mark leads to a reference
    ids = {attributes["id"] for _, attributes in page.found if "id" in attributes}
    assert {link[1:] for link in links if link.startswith("#")} <= ids


def test_nothing_in_markdown_is_taken_for_markup(kept):
    text = exported(kept, "md").text
    assert "\\<script\\>alert(1)\\</script\\>" in text
    bare = re.sub(r"\\.", "", text)
    assert not re.search(
        r"[<>`\[\]!]", re.sub(r"<https://alder\.example/[^<>\s]*>|^ *> ", "", bare, flags=re.MULTILINE)
    )
    assert not re.search(r"(?<!<)https?://", bare)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        f"# {transcripts._escaped(kept[0].title)}",
        *(f"## {transcripts._escaped(answer.question)}" for answer in kept[1]),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- a", "\\- a"),
        ("12. a", "12\\. a"),
        ("+ a", "\\+ a"),
        ("see www.alder.example, or https://alder.example", "see www\\.alder.example, or https\\://alder.example"),
        ("a_b *c* ~~d~~ \\e", "a\\_b \\*c\\* \\~\\~d\\~\\~ \\\\e"),
        ("It cost 2.4 million (so they said).", "It cost 2.4 million (so they said)."),
    ],
)
def test_markdown_is_written_so_that_it_reads_as_the_text_that_it_is(text, shown):
    assert transcripts._escaped(text) == shown


def test_json_has_the_exact_words_with_their_offsets_and_no_path_of_this_machine(alder, kept):
    export = exported(kept, "json")
    answers = json.loads(export.text)["answers"]
    assert [answer["status"] for answer in answers][:2] == ["answered", "declined"]
    for citation in answers[0]["citations"]:
        article = alder.archive.article(citation["article"]["id"])
        assert article.text[citation["start"] : citation["end"]] == citation["quote"]
    assert str(alder.archive.folder.parent) not in export.text


def test_what_has_changed_since_is_marked_in_every_format(alder, store, kept, tmp_path):
    other = Assistant.open(alder.archive.folder)
    changed = {**BRIDGE, "text": BRIDGE["text"].replace("Friday", "Sunday")}
    original = (alder.archive.folder / "bridge.jsonl").read_text()
    try:
        write(alder.archive.folder, {"bridge.jsonl": json.dumps(changed)})
        other.archive.sync()
        now = store.conversation(kept[0].id), store.answers(kept[0].id)
        for format_ in ("md", "html"):
            assert "the article has changed since" in exported(now, format_).text
        (first, *_) = json.loads(exported(now, "json").text)["answers"]
        assert {part["verified"] for part in (*first["statements"], *first["citations"])} == {False}
        shown = transcripts.conversation_text(*now)
        assert "the article has changed since" in shown
        assert "Sources" not in shown
        assert "<script" not in transcripts.changed_html(now[1][0])
    finally:
        write(alder.archive.folder, {"bridge.jsonl": original})
        other.archive.sync()


def test_a_file_is_named_for_the_conversation_by_letters_and_figures_alone(kept):
    for format_ in transcripts.FORMATS:
        assert exported(kept, format_).name == f"byline-{kept[0].id[:8]}.{format_}"
    with pytest.raises(KeyError):
        exported(kept, "exe")


def test_nothing_steers_the_terminal(alder, store):
    id_, _ = store.keep(alder.ask("Who is \x1b[2J\u202e of Port Alder?"))
    store.rename(id_, "A\x1b]0;title\x07 name")
    listed = transcripts.list_text(store.conversations())
    shown = transcripts.conversation_text(store.conversation(id_), store.answers(id_))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", listed + shown)
