"""Newsletters as mail programs save them: which part is read, in which encoding, and what is refused."""

from __future__ import annotations

import base64
import os
import tracemalloc
from datetime import UTC, date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from factories import read_file, read_one, read_reading, with_marks

from index import Skip

PARAGRAPHS = (
    "The harbour of Lund reopened on Monday after divers cleared eleven sunken boats from its entrance.",
    "“We feared that the winter catch was lost,” Mayor Alma Reyes said. The work had cost 2.4 million crowns.",
)
TEXT = "\n\n".join(PARAGRAPHS)
PAGE = f"<html><body><p>View this email in your browser</p><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></body></html>"
STUB = "View this email in your browser: https://lund.example/n/1"


def mail(text=TEXT, page="", subject="Harbour of Lund reopens", **options) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Lund Courier", "news", "lund.example")
    message["To"] = "reader@mail.example"
    message["Subject"] = subject
    message["Date"] = datetime(2022, 4, 25, 23, 30, tzinfo=UTC)
    message.set_content(text, **options)
    if page:
        message.add_alternative(page, subtype="html")
    return message


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def test_subject_sender_and_date_are_the_facts_of_a_newsletter():
    article = read_one("letter.eml", bytes(mail()))
    assert (article.title, article.outlet) == ("Harbour of Lund reopens", "Lund Courier")
    assert article.published == date(2022, 4, 25)
    assert article.published_at == datetime(2022, 4, 25, 23, 30, tzinfo=UTC)
    assert set(article.origins.values()) == {"page metadata"}
    assert lines(article.text) == list(PARAGRAPHS)


def test_a_sender_without_a_name_is_called_by_the_domain():
    message = mail()
    message.replace_header("From", "news@lund.example")
    assert read_one("letter.eml", bytes(message)).outlet == "lund.example"


@pytest.mark.parametrize(
    "sender", ["", "@", "<>", "a b c <", '"' * 5, "=?x?q?=ff?= <a@b", "undisclosed:;", "a@[", "(" * 50]
)
def test_a_malformed_sender_does_not_lose_the_article(sender):
    raw = bytes(mail()).replace(b"Lund Courier <news@lund.example>", sender.encode())
    article = read_one("letter.eml", raw)
    assert (article.title, lines(article.text)) == ("Harbour of Lund reopens", list(PARAGRAPHS))


def test_headers_that_are_folded_and_encoded_are_read():
    subject = "Häfen, Fähren und Brücken: " + "was der Rat von Ostra über die nächsten zwölf Jahre beschlossen hat " * 2
    article = read_one("letter.eml", bytes(mail(subject=subject)))
    assert article.title == subject.strip()


def test_the_page_is_read_where_the_plain_text_is_only_a_pointer_to_it():
    article = read_one("letter.eml", bytes(mail(STUB, PAGE)))
    assert lines(article.text) == ["View this email in your browser", *PARAGRAPHS]


def test_the_plain_text_is_read_where_the_page_holds_less():
    page = "<html><body><p>Your mail program shows no text.</p></body></html>"
    article = read_one("letter.eml", bytes(mail(page=page)))
    assert lines(article.text) == list(PARAGRAPHS)


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-15"])
def test_text_is_decoded_as_the_message_says(encoding, charset):
    text = "Das Café in Malmö schließt für zwölf Tage, sagte Åsa Öberg."
    assert lines(read_one("a.eml", bytes(mail(text, charset=charset, cte=encoding))).text) == [text]


def test_a_wrong_charset_does_not_spoil_the_text():
    raw = bytes(mail("Das Café schließt.", charset="utf-8", cte="8bit"))
    assert 'charset="utf-8"' in raw.decode()
    for wrong in (b"us-ascii", b"x-unknown"):
        assert "Das Café schließt." in read_one("a.eml", raw.replace(b'"utf-8"', wrong)).text


def test_soft_line_breaks_are_undone():
    flowed = "The harbour of Lund reopened \nafter divers had cleared \nits entrance.\n\nNobody was hurt.\n"
    message = mail(flowed)
    message.set_param("format", "flowed")
    assert lines(read_one("a.eml", bytes(message)).text) == [
        "The harbour of Lund reopened after divers had cleared its entrance.",
        "Nobody was hurt.",
    ]


def test_what_the_mailing_list_adds_is_no_prose():
    notices = ("View this email in your browser", "You are receiving this because you subscribed.", "Unsubscribe here")
    text = "\n\n".join([notices[0], *PARAGRAPHS, *notices[1:]])
    reading = read_reading("a.eml", bytes(mail(text)))
    assert [reading.article.text[hint.start : hint.end] for hint in reading.hints] == list(notices)
    article = with_marks(reading)
    assert [article.text[span.start : span.end] for span in article.prose] == list(PARAGRAPHS)


def test_an_article_that_speaks_of_unsubscribing_stays_prose():
    text = f"{PARAGRAPHS[0]} " * 4 + "Thousands chose to unsubscribe from the service."
    assert not read_reading("a.eml", bytes(mail(text))).hints


def test_attachments_are_left_alone():
    message = mail(STUB, PAGE)
    message.add_attachment("minutes of the council", filename="minutes.txt")
    message.add_attachment(b"\x89PNG" + os.urandom(1000), maintype="image", subtype="png", filename="harbour.png")
    assert lines(read_one("a.eml", bytes(message)).text) == ["View this email in your browser", *PARAGRAPHS]


def test_a_large_attachment_does_not_fill_the_memory():
    message = mail()
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="paper.pdf")
    message.add_attachment("minutes", filename="minutes.txt")
    raw = bytes(message).replace(base64.b64encode(b"%PDF"), base64.encodebytes(os.urandom(25_000_000)))
    tracemalloc.start()
    try:
        (reading,) = read_file("a.eml", raw, limit=1 << 30)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert lines(reading.article.text) == list(PARAGRAPHS)
    assert most < 10_000_000


def nested(depth: int) -> bytes:
    levels = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return f"From: a@lund.example\nSubject: Nested\n{levels}\nThe harbour reopened.\n".encode()


def test_parts_within_parts_are_read_and_too_many_of_them_refused():
    assert "The harbour reopened." in read_one("a.eml", nested(10)).text
    (skip,) = read_file("a.eml", nested(5_000))
    assert skip.reason == "more than 30 parts within parts"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not a mail: it has no headers"),
        (b"\0" * 1000, "not a mail: it has no headers"),
        (b"Subject: Empty\nFrom: a@lund.example\n\n\n", "no text"),
        (b"Subject: Long\n\n" + (b"harbour " * 1000 + b"\n") * 3000, "larger than 16,777,216 bytes without"),
    ],
    ids=["empty", "NUL bytes", "no text", "long"],
)
def test_mail_without_an_article_is_a_skip_with_the_reason(content, expected):
    (skip,) = read_file("a.eml", content, limit=1 << 30)
    assert isinstance(skip, Skip)
    assert skip.reason.startswith(expected)


def test_a_wrong_date_is_no_date():
    raw = bytes(mail()).replace(b"Mon, 25 Apr 2022", b"Mon, 45 Apr 9999")
    assert read_one("a.eml", raw).published is None
