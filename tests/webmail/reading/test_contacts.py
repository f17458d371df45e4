"""Contacts of a vCard as lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.contacts import Contact, Line, contacts


def vcard(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""]).encode()


def test_what_is_said() -> None:
    card = vcard(
        "VERSION:3.0", "N:Lindqvist;Tomás;;Dr.;", "FN:Dr. Tomás Lindqvist", "ORG:Slow Press\\, Ltd;Prints",
        "item1.EMAIL;TYPE=INTERNET:tomas@press.exa", " mple.com", "TEL;TYPE=cell:+46 70 123", "PHOTO;ENCODING=b:AAAA",
        "ADR;TYPE=work:;;Alley 4;Malmö;;211 11;Sweden", "NOTE:first\\nsecond", "X-ODD:x",
    )  # fmt: skip
    assert contacts(card) == [
        Contact(
            "Dr. Tomás Lindqvist",
            (
                Line("ORG", "Slow Press, Ltd, Prints"),
                Line("EMAIL", "tomas@press.example.com"),
                Line("TEL", "+46 70 123"),
                Line("ADR", "Alley 4, Malmö, 211 11, Sweden"),
                Line("NOTE", "first second"),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("card", "name"),
    [
        (vcard("N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;=", "J=C3=B6rg;;;"), "Jörg Müller"),
        (vcard("VERSION:4.0", "FN:Misaki 佐藤"), "Misaki 佐藤"),
        (b"BEGIN:VCARD\nFN;CHARSET=ISO-8859-1:Jos\xe9\nEND:VCARD\n", "José"),
        (vcard("ORG:Slow Press", "EMAIL:a@b.example"), "Slow Press"),
        (vcard("FN:\u202eevil\x07"), "evil"),
    ],
)
def test_names(card: bytes, name: str) -> None:
    assert [found.name for found in contacts(card)] == [name]


def test_many_and_bounds() -> None:
    assert [found.name for found in contacts(vcard("FN:A") + b"noise\r\n" + vcard("FN:B"))] == ["A", "B"]
    assert len(contacts(vcard("FN:A") * 500)) == 50
    assert len(contacts(vcard("FN:A", *(f"TEL:{n}" for n in range(500))))[0].lines) < 40
    assert len(contacts(vcard(f"FN:{'x' * 5000}"))[0].name) == 500


@pytest.mark.parametrize(
    "data", [b"", b"BEGIN:VCARD", vcard(), vcard("FN:"), vcard("FN"), b"FN:A\r\n", vcard(":x", ";:")]
)
def test_what_is_none(data: bytes) -> None:
    assert contacts(data) == []


@given(
    st.lists(
        st.sampled_from(
            [
                b"BEGIN:VCARD\n",
                b"END:VCARD\n",
                b"FN",
                b":",
                b";",
                b"N:;;",
                b"=\n",
                b"ENCODING=QUOTED-PRINTABLE",
                b"\xff\n",
            ]
        )
        | st.binary(max_size=9),
        max_size=30,
    )
)
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    for found in contacts(b"".join(pieces)):
        found.name.encode()
