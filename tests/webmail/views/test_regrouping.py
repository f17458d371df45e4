"""Splitting a message off, and merging conversations, from the menu of a message."""

from imapbridge.models import Message
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags


def test_split_and_merged_again(alice: Person, bob: Person) -> None:
    first = factories.message(alice.inbox, "Van", sort_at=1, text="one")
    second = factories.message(alice.inbox, "Re: Van", thread=first.thread, sort_at=2, text="two")
    html = alice.text(f"/message/{second.pk}/?open=all")
    splits = {
        each["formaction"]: "hidden" in each for each in tags(html, "button") if "/split" in each.get("formaction", "")
    }
    assert splits == {
        f"/message/{first.pk}/split?in={alice.inbox.pk}": True,
        f"/message/{second.pk}/split?in={alice.inbox.pk}": False,
    }
    address = f"/message/{second.pk}/split?in={alice.inbox.pk}"
    assert bob.client.post(address).status_code == 404
    assert alice.get(address).status_code == 405
    assert alice.client.post(address)["Location"] == f"/message/{second.pk}/?in={alice.inbox.pk}"
    assert len(set(Message.objects.values_list("thread", flat=True))) == 2
    html = alice.text(f"/message/{second.pk}/merge")
    (button,) = tags(html, "button", name="with")
    assert (button["value"], button["aria-label"]) == (str(first.thread), "Merge with Van")
    assert bob.client.post(button["formaction"], {"with": button["value"]}).status_code == 404
    for nonsense in ("", "x", "9" * 30):
        assert alice.client.post(button["formaction"], {"with": nonsense}).status_code == 400
    alice.client.post(button["formaction"], {"with": button["value"]})
    assert len(set(Message.objects.values_list("thread", flat=True))) == 1
    assert "There is no other conversation" in alice.text(f"/message/{second.pk}/merge")
