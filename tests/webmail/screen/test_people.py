"""Names as they may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.screen import people
from webmail.screen.people import Reader, display_name, initials, person

TOMAS = ("Tomás Lindqvist", "tomas@press.example.com", False)
MARTA = ("Marta Oliveira", "marta@press.example.com", False)
INES = ("Haddad, Ines", "ines@law.example", True)
ME = ("Noor Eklund", "Noor@example.com", False)


@pytest.mark.parametrize(
    ("name", "address", "shown"),
    [
        ("Wren Calloway", "wren@example.org", "Wren Calloway"),
        ("", "wren@example.org", "wren@example.org"),
        ("  Wren \n Calloway ", "wren@example.org", "Wren Calloway"),
        # A name that poses as another address, in plain and in full-width characters.
        ("boss@bank.example", "thief@evil.example", "thief@evil.example"),
        ("Boss <boss@bank.example>", "thief@evil.example", "thief@evil.example"),
        ("boss＠bank.example", "thief@evil.example", "thief@evil.example"),
        # Direction overrides would let a name read backwards, and turn what follows it.
        ("\u202eknab\u202c", "x@example.org", "knab"),
        ("a\x00b\u200bc", "x@example.org", "a b c"),
        ("", "", people.UNKNOWN),
    ],
)
def test_display_name(name: str, address: str, shown: str) -> None:
    assert display_name(name, address) == shown


@pytest.mark.threat("B4")
@given(st.text(), st.text())
def test_no_name_turns_or_hides_text(name: str, address: str) -> None:
    shown = person(name, address)
    assert shown.name
    for forbidden in "\x00\n\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        assert forbidden not in shown.name + shown.initials + shown.first_name


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Wren Calloway", "WC"),
        ("wren", "W"),
        ("Kofi Mensah-Aldringham of Aldringham Printers", "KP"),
        ("佐藤 美咲", "佐"),
        ("مريم الخطيب", "م"),
        ("Élodie  Ünal", "ÉÜ"),
        ("wren@example.org", "W"),
        ("“…”", "?"),
        ("", "?"),
        ("🎉 Party", "P"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_an_address_keeps_its_hue() -> None:
    assert person("A", "Wren@Example.org").hue == person("B", "wren@example.org").hue
    assert {people.hue(f"{n}@example.org") for n in range(200)} == set(range(people.HUES))


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("noreply@shop.example", "avatar org"),
        ("no-reply+42@shop.example", "avatar org"),
        ("news@x.example", "avatar org"),
        ("newsome@x.example", "avatar"),
        ("wren@example.org", "avatar"),
    ],
)
def test_machines_are_square(address: str, shape: str) -> None:
    assert person("Someone", address).shape == shape


@pytest.mark.parametrize(
    ("senders", "face", "line"),
    [
        ([TOMAS], "Tomás Lindqvist", "Tomás Lindqvist"),
        ([ME], "Noor Eklund", "me"),
        ([ME, TOMAS], "Tomás Lindqvist", "me, Tomás Lindqvist"),
        ([TOMAS, MARTA, ME], "Tomás Lindqvist", "Tomás, Marta, me"),
        ([ME, MARTA, INES], "Marta Oliveira", "me, Marta, Ines"),
        ([TOMAS, MARTA, INES, ME], "Tomás Lindqvist", "Tomás … Ines, me"),
        ([], people.UNKNOWN, "(no recipient)"),
    ],
)
def test_the_people_of_a_conversation(senders: list[tuple[str, str, bool]], face: str, line: str) -> None:
    who, names = Reader("noor@example.com").conversation(senders)
    assert (who.name, names) == (face, line)
