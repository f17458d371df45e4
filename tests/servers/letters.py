"""Believable messages, as many as one likes: the same seed gives the same mail.

Written for volume: no message is built with `email`, so that 100,000 of them take seconds.
"""

import base64
import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass

PEOPLE = [
    ("Ann Okafor", "ann@okafor.example"),
    ("Björn Lindqvist", "bjorn@lindqvist.example"),
    ("Chiara Rossi", "chiara.rossi@studio.example"),
    ("Dmitri Sokolov", "d.sokolov@institute.example"),
    ("Esra Yılmaz", "esra@yilmaz.example"),
    ("Fatima Zahra", "fatima@zahra.example"),
    ("Green Grocer", "orders@green-grocer.example"),
    ("Harbour News", "news@harbour.example"),
    ("Iris Nakamura (中村)", "iris@nakamura.example"),
    ("Jan van der Meer", "jan@vandermeer.example"),
]
SUBJECTS = [
    "Minutes of Tuesday's meeting",
    "Invoice {number}",
    "Your order {number} is on its way",
    "Photos from the lake",
    "Draft of chapter {number}",
    "Überraschung zum Geburtstag",
    "Réunion du comité n° {number}",
    "Backup of host db{number} finished",
    "Can we move to Thursday?",
    "Weekly letter {number}",
]
SENTENCES = [
    "I have read it twice and would change only the second paragraph.",
    "The train leaves at 9:14 from platform 3, so let us meet at nine.",
    "Please find the figures of last month below; the total is a little higher than planned.",
    "Nobody answered at the door, and the parcel is now with your neighbour.",
    "Could you look at this before Friday? It is not urgent, but it would help.",
    "We counted 214 curlews on the mudflats this morning, more than in any year before.",
    "Thank you for your patience. The new date is fixed and will not move again.",
    "Schöne Grüße aus dem Süden, hier blühen schon die Mandeln.",
]
NEWEST = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Letter:
    """A raw message, when it arrived, and its flags."""

    raw: bytes
    date: datetime.datetime
    flags: tuple[str, ...]


def letters(count: int, seed: int = 1) -> Iterator[Letter]:
    """Oldest first, some minutes apart, the last one on `NEWEST`: a third in conversations, one in six a newsletter."""
    choice = random.Random(seed)
    roots: list[tuple[str, str]] = []
    for number in range(count):
        date = NEWEST - datetime.timedelta(minutes=7 * (count - 1 - number))
        reply_to = choice.choice(roots[-40:]) if roots and choice.random() < 0.33 else None
        message_id = f"{seed}.{number}@mail.example"
        subject = f"Re: {reply_to[1]}" if reply_to else choice.choice(SUBJECTS).format(number=number)
        if not reply_to:
            roots.append((message_id, subject))
        headers = _headers(choice, message_id, subject, date, reply_to[0] if reply_to else "")
        yield Letter(headers + _content(choice, number), date, _flags(choice, number, count))


def plain(subject: str = "Hello", text: str = "Hello there.\r\n", message_id: str = "plain@mail.example") -> bytes:
    """One small plain message."""
    return _headers(random.Random(0), message_id, subject, NEWEST, "") + _plain(text)


def newsletter(size: int = 60_000, subject: str = "Weekly letter", message_id: str = "news@mail.example") -> bytes:
    """An HTML newsletter of tables, styles, links and remote images, whose HTML has about this many bytes."""
    return _headers(random.Random(0), message_id, subject, NEWEST, "") + _html(random.Random(0), size)


def with_attachment(size: int, name: str = "report.pdf", message_id: str = "attached@mail.example") -> bytes:
    """A plain message with one attachment of this many bytes."""
    return _headers(random.Random(0), message_id, f"With {name}", NEWEST, "") + _attached(random.Random(0), size, name)


def _headers(choice: random.Random, message_id: str, subject: str, date: datetime.datetime, reply_to: str) -> bytes:
    name, address = choice.choice(PEOPLE)
    lines = [
        f"Return-Path: <{address}>",
        "Received: from mx.example (mx.example [192.0.2.7]) by mail.example.org with ESMTPS; "
        + date.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        f"Date: {date:%a, %d %b %Y %H:%M:%S} +0000",
        f"From: {_word(name)} <{address}>",
        "To: Somebody <somebody@example.org>",
        f"Subject: {_word(subject)}",
        f"Message-ID: <{message_id}>",
        *([f"In-Reply-To: <{reply_to}>", f"References: <{reply_to}>"] if reply_to else []),
        "MIME-Version: 1.0",
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def _word(text: str) -> str:
    """RFC 2047 where ASCII does not reach, quoted where it is special."""
    if not text.isascii():
        return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="
    return f'"{text}"' if "(" in text else text


def _content(choice: random.Random, number: int) -> bytes:
    if number % 6 == 5:
        return _html(choice, choice.randrange(2_000, 9_000))
    if number % 25 == 3:
        return _attached(choice, choice.randrange(500, 4_000), f"scan-{number}.pdf")
    return _plain("\r\n\r\n".join(choice.choices(SENTENCES, k=choice.randrange(2, 12))) + "\r\n")


def _plain(text: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode()


def _html(choice: random.Random, size: int) -> bytes:
    rows: list[str] = []
    length = 0
    while length < size - 600:
        rows.append(_row(choice, len(rows)))
        length += len(rows[-1].encode())
    style = "body{margin:0;background:#eef2f4}td{font-family:Georgia,serif}a{color:#0b5c6b}.card{padding:16px}"
    page = f"<html><head><style>{style}</style></head><body><table width='600' align='center'>{''.join(rows)}</table>"
    page += "<p><a href='https://news.example/unsubscribe'>Unsubscribe</a></p></body></html>"
    boundary = "=_letter"
    text = "The letter of this week, for those who read plain text.\r\n"
    return (
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\n{_plain(text).decode()}\r\n--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{page}\r\n--{boundary}--\r\n"
    ).encode()


def _row(choice: random.Random, index: int) -> str:
    first, second = choice.sample(SENTENCES, 2)
    return (
        f"<tr><td class='card' style='padding:16px;border-bottom:1px solid #d5dde0' bgcolor='#ffffff'>\r\n"
        f"<img src='https://pictures.example/{index}.jpg' width='560' height='180' alt='Picture {index}'>\r\n"
        f"<h2 style='font-size:20px;color:#123'>{first}</h2>\r\n<p style='line-height:1.5'>{second} {first}</p>\r\n"
        f"<a href='https://news.example/read/{index}?utm_source=letter' style='color:#0b5c6b'>Read on</a></td></tr>\r\n"
    )


def _attached(choice: random.Random, size: int, name: str) -> bytes:
    boundary = "=_attached"
    encoded = base64.encodebytes(b"%PDF-1.4\n" + choice.randbytes(max(size - 9, 0))).replace(b"\n", b"\r\n")
    opening = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n--{boundary}\r\n'.encode()
    middle = (
        f"\r\n--{boundary}\r\nContent-Type: application/pdf; name={name}\r\n"
        f"Content-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    ).encode()
    return opening + _plain("The report is attached.\r\n") + middle + encoded + f"--{boundary}--\r\n".encode()


def _flags(choice: random.Random, number: int, count: int) -> tuple[str, ...]:
    """Most old mail is read; a fifth of the newest two hundred is not."""
    unread = number > count - 200 and choice.random() < 0.2
    flags = () if unread else ("\\Seen",)
    return (*flags, "\\Flagged") if number % 47 == 0 else flags
