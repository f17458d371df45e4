"""Two hundred messages of our making, each another one, read by the standard library and by Dovecot: what went in comes
out. Neither reads them with a line of ours but for the tokens of IMAP."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any

from imapbridge.mime import build
from imapbridge.mime.build import Composed, File
from imapbridge.terms.envelope import Address
from imapbridge.wire import tokens
from tests.examples import examples
from tests.imapbridge.mime.test_on_dovecot import fetch
from tests.servers.dovecot import Dovecot, User

MANY = examples(200)
WORDS = [
    "word", "Größe", "日本語", "العربية", "हिन्दी", "Ελλάδα", "жизнь", "😀", "e\u0301", "=?utf-8?q?a?=", "=?x?=",
    "a,b;c:<d>@e", 'say "x"', "back\\slash", "(comment)", "o'clock", "x" * 90, "ß" * 50, "日" * 40, "100%", "a=20b",
    "$&+", "[list]", "--",
]  # fmt: skip
LOCALS = [
    "ann",
    "o'neil+tag",
    '"two words"',
    '"a@b"',
    r'"a\"b"',
    "x" * 64,
    "jörg",
    "用户",
    "a.b-c_d",
    "!#$%&'*+/=?^_`{|}~",
]
DOMAINS = ["example.org", "bücher.example", "xn--bcher-kva.example", "[192.0.2.1]", "a-b.münchen.例え.テスト"]
LINES = [
    "", ".", "..", " leading", "  two", "From here", "> quoted", ">> twice", ">", "-- ", "--", "long words " * 30,
    "y" * 1200, "日本 " * 60, "=3D", "tab\there", "trailing", "\u00a0nbsp", "😀 " * 40,
]  # fmt: skip
TYPES = [
    "image/png",
    "application/pdf",
    "text/plain",
    "text/html",
    "multipart/mixed",
    "nonsense",
    "application/x-ünknown",
]
ENDINGS = [".pdf", ".tar.gz", "", ".txt", ".日本"]


@dataclass
class Made:
    composed: Composed
    octets: bytes


def make(seed: int, directory: Path) -> Made:
    made = _composed(random.Random(seed), directory / str(seed))
    out = io.BytesIO()
    build.write(made, out, with_bcc=True)
    return Made(made, out.getvalue())


def _composed(dice: random.Random, directory: Path) -> Composed:
    directory.mkdir()

    def text(most: int) -> str:
        return " ".join(dice.choices(WORDS, k=dice.randint(0, most)))

    def people(most: int) -> tuple[Address, ...]:
        specs = [f"{dice.choice(LOCALS)}@{dice.choice(DOMAINS)}" for _ in range(dice.randint(0, most))]
        return tuple(Address(text(3), spec) for spec in specs)

    def file(content_id: str = "") -> File:
        path = directory / f"{dice.random()}"
        path.write_bytes(dice.choice([b"", bytes(range(256)), dice.randbytes(5000), b"\r\n.\r\nx\n", b"line\n" * 9]))
        return File(path, path.stat().st_size, text(4) + dice.choice(ENDINGS), dice.choice(TYPES), content_id)

    zone = timezone(timedelta(minutes=dice.choice([0, 330, -480])))
    inline = tuple(file(f"i{at}.{dice.random()}@example.org") for at in range(dice.choice([0, 0, 1, 2])))
    html = "\n".join(
        ["<p>", *(f'<img src="cid:{one.content_id}">' for one in inline), *dice.choices(LINES, k=4), "</p>"]
    )
    return Composed(
        message_id=build.new_message_id("bücher.example"), date=datetime(2026, 11, 26, 9, 1, 2, tzinfo=zone),
        from_=(people(1) or (Address("", "ann@example.org"),))[0], reply_to=people(2), to=people(6), cc=people(2),
        bcc=people(2), subject=text(12), text="\n".join(dice.choices(LINES, k=dice.randint(0, 8))),
        html=html if dice.random() < 0.6 or inline else "", inline=inline,
        files=tuple(file() for _ in range(dice.choice([0, 0, 1, 3]))), in_reply_to=dice.choice(["", "<a$b@c>"]),
        references=tuple(f"<{at}.{'r' * 40}@example.org>" for at in range(dice.choice([0, 1, 12]))),
        priority=dice.choice(["", "high", "low"]), wants_receipt=dice.random() < 0.2,
    )  # fmt: skip


def plain(text: str) -> str:
    """As a header can say it: in one line."""
    return " ".join(text.split(" ")).strip()


def spec(address: str) -> tuple[str, str]:
    """Its local part as it is meant, and its domain in ASCII."""
    local, _, domain = address.rpartition("@")
    bare = re.sub(r"\\(.)", r"\1", local[1:-1]) if local.startswith('"') else local
    return bare, domain.lower() if domain.startswith("[") else domain.encode("idna").decode().lower()


def meant(people: tuple[Address, ...]) -> list[tuple[str, tuple[str, str]]]:
    return [(plain(one.name), spec(one.address)) for one in people]


# --- The standard library ---------------------------------------------------------------------------------------------


def test_by_the_standard_library(tmp_path: Path) -> None:
    for seed in range(MANY):
        made = make(seed, tmp_path)
        try:
            _read(message_from_bytes(made.octets), made.composed)
        except AssertionError as error:
            raise AssertionError(f"message {seed}") from error
        assert all(len(line) <= 998 for line in made.octets.split(b"\r\n"))


def _raw(read: Message, name: str) -> str:
    """A header unfolded; UTF-8 as it is (RFC 6532)."""
    found = [str(value) for key, value in read.raw_items() if key == name]
    return re.sub(r"\r\n(?=[ \t])", "", "".join(found)).encode("utf-8", "surrogateescape").decode()


def _words(raw: str) -> str:
    """With its encoded words read."""
    return str(make_header(decode_header(raw))) if "=?" in raw else raw


def _people(read: Message, name: str) -> list[tuple[str, tuple[str, str]]]:
    return [(plain(_words(who)), spec(address)) for who, address in getaddresses([_raw(read, name)]) if address]


def _read(read: Message, one: Composed) -> None:
    assert plain(_words(_raw(read, "Subject"))) == plain(one.subject)
    for name in ("From", "Reply-To", "To", "Cc", "Bcc"):
        wanted = (one.from_,) if name == "From" else getattr(one, name.lower().replace("-", "_"))
        assert _people(read, name) == meant(wanted), name
    assert parsedate_to_datetime(read["Date"]) == one.date
    assert read["Message-ID"] == one.message_id and (read["In-Reply-To"] or "") == one.in_reply_to
    assert tuple((read["References"] or "").split()) == one.references
    assert _people(read, "Disposition-Notification-To") == (meant((one.from_,)) if one.wants_receipt else [])
    assert (read["Importance"] or "") == one.priority
    leaves = [part for part in read.walk() if not part.is_multipart()]
    assert not [part.defects for part in read.walk() if part.defects]
    texts = [part for part in leaves if part.get_content_disposition() is None]
    assert [part.get_content_type() for part in texts] == ["text/plain", "text/html"][: 1 + bool(one.html)]
    assert list(_unflowed(_decoded(texts[0]))) == [line.rstrip(" ") for line in one.text.rstrip("\n").split("\n")]
    if one.html:
        assert _decoded(texts[1]).replace("\r\n", "\n") == one.html.rstrip("\n") + "\n"
    _files(leaves, one)


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(str(part.get_param("charset")))


def _unflowed(text: str) -> Iterator[str]:
    """RFC 3676 4.2 and 4.4, without its subtleties."""
    depth, joined = 0, None
    for line in text.removesuffix("\r\n").split("\r\n"):
        quoted = len(line) - len(line.lstrip(">"))
        said = line[quoted:].removeprefix(" ")
        if joined is not None and quoted == depth and said != "-- ":
            joined += said
        else:
            if joined is not None:
                yield _typed(depth, joined)
            depth, joined = quoted, said
        if not joined.endswith(" ") or said == "-- ":
            yield _typed(depth, joined)
            joined = None
    if joined is not None:
        yield _typed(depth, joined)


def _typed(depth: int, said: str) -> str:
    return (">" * depth + (" " if depth and said.strip() else "") + said).rstrip(" ")


def _files(leaves: list[Message], one: Composed) -> None:
    found = [part for part in leaves if part.get_content_disposition()]
    wanted = [*one.inline, *one.files] if one.html else [*one.files, *one.inline]
    assert [collapse_rfc2231_value(part.get_filename() or "") for part in found] == [
        plain(file.name) for file in wanted
    ]
    assert [part.get_payload(decode=True) for part in found] == [file.path.read_bytes() for file in wanted]
    shown = [part["Content-ID"] for part in found if part.get_content_disposition() == "inline"]
    assert shown == [f"<{file.content_id}>" for file in one.inline if one.html]


# --- Dovecot ----------------------------------------------------------------------------------------------------------


def test_by_dovecot(tmp_path: Path, dovecot: Dovecot, mail_user: User) -> None:
    with dovecot.client(mail_user) as client:
        for seed in range(MANY // 2):
            made = make(seed, tmp_path)
            uid = client.append("INBOX", made.octets)
            assert uid
            client.select("INBOX")
            try:
                _is_told(fetch(client, uid, "ENVELOPE"), fetch(client, uid, "BODYSTRUCTURE"), made.composed)
            except AssertionError as error:
                raise AssertionError(f"message {seed}") from error
            assert client.raw("INBOX", uid) == made.octets


def _is_told(envelope: tokens.Value, structure: tokens.Value, one: Composed) -> None:
    assert isinstance(envelope, list) and isinstance(structure, list)
    assert plain(_text(envelope[1])) == plain(one.subject)
    for at, people in ((2, (one.from_,)), (4, one.reply_to or (one.from_,)), (5, one.to), (6, one.cc), (7, one.bcc)):
        told: Any = envelope[at] or []
        named = [(plain(_text(name)), spec(_quoted(_text(local), _text(host)))) for name, _, local, host in told]
        assert named == meant(people), at
    assert [_text(envelope[8]), _text(envelope[9])] == [one.in_reply_to, one.message_id]
    sizes = [(kind, file.path.stat().st_size) for kind, file in _wanted(one)]
    assert sorted(_sizes(structure)) == sorted((kind, 4 * -(-size // 3) + 2 * -(-size // 57)) for kind, size in sizes)


def _wanted(one: Composed) -> list[tuple[str, File]]:
    shown = "inline" if one.html else "attachment"
    return [*(("attachment", file) for file in one.files), *((shown, file) for file in one.inline)]


def _sizes(part: Any) -> Iterator[tuple[str, int]]:
    """(disposition, octets in base64) of what is a file."""
    if isinstance(part[0], list):
        for inner in part:
            if isinstance(inner, list) and inner and (isinstance(inner[0], list) or len(inner) > 6):
                yield from _sizes(inner)
    elif told := next(
        (item for item in part[7:] if isinstance(item, list) and _text(item[0]) in ("inline", "attachment")), None
    ):
        yield _text(told[0]), int(part[6])


def _text(value: Any) -> str:
    raw = value.decode() if isinstance(value, bytes) else str(value or "")
    return str(make_header(decode_header(raw))) if "=?" in raw else raw


def _quoted(local: str, host: str) -> str:
    """Dovecot tells what a quoted local part means, which may hold an @."""
    escaped = local.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"@{host}'
