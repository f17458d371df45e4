"""A `winmail.dat` in the viewer, and the files in it."""

from imapbridge.models import Message
from tests.webmail.reading.test_tnef import WHOLE, file, tnef
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags
from tests.webmail.views.test_parts import PNG, content
from tests.webmail.views.test_viewer import with_files


def with_winmail(person: Person, data: bytes = WHOLE) -> Message:
    return with_files(person, ("winmail.dat", "application/ms-tnef", data))


def test_what_is_in_it(alice: Person) -> None:
    made = with_winmail(alice)
    assert tags(alice.text(f"/message/{made.pk}/"), "a", href=f"/message/{made.pk}/part/2/view")
    html = alice.text(f"/message/{made.pk}/part/2/view")
    assert "What is in winmail.dat" in html
    assert "Grüße" in html
    (button,) = tags(html, "button", aria_label="Download Plán long.pdf")
    answer = alice.get(button["formaction"])
    assert content(answer) == b"%PDF-1.4"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_only_pictures_are_shown_in_place(alice: Person) -> None:
    made = with_winmail(alice, tnef(file(b"a.png", PNG), file(b"b.png", b"<svg/>")))
    link = f"/message/{made.pk}/part/2/inside"
    assert alice.get(f"{link}/1?inline").headers["Content-Type"] == "image/png"
    assert alice.get(f"{link}/2?inline").headers["Content-Type"] == "application/octet-stream"
    assert alice.get(f"{link}/3").status_code == alice.get(f"{link}/x").status_code == 404


def test_what_cannot_be_read_says_so(alice: Person) -> None:
    made = with_winmail(alice, b"nonsense")
    assert "There is no preview of this file." in alice.text(f"/message/{made.pk}/part/2/view")


def test_hostile_names_are_text(alice: Person) -> None:
    made = with_winmail(alice, tnef(file(b'"><script>alert(1)</script>\r\nX: y.exe', b"MZ")))
    html = alice.text(f"/message/{made.pk}/part/2/view")
    assert "<script>alert" not in html
    assert "Can run programs" in html


def test_other_peoples_do_not_exist(alice: Person, bob: Person) -> None:
    made = with_winmail(bob)
    assert alice.get(f"/message/{made.pk}/part/2/inside/1").status_code == 404
    assert bob.get(f"/message/{made.pk}/part/2/inside/1").status_code == 200
