"""Whom somebody writes as, their signatures and templates, as pages."""

import re

import pytest
from django.test import Client

from accounts.models import Identity
from tests.webmail.views.conftest import Person
from webmail.models import Draft, Template


@pytest.fixture
def own(alice: Person) -> Identity:
    return Identity.objects.create(account=alice.account, name="Alice", address="alice@example.com", is_default=True)


def test_an_account_without_one_writes_as_its_address(alice: Person) -> None:
    page = alice.text("/settings/identities")
    assert '<b dir="auto">Alice</b>' in page
    assert "Default" in page
    assert not Identity.objects.exists()


def test_one_is_added_after_the_others_and_can_become_the_default(alice: Person, own: Identity) -> None:
    sent = {"name": "Fair\u202e desk", "address": "alice+fair@example.com", "reply_to": "team@example.org",
            "bcc": "Log <log@example.org>", "is_default": "on"}  # fmt: skip
    answer = alice.client.post("/settings/identities/new", sent)
    assert answer.headers["Location"] == "/settings/identities?done=saved"
    made = Identity.objects.exclude(pk=own.pk).get()
    assert (made.name, made.position, made.is_default) == ("Fair desk", 1, True)
    assert not Identity.objects.get(pk=own.pk).is_default
    page = alice.text("/settings/identities?done=saved")
    assert "replies go to team@example.org" in page
    assert "Saved." in page
    assert "may refuse" not in page
    alice.client.post(f"/settings/identities/{made.pk}/raise")
    assert list(Identity.objects.filter(account=alice.account)) == [made, own]


def test_an_address_of_another_domain_is_taken_with_a_word_of_warning(alice: Person, own: Identity) -> None:
    alice.client.post("/settings/identities/new", {"name": "", "address": "alice@elsewhere.example"})
    assert "the mail server of example.com may refuse to send as this address" in alice.text("/settings/identities")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "", "Enter the address that you write from."),
        ("address", "alice", "“alice” is not a mail address."),
        ("address", "a@b.example\r\nBcc: x@example.com", "is not a mail address."),
        ("reply_to", "x y@example.com", "is not a mail address."),
        ("bcc", "log@example.org, nobody", "“nobody” is not a mail address."),
        ("bcc", ",".join(f"a{number}@example.org" for number in range(21)), "Enter at most 20 addresses."),
        ("name", "n" * 201, "at most 200 characters"),
    ],
)
def test_what_can_not_be_sent_as_is_said_at_its_field(
    alice: Person, own: Identity, field: str, value: str, said: str
) -> None:
    answer = alice.client.post(f"/settings/identities/{own.pk}/", {"address": "alice@example.com", field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', page)
    assert Identity.objects.get() == own


def test_the_last_one_stays(alice: Person, own: Identity) -> None:
    assert "Remove" not in alice.text(f"/settings/identities/{own.pk}/")
    alice.client.post(f"/settings/identities/{own.pk}/remove")
    assert Identity.objects.get() == own
    other = Identity.objects.create(account=alice.account, address="b@example.com")
    assert "Remove this identity?" in alice.text(f"/settings/identities/{other.pk}/remove")
    alice.client.post(f"/settings/identities/{other.pk}/remove")
    assert Identity.objects.get() == own


def test_a_signature_is_kept_as_it_may_be_sent(alice: Person, own: Identity) -> None:
    html = (
        '<style>p{color:red}</style><p style="color:#123456">Alice <b onclick="x()">Works</b>'
        '<script>alert(1)</script><img src="https://example.com/a.png"><img src="http://example.com/b.png"></p>'
    )
    sent = {"signature_text": "Alice\r\nWorks", "signature_html": html, "signs_new": "on", "signature_above": "on"}
    assert alice.client.post(f"/settings/signatures/{own.pk}/", sent).status_code == 302
    own.refresh_from_db()
    assert own.signature_text == "Alice\nWorks"
    assert own.signature_html.startswith(
        '<p style="color:#123456">Alice <b>Works</b><img src="https://example.com/a.png"'
    )
    assert not re.search("script|onclick|http:|<style|mailbody", own.signature_html)
    assert (own.signs_new, own.signs_replies, own.signature_above) == (True, False, True)
    preview = alice.get(f"/settings/signatures/{own.pk}/preview")
    assert b"<b>Works</b>" in preview.content
    assert b"https://example.com/a.png" not in preview.content
    assert "sandbox" in preview.headers["Content-Security-Policy"]
    assert "Alice Works" in alice.text("/settings/signatures")
    alice.client.post(f"/settings/signatures/{own.pk}/", {"signature_html": "<p>Al &amp; Co</p><p><b>Works</b></p>"})
    assert Identity.objects.get().signature_text == "Al & Co\nWorks"


@pytest.mark.parametrize("html", ["", "  ", "<p></p>", "<script>x</script>", "<div><br></div>"])
def test_html_that_says_nothing_is_no_signature(alice: Person, own: Identity, html: str) -> None:
    alice.client.post(f"/settings/signatures/{own.pk}/", {"signature_text": "-", "signature_html": html})
    assert Identity.objects.get().signature_html == ""


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<img src="data:image/png;base64,iVBORw0KGgo=">', "A picture is part of this text."),
        ("<div>" * 5000, "too deeply nested"),
        ("x" * 70_000, "too long"),
    ],
)
def test_a_signature_that_can_not_be_sent_is_refused(alice: Person, own: Identity, html: str, said: str) -> None:
    answer = alice.client.post(f"/settings/signatures/{own.pk}/", {"signature_html": html})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_templates(alice: Person) -> None:
    assert alice.client.post("/settings/templates/new", {"name": "Thanks"}).status_code == 422
    alice.client.post("/settings/templates/new", {"name": "Thanks", "text": "Dear {first name},\r\nthank you."})
    made = Template.objects.get()
    assert made.text == "Dear {first name},\nthank you."
    alice.client.post(f"/settings/templates/{made.pk}/", {"name": "Thank you", "subject": "Thanks"})
    assert "Thank you" in alice.text("/settings/templates")
    assert "Remove this template?" in alice.text(f"/settings/templates/{made.pk}/remove")
    alice.client.post(f"/settings/templates/{made.pk}/remove")
    assert not Template.objects.exists()


def test_a_message_is_begun_with_a_template(alice: Person) -> None:
    template = Template.objects.create(user=alice.user, name="x", subject="For {name}", text="Dear {first name},")
    assert "Write with a template" in alice.text(f"/settings/templates/{template.pk}/use")
    answer = alice.client.post(f"/settings/templates/{template.pk}/use", {"to": "Wren Calloway <wren@example.org>"})
    draft = Draft.objects.get()
    assert answer.headers["Location"] == f"/compose/{draft.pk}/"
    assert (draft.to, draft.subject) == ("Wren Calloway <wren@example.org>", "For Wren Calloway")
    assert draft.text.startswith("Dear Wren,")
    assert alice.client.post(f"/settings/templates/{template.pk}/use", {"to": "nobody"}).status_code == 422


def test_they_are_nobody_elses(alice: Person, bob: Person, charlie: Client, own: Identity) -> None:
    template = Template.objects.create(user=alice.user, name="x", text="y")
    addresses = [f"/settings/identities/{own.pk}/", f"/settings/identities/{own.pk}/remove",
                 f"/settings/signatures/{own.pk}/", f"/settings/signatures/{own.pk}/preview",
                 f"/settings/templates/{template.pk}/", f"/settings/templates/{template.pk}/remove",
                 f"/settings/templates/{template.pk}/use"]  # fmt: skip
    for address in addresses:
        assert bob.get(address).status_code == 404
        assert charlie.get(address).status_code == 404
        assert alice.get(address).status_code == 200
    assert bob.client.post(f"/settings/identities/{own.pk}/raise").status_code == 404


@pytest.mark.parametrize("address", ["/settings", "/settings/identities", "/settings/signatures", "/settings/templates",
                                     "/settings/notifications"])  # fmt: skip
def test_the_sections_lead_to_each_other(alice: Person, address: str) -> None:
    page = alice.text(address)
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', page) == [address]
    assert page.count('aria-current="false"') >= 4


def test_a_template_is_filled_for_somebody() -> None:
    template = Template(subject="For {name}", text="Dear {First Name},\n{date} {x} { name }")
    assert template.filled("Ann {date}", "Ann", "Monday") == ("For Ann {date}", "Dear Ann,\nMonday {x} Ann {date}")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear {name},\nHi", "Dear,\nHi"),
        ("Hello {first name}!", "Hello!"),
        ("{name}, thanks\n{name}: yes", "thanks\nyes"),
    ],
)
def test_a_template_for_nobody_in_particular_has_no_gap(text: str, left: str) -> None:
    assert Template(text=text).filled("", "", "Monday") == ("", left)
