"""Files of questions: every form of them says the same, and a wrong row is named."""

import gzip
import json
from datetime import date

import pytest

from assistant import Case, CasesUnreadable, read_cases

FERRY = {
    "id": "f1",
    "question": "Who sailed the ferry, and when?",
    "answers": ["Ida Holm", "Holm"],
    "choices": ["Ida Holm", "Holm", "Olof Brandt"],
    "gold_urls": ["https://vika.example/ferry"],
    "date": "2026-02-03",
    "week": "left alone",
}
MOON = {"question": "How far is the moon?", "answerable": False}
READ = [
    Case(
        "f1",
        "Who sailed the ferry, and when?",
        ("Ida Holm", "Holm"),
        ("Ida Holm", "Holm", "Olof Brandt"),
        ("https://vika.example/ferry",),
        date(2026, 2, 3),
    ),
    Case("2", "How far is the moon?", answerable=False),
]
TABLE = """question,id,answers,choices,gold_urls,date,answerable
"Who sailed the ferry, and when?",f1,Ida Holm|Holm,Ida Holm | Holm | Olof Brandt,https://vika.example/ferry,2026-02-03,
How far is the moon?,,,,,,no
"""
FORMS = {
    "JSON lines": f"{json.dumps(FERRY)}\n\n{json.dumps(MOON)}",
    "a JSON array": json.dumps([FERRY, MOON], indent=2),
    "a table": TABLE,
    "a table of a spreadsheet": "\ufeff"
    + TABLE.replace("ferry, and", "ferry; and").replace(",", ";").replace("; and", ", and"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_is_read_alike_as_a_file_gzipped_and_as_bytes(form, tmp_path):
    (tmp_path / "plain").write_text(form)
    (tmp_path / "packed").write_bytes(gzip.compress(form.encode()))
    assert read_cases(tmp_path / "plain") == READ
    assert read_cases(str(tmp_path / "packed")) == READ
    assert read_cases(form.encode()) == READ


def test_what_is_to_be_declined_stays_so_and_its_numbers_do_not_meet_others():
    (case,) = read_cases(b'{"question": "Why?", "answerable": true}', answerable=False)
    assert not case.answerable
    assert case.id != read_cases(b'{"question": "Why?"}')[0].id


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ('{"question": "a"}\n{"question": " "}', ["line 2", "question"]),
        ('{"question": "a"}\n{"question": "b"', ["line 2", "not JSON"]),
        ('{"question": "a"}\n["b"]', ["line 2", "JSON object"]),
        ('{"question": "a", "id": "x"}\n\n{"question": "b", "id": "x"}', ["line 3", "'x'", "line 1"]),
        ('{"question": "a", "date": "3.2.2026"}', ["line 1", "3.2.2026", "2026-01-31"]),
        ('{"question": "a", "answers": {"x": 1}}', ["line 1", "answers"]),
        ('{"question": "a", "answers": ["x"], "choices": ["y"]}', ["line 1", "'x'", "choices"]),
        ('{"question": "a", "answerable": "perhaps"}', ["line 1", "answerable", "perhaps"]),
        ('[{"question": "a"},\n{"question": 3}]', ["line 2", "question"]),
        ('[{"question": "a"}\n{"question": "b"}]', ["line 2", "comma"]),
        ('[{"question": "a"}', ["line 1", "missing"]),
        ('[{"question": "a"}]\n[]', ["line 1", "behind"]),
        ("[" * 100_000, ["line 1", "nested"]),
        ("id,frage\n1,a", ["line 1", "question"]),
        ("question\na\nb,c", ["line 3", "2 cells"]),
        ('question\na\n"b', ["line 3", "table"]),
        ("question\n", ["no question"]),
        ("", ["no question"]),
        ("[]", ["no question"]),
    ],
)
def test_a_wrong_row_is_an_error_that_names_its_line(content, parts, tmp_path):
    path = tmp_path / "questions"
    path.write_text(content)
    with pytest.raises(CasesUnreadable) as error:
        read_cases(path)
    assert all(part in str(error.value) for part in [str(path), *parts]), error.value


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (gzip.compress(b'{"question": "a"}', mtime=0)[:-6], "unpacked"),
        (b'{"question": "a"}\n{"question": "\xff"}', "line 2"),
    ],
)
def test_bytes_that_are_no_text_are_an_error(content, part):
    with pytest.raises(CasesUnreadable, match=part):
        read_cases(content)


def test_a_file_larger_than_is_read_is_refused_even_if_it_is_small_when_packed():
    with pytest.raises(CasesUnreadable, match="larger than the 64 MB"):
        read_cases(gzip.compress(b" " * (64 * 1024**2 + 1), compresslevel=1))
