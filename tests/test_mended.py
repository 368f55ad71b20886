"""Faults that were found once and must not come back."""

import json
import os
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from factories import story, write

from index import Archive, FolderMissing, FolderUnreadable, IndexSettings, terms
from index.cleaning import mark
from index.decoding import decode
from index.readers import read
from index.sentences import split_sentences
from index.types import Skip


def reading(name, text):
    found = read(name, BytesIO(text.encode()), 1_000_000)
    return [each if isinstance(each, Skip) else each.article for each in found]


def kinds(text, title=""):
    return [(block.kind, text[block.start : block.end]) for block in mark(text, title)]


def test_a_number_that_is_none_does_not_stop_a_sync(folder):
    line = '{"title": "H", "text": "The harbour reopened on Monday.", "x": NaN, "y": [Infinity], "z": 1.5}'
    write(folder, {"a.jsonl": line})
    archive = Archive.open(folder)
    archive.sync()
    article = archive.article(archive.articles()[0].id)
    assert article.fields == {"y": [None], "z": 1.5}
    assert archive.search("harbour")


@pytest.mark.parametrize(
    "front",
    [
        "a: &x [*x]",
        "m: {1: a, b: c}",
        "m: {2022-01-01: a}",
        "a: " + "[" * 500,
        "a: !!timestamp foo",
        "a: !!bool maybe",
        "a: .nan",
        "a: 2022-13-45",
    ],
)
def test_odd_front_matter_is_read_or_skipped_with_a_reason(front):
    found = reading("a.md", f"---\n{front}\n---\nHarbour\n\nThe harbour reopened on Monday.\n")
    assert len(found) == 1
    if isinstance(found[0], Skip):
        assert "front matter" in found[0].reason
    else:
        json.dumps(found[0].fields, allow_nan=False)


def test_many_empty_lines_before_the_text_are_no_fault():
    (article,) = reading("a.jsonl", json.dumps({"text": "\n" * 60 + "The harbour reopened on Monday."}))
    assert article.title == "The harbour reopened on Monday."


def test_an_untitled_article_keeps_its_first_sentence(folder):
    write(folder, {"a.jsonl": json.dumps({"text": "The old mill of Tarn burned down."})})
    archive = Archive.open(folder)
    archive.sync()
    assert archive.search("mill of Tarn")[0].passage.text == "The old mill of Tarn burned down."


def test_damage_inside_a_generation_is_mended_by_the_next_sync(folder):
    write(folder, {f"{number}.txt": story(number) for number in range(4)})
    archive = Archive.open(folder)
    archive.sync()
    assert archive.search("bridge")
    for name in ("base/chroma/chroma.sqlite3", "base/rows.npz", "base/keywords/data.csc.index.npy"):
        archive.close()
        path = next(folder.glob(f".byline/gen-*{archive.manifest().generation}/{name}"))
        path.write_bytes(b"\x55" * path.stat().st_size)
        report = Archive.open(folder).sync()
        assert (report.published, report.embedded) == (True, 0)
        assert archive.search("bridge")


def test_searching_writes_nothing_into_the_vector_index(folder):
    for count in (1, 2, 5):
        write(folder, {f"{number}.txt": story(number) for number in range(count)})
        archive = Archive.open(folder)
        archive.sync()

        def content():
            return {path: path.read_bytes() for path in folder.glob(".byline/gen-*/base/chroma/*/*")}

        before = content()
        assert before
        assert archive.search("bridge")
        archive.close()
        assert content() == before


def test_an_index_made_anew_is_noticed_by_who_has_the_old_one_open(folder):
    write(folder, {"a.txt": "Harbour\n\nThe harbour reopened on Monday.\n"})
    archive = Archive.open(folder)
    archive.sync()
    assert "Monday" in archive.search("harbour")[0].passage.text
    shutil.rmtree(folder / ".byline")
    write(folder, {"a.txt": "Harbour\n\nThe harbour reopened on Tuesday.\n"})
    Archive.open(folder).sync()
    assert "Tuesday" in archive.search("harbour")[0].passage.text


@pytest.mark.parametrize("text", ["The fine was £3 million.", "Muñoz and Déjà vu", "a naïve “plan” – he said"])
def test_the_encoding_of_the_western_web_is_known(text):
    text = f"{text} " + "The harbour of Port Alder reopened on Monday after repairs. " * 3
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    "text",
    [
        "“It will hold,” said Ms. Lind of the city.",
        "He served at Ft. Bragg for years.",
        "It stood on p. 3 of Vol. 12 in the library.",
        "Will it hold? asked the mayor.",
        "She moved to Springfield, Mass. in May.",
    ],
)
def test_an_abbreviation_of_the_news_ends_no_sentence(text):
    assert len(split_sentences(text, 0, len(text))) == 1


def test_two_abbreviations_are_not_shouting():
    assert terms("US GDP") == ["usa", "gdp"]
    assert terms("U.S.") == terms("US") == ["usa"]
    assert terms("WHO") == ["WHO"]
    assert terms("WHO VISITED INDIA") == terms("who visited india")


def test_a_lone_surrogate_is_searched_for_as_any_other_sign(folder):
    write(folder, {"a.txt": story(1)})
    archive = Archive.open(folder)
    archive.sync()
    assert archive.search("harbour \ud83d")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"gen--5\n", b"gen-x", b""])
def test_a_garbled_pointer_is_no_index_and_is_mended(folder, content):
    write(folder, {"a.txt": story(1)})
    archive = Archive.open(folder)
    archive.sync()
    (folder / ".byline" / "CURRENT").write_bytes(content)
    (folder / ".byline" / "gen-old").mkdir()
    report = Archive.open(folder).sync()
    assert (report.published, report.embedded) == (True, 0)
    assert archive.search("bridge") or archive.articles()


def test_the_embedder_is_remembered_when_the_generation_is_lost(folder):
    write(folder, {"a.txt": story(1)})
    Archive.open(folder, IndexSettings(embedder="deep")).sync()
    shutil.rmtree(next((folder / ".byline").glob("gen-*")))
    archive = Archive.open(folder)
    assert archive.sync().embedded == 0
    assert archive.manifest().embedder == "deep"


def test_a_folder_that_vanished_is_not_made_again(folder):
    archive = Archive.open(folder)
    folder.rmdir()
    with pytest.raises(FolderMissing):
        archive.sync()
    assert not folder.exists()


def test_a_folder_of_nobody_is_missing():
    with pytest.raises(FolderMissing):
        Archive.open("~no-such-person/articles")


def test_an_article_that_cannot_be_looked_at_is_kept(folder, monkeypatch):
    write(folder, {f"{number}.txt": story(number) for number in range(3)})
    archive = Archive.open(folder)
    archive.sync()
    really = Path.stat

    def failing(path, **options):
        if path.name == "1.txt":
            raise OSError(5, "Input/output error")
        return really(path, **options)

    monkeypatch.setattr(Path, "stat", failing)
    report = archive.sync(allow_removals=True)
    assert [skip.reason for skip in report.skipped] == ["cannot be looked at (Input/output error)"]
    assert (report.removed, report.articles) == ((), 3)


def test_a_folder_that_cannot_be_listed_at_all_is_a_fault(folder, monkeypatch):
    write(folder, {"a.txt": story(1)})
    archive = Archive.open(folder)
    archive.sync()
    really = os.scandir

    def failing(path):
        if os.fspath(path) == os.fspath(folder):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return really(path)

    monkeypatch.setattr(os, "scandir", failing)
    with pytest.raises(FolderUnreadable, match="cannot be listed"):
        archive.sync(allow_removals=True)
    monkeypatch.undo()
    assert archive.articles()


def test_a_sentence_that_begins_like_a_label_is_prose():
    for sentence in (
        "By noon it was over.",
        "Related charges were dropped in May.",
        "Contributing factors were speed and alcohol.",
        "Tags were found on eleven boats in the third week of March.",
    ):
        text = (
            f"Harbour news\n\nThe harbour reopened on Monday. All is well.\n\n{sentence}\n\nThe mayor was glad of it."
        )
        assert ("prose", sentence) in kinds(text, "Harbour news")
    assert kinds("The mayor was glad. He said so.\n\n© 2022. All rights reserved.")[-1][0] == "furniture"


def test_articles_whose_names_collide_are_both_kept():
    first, third = {"url": "line 3", "text": "The mill of Tarn burned."}, {"text": "The bridge of Vika closed."}
    lines = f"{json.dumps(first)}\n\n{json.dumps(third)}"
    found = reading("a.jsonl", lines)
    assert len({article.locator for article in found}) == len(found) == 2


def test_articles_are_listed_by_path_also_where_one_stands_twice(folder):
    write(folder, {"a.txt": story(1), "b.txt": story(2), "c.txt": story(1)})
    archive = Archive.open(folder)
    archive.sync()
    assert [ref.path for ref in archive.articles()] == ["a.txt", "b.txt"]


def test_an_index_beside_the_articles_is_not_read_as_articles(folder, monkeypatch):
    write(folder, {"a.txt": story(1)})
    monkeypatch.chdir(folder)
    archive = Archive.open(folder, IndexSettings(index_dir="kept"))
    archive.sync()
    assert archive.sync().skipped == ()


def test_a_link_to_a_folder_is_a_named_skip(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "within").mkdir()
    (folder / "again").symlink_to(folder / "within")
    write(folder, {"a.txt": story(1)})
    assert [str(skip) for skip in Archive.open(folder).sync().skipped] == [
        "again: a link to a folder; name that folder itself",
        "linked: a link out of the folder",
    ]


def test_an_article_without_prose_is_counted(folder):
    write(folder, {"a.txt": story(1), "b.txt": "Tags\n\n0\n\n0 Comments\n"})
    archive = Archive.open(folder)
    assert archive.sync().articles == archive.manifest().articles == 2
