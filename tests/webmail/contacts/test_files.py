"""Contacts from and to vCards and CSV files, whoever wrote them."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from webmail.contacts import importing, tables, vcard
from webmail.contacts.card import Card, Labelled
from webmail.contacts.merging import alike, merged
from webmail.contacts.tables import Fault

PNG = b"\x89PNG not really"
WREN = Card(
    uid="urn:uuid:1", name="Wren Calloway", given="Wren", family="Calloway", company="Press; & Co", title="Printer",
    birthday="1990-02-03", addresses=(Labelled("wren@example.org", "work"), Labelled("w@home.example", "the shed")),
    phones=(Labelled("+46 70 1", "cell"),), note="first, second\nthird; \\n", photo=PNG,
    rest="ADR;TYPE=work:;;Alley 4\\, yard;Malmö;;211 11;Sweden\nX-ODD:x",
)  # fmt: skip


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_what_is_written_is_read_the_same(version: str) -> None:
    text = vcard.write([WREN], version)
    assert vcard.read(text.encode()) == [WREN]
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    group = Card(uid="g", is_group=True, name="Co-op", members=("urn:uuid:1", "mailto:a@b.example"))
    read = vcard.read(vcard.write([group], version).encode())[0]
    assert (read.is_group, read.name, read.members) == (True, "Co-op", group.members)


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs"]), max_size=30)
CARDS = st.builds(
    Card,
    uid=st.just("u"),
    name=LINE.filter(bool),
    company=LINE,
    note=LINE,
    phones=st.lists(st.builds(Labelled, LINE.filter(bool), st.sampled_from(["", "home", "work"])), max_size=3).map(
        tuple
    ),
    photo=st.none() | st.binary(min_size=1, max_size=200),
)


PIECES = [b"BEGIN:VCARD\n", b"END:VCARD\n", b"FN:a\n", b"PHOTO;ENCODING=b:", b"EMAIL;", b'"', b":", b";", b"=\n",
          b"TYPE=", b"item1.", b"X-ABLABEL:_$!<", b"\xff\n"]  # fmt: skip


@settings(max_examples=examples(15))
@given(CARDS, st.sampled_from(["3.0", "4.0"]))
def test_any_text_comes_back(card: Card, version: str) -> None:
    fitted = replace(card.fitted(), uid="u")
    (read,) = vcard.read(vcard.write([fitted], version).encode())
    assert (read.name, read.note, read.photo) == (fitted.shown, fitted.note, fitted.photo)
    assert {(each.value.removeprefix("tel:"), each.label) for each in fitted.phones} == {
        (each.value, each.label) for each in read.phones
    } or any("tel:" in each.value.lower() for each in fitted.phones)


@settings(max_examples=examples(15))
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=9), max_size=30))
def test_nothing_breaks_the_readers(pieces: list[bytes]) -> None:
    data = b"BEGIN:VCARD\n" + b"".join(pieces) + b"\nEND:VCARD\n"
    for card in vcard.read(data):
        vcard.write([card])
    tables.read(data)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["item1.EMAIL:a@b.example", "item1.X-ABLabel:_$!<Home>!$_"],
            {"addresses": (Labelled("a@b.example", "home"),)},
        ),
        (["EMAIL;PREF;INTERNET;HOME:a@b.example"], {"addresses": (Labelled("a@b.example", "home"),)}),
        (["EMAIL:a@b.example", "EMAIL:A@B.example", "EMAIL:none"], {"addresses": (Labelled("a@b.example"),)}),
        (["N:Doe;Jane;;Dr.;"], {"name": "Dr. Jane Doe", "given": "Jane", "family": "Doe"}),
        (["FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg"], {"name": "Jörg"}),
        (["TEL;VALUE=uri:tel:+1-2"], {"phones": (Labelled("+1-2"),)}),
        (["PHOTO:https://tracker.example/a.png"], {"photo": None, "rest": "PHOTO:https://tracker.example/a.png"}),
        (["PHOTO;ENCODING=b:!!"], {"photo": None}),
        (["CATEGORIES:Friends,Press\\, Co"], {"categories": ("Friends", "Press, Co")}),
        (['ADR;LABEL="a:b;c";TYPE=home:;;Street'], {"rest": 'ADR;LABEL="a:b;c";TYPE=home:;;Street'}),
    ],
)
def test_what_others_write(lines: list[str], expected: dict[str, object]) -> None:
    (card,) = vcard.read("\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD"]).encode())
    assert {name: getattr(card, name) for name in expected} == expected


def test_bounds() -> None:
    many = vcard.read(b"BEGIN:VCARD\nFN:a\nEND:VCARD\n" * 6000)
    assert len(many) == vcard.MOST_CARDS
    photo = base64.b64encode(bytes(600_000)).decode()
    (card,) = vcard.read(f"BEGIN:VCARD\nFN:{'x' * 9999}\nPHOTO;ENCODING=b:{photo}\nEND:VCARD\n".encode())
    assert (len(card.name), card.photo) == (200, None)


GOOGLE = (
    "First Name,Last Name,Organization Name,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,"
    "Phone 1 - Value\n"
    'Wren,Calloway,Press,"two\nlines",Co-op ::: * myContacts,* Work,wren@example.org ::: w@home.example,Mobile,+46 1\n'
    ",,,,,,,,\n"
    ",,,only a note,,,,,\n"
)
OUTLOOK = (
    "First Name;Last Name;Company;E-mail Address;E-mail 2 Address;Mobile Phone;Business Phone\r\n"
    "Tomás;Lindqvist;Slow Press;tomas@example.org;t@home.example;+46 2;+46 3\r\n"
)


def test_googles_columns() -> None:
    cards, faults = tables.read(GOOGLE.encode())
    assert [(card.name, card.company, card.note, card.categories) for card in cards] == [
        ("Wren Calloway", "Press", "two\nlines", ("Co-op",))
    ]
    assert cards[0].addresses == (Labelled("wren@example.org", "work"), Labelled("w@home.example", "work"))
    assert cards[0].phones == (Labelled("+46 1", "mobile"),)
    assert faults == [Fault(5, "empty")]


def test_outlooks_columns() -> None:
    cards, faults = tables.read(b"\xef\xbb\xbf" + OUTLOOK.encode())
    assert [(card.name, card.company) for card in cards] == [("Tomás Lindqvist", "Slow Press")]
    assert [each.value for each in cards[0].addresses] == ["tomas@example.org", "t@home.example"]
    assert cards[0].phones == (Labelled("+46 2", "mobile"), Labelled("+46 3", "business"))
    assert faults == []


THUNDERBIRD = (
    "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Work Phone,Fax Number,Mobile Number,"
    "Home Address,Job Title,Organization,Birth Year,Birth Month,Birth Day,Notes\r\n"
    'Noor,Haddad,Noor H.,nh,noor@x.org,n2@x.org,+1,+2,+3,Street,Editor,Press,1985,7,9,"a ""note"""\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_thunderbirds_columns_however_they_are_written(encoding: str, separator: str) -> None:
    (card,), faults = tables.read(THUNDERBIRD.replace(",", separator).replace("Press", "Prëss").encode(encoding))
    assert faults == []
    assert (card.name, card.company, card.title, card.birthday) == ("Noor H.", "Prëss", "Editor", "1985-07-09")
    assert card.addresses == (Labelled("noor@x.org"), Labelled("n2@x.org"))
    assert card.phones == (Labelled("+1", "work"), Labelled("+3", "mobile"))


@pytest.mark.parametrize(
    ("heading", "row", "name", "expected"),
    [
        ("Title,First Name,Middle Name,Last Name,Suffix,Job Title,Birthday", "Dr.,Ann,Marie,Ek,Jr.,Boss,0/0/00",
         "Dr. Ann Marie Ek Jr.", {"given": "Ann", "family": "Ek", "title": "Boss", "birthday": ""}),
        ("Name,Title,E-mail", "Ann,Boss,a@x.org", "Ann", {"title": "Boss"}),
        ("Vorname,Nachname,E-Mail-Adresse,E-Mail 2: Adresse,Mobiltelefon,Firma", "Jörg,Böll,j@x.de,k@x.de,+49,Fa",
         "Jörg Böll", {"company": "Fa", "phones": (Labelled("+49", "mobile"),),
                       "addresses": (Labelled("j@x.de"), Labelled("k@x.de"))}),
        ("Prénom,Nom,Adresse de messagerie,Société", "Zoé,Roy,z@x.fr,Cie", "Zoé Roy",
         {"company": "Cie", "addresses": (Labelled("z@x.fr"),)}),
    ],
)  # fmt: skip
def test_columns_that_others_write(heading: str, row: str, name: str, expected: dict[str, object]) -> None:
    (card,), _faults = tables.read(f"{heading}\r\n{row}\r\n".encode())
    assert card.name == name and {key: getattr(card, key) for key in expected} == expected


APPLE = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ørsted;Ann;Marie;Dr.;Jr.\r\nFN:Dr. Ann Marie Ørsted Jr.\r\n"
    "ORG:Ørsted A/S;Board\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-02-01\r\nEMAIL;type=INTERNET;type=pref:ann@ex.dk\r\n"
    "UID:11-22\r\nEND:VCARD\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_is_not_kept_apart_is_written_again(encoding: str) -> None:
    """Somebody's address book would lose it else, when the note is changed here."""
    (card,) = importing.read(APPLE.encode(encoding)).cards
    assert (card.given, card.family, card.company) == ("Ann", "Ørsted", "Ørsted A/S, Board")
    text = vcard.write([replace(card, family="Ek", note="x")])
    assert "\r\nN:Ek;Ann;Marie;Dr.;Jr.\r\n" in text and text.count("\nN:") == 1
    assert "\r\nORG:Ørsted A/S;Board\r\n" in text and text.count("\nORG") == 1
    assert "\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-02-01\r\n" in text and text.count("\nBDAY") == 1
    text = vcard.write([replace(card, family="Roy", given="Zoé", company="Cie", birthday="1990-01-01")])
    assert "\r\nN:Roy;Zoé;;;\r\n" in text and "ORG:Cie\r\n" in text and "BDAY:1990-01-01\r\n" in text


def test_a_name_of_which_not_all_is_read_is_written() -> None:
    cards = vcard.read(f"BEGIN:VCARD\nFN:a\nN:{'x' * 2001};Ann;Marie;;\nEND:VCARD\n".encode())
    assert ";Ann;" in vcard.write(cards).replace("\r\n ", "")


PHONE = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;\r\n"
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=\r\n M=C3=BCller\r\n"
    "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo=\r\n=20three\r\n"
    "PHOTO;ENCODING=BASE64;JPEG:\r\n /9j/4AAQ\r\n SkZJRgA=\r\n\r\nTEL;CELL:+49 1\r\nEND:VCARD\r\n"
)


def test_an_old_phones_card() -> None:
    """A soft break is none of base64, and what follows one is no folded line."""
    (card,) = vcard.read(PHONE.encode())
    assert (card.name, card.given, card.family) == ("Jörg Müller", "Jörg", "Müller")
    assert (card.note, card.phones) == ("one\ntwo three", (Labelled("+49 1", "cell"),))
    assert card.photo == base64.b64decode("/9j/4AAQSkZJRgA=") and card.rest == ""


def test_nobodys_value_begins_another_card() -> None:
    ends = [end.join(["a", "END:VCARD", "BEGIN:VCARD", "FN:evil"]) for end in "\u2028\x0b\x85\x1e"]
    lines = [f"{name}:{value}" for name in ("X-A", "NOTE", "ORG") for value in ends]
    (card,) = vcard.read("\n".join(["BEGIN:VCARD", "FN:a", *lines, "END:VCARD"]).encode())
    assert len(vcard.read(vcard.write([card]).encode())) == 1
    assert vcard.write([card]).splitlines().count("END:VCARD") == 1


def test_a_table_of_ours_is_read_again_and_is_no_formula() -> None:
    evil = Card(name="=HYPERLINK(1)", addresses=(Labelled("a@b.example", "work"),), phones=(Labelled("+46 1"),))
    text = tables.write([(evil, ["Co-op", "Press"])])
    (card,), _faults = tables.read(text.encode())
    assert (card.name, card.categories) == ("'=HYPERLINK(1)", ("Co-op", "Press"))
    assert (card.addresses, card.phones) == (evil.addresses, evil.phones)


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"a,b\n1,2\n", b'name\n"' + b"x" * 99_999])
def test_what_is_no_table_of_contacts(data: bytes) -> None:
    assert tables.read(data)[0] == []


def test_a_merged_contact_has_all_and_the_first_wins() -> None:
    other = Card(
        uid="2", name="W. Calloway", title="Owner", birthday="1991", note="more",
        addresses=(Labelled("WREN@example.org"), Labelled("new@example.org")), rest="X-ODD:x\nX-MORE:y",
    )  # fmt: skip
    found = merged([replace(WREN, birthday=""), other])
    assert (found.uid, found.name, found.title, found.birthday) == ("urn:uuid:1", "Wren Calloway", "Printer", "1991")
    assert [each.value for each in found.addresses] == ["wren@example.org", "w@home.example", "new@example.org"]
    assert found.note == "first, second\nthird; \\n\nmore"
    assert found.rest.splitlines()[1:] == ["X-ODD:x", "X-MORE:y"]


def test_alike_are_those_with_an_address_or_a_whole_name_in_common() -> None:
    people = [
        (1, "Wren Calloway", ["w@x"]), (2, "Ann", ["a@x"]), (3, "wren  CALLOWAY", ["v@x"]), (4, "Ann", ["b@x"]),
        (5, "Somebody", ["v@x", "a@x"]), (6, "", []), (7, "", []),
    ]  # fmt: skip
    assert alike(people) == [[1, 2, 3, 5]]
