"""Mail as it should not be, but is: a reader must show it, or say what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime

from imapbridge.demo.seed.letter import Letter

#: Header and body, without the fields that all have.
MESSAGES: tuple[tuple[bytes, bytes], ...] = (
    (b"Subject: nothing in it", b""),
    (
        b"Subject: an alphabet that nobody knows\nContent-Type: text/plain; charset=x-own-invention",
        b"Gr\xfc\xdfe aus der Werkstatt!\n",
    ),
    (
        b"Subject: Gr\xfc\xdfe, unverpackt\nContent-Type: text/plain",
        b"Umlauts in the header as they fell out of the keyboard.\n",
    ),
    (
        b'Subject: half a picture\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="cut"',
        b"--cut\nContent-Type: text/plain\n\nThe connection broke while I was sending this:\n\n--cut\n"
        b'Content-Type: image/png; name="half.png"\nContent-Transfer-Encoding: base64\n'
        b'Content-Disposition: attachment; filename="half.png"\n\niVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1H',
    ),
    (
        b"Subject: says it has parts\nMIME-Version: 1.0\nContent-Type: multipart/mixed",
        b"The boundary was forgotten. This is all there is.\n",
    ),
    (
        b"Subject: =?utf-8?q?half_a_word=C3?=\nContent-Type: text/html; charset=utf-8\n"
        b"Content-Transfer-Encoding: quoted-printable",
        b"<div><p>Unclosed <b>everything<table><tr><td>and =ZZ not quite quoted=\n printable",
    ),
    (
        b"Subject: two of each\nSubject: the second subject\nFrom: somebody.else@example.net",
        b"Which From is it? The first.\n",
    ),
)  # fmt: skip


def letters(now: datetime) -> Iterator[Letter]:
    """Spread over the last two months; the one without a Date is placed by the server's own."""
    for number, (head, body) in enumerate(MESSAGES):
        date = now - timedelta(days=11 + number * 8)
        common = (
            b"From: Old Scanner <scanner@press.example.com>\nTo: noor@example.com\nMessage-ID: <broken.%d@scanner>\n"
            % number
        )
        dated = b"" if number == 0 else f"Date: {format_datetime(date)}\n".encode()
        raw = (common + dated + head + b"\n\n" + body).replace(b"\n", b"\r\n")
        yield Letter(raw, date, "", ("noor",), folder="" if number < 4 else "Archive")
