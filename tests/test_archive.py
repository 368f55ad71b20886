"""The front of the index: syncing a folder, searching it, and what is said when that cannot be done."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest
from factories import HARBOUR, MILL, SCHOOL, json_lines, story, write

import index.syncing
from index import (
    Archive,
    ArchiveLocked,
    ArticleMissing,
    EmbedderError,
    Filters,
    FolderMissing,
    FolderUnreadable,
    IndexDamaged,
    IndexMissing,
    IndexOutdated,
    IndexSettings,
    RemovalsRefused,
    terms,
)
from index.generations import CURRENT, Generations

THREE = {"harbour.txt": HARBOUR, "mill.txt": MILL, "sub/school.md": SCHOOL}


@pytest.fixture
def archive(folder):
    write(folder, THREE)
    return Archive.open(folder)


def ids(archive):
    return {ref.path: ref.id for ref in archive.articles()}


def skips(report):
    return {skip.path: skip.reason for skip in report.skipped}


def paths(refs):
    return sorted(ref.path for ref in refs)


def state(archive):
    """What a reader can see of an archive."""
    hits = archive.search("the old mill and the harbour school", k=100)
    return archive.manifest(), archive.articles(), [(hit.passage, hit.score) for hit in hits]


# --- what a sync does ------------------------------------------------------------------------------------------


def test_a_first_sync_adds_every_article(archive):
    report = archive.sync()
    assert paths(report.added) == ["harbour.txt", "mill.txt", "sub/school.md"]
    assert (report.changed, report.removed, report.skipped, report.unchanged) == ((), (), (), 0)
    assert (report.articles, report.generation, report.published) == (3, 1, True)
    assert report.passages == report.embedded == archive.manifest().passages == 3
    assert {ref.title for ref in report.added} == {text.split("\n")[0] for text in THREE.values()}


def test_a_second_sync_embeds_nothing_and_publishes_nothing(folder, archive):
    first = archive.sync()
    files = sorted((folder / ".byline").rglob("*"))
    second = archive.sync()
    assert (second.added, second.changed, second.removed, second.unchanged) == ((), (), (), 3)
    assert (second.embedded, second.published, second.generation) == (0, False, 1)
    assert (second.articles, second.passages) == (first.articles, first.passages)
    assert sorted((folder / ".byline").rglob("*")) == files


def test_a_sync_adds_changes_and_removes(folder, archive):
    archive.sync()
    before = ids(archive)
    write(folder, {"mill.txt": MILL.replace("Nobody", "A guard"), "new.txt": story(1)})
    (folder / "harbour.txt").unlink()
    report = archive.sync(allow_removals=True)
    assert paths(report.added) == ["new.txt"]
    assert paths(report.changed) == ["mill.txt"]
    assert [(ref.path, ref.id) for ref in report.removed] == [("harbour.txt", before["harbour.txt"])]
    assert (report.unchanged, report.articles, report.generation) == (1, 3, 2)
    assert report.embedded == 2
    assert ids(archive)["sub/school.md"] == before["sub/school.md"]
    assert ids(archive)["mill.txt"] != before["mill.txt"]
    assert not any(hit.article.path == "harbour.txt" for hit in archive.search("harbour of Lund", k=100))
    assert archive.search("was a guard hurt")[0].article.path == "mill.txt"


def test_a_renamed_file_keeps_its_id_and_is_not_embedded_again(folder, archive):
    archive.sync()
    before = ids(archive)
    (folder / "deeper").mkdir()
    (folder / "mill.txt").rename(folder / "deeper" / "fire.txt")
    report = archive.sync()
    assert (report.added, report.changed, report.removed) == ((), (), ())
    assert (report.unchanged, report.embedded) == (3, 0)
    assert ids(archive)["deeper/fire.txt"] == before["mill.txt"]
    assert archive.article(before["mill.txt"]).path == "deeper/fire.txt"
    assert archive.search("paper mill")[0].article.path == "deeper/fire.txt"


def test_a_touched_file_is_unchanged(folder, archive):
    archive.sync()
    os.utime(folder / "mill.txt", (1, 1))
    report = archive.sync()
    assert (report.unchanged, report.embedded, report.published) == (3, 0, False)


@pytest.mark.parametrize("url", ["https://news.example/{}", ""])
def test_lines_that_moved_keep_their_ids_and_are_not_embedded_again(folder, url):
    rows = [{"title": f"Story {n}", "text": story(n), "url": url.format(n)} for n in range(8)]
    write(folder, {"news.jsonl": json_lines(*rows)})
    archive = Archive.open(folder)
    archive.sync()
    before = {ref.id for ref in archive.articles()}
    random.Random(1).shuffle(rows)
    write(folder, {"news.jsonl": json_lines(*rows)})
    report = archive.sync()
    assert (report.added, report.changed, report.removed) == ((), (), ())
    assert (report.unchanged, report.embedded) == (8, 0)
    assert {ref.id for ref in archive.articles()} == before


def test_a_line_that_is_inserted_is_one_addition(folder):
    rows = [{"title": f"Story {n}", "text": story(n)} for n in range(8)]
    write(folder, {"news.jsonl": json_lines(*rows)})
    archive = Archive.open(folder)
    archive.sync()
    write(folder, {"news.jsonl": json_lines(rows[0], {"title": "New", "text": story(99)}, *rows[1:])})
    report = archive.sync()
    assert [ref.title for ref in report.added] == ["New"]
    assert (report.changed, report.removed, report.unchanged) == ((), (), 8)
    assert report.embedded == 1


def test_an_article_changed_under_its_url_is_a_change(folder):
    row = {"title": "Live", "text": story(1), "url": "https://news.example/live"}
    write(folder, {"news.jsonl": json_lines(row)})
    archive = Archive.open(folder)
    archive.sync()
    write(folder, {"news.jsonl": json_lines({"text": story(2), "title": "Other"}, {**row, "text": story(3)})})
    report = archive.sync()
    assert [ref.locator for ref in report.changed] == ["https://news.example/live"]
    assert [ref.title for ref in report.added] == ["Other"]
    assert report.removed == ()


def test_an_article_in_two_files_is_one_and_outlives_either_file(folder, archive):
    write(folder, {"copy.txt": HARBOUR})
    report = archive.sync()
    assert (report.articles, len(report.added), report.embedded) == (3, 3, 3)
    assert skips(report) == {"harbour.txt": "the same article as copy.txt"}
    article_id = ids(archive)["copy.txt"]
    (folder / "copy.txt").unlink()
    report = archive.sync()
    assert (report.removed, report.unchanged, report.embedded, report.skipped) == ((), 3, 0, ())
    assert archive.article(article_id).path == "harbour.txt"
    assert archive.search("harbour of Lund")[0].article.path == "harbour.txt"
    assert sum(hit.article.id == article_id for hit in archive.search("harbour of Lund", k=100)) == 1


def test_equal_passages_are_embedded_once(folder):
    rows = [{"title": "Storm", "text": HARBOUR, "edition": edition} for edition in range(4)]
    write(folder, {"news.jsonl": json_lines(*rows)})
    report = Archive.open(folder).sync()
    assert (report.articles, report.passages, report.embedded) == (4, 4, 1)


def test_an_interrupted_sync_goes_on_where_it_was(folder, monkeypatch):
    monkeypatch.setattr(index.syncing, "EMBED_BATCH", 4)
    write(folder, {"first.txt": story(0)})
    archive = Archive.open(folder)
    archive.sync()
    before = state(archive)
    write(folder, {f"{number}.txt": story(number) for number in range(1, 11)})

    def interrupt(step, done, total):
        if step == "embedding" and done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.sync(progress=interrupt)
    assert state(archive) == before
    report = archive.sync()
    assert (report.embedded, report.articles, len(report.added)) == (2, 11, 10)


def test_another_passage_size_is_taken_up_by_the_next_sync(folder):
    write(folder, {"long.txt": story(1) + "\n".join(f"The mayor named reason number {n} for it.\n" for n in range(40))})
    whole = Archive.open(folder).sync()
    smaller = Archive.open(folder, IndexSettings(passage_tokens=64)).sync()
    assert smaller.passages > whole.passages
    assert (smaller.added, smaller.changed, smaller.removed, smaller.unchanged) == ((), (), (), 1)


def test_progress_is_told_in_steps(archive):
    told = []
    archive.sync(progress=lambda *step: told.append(step))
    steps = list(dict.fromkeys(step for step, _, _ in told))
    assert steps == ["loading the embedding model", "reading", "splitting", "embedding", "building the search index"]
    for counted in ("splitting", "embedding"):
        assert [(done, total) for step, done, total in told if step == counted] == [(0, 3), (3, 3)]
    size = sum(len(text.encode()) for text in THREE.values())
    read = [(done, total) for step, done, total in told if step == "reading"]
    assert (read[0], read[-1]) == ((0, size), (size, size)) and read == sorted(read)
    assert all(0 <= done <= total for _, done, total in told)


def test_the_report_has_the_time_of_each_step(archive):
    assert set(archive.sync().seconds) == {"model", "read", "settle", "embed", "publish"}


# --- removals --------------------------------------------------------------------------------------------------


@pytest.fixture
def ten(folder):
    write(folder, {f"{number}.txt": story(number) for number in range(10)})
    archive = Archive.open(folder)
    archive.sync()
    return archive


def remove(folder, count):
    for number in range(count):
        (folder / f"{number}.txt").unlink()


def test_a_fifth_of_the_articles_may_go(folder, ten):
    remove(folder, 2)
    assert len(ten.sync().removed) == 2


def test_more_than_a_fifth_is_refused_and_nothing_changes(folder, ten):
    before = state(ten)
    remove(folder, 3)
    write(folder, {"new.txt": story(50)})
    with pytest.raises(RemovalsRefused) as refusal:
        ten.sync()
    assert "3 of 10 articles are gone" in str(refusal.value)
    assert f"byline index {folder} --allow-removals" in str(refusal.value)
    assert state(ten) == state(Archive.open(folder)) == before
    report = ten.sync(allow_removals=True)
    assert (len(report.removed), len(report.added), report.articles) == (3, 1, 8)


def test_how_much_may_go_is_a_setting(folder, ten):
    remove(folder, 1)
    with pytest.raises(RemovalsRefused):
        Archive.open(folder, IndexSettings(removal_limit=0)).sync()
    remove_rest = Archive.open(folder, IndexSettings(removal_limit=1))
    for number in range(1, 10):
        (folder / f"{number}.txt").unlink()
    assert len(remove_rest.sync().removed) == 10
    assert remove_rest.search("bridge") == []


def test_a_folder_that_is_suddenly_empty_is_refused(folder, ten):
    remove(folder, 10)
    with pytest.raises(RemovalsRefused, match=r"10 of 10 .* is empty: is the disk there"):
        ten.sync()
    assert len(ten.articles()) == 10


def test_changed_and_renamed_articles_are_no_removals(folder, ten):
    for number in range(10):
        if number % 2:
            write(folder, {f"{number}.txt": story(number, "It rained.")})
        else:
            (folder / f"{number}.txt").rename(folder / f"renamed {number}.txt")
    report = ten.sync()
    assert (len(report.changed), report.unchanged, report.removed) == (5, 5, ())


# --- what is passed over ---------------------------------------------------------------------------------------


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FolderMissing, match=f"{tmp_path}/nowhere does not exist"):
        Archive.open(tmp_path / "nowhere")
    write(tmp_path, {"file.txt": HARBOUR})
    with pytest.raises(FolderMissing, match="is a file, not a folder"):
        Archive.open(tmp_path / "file.txt")


def test_opening_an_archive_writes_nothing(folder):
    Archive.open(folder)
    assert list(folder.iterdir()) == []


def test_a_folder_without_articles_is_no_archive_yet(folder):
    write(folder, {"empty.txt": "", "picture.jpg": b"\xff\xd8"})
    archive = Archive.open(folder)
    report = archive.sync()
    assert (report.articles, report.published, report.generation) == (0, False, 0)
    assert skips(report) == {"empty.txt": "empty", "picture.jpg": "files ending in .jpg are not read"}
    with pytest.raises(IndexMissing, match=f"byline index {folder}"):
        archive.search("harbour")


def test_what_is_skipped_is_named_with_its_reason_at_every_sync(folder, archive):
    write(folder, {"bad.md": "---\n- a list\n---\nText.\n", "zeros.txt": bytes(100), ".hidden.txt": HARBOUR})
    write(folder, {"news.jsonl": json_lines({"text": "It snowed in Ask."}) + "{\n", ".git/config.txt": "hidden"})
    expected = {
        "bad.md": "the front matter is not a list of fields",
        "zeros.txt": "not text (binary data)",
        "news.jsonl": "not JSON",
    }
    for _ in range(2):
        found = skips(archive.sync())
        assert {path: reason.split(" (E")[0] for path, reason in found.items()} == expected


def test_files_beyond_the_size_limit_are_skipped(folder, archive):
    write(folder, {"big.txt": "It snowed in Ask. " * 100})
    small = Archive.open(folder, IndexSettings(max_file_bytes=1024))
    report = small.sync()
    assert skips(report) == {"big.txt": "larger than the setting max_file_bytes (1,024 bytes)"}
    assert report.articles == 3


def test_an_unreadable_file_keeps_its_article(folder, archive, monkeypatch):
    archive.sync()
    really_open = Path.open

    def refuse(path, *arguments, **named):
        if path.name == "mill.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        write(folder, {"new.txt": story(1)})
        report = archive.sync()
    assert skips(report) == {"mill.txt": "cannot be read (Permission denied)"}
    assert (report.removed, report.changed, report.unchanged, report.articles) == ((), (), 3, 4)
    assert archive.search("paper mill")[0].article.path == "mill.txt"
    report = archive.sync()
    assert (report.published, report.embedded, report.skipped) == (False, 0, ())


def test_a_folder_that_cannot_be_listed_keeps_its_articles(folder, archive, monkeypatch):
    archive.sync()
    really_list = os.scandir

    def refuse(path):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return really_list(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refuse)
        report = archive.sync()
    assert skips(report) == {"sub": "the folder cannot be listed (Permission denied)"}
    assert (report.removed, report.unchanged, report.published) == ((), 3, False)
    assert len(archive.articles()) == 3


def test_what_is_no_regular_file_is_skipped_by_name(folder, archive, tmp_path):
    write(tmp_path, {"outside.txt": SCHOOL})
    os.mkfifo(folder / "pipe.txt")
    (folder / "out.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "dangling.txt").symlink_to(folder / "nothing.txt")
    (folder / "around").symlink_to(folder)
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(SCHOOL)
    report = archive.sync()
    found = skips(report)
    assert report.articles == 3
    assert found["pipe.txt"] == "not a regular file"
    assert found["out.txt"] == "a link out of the folder"
    assert found["loop.txt"].startswith("cannot be looked at")
    assert found["dangling.txt"].startswith("cannot be looked at")
    assert found["caf?.txt"] == "the file's name is not UTF-8; rename it"
    assert not any(path.startswith("around/") for path in [*found, *ids(archive)])
    "".join(map(str, report.skipped)).encode()


def test_a_link_to_a_file_within_the_folder_is_a_copy_of_it(folder, archive):
    (folder / "link.txt").symlink_to(folder / "mill.txt")
    report = archive.sync()
    assert (report.articles, skips(report)) == (3, {"mill.txt": "the same article as link.txt"})


# --- where the index is ----------------------------------------------------------------------------------------


def test_the_index_can_be_kept_elsewhere(folder, archive, tmp_path):
    elsewhere = Archive.open(folder, IndexSettings(index_dir=tmp_path / "index" / "of articles"))
    elsewhere.sync()
    assert elsewhere.search("paper mill")[0].article.path == "mill.txt"
    assert sorted(path.name for path in folder.iterdir()) == ["harbour.txt", "mill.txt", "sub"]
    with pytest.raises(IndexMissing):
        archive.manifest()


def test_an_index_among_the_articles_is_not_read_as_articles(folder, archive):
    visible = Archive.open(folder, IndexSettings(index_dir=folder / "index"))
    for _ in range(2):
        report = visible.sync()
        assert (report.articles, report.skipped) == (3, ())


def test_an_index_that_cannot_be_written_is_named_with_the_setting(folder, archive, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderUnreadable, match="setting index_dir"):
        Archive.open(folder, IndexSettings(index_dir=tmp_path / "file" / "index")).sync()


def test_a_folder_with_odd_characters_can_be_indexed(tmp_path):
    folder = tmp_path / "what? #1 100%20 å'"
    write(folder, {"mill.txt": MILL})
    archive = Archive.open(folder)
    archive.sync()
    assert Archive.open(folder).search("paper mill")[0].article.path == "mill.txt"
    assert archive.index_command().startswith("byline index '")


# --- searching -------------------------------------------------------------------------------------------------


def test_a_hit_has_its_passage_its_article_and_its_ranks(archive):
    archive.sync()
    hit = archive.search("Who owned the old paper mill?")[0]
    assert hit.article.text == MILL
    assert hit.article.title == "Old paper mill burns in Tarn"
    assert hit.passage.article_id == hit.article.id
    assert (hit.vector_rank, hit.keyword_rank) == (1, 1)
    assert hit.article.text[hit.passage.start : hit.passage.end].split() == hit.passage.text.split()
    assert "Olof Brandt" in hit.passage.text


def test_filters_reach_the_search(folder):
    rows = [
        {
            "title": f"Story {n}",
            "text": story(n),
            "date": f"2022-04-{n + 10}",
            "outlet": "Lund Post" if n % 2 else "Tarn Gazette",
        }
        for n in range(8)
    ]
    write(folder, {"news.jsonl": json_lines(*rows)})
    archive = Archive.open(folder)
    archive.sync()
    found = archive.search(
        "the council", k=100, filters=Filters(since=date(2022, 4, 14), outlets=frozenset({"Lund Post"}))
    )
    assert sorted(hit.article.title for hit in found) == ["Story 5", "Story 7"]
    assert len(archive.search("the council", k=3)) == 3


def test_document_frequencies_are_those_of_the_passages(archive):
    archive.sync()
    assert archive.document_frequencies([*terms("mill million"), "volcano"]) == ([1, 1, 0], 3)


def test_an_article_is_found_by_its_id_or_the_beginning_of_it(folder):
    write(folder, {f"{number}.txt": story(number) for number in range(17)})
    archive = Archive.open(folder)
    archive.sync()
    by_id = {ref.id: ref.path for ref in archive.articles()}
    for article_id, path in by_id.items():
        assert archive.article(article_id).path == archive.article(article_id[:12]).path == path
    first_digits = [article_id[0] for article_id in by_id]
    # of seventeen ids two begin with the same of sixteen digits
    twice = next(digit for digit in first_digits if first_digits.count(digit) > 1)
    with pytest.raises(ArticleMissing, match=f"Several articles have ids that begin with '{twice}'"):
        archive.article(twice)


@pytest.mark.parametrize("article_id", ["", "nonsense", "%", "*", "f" * 17])
def test_an_id_that_no_article_has_is_said_to_be_none(archive, article_id):
    archive.sync()
    with pytest.raises(ArticleMissing, match="byline list"):
        archive.article(article_id)


def test_articles_are_listed_by_path(archive):
    archive.sync()
    assert [ref.path for ref in archive.articles()] == ["harbour.txt", "mill.txt", "sub/school.md"]


def test_what_is_pending_is_said_in_words(folder, archive):
    archive.sync()
    assert archive.pending() == ""
    write(folder, {"new.txt": story(1), "newer.txt": story(2), "mill.txt": MILL + "More.", "picture.jpg": b""})
    (folder / "harbour.txt").unlink()
    assert archive.pending() == "2 files new, 1 file changed, 1 file gone"
    archive.sync(allow_removals=True)
    assert archive.pending() == ""


def test_a_reader_opened_before_a_sync_sees_the_new_generation_after_it(folder, archive):
    archive.sync()
    reader = Archive.open(folder)
    assert reader.search("volcano")[0].keyword_rank is None
    write(folder, {"volcano.txt": "Volcano wakes\n\nThe volcano of Brenna threw ash on Sunday. Roads were closed.\n"})
    archive.sync()
    assert reader.search("volcano")[0].article.path == "volcano.txt"
    assert len(reader.articles()) == 4


def test_a_closed_archive_opens_again_when_it_is_used(archive):
    archive.sync()
    before = state(archive)
    archive.close()
    archive.close()
    assert state(archive) == before


def test_readers_in_threads_see_whole_generations_while_others_are_published(folder):
    def edition(number):
        write(
            folder,
            {
                f"{n}.txt": f"Bridge report {n}\n\nThe bridge number {n} was mended. This is edition {number} of it.\n"
                for n in range(6)
            },
        )

    edition(0)
    writer = Archive.open(folder)
    writer.sync()
    reader = Archive.open(folder)
    faults, seen = [], set()
    stop = threading.Event()

    def read():
        searched = False
        while not (searched and stop.is_set()):
            try:
                hits = reader.search("Which bridge was mended?", k=20)
                editions = {hit.passage.text.split("edition ")[1].split()[0] for hit in hits}
                assert len(hits) == 6 and len(editions) == 1, (len(hits), editions)
                assert all(hit.passage.text in hit.article.text for hit in hits)
                assert f"edition {editions.copy().pop()} " in reader.article(hits[0].article.id).text
                seen.update(editions)
                searched = True
            except ArticleMissing:
                pass  # published between the search and the question for its article
            except BaseException as error:  # noqa: BLE001
                faults.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, 6):
            edition(number)
            assert len(writer.sync().changed) == 6
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert seen
    assert "edition 5 " in reader.search("bridge")[0].passage.text


# --- one writer ------------------------------------------------------------------------------------------------

HOLD = """
import sys
from index import Archive

def hold(step, done, total):
    if step == "reading":
        print("ready", flush=True)
        sys.stdin.readline()

Archive.open(sys.argv[1]).sync(progress=hold)
"""


def test_a_second_writer_is_told_of_the_first_and_readers_are_served(folder, archive):
    archive.sync()
    before = state(archive)
    write(folder, {"new.txt": story(1)})
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "ready\n"
        with pytest.raises(ArchiveLocked) as refusal:
            archive.sync()
        assert state(archive) == before
        other.communicate("\n" * 100)
    assert other.returncode == 0
    assert f"(process {other.pid})" in str(refusal.value)
    assert f"byline index {folder}" in str(refusal.value)
    report = archive.sync()
    assert (report.articles, report.published) == (4, False)


def test_a_writer_that_was_killed_holds_no_lock(folder, archive):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "ready\n"
        other.kill()
    assert archive.sync().articles == 3


def test_a_second_writer_in_the_same_process_is_refused_too(archive):
    refused = []

    def sync_again(step, done, total):
        if step == "embedding" and not refused:
            with pytest.raises(ArchiveLocked):
                Archive.open(archive.folder).sync()
            refused.append(step)

    archive.sync(progress=sync_again)
    assert refused
    assert archive.sync().articles == 3


# --- another embedder ------------------------------------------------------------------------------------------


def test_switching_the_embedder_and_back(folder, archive):
    archive.sync()
    with_deep = Archive.open(folder, IndexSettings(embedder="deep"))
    with_fast = Archive.open(folder, IndexSettings(embedder="fast"))
    with pytest.raises(IndexOutdated, match=f"byline index {folder} --embedder deep"):
        with_deep.search("paper mill")

    served = []

    def search_meanwhile(step, done, total):
        served.append((step, with_fast.search("paper mill")[0].article.path, with_fast.manifest().generation))

    report = with_deep.sync(progress=search_meanwhile)
    assert {step for step, _, _ in served} >= {"splitting", "embedding", "building the search index"}
    assert "reading" not in {step for step, _, _ in served}
    assert {(path, generation) for _, path, generation in served} == {("mill.txt", 1)}
    assert (report.embedded, report.unchanged, report.generation) == (3, 3, 2)
    assert (report.added, report.changed, report.removed) == ((), (), ())

    with pytest.raises(IndexOutdated, match=f"byline index {folder} --embedder fast"):
        with_fast.search("paper mill")
    # without the setting an archive is read, and synced, as it was made
    assert archive.search("paper mill")[0].article.path == "mill.txt"
    assert archive.manifest().embedder == "deep"
    assert archive.sync().published is False

    back = with_fast.sync()
    assert (back.embedded, back.published, back.unchanged) == (0, True, 3)
    assert with_fast.search("paper mill")[0].article.path == "mill.txt"


def test_an_embedder_that_does_not_load_changes_nothing(folder, archive, tmp_path):
    archive.sync()
    before = state(archive)
    (tmp_path / "no model").mkdir()
    with pytest.raises(EmbedderError, match="no model"):
        Archive.open(folder, IndexSettings(embedder=str(tmp_path / "no model"))).sync()
    assert state(archive) == before


# --- damage ----------------------------------------------------------------------------------------------------


def test_an_index_that_was_deleted_is_missed_with_the_command(folder, archive):
    archive.sync()
    shutil.rmtree(folder / ".byline")
    reader = Archive.open(folder)
    for use in (lambda: reader.search("mill"), lambda: reader.article("ab"), reader.manifest, reader.pending):
        with pytest.raises(IndexMissing, match=f"has no index yet. Run: byline index {folder}"):
            use()
    assert Archive.open(folder).sync().articles == 3
    assert Archive.open(folder).search("paper mill")[0].article.path == "mill.txt"


@pytest.mark.parametrize("lost", ["folder", "manifest", "rows", "keywords", "vectors"])
def test_a_generation_that_is_lost_is_built_again_without_embedding(folder, archive, lost):
    archive.sync()
    before = state(archive)
    generation = folder / ".byline" / "gen-000001"
    if lost == "folder":
        shutil.rmtree(generation)
    elif lost == "manifest":
        (generation / "manifest.json").write_text("{")
    elif lost == "rows":
        os.truncate(generation / "base" / "rows.npz", 10)
    elif lost == "keywords":
        (generation / "base" / "keywords" / "vocab.index.json").unlink()
    else:
        next((generation / "base" / "chroma").glob("*/data_level0.bin")).unlink()
    with pytest.raises(IndexDamaged, match=f"Run: byline index {folder}"):
        Archive.open(folder).search("mill")
    report = Archive.open(folder).sync()
    assert (report.embedded, report.published, report.unchanged) == (0, True, 3)
    manifest, articles, hits = state(Archive.open(folder))
    assert (articles, hits) == before[1:]
    assert (manifest.passages, manifest.generation) == (3, 2)


@pytest.mark.parametrize("content", [None, "", "nonsense"])
def test_a_pointer_that_is_lost_is_written_again_without_embedding(folder, archive, content):
    archive.sync()
    pointer = folder / ".byline" / CURRENT
    pointer.unlink() if content is None else pointer.write_text(content)
    with pytest.raises(IndexMissing, match=f"byline index {folder}"):
        Archive.open(folder).search("mill")
    report = Archive.open(folder).sync()
    assert (report.embedded, report.published, report.articles) == (0, True, 3)
    assert Archive.open(folder).search("paper mill")[0].article.path == "mill.txt"


def test_a_store_that_is_none_is_named_with_the_remedy(folder, archive):
    archive.sync()
    archive.close()
    store = folder / ".byline" / "store.sqlite"
    store.write_bytes(b"not a database at all " * 1000)
    for use in (lambda reader: reader.search("mill"), lambda reader: reader.sync()):
        with pytest.raises(IndexDamaged, match=r"Move it away.*byline index"):
            use(Archive.open(folder))
    store.unlink()
    for leftover in (folder / ".byline").glob("store.sqlite-*"):
        leftover.unlink()
    report = Archive.open(folder).sync()
    assert (report.embedded, report.articles, report.published) == (3, 3, True)
    assert Archive.open(folder).search("paper mill")[0].article.path == "mill.txt"


def test_a_passage_is_embedded_with_the_title_of_its_article(archive, fast):
    archive.sync()
    hit = archive.search("paper mill")[0]
    vectors = Generations(archive.index_dir).open(1).vectors
    vector = fast.embed_query(f"{hit.article.title}\n{hit.passage.text}")
    ((_, similarity),) = vectors.nearest(vector, 1, Filters())
    assert similarity == pytest.approx(1, abs=1e-5)
