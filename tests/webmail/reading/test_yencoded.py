"""Files in plain text as yEnc."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.yencoded import MAX_FILES, yencoded


def block(data: bytes, name: str = "data.bin", part: str = "") -> bytes:
    """As RFC-less yEnc 1.3 has it: every octet 42 further; NUL, line ends and `=` escaped."""
    coded = [(octet + 42) % 256 for octet in data]
    written = [bytes([61, (one + 64) % 256]) if one in (0, 9, 10, 13, 46, 61) else bytes([one]) for one in coded]
    lines = b"".join(b"".join(written[at : at + 64]) + b"\r\n" for at in range(0, len(written), 64))
    begin = f"=ybegin line=64 size={len(data)} name={name}\r\n{part}".encode()
    return begin + lines + f"=yend size={len(data)}\r\n".encode()


@given(st.binary(min_size=1, max_size=300))
def test_what_was_written_is_read(data: bytes) -> None:
    kept, files = yencoded(b"before\r\n" + block(data) + b"after")
    assert [(file.name, file.data) for file in files] == [("data.bin", data)]
    assert kept == b"before\r\nafter"


def test_a_part_of_a_file() -> None:
    assert yencoded(block(b"Cat", part="=ypart begin=1 end=3\r\n"))[1][0].data == b"Cat"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"=ybegin of it",
        b"=ybegin size=3\r\nabc\r\n=yend\r\n",
        b"x =ybegin name=a\r\n=yend\r\n",
        block(b"Cat")[:-14],
    ],
)
def test_what_only_looks_like_one_stays(octets: bytes) -> None:
    assert yencoded(octets) == (octets, [])


def test_no_more_than_so_many() -> None:
    assert len(yencoded(block(b"x") * (MAX_FILES + 5))[1]) == MAX_FILES
    yencoded(b"=ybegin name=a\r\n" * 20_000)


def test_a_line_that_seems_to_name_a_file_costs_one_look() -> None:
    """With a pattern that goes back it would be minutes."""
    line = b"=ybegin" + b" name=a" * 40 + b" " * 1_000_000
    for octets in (line + b"x\n=yend\n", (line[:900] + b"x\n=yend\n") * 2000):
        assert yencoded(octets) == (octets, [])
