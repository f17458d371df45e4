"""Messages that we write, read back by the standard library and by our own reader: what went in comes out."""

from __future__ import annotations

import io
import itertools
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imapbridge.mime import build, flowed, headers, parse, parts, written
from imapbridge.mime.build import Calendar, Composed, File
from imapbridge.mime.outline import outline
from imapbridge.terms.envelope import Address
from tests.examples import examples

ANN = Address("Ann", "ann@example.org")
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def octets(composed: Composed, *, with_bcc: bool = False) -> bytes:
    out = io.BytesIO()
    assert build.write(composed, out, with_bcc=with_bcc) == len(out.getvalue())
    return out.getvalue()


def composed(**given: Any) -> Composed:
    return Composed(**{"message_id": "<one@example.org>", "date": NOON, "from_": ANN, **given})


def by_stdlib(raw: bytes) -> EmailMessage:
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


# --- Made by properties -----------------------------------------------------------------------------------------------

_SHOWABLE = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"))
_LINE = st.one_of(
    st.text(_SHOWABLE, max_size=60),
    st.lists(st.sampled_from(["word", "--", ">", "From", "ß", "日本", "", "=?utf-8?q?a?="]), max_size=40).map(" ".join),
    st.sampled_from(["-- ", "> quoted", ">> twice", ".", " stuffed", "x" * 1200]),
)  # fmt: skip
_HEADER = _LINE.map(lambda text: " ".join(text.split()))
_LOCAL = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\.[a-z0-9]{1,8})?", fullmatch=True)
_ADDRESS = st.builds(
    Address, _HEADER, st.builds("{}@{}".format, _LOCAL, st.sampled_from(["example.org", "b-c.example"]))
)
_ADDRESSES = st.lists(_ADDRESS, max_size=4).map(tuple)
_OCTETS = st.one_of(st.binary(max_size=300), st.just(b"\r\n.\r\nx"), st.just(bytes(range(256))))
_TYPE = st.sampled_from(["image/png", "application/pdf", "text/plain", "multipart/mixed", "nonsense", "message/rfc822"])
_FILE = st.tuples(_HEADER, _TYPE, _OCTETS)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    to=_ADDRESSES, cc=_ADDRESSES, bcc=_ADDRESSES, reply_to=_ADDRESSES, subject=_HEADER,
    text=st.lists(_LINE, max_size=8).map("\n".join), html=st.one_of(st.just(""), _LINE.map("<p>{}</p>".format)),
    files=st.lists(_FILE, max_size=3), images=st.lists(_OCTETS, max_size=2),
    priority=st.sampled_from(["", "high", "low"]),
)  # fmt: skip
def test_what_went_in_comes_out(
    tmp_path: Path, files: list[tuple[str, str, bytes]], images: list[bytes], **given: Any
) -> None:
    count = itertools.count()

    def kept(name: str, media_type: str, data: bytes, content_id: str = "") -> File:
        path = tmp_path / f"{next(count)}"
        path.write_bytes(data)
        return File(path, len(data), name, media_type, content_id)

    inline = [kept(f"{at}.png", "image/png", data, f"i{at}@example.org") for at, data in enumerate(images)]
    attached = [kept(*one) for one in files]
    one = composed(files=tuple(attached), inline=tuple(inline), from_=Address("", "ann@example.org"), **given)
    raw = octets(one, with_bcc=True)
    assert raw == build.bcc_field(one) + octets(one)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
    assert outline(io.BytesIO(raw)).root == parse.parse(raw).root
    _read_by_ours(raw, one)
    _read_by_stdlib(raw, one)


def _names(one: Composed) -> list[str]:
    lists = {"Bcc": one.bcc, "From": (one.from_,), "Reply-To": one.reply_to, "To": one.to, "Cc": one.cc}
    wanted = [name for name, values in lists.items() if values] + ["Date", "Subject", "Message-ID", "MIME-Version"]
    return sorted([*wanted, "Content-Type", *(["X-Priority", "Importance"] if one.priority else [])])


def _read_by_ours(raw: bytes, one: Composed) -> None:
    read = parse.parse(raw)
    assert not read.defects
    assert sorted(name for name, _ in read.headers if name != "Content-Transfer-Encoding") == _names(one)
    assert headers.decode_text(read.header("Subject")) == headers.clean(one.subject)
    for name, wanted in (("To", one.to), ("Cc", one.cc), ("Bcc", one.bcc), ("Reply-To", one.reply_to)):
        assert [(who.name, who.address) for who in headers.parse_addresses(read.header(name))] == [
            (_name(who), who.address) for who in wanted
        ]
    plain = next(part for part in read.root.walk() if part.media_type == "text/plain")
    shown = parts.decode_transfer(read.body_of(plain.section), plain.encoding).decode()
    assert list(flowed.lines(shown, flowed=plain.param("format") == "flowed")) == _typed(one.text)
    _files_by_ours(read, one)


def _name(who: Address) -> str:
    """Our reader takes quotes around a name for a mistake of its writer."""
    name = headers.clean(who.name).strip("\"' ")
    return "" if name == who.address else name


def _typed(text: str) -> list[flowed.Line]:
    return [
        flowed.Line(line.depth, line.text if line.text == flowed.SIGNATURE else line.text.rstrip(" "))
        for line in flowed.lines(text)
    ]


def _files_by_ours(read: parse.Parsed, one: Composed) -> None:
    found = [part for part in read.root.walk() if part.disposition]
    wanted = [*one.inline, *one.files] if one.html else [*one.files, *one.inline]
    assert len(found) == len(wanted)
    for part, file in zip(found, wanted, strict=True):
        data, body = file.path.read_bytes(), read.body_of(part.section)
        if part.media_type == "message/rfc822":
            assert body == data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        else:
            assert parts.decode_transfer(body, part.encoding) == data
        assert part.filename == headers.clean(file.name)
        assert part.content_id == (file.content_id if part.disposition == "inline" else part.content_id)


def _read_by_stdlib(raw: bytes, one: Composed) -> None:
    read = message_from_bytes(raw, policy=policy.compat32)  # the other one cannot read all that may be written
    assert sorted(name for name in read if name != "Content-Transfer-Encoding") == _names(one)
    assert parsedate_to_datetime(read["Date"]) == one.date
    leaves = [part for part in read.walk() if part.get_filename() is not None and not part.is_multipart()]
    wanted = [*one.inline, *one.files] if one.html else [*one.files, *one.inline]
    wanted = [file for file in wanted if file.media_type != "message/rfc822"]
    sent = [part.get_payload(decode=True) for part in leaves]
    assert all(file.path.read_bytes() in sent for file in wanted if file.name)
    assert not any(part.defects for part in read.walk() if part.get_content_maintype() == "multipart")


# --- By examples ------------------------------------------------------------------------------------------------------


@pytest.mark.threat("D2")
@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: eve@example.net", "a\nBcc: eve@example.net", "a\rBcc: x", "a\0b", "a\x0bb"]
)
def test_no_value_begins_another_field(evil: str) -> None:
    one = composed(subject=evil, to=(Address(evil, "bob@example.org"),), in_reply_to=evil, references=(f"<{evil}>",))
    assert list(by_stdlib(octets(one)).keys()) == [
        "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ]  # fmt: skip
    for address in (f"{evil}@example.org", f"bob@{evil}", f"bob@example.org{evil}", f'"{evil}"@example.org'):
        with pytest.raises(ValueError):
            octets(composed(to=(Address("", address),)))


@pytest.mark.threat("D2")
@pytest.mark.parametrize("evil", ["a\rb", "a\nb", "a\r\nb", "a\r\n.\r\nb", "a\n.\nb", "a\r.\rb"])
def test_no_line_ends_but_as_smtp_ends_one(evil: str) -> None:
    """What a server takes for another line may end the message, and begin the next one."""
    said = {"text": evil, "html": f"<p>{evil}", "subject": evil, "calendar": Calendar("REPLY", evil)}
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", octets(composed(**said)))


@pytest.mark.threat("D2")
def test_a_line_end_that_hides_in_an_encoded_word_stays_hidden() -> None:
    hidden = "=?utf-8?q?a=0D=0ABcc:_eve@example.net?="
    raw = octets(composed(subject=hidden, to=(Address(hidden, "bob@example.org"),)))
    assert b"Bcc:" not in raw
    assert headers.decode_text(parse.parse(raw).header("Subject")) == hidden


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("bob@example.org", "bob@example.org"),
        ("bob@Bücher.example", "bob@xn--bcher-kva.example"),
        ('"b o b"@example.org', '"b o b"@example.org'),
        ("b..ob.@example.org", '"b..ob."@example.org'),
        ("o'neil+tag@example.org", "o'neil+tag@example.org"),
        ("böb@example.org", "böb@example.org"),
        ("bob@[192.0.2.1]", "bob@[192.0.2.1]"),
    ],
)
def test_addresses_on_the_wire(address: str, wire: str) -> None:
    assert written.addr_spec(address) == wire
    assert build.needs_utf8(composed(cc=(Address("", address),))) == (not wire.isascii())


@pytest.mark.parametrize(
    "address", ["", "bob", "@example.org", "bob@", "a b@example.org", "a@b@c d", "<a@b>", "a@-b", "a@b..c", "a,b@c.d"]
)
def test_what_is_no_address_is_not_written(address: str) -> None:
    with pytest.raises(ValueError):
        written.addr_spec(address)


def test_a_message_goes_along_as_a_message(tmp_path: Path) -> None:
    def kind(data: bytes) -> tuple[str, str]:
        path = tmp_path / "one.eml"
        path.write_bytes(data)
        raw = octets(composed(files=(File(path, len(data), "one.eml", "message/rfc822"),)))
        part = parse.parse(raw).root.parts[1]
        assert (b"Content-Transfer-Encoding: 8bit\r\n\r\n--" in raw) == (part.encoding == "8bit")
        return part.media_type, part.encoding

    assert kind(b"Subject: a\n\nplain\n") == ("message/rfc822", "7bit")
    assert kind("Subject: a\r\n\r\nnot päin\r\n".encode()) == ("message/rfc822", "8bit")
    assert kind(b"Subject: a\r\n\r\n" + b"x" * 2000) == ("application/octet-stream", "base64")
    assert kind(b"Subject: a\r\n\r\na\rb") == ("application/octet-stream", "base64")


@pytest.mark.parametrize("media_type", ["image/png", "message/rfc822"])
def test_a_file_of_many_pieces(tmp_path: Path, media_type: str) -> None:
    data = b"Subject: a\r\n\r\n" + b"\r\n.\r\nx" * 30_001
    path = tmp_path / "one"
    path.write_bytes(data)
    raw = octets(composed(files=(File(path, len(data), "one", media_type),)))
    read, passed = parse.parse(raw), outline(io.BytesIO(raw))
    assert passed.root == read.root and (len(passed.raw) < 1000) == (media_type == "image/png")
    part = read.root.parts[1]
    assert part.media_type == media_type
    assert parts.decode_transfer(read.body_of("2"), part.encoding) == data


def test_all_that_may_be_asked_for() -> None:
    one = composed(
        to=(ANN,), html="<p>Hello", text="Hello", priority="high", wants_receipt=True,
        in_reply_to="<a@example.org>", references=tuple(f"<{at}{'x' * 30}@example.org>" for at in range(9)),
    )  # fmt: skip
    read = by_stdlib(octets(one))
    assert read["X-Priority"].startswith("1") and read["Importance"] == "high"
    assert "ann@example.org" in read["Disposition-Notification-To"]
    assert read["References"].split() == list(one.references)
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_ids_are_never_the_same() -> None:
    first, second = build.new_message_id("bücher.example"), build.new_message_id("bücher.example")
    assert first != second and first.endswith("@xn--bcher-kva.example>")


@given(st.lists(_LINE, max_size=10).map("\n".join))
@settings(max_examples=examples(25), deadline=None)
def test_flowed_text_reads_as_it_was_typed(text: str) -> None:
    sent = flowed.flow(text)
    assert list(flowed.lines(sent, flowed=True)) == _typed(text)
    assert all(len(line) <= 80 or " " not in line.strip() for line in sent.split("\r\n"))
