"""Messages darkened by sender, and the size of text by browser."""

from html import unescape

import pytest

from accounts.models import Preferences
from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags
from webmail.models import Correspondent

HTML = Part("1", "text/html", charset="utf-8", encoding="8bit", size=500)


def letter(person: Person, text: str = "<body bgcolor=#ffffff><p style='color:#123'>Hi", **fields: object) -> Message:
    return factories.message(person.inbox, text=text, structure=HTML, **fields)  # type: ignore[arg-type]


def page(person: Person, message: Message) -> str:
    return person.text(f"/message/{message.pk}/")


def test_darkened_by_sender_and_back(alice: Person) -> None:
    first, second = letter(alice), letter(alice)
    (button,) = tags(page(alice, first), "button", name="colours")
    assert button["value"] == "dark"
    answer = alice.client.post(button["formaction"], {"colours": "dark"})
    assert answer["Location"].startswith(f"/message/{first.pk}/?in=")
    for made in (first, second):
        html = page(alice, made)
        (frame,) = tags(html, "iframe")
        assert "light-dark(#123," in alice.text(frame["src"])
        assert tags(html, "button", name="colours")[0]["value"] == "original"
    alice.client.post(button["formaction"], {"colours": "original"})
    assert "light-dark(#123," not in alice.text(tags(page(alice, first), "iframe")[0]["src"])


def test_links_without_what_only_tells_who_followed_them(alice: Person) -> None:
    href = "https://x.example/a?utm_source=n&id=7"
    made = letter(alice, f'<a href="{href}">x</a>')
    plain = factories.message(alice.inbox, text=href)
    assert "utm_source" in alice.text(tags(page(alice, made), "iframe")[0]["src"])
    assert [link["href"] for link in tags(page(alice, plain), "a", target="_blank", href=href)] == [href]
    Preferences.objects.create(user=alice.user, cleans_links=True)
    frame = alice.text(tags(page(alice, made), "iframe")[0]["src"])
    assert 'href="https://x.example/a?id=7"' in frame
    assert tags(page(alice, plain), "a", href="https://x.example/a?id=7") != []


def test_links_that_mislead_are_named(alice: Person) -> None:
    made = letter(alice, "<a href=https://evil.example/x>bank.example</a><a href=https://xn--pple-43d.example/>In</a>")
    html = unescape(page(alice, made))
    said = "A link here says bank.example but leads to evil.example."
    assert html.count(said) == 2, "above the text, and for who follows it"
    assert '"xn--pple-43d.example": "A link here leads to xn--pple-43d.example, which looks like' in html
    assert "data-warned" not in page(alice, letter(alice, "<a href=https://x.example/>x.example</a>"))


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [("Wren@Example.org", "wren@example.ORG", True), ("Übel@X.example", "Übel@x.example", True),
     ("\u0130@x.example", "\u0130@X.example", True), ("Ü@x.example", "ü@x.example", False)],
)  # fmt: skip
def test_one_address_in_any_database(alice: Person, first: str, second: str, same: bool) -> None:
    made, other = (letter(alice, sender=("W", address)) for address in (first, second))
    assert alice.client.post(f"/message/{made.pk}/colours", {"colours": "dark"}).status_code == 302
    assert "dark=1" in tags(page(alice, made), "iframe")[0]["src"]
    assert ("dark=1" in tags(page(alice, other), "iframe")[0]["src"]) is same


def test_who_has_no_address_is_not_remembered(alice: Person) -> None:
    made = letter(alice, sender=("", ""))
    assert tags(page(alice, made), "button", name="colours") == []
    assert alice.client.post(f"/message/{made.pk}/colours", {"colours": "dark"}).status_code == 400
    assert not Correspondent.objects.exists()


READY = "<meta name=color-scheme content=dark><style>@media(prefers-color-scheme:dark){p{color:#fff}}</style>x"


@pytest.mark.parametrize("text", ["<p>No colours", READY])
def test_what_follows_the_theme_anyway_has_no_button(alice: Person, text: str) -> None:
    Correspondent.objects.create(account=alice.account, address="wren@example.org", is_darkened=True)
    html = page(alice, letter(alice, text))
    assert tags(html, "button", name="colours") == []
    assert "dark=" not in tags(html, "iframe")[0]["src"]


def test_text_larger_and_smaller_at_this_browser(alice: Person) -> None:
    plain, rich = factories.message(alice.inbox, text="Hi"), letter(alice)
    sizes = []
    for wanted in ["larger", "larger", "smaller", "larger", "larger", "larger", "larger", "larger"]:
        answer = alice.client.post("/text-size", {"size": wanted}, headers={"X-Requested-With": "fetch"})
        sizes.append(answer.json()["size"])
    assert sizes == [115, 130, 115, 130, 150, 175, 175, 175]
    assert 'data-size="175"' in page(alice, plain)
    assert "zoom: 1.75" in alice.text(tags(page(alice, rich), "iframe")[0]["src"])
    cookie = alice.client.cookies["text-size"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    answer = alice.client.post("/text-size", {"size": "smaller", "next": f"/message/{plain.pk}/"})
    assert answer["Location"] == f"/message/{plain.pk}/"


@pytest.mark.parametrize("cookie", ["", "x", "101", "999999999999", "<b>"])
def test_a_cookie_of_nonsense_is_none(alice: Person, cookie: str) -> None:
    alice.client.cookies["text-size"] = cookie
    html = page(alice, factories.message(alice.inbox, text="Hi"))
    assert "data-size" not in html
    assert "zoom" not in alice.text(f"/message/{letter(alice).pk}/body?size=<b>&theme=x&dark=2")


def test_nonsense_and_other_people(alice: Person, bob: Person) -> None:
    made = letter(alice)
    assert alice.client.post("/text-size", {"size": "x"}).status_code == 400
    assert alice.client.post(f"/message/{made.pk}/colours", {"colours": "x"}).status_code == 400
    assert bob.client.post(f"/message/{made.pk}/colours", {"colours": "dark"}).status_code == 404
    for address in ("/text-size", f"/message/{made.pk}/colours"):
        assert alice.get(address).status_code == 405
    assert not Correspondent.objects.exists()
