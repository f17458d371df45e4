"""What is in a `winmail.dat`."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from webmail.reading.tnef import MAX_PROPERTIES, Hidden, Winmail, winmail

UNICODE, STRING8, BINARY, LONG, NAMED = 0x1F, 0x1E, 0x102, 0x03, 0x8000


def attribute(name: int, value: bytes, level: int = 2) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def padded(value: bytes) -> bytes:
    return value + b"\0" * (-len(value) % 4)


def properties(*listed: tuple[int, int, bytes]) -> bytes:
    written = struct.pack("<I", len(listed))
    for kind, which, value in listed:
        written += struct.pack("<HH", kind, which)
        if which >= NAMED:
            written += b"G" * 16 + struct.pack("<II", 1, 6) + padded(b"n\0a\0\0\0")
        written += value if kind == LONG else struct.pack("<II", 1, len(value)) + padded(value)
    return written


def file(title: bytes, data: bytes, *listed: tuple[int, int, bytes]) -> bytes:
    made = attribute(0x00069002, b"\0" * 14) + attribute(0x00018010, title + b"\0") + attribute(0x0006800F, data)
    return made + (attribute(0x00069005, properties(*listed)) if listed else b"")


def tnef(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 7) + b"".join(attributes)


WHOLE = tnef(
    attribute(0x00069007, struct.pack("<II", 1250, 0), 1),
    attribute(
        0x00069003, properties((LONG, NAMED + 1, b"\1\0\0\0"), (UNICODE, 0x1000, "Grüße\0".encode("utf-16le"))), 1
    ),
    file(b"PLAN~1.PDF", b"%PDF-1.4", (BINARY, NAMED, b"x"), (UNICODE, 0x3707, "Plán long.pdf\0".encode("utf-16le")),
         (STRING8, 0x370E, b"application/PDF\0")),
    file(b"P\xf8ehled.txt", b"words"),
)  # fmt: skip


def test_files_and_text() -> None:
    assert winmail(WHOLE) == Winmail(
        (Hidden("Plán long.pdf", "application/pdf", b"%PDF-1.4"), Hidden("Přehled.txt", "", b"words")), "Grüße"
    )


def test_the_text_of_an_old_one() -> None:
    assert winmail(tnef(attribute(0x0002800C, b"Hello\0", 1))).text == "Hello"


@pytest.mark.parametrize("data", [b"", b"x" * 100, WHOLE[4:], struct.pack("<IH", 0x223E9F78, 7), b"\0" * (21 * 2**20)])
def test_what_is_none(data: bytes) -> None:
    assert winmail(data) == Winmail()


def test_lengths_that_are_not_there_end_the_reading() -> None:
    endless = struct.pack("<BII", 2, 0x0006800F, 0xFFFFFFFF)
    assert [found.name for found in winmail(WHOLE + endless + b"x" * 50).files] == ["Plán long.pdf", "Přehled.txt"]
    crowd = struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHII", BINARY, 0x3701, 0xFFFFFFFF, 0xFFFFFFFF)
    found = winmail(tnef(file(b"a.txt", b"x"), attribute(0x00069005, crowd)))
    assert found.files == (Hidden("a.txt", "", b"x"),)


@pytest.mark.threat("C4")
def test_files_are_counted() -> None:
    assert len(winmail(tnef(*(file(b"a.txt", b"x") for _ in range(500)))).files) == 200


def test_no_values_at_all_take_no_time() -> None:
    empty = struct.pack("<I", 2000) + struct.pack("<HHI", LONG | 0x1000, 0x1234, 0xFFFFFFFF) * 2000
    winmail(tnef(*(attribute(0x00069005, empty) for _ in range(50)), file(b"a", b"x")))


NAME = (STRING8, 0x3707, b"name.txt\0")


def listed(first: bytes) -> str:
    """The name that is found after a property that is written as `first`."""
    written = struct.pack("<I", 2) + first + properties(NAME)[4:]
    return winmail(tnef(file(b"a.txt", b"x"), attribute(0x00069005, written))).files[0].name


def test_many_values_are_stepped_over() -> None:
    many = struct.pack("<HHI", LONG | 0x1000, 0x1234, 3000) + b"\1\0\0\0" * 3000
    assert listed(many) == "name.txt"
    assert listed(struct.pack("<HHI", LONG | 0x1000, 0x1234, 0)) == "name.txt"
    strings = struct.pack("<HHI", STRING8 | 0x1000, 0x1234, 2) + (struct.pack("<I", 2) + padded(b"a\0")) * 2
    assert listed(strings) == "name.txt"


def test_many_values_of_no_octets_end_the_reading() -> None:
    assert listed(struct.pack("<HHI", 0x1001, 0x1234, 2000)) == "a.txt"


@pytest.mark.parametrize(("others", "name"), [(MAX_PROPERTIES - 1, "name.txt"), (MAX_PROPERTIES, "a.txt")])
def test_properties_are_counted_in_the_whole_file(others: int, name: str) -> None:
    one = attribute(0x00069005, properties(*[(LONG, 0x1234, b"\1\0\0\0")] * 100))
    rest = attribute(0x00069005, properties(*[(LONG, 0x1234, b"\1\0\0\0")] * (others % 100)))
    found = winmail(tnef(file(b"a.txt", b"x"), *[one] * (others // 100), rest, attribute(0x00069005, properties(NAME))))
    assert found.files[0].name == name


@settings(max_examples=examples(75))
@given(st.data())
def test_broken_ones_never_raise(data: st.DataObject) -> None:
    broken = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(6, len(broken) - 1))] = data.draw(st.integers(0, 255))
    found = winmail(bytes(broken[: data.draw(st.integers(0, len(broken)))]))
    for each in found.files:
        each.name.encode()


@pytest.mark.threat("C4")
@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    winmail(tnef(data))
    winmail(tnef(attribute(0x00069002, b""), attribute(0x00069005, data)))
