"""No text of anybody can make a second command, or change the one it is in."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.errors import Unsafe
from imapbridge.terms.uids import UidSet
from imapbridge.wire import commands, keys
from imapbridge.wire.commands import Command, Literal, Word
from imapbridge.wire.items import FetchItems, Section
from imapbridge.wire.tokens import parse

TEXT = st.text()
NASTY = st.text(st.sampled_from('\r\n\0"\\(){}%*[] aZ1é+')) | TEXT


def octets(command: Command, literals: str = "") -> bytes:
    return b"".join(command.chunks("T1", literals))


def split(command: Command) -> tuple[list[bytes], list[bytes]]:
    """The lines of a command and its literals, read back as a server reads them."""
    data, lines, literals = octets(command), [], []
    while data:
        line, _, data = data.partition(b"\r\n")
        lines.append(line)
        if announced := re.search(rb"~?\{(\d+)\+?\}$", line):
            size = int(announced[1])
            literals.append(data[:size])
            data = data[size:]
    return lines, literals


@pytest.mark.threat("D1")
@given(NASTY)
def test_a_string_arrives_or_is_refused(text):
    command_of = lambda: Command("UID SEARCH", (commands.atom("SUBJECT"), commands.string(text), commands.atom("ALL")))  # noqa: E731
    if re.search("[\0\r\n]", text):
        with pytest.raises(Unsafe):
            command_of()
        return
    lines, literals = split(command_of())
    joined = b"\0".join(re.sub(rb"\{\d+\}$", b"", line) for line in lines)
    assert parse(joined, literals) == [b"T1", b"UID", b"SEARCH", b"SUBJECT", text.encode("utf-8", "replace"), b"ALL"]
    assert len(lines) == 1 + len(literals)


@given(NASTY)
def test_one_line_for_every_key(text):
    for make in (
        keys.text,
        keys.body,
        keys.subject,
        keys.from_,
        keys.to,
        keys.cc,
        keys.bcc,
        keys.message_id,
        keys.gm_raw,
    ):
        try:
            key = keys.any_of(make(text), keys.not_(keys.all_of(make(text), keys.header(text, text))))
        except Unsafe:
            assert re.search("[\0\r\n]", text)
            continue
        lines, literals = split(Command("UID SEARCH", key))
        assert len(lines) == len(literals) + 1
        assert all(not re.search(rb"[\0\r\n]", line) for line in lines)


@given(NASTY)
def test_flags_are_atoms_or_refused(text):
    try:
        word = commands.flag(text)
    except Unsafe:
        return
    assert re.fullmatch(rb'\\?[^\x00-\x20\x7f-\xff(){%*"\\\]]+', word.data)


@given(NASTY)
def test_sections_are_sections_or_refused(text):
    for make in (
        lambda: commands.section(text),
        lambda: commands.section("HEADER.FIELDS", [text]),
        lambda: commands.section("", kind=text),
    ):
        try:
            word = make()
        except Unsafe:
            continue
        assert re.fullmatch(rb"BODY\.PEEK\[[A-Za-z0-9._ ()-]*\]", word.data), word.data


@pytest.mark.parametrize(
    "name", ["1", "1.2.3", "HEADER", "TEXT", "1.MIME", "2.HEADER", "HEADER.FIELDS", "3.HEADER.FIELDS.NOT", ""]
)
def test_good_sections(name):
    assert commands.section(name).data == f"BODY.PEEK[{name}]".encode()


@pytest.mark.parametrize(
    "name", ["0", "1.", ".1", "1..2", "01", "1 2", "MIME1", "HEADERX", "1.HEADER.2", "1]", "¹", "HEADER "]
)
def test_bad_sections(name):
    with pytest.raises(Unsafe):
        commands.section(name)


@given(NASTY)
def test_atoms_are_atoms_or_refused(text):
    try:
        word = commands.atom(text)
    except Unsafe:
        return
    assert word.data.decode() == text
    assert not re.search(rb'[\x00-\x20(){%*"\\\]\x7f-\xff]', word.data)


@pytest.mark.threat("D1")
@given(st.binary())
def test_mailboxes_arrive_or_are_refused(raw_name):
    try:
        argument = commands.mailbox(raw_name)
    except Unsafe:
        assert re.search(rb"[\0\r\n]", raw_name)
        return
    lines, literals = split(Command("SELECT", (argument,)))
    assert parse(b"\0".join(re.sub(rb"\{\d+\}$", b"", line) for line in lines), literals)[2] == raw_name


@pytest.mark.threat("D1")
@pytest.mark.parametrize(
    "make",
    [
        lambda: Word(b"x\r\nT2 NOOP", object()),
        lambda: Word(b"x", None),
        lambda: Command("NOOP\r\nT2 DELETE"),
        lambda: Command("noop"),
        lambda: commands.number(-1),
        lambda: commands.uids(UidSet()),
        lambda: commands.store_item("+FLAGS (x)", True),
    ],
)
def test_no_way_around(make):
    with pytest.raises(Unsafe):
        make()


def test_secrets_are_not_shown():
    command = Command("LOGIN", (commands.string("ann"), commands.string("hunter2"), commands.string("hünter2")))
    shown = repr((command, command.arguments))
    assert "hunter2" not in shown
    assert "ann" not in shown


@pytest.mark.parametrize(
    ("literals", "size", "chunks"),
    [("", 3, 2), ("+", 3, 1), ("+", 5000, 1), ("-", 4096, 1), ("-", 4097, 2)],
)
def test_literals_wait_for_the_server_or_not(literals, size, chunks):
    command = Command("APPEND", (commands.mailbox(b"Sent"), Literal(b"x" * size)))
    sent = command.chunks("T1", literals)
    assert len(sent) == chunks
    mark = "+" if chunks == 1 else ""
    assert b"".join(sent) == f'T1 APPEND "Sent" {{{size}{mark}}}\r\n'.encode() + b"x" * size + b"\r\n"


def test_long_texts_make_no_long_lines():
    """Whatever people type or call their mailboxes, a line is no longer than the poorest server takes (980 octets)."""
    long = "x" * 900
    wanted = keys.all_of(keys.text(long), keys.from_(long), keys.to(long), keys.subject(long))
    search = Command("UID SEARCH", wanted)
    rename = Command("RENAME", (commands.mailbox(b"x" * 199), commands.mailbox(b'"' * 200)))
    for command in (search, rename, Command("CREATE", (commands.mailbox(long.encode()),))):
        assert max(len(line) for line in split(command)[0]) <= 980


@pytest.mark.threat("D1")
def test_literal_lengths_are_octets():
    assert (
        octets(Command("LOGIN", (commands.string("jörg"), commands.string("x"))))
        == 'T1 LOGIN {5}\r\njörg "x"\r\n'.encode()
    )


def test_lists_and_binary():
    command = Command(
        "APPEND",
        (commands.flags(["\\Seen", "$Forwarded"]), (commands.atom("A"), (Literal(b"\0", True),)), commands.atom("B")),
    )
    assert octets(command) == b"T1 APPEND ($Forwarded \\Seen) (A (~{1}\r\n\0)) B\r\n"


def test_keys():
    def told(*criteria):
        return octets(Command("UID SEARCH", tuple(argument for key in criteria for argument in key))).decode()

    assert told(keys.flag("\\SEEN"), keys.no_flag("$Forwarded")) == "T1 UID SEARCH SEEN UNKEYWORD $Forwarded\r\n"
    assert (
        told(keys.since(date(2024, 2, 1)), keys.sent_before(date(987, 12, 31)))
        == "T1 UID SEARCH SINCE 1-Feb-2024 SENTBEFORE 31-Dec-0987\r\n"
    )
    assert (
        told(keys.any_of(keys.from_("a"), keys.to("b"), keys.cc("c")))
        == 'T1 UID SEARCH OR (OR (FROM "a") (TO "b")) (CC "c")\r\n'
    )
    assert told(keys.not_(keys.all_of(keys.larger(5), keys.smaller(9)))) == "T1 UID SEARCH NOT (LARGER 5 SMALLER 9)\r\n"
    assert (
        told(keys.uid(UidSet.parse("1:3")), keys.modseq(5), keys.saved()) == "T1 UID SEARCH UID 1:3 MODSEQ 5 UID $\r\n"
    )


def test_items():
    items = FetchItems(
        flags=True,
        preview=True,
        email_id=True,
        header=True,
        header_fields=("To", "List-Id"),
        sections=[Section("1.2", 5, 9)],
    )
    told = octets(Command("UID FETCH", (items.argument(lambda name: name == "PREVIEW"),)))
    assert told == (
        b"T1 UID FETCH (UID FLAGS PREVIEW BODY.PEEK[HEADER] BODY.PEEK[HEADER.FIELDS (To List-Id)]"
        b" BODY.PEEK[1.2]<5.9>)\r\n"
    )
    lazy = FetchItems(lazy_preview=True, sections=[Section("1", decoded=True)])
    told = octets(Command("UID FETCH", (lazy.argument(lambda _: True),)))
    assert told == b"T1 UID FETCH (UID PREVIEW (LAZY) BINARY.PEEK[1])\r\n"
