"""Files in plain text."""

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.uuencoded import MAX_FILES, uuencoded


def block(data: bytes, name: str = "data.bin") -> str:
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


@given(st.binary(min_size=1, max_size=300), st.text(max_size=80), st.text(max_size=80))
def test_what_was_written_is_read(data: bytes, before: str, after: str) -> None:
    text = f"{before}\n{block(data)}{after}"
    kept, files = uuencoded(text)
    assert [(file.name, file.data) for file in files] == [("data.bin", data)]
    assert kept == "\n".join([*f"{before}\n".splitlines(), *after.splitlines()])


@pytest.mark.parametrize(
    "text",
    ["begin with this\nend\n", "begin 644 a.txt\nend\n", "begin 644 a.txt\n#0V%T\n`\n", "begin 644 \n#0V%T\n`\nend",
     "begin 644 a.txt\nnot encoded at all\nend\n", "", "begin 999 a.txt\n#0V%T\n`\nend\n"],
)  # fmt: skip
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert uuencoded(text) == (text, [])


def test_no_more_than_so_many() -> None:
    assert len(uuencoded(block(b"x") * (MAX_FILES + 5))[1]) == MAX_FILES
    uuencoded("begin 644 a\n" * 100_000)


@given(st.text(max_size=200))
def test_nothing_raises(text: str) -> None:
    uuencoded(f"begin 644 a\n{text}\n`\nend")
