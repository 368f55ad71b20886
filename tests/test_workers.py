"""Files are read by processes of their own: whatever a file holds, it is named and the rest goes on."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from factories import HARBOUR, MILL, SCHOOL, json_lines, story, write

import index.syncing
from index import Archive, IndexSettings
from index.readers import format_of
from index.workers import Job, Workers

ROOT = Path(__file__).parents[1]
MB = 1024 * 1024
EXTRA = 512 * MB
"""Most memory that a reader may take beyond its own start."""

GOOD = {"harbour.txt": HARBOUR, "mill.txt": MILL, "zz/school.md": SCHOOL}
"""Articles before, between and behind the hostile files."""

TOO_LARGE = f"larger than plain text may be ({format_of('a.txt').limit:,} bytes)"
TOO_LONG = "longer than the 2,000,000 characters that an article may have"
A_LINE_TOO_LONG = "a line longer than 33,554,432 bytes"
SENTENCE = "The ferry of Vika stopped in a gale on Sunday, and its passengers slept on board. "

JAPANESE = (
    "ルンド港が再開\n\n"
    "ルンドの港は月曜日に再開した。ダイバーが入り口から十一隻の沈んだ船を取り除いた後のことである。"
    "市長のアルマ・レイエスは、作業に二百四十万クローナかかったと述べた。\n"
)
WESTERN = "Café “Åsa” reopens\n\n“It’s over,” the café’s owner said — at last. The repairs had taken a year.\n"

WATCHED = """
import json, resource, sys
from pathlib import Path
from index import Archive, IndexSettings
from index.workers import Job, Workers

violations = []

def refuse(event, arguments):
    if event == "pickle.find_class" or event in (
        "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"
    ):
        violations.append(f"{event} {arguments}")
        raise RuntimeError(f"{event} during ingestion")

def peak():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024

sys.addaudithook(refuse)
workers = Workers(1, 512 * 1024**2, 60)
started = [message for _, message in workers.read([Job("mill.txt", Path(sys.argv[1], "mill.txt"), 10**6, 1)])]
workers.close()
start = peak()
archive = Archive.open(sys.argv[1], IndexSettings(jobs=int(sys.argv[2])))
report = archive.sync()
seen = list(violations)
# the hook would have found it
import pickle, socket
for attempt in (lambda: pickle.loads(b"cos\\nsystem\\n."), lambda: socket.create_connection(("192.0.2.1", 80))):
    try:
        attempt()
    except RuntimeError:
        pass
print(json.dumps({
    "skipped": [[skip.path, skip.locator, skip.reason] for skip in report.skipped],
    "articles": {
        f"{ref.path} {ref.locator}".strip(): [ref.title, str(ref.published), archive.article(ref.id).text[:5000]]
        for ref in archive.articles()
    },
    "violations": seen,
    "proof": len(violations) - len(seen),
    "start": start,
    "peak": peak(),
}))
"""


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def endless_lines(path: Path, *lengths: int) -> None:
    """Records whose text is so long, between two that are not."""
    first, last = ({"title": title, "text": f"{SENTENCE} {path.name}."} for title in ("Before", "After"))
    with path.open("wb") as file:
        file.write(json_lines(first).encode())
        for length in lengths:
            file.write(b'{"text": "')
            for _ in range(length // MB):
                file.write((SENTENCE * (MB // len(SENTENCE) + 1)).encode()[:MB])
            file.write(b'"}\n')
        file.write(json_lines(last).encode())


def bomb(content: bytes, times: int) -> bytes:
    """What unpacks to ``times`` times the content."""
    return gzip.compress(content, 9) * times


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, fast):
    """A folder of hostile files, synced once under watch: what was reported, and what was indexed."""
    folder = tmp_path_factory.mktemp("hostile") / "articles"
    write(folder, GOOD)

    # larger or longer than anything that is read
    sparse(folder / "large.txt", 200 * MB)
    endless_lines(folder / "large.jsonl", 50 * MB, 50 * MB, 50 * MB, 50 * MB)
    write(folder, {"line.txt": SENTENCE.encode() * (50 * MB // len(SENTENCE) + 1)})
    write(folder, {"long.txt": SENTENCE * (5 * MB // len(SENTENCE))})
    endless_lines(folder / "long.jsonl", 28 * MB)
    write(folder, {"bomb.txt.gz": bomb(b"a" * 8 * MB, 40), "bomb.jsonl.gz": bomb((b" " * MB + b"\n") * 8, 40)})
    write(folder, {"bomb of lines.jsonl.gz": bomb(b'{"text": "' + b"a " * 20 * MB, 4)})

    # nothing to read, or not as text
    write(folder, {"empty.txt": b"", "blank.txt": b" \n\t\r\n" * 1000, "empty.jsonl": b"", "blank.jsonl": b"\n \n"})
    write(folder, {"zeros.txt": bytes(5000), "zeros.jsonl": bytes(5000)})
    write(folder, {"one zero.txt": f"Ferry stops\n\n{SENTENCE * 20}\0{SENTENCE}\n"})
    write(folder, {"zeros.jsonl.gz": gzip.compress(bytes(100 * MB), 1)})

    # encodings
    write(
        folder,
        {
            "utf-8.txt": WESTERN + "\nA second café.\n",
            "mark.txt": f"\ufeff{WESTERN}\nA third café.\n".encode(),
            "utf-16.txt": f"{WESTERN}\nA fourth café.\n".encode("utf-16"),
            "windows.txt": f"{WESTERN}\nA fifth café.\n".encode("cp1252"),
            "japanese.txt": JAPANESE.encode("shift_jis"),
            "mixed.txt": f"Quay mended\n\n{WESTERN}".encode() + WESTERN.encode("cp1252") + JAPANESE.encode("shift_jis"),
            "half.txt": f"Half a character\n\n{JAPANESE}".encode()[:-3],
            "half.jsonl": json_lines({"title": "Whole", "text": SENTENCE}).encode() + b'{"text": "caf\xe9 \xff\xfe"}\n',
        },
    )

    # fields
    write(
        folder,
        {
            "list.md": "---\n- a list\n---\nThe mill burned.\n",
            "unclosed.md": "---\ntitle: [Mill\n---\nThe mill burned.\n",
            "day.md": "---\ndate: 2022-13-45\n---\nThe mill burned.\n",
            "laughs.md": "---\n"
            + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}x]\n" for n in range(1, 9)).replace("*a0, ", "x, ")
            + "---\nThe mill burned.\n",
            "deep.jsonl": '{"text": "The mill burned.", "a": ' + "[" * 100_000 + "]" * 100_000 + "}\n",
            "days.jsonl": json_lines(
                *[
                    {"title": f"Day {day}", "text": f"{SENTENCE} It was the day {day}.", "date": day}
                    for day in (
                        "0000-01-01",
                        "0001-01-01",
                        "9999-12-31",
                        "9999-12-31T23:59:59-12:00",
                        "99999-01-01",
                        "",
                    )
                ]
            ),
        },
    )

    # names
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(SCHOOL)
    write(folder, {"n" * 251 + ".txt": story(1)})
    write(folder, {"a folder.txt/ferry.txt": story(2)})

    # what is no file, or not one of this folder
    os.mkfifo(folder / "pipe.txt")
    os.mknod(folder / "socket.txt", stat.S_IFSOCK | 0o600)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "out.txt").symlink_to("/etc/hostname")
    (folder / "around").symlink_to(folder)
    write(folder, {"linked.txt": story(3)})
    os.link(folder / "linked.txt", folder / "z hard link.txt")

    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(folder), "2"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def reasons(hostile, name):
    """(locator, reason) of everything of a file that was not read."""
    return [(locator, reason) for path, locator, reason in hostile["skipped"] if path == name]


def reason(hostile, name):
    """The one reason why nothing of a file was read."""
    ((locator, told),) = reasons(hostile, name)
    assert (locator, titles(hostile, name)) == ("", [])
    return told


def titles(hostile, name):
    return [title for place, (title, _, _) in hostile["articles"].items() if place.startswith(name)]


def text(hostile, name):
    """The text of the article in a file of which nothing was skipped."""
    assert reasons(hostile, name) == []
    return hostile["articles"][name][2]


# --- the whole -------------------------------------------------------------------------------------------------


def test_the_other_articles_are_indexed(hostile):
    for name, content in GOOD.items():
        assert text(hostile, name) == content


def test_no_reader_takes_more_memory_than_it_may(hostile):
    assert 20 * MB < hostile["start"] < hostile["peak"] <= hostile["start"] + EXTRA


def test_nothing_is_unpickled_and_no_network_is_looked_for(hostile):
    assert hostile["violations"] == []
    assert hostile["proof"] == 2


def test_every_reason_is_in_words_and_short(hostile):
    for _, _, told in hostile["skipped"]:
        assert told[0].islower() and 5 <= len(told) < 200
        assert "Traceback" not in told and "broke down" not in told


# --- size ------------------------------------------------------------------------------------------------------


def test_200_mb_of_text_are_skipped(hostile):
    assert reason(hostile, "large.txt") == TOO_LARGE


def test_200_mb_of_endless_lines_are_skipped_line_by_line(hostile):
    assert reasons(hostile, "large.jsonl") == [(f"line {number}", A_LINE_TOO_LONG) for number in range(2, 6)]
    assert titles(hostile, "large.jsonl") == ["Before", "After"]


def test_one_line_of_50_mb_is_skipped(hostile):
    assert reason(hostile, "line.txt") == TOO_LARGE


def test_a_text_longer_than_an_article_may_be_is_skipped(hostile):
    assert reason(hostile, "long.txt") == TOO_LONG


def test_a_record_longer_than_an_article_may_be_is_skipped(hostile):
    assert reasons(hostile, "long.jsonl") == [("line 2", TOO_LONG)]
    assert titles(hostile, "long.jsonl") == ["Before", "After"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bomb.txt.gz", TOO_LARGE),
        ("bomb.jsonl.gz", "larger than the setting max_file_bytes (268,435,456 bytes)"),
    ],
)
def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(hostile, name, told):
    assert reason(hostile, name) == told


def test_a_gzip_bomb_of_one_line_is_skipped(hostile):
    assert reasons(hostile, "bomb of lines.jsonl.gz") == [("line 1", A_LINE_TOO_LONG)]


# --- nothing to read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["empty.txt", "blank.txt"])
def test_a_file_without_text_is_empty(hostile, name):
    assert reason(hostile, name) == "empty"


@pytest.mark.parametrize("name", ["empty.jsonl", "blank.jsonl"])
def test_a_file_without_records_holds_no_article(hostile, name):
    assert reason(hostile, name) == "holds no article"


@pytest.mark.parametrize("name", ["zeros.txt", "zeros.jsonl"])
def test_a_file_of_nul_bytes_is_no_text(hostile, name):
    assert reason(hostile, name) == "not text (binary data)"


def test_a_line_of_nul_bytes_in_a_bomb_is_too_long(hostile):
    assert reasons(hostile, "zeros.jsonl.gz") == [("line 1", A_LINE_TOO_LONG)]


def test_a_stray_nul_byte_costs_no_article(hostile):
    assert text(hostile, "one zero.txt") == f"Ferry stops\n\n{SENTENCE * 20}\0{SENTENCE}\n"


# --- encodings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "which"),
    [("utf-8.txt", "second"), ("mark.txt", "third"), ("utf-16.txt", "fourth"), ("windows.txt", "fifth")],
)
def test_a_text_is_read_in_its_encoding(hostile, name, which):
    assert text(hostile, name) == f"{WESTERN}\nA {which} café.\n"


def test_japanese_of_before_unicode_is_read(hostile):
    assert text(hostile, "japanese.txt") == JAPANESE


def test_a_mixture_of_encodings_that_is_none_is_named(hostile):
    assert reason(hostile, "mixed.txt") == "not text (binary data)"


def test_a_text_cut_within_a_character_is_read(hostile):
    assert text(hostile, "half.txt") == f"Half a character\n\n{JAPANESE[:-2]}\ufffd"


def test_a_record_in_a_broken_encoding_costs_no_other(hostile):
    assert titles(hostile, "half.jsonl")[0] == "Whole"
    assert len(titles(hostile, "half.jsonl")) + len(reasons(hostile, "half.jsonl")) == 2


# --- fields ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("list.md", "the front matter is not a list of fields"),
        ("unclosed.md", "the front matter is not YAML"),
        ("day.md", "the front matter has a value that is none"),
    ],
)
def test_bad_front_matter_is_named(hostile, name, told):
    assert reason(hostile, name).startswith(told)


def test_front_matter_that_refers_to_itself_a_billion_times_is_named(hostile):
    assert reason(hostile, "laughs.md") == "more than 100,000 values in its fields"


def test_a_record_nested_too_deeply_is_named(hostile):
    assert [told.split(" (")[0] for _, told in reasons(hostile, "deep.jsonl")] == ["not JSON"]


def test_days_at_the_ends_of_time_are_no_days_and_no_fault(hostile):
    assert reasons(hostile, "days.jsonl") == []
    days = [day for place, (_, day, _) in hostile["articles"].items() if place.startswith("days.jsonl")]
    assert days == ["None"] * 6


# --- names, and what is no file --------------------------------------------------------------------------------


def test_a_name_that_is_not_utf_8_is_named(hostile):
    assert reason(hostile, "caf?.txt") == "the file's name is not UTF-8; rename it"


def test_a_name_of_255_bytes_is_read(hostile):
    assert text(hostile, "n" * 251 + ".txt") == story(1)


def test_a_folder_named_like_a_file_is_a_folder(hostile):
    assert text(hostile, "a folder.txt/ferry.txt") == story(2)


@pytest.mark.parametrize("name", ["pipe.txt", "socket.txt"])
def test_what_is_no_regular_file_is_not_opened(hostile, name):
    assert reason(hostile, name) == "not a regular file"


def test_a_loop_of_links_is_named(hostile):
    assert reason(hostile, "loop.txt").startswith("cannot be looked at (")
    assert reason(hostile, "around") == "a link to a folder; name that folder itself"


def test_a_link_out_of_the_folder_is_not_followed(hostile):
    assert reason(hostile, "out.txt") == "a link out of the folder"


def test_a_hard_link_is_the_same_article(hostile):
    assert text(hostile, "linked.txt") == story(3)
    assert reason(hostile, "z hard link.txt") == "the same article as linked.txt"
