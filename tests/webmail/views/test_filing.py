"""Archive and Delete in the reader, and the page of what the mail server would not do: as plain forms and links."""

import pytest

from imapbridge.models import Entry, Mailbox, Notice, PendingChange
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags


@pytest.fixture
def archive(alice: Person) -> Mailbox:
    return factories.mailbox(alice.account, name="Archive", special_use="archive", uid_validity=3)


@pytest.mark.django_db(transaction=True)
def test_a_conversation_is_archived(alice: Person, archive: Mailbox, replayed: list[int]) -> None:
    first = factories.message(alice.inbox, sort_at=1)
    last = factories.message(alice.inbox, thread=first.thread, sort_at=2)
    other = factories.message(alice.inbox, sort_at=3)
    answer = alice.client.post(f"/message/{last.pk}/file?in={alice.inbox.pk}&only=unread", {"to": "archive"})
    assert answer.headers["Location"] == f"/mailbox/{alice.inbox.pk}/?only=unread"
    live = Entry.objects.filter(expunged=False)
    assert set(live.filter(mailbox=archive).values_list("message", flat=True)) == {first.pk, last.pk}
    assert list(live.filter(mailbox=alice.inbox).values_list("message", flat=True)) == [other.pk]
    assert PendingChange.objects.get().kind == "move"
    assert replayed == [alice.account.pk]


def test_the_buttons_are_there_where_they_do_something(alice: Person, archive: Mailbox) -> None:
    made = factories.message(alice.inbox)
    page = alice.client.get(f"/message/{made.pk}/").content.decode()
    assert [tag["value"] for tag in tags(page, "button") if tag.get("name") == "to"] == ["archive"]
    old = factories.message(archive)
    page = alice.client.get(f"/message/{old.pk}/").content.decode()
    assert not [tag for tag in tags(page, "button") if tag.get("name") == "to"]


def test_what_makes_no_sense_does_nothing(alice: Person) -> None:
    made = factories.message(alice.inbox)
    address = f"/message/{made.pk}/file"
    assert alice.client.post(f"{address}?in={alice.inbox.pk}", {"to": "nowhere"}).status_code == 400
    assert alice.client.post(f"{address}?in=999999", {"to": "archive"}).status_code == 400
    assert alice.client.post(f"{address}?in={alice.inbox.pk}", {"to": "archive"}).status_code == 409
    assert not PendingChange.objects.exists()


def test_what_the_server_would_not_do_is_told_until_it_is_read(alice: Person) -> None:
    told = Notice.objects.create(
        account=alice.account, kind="move", code="over-quota", subject="<b>Plans", count=3, source="INBOX", target="Old"
    )
    assert 'href="/refusals"' in alice.client.get(f"/mailbox/{alice.inbox.pk}/").content.decode()
    page = alice.client.get("/refusals").content.decode()
    assert "“&lt;b&gt;Plans” and 2 more were not moved from INBOX to Old" in page
    assert "Your mailbox is full" in page
    later = Notice.objects.create(account=alice.account, kind="flags", code="not-permitted")
    alice.client.post("/refusals", {"notice": [told.pk]})
    assert list(Notice.objects.values_list("pk", flat=True)) == [later.pk]


def test_nobody_reads_away_what_is_told_to_others(alice: Person, bob: Person) -> None:
    told = Notice.objects.create(account=bob.account, kind="copy", code="sorry")
    alice.client.post("/refusals", {"notice": [told.pk]})
    assert "copied" not in alice.client.get("/refusals").content.decode()
    assert Notice.objects.filter(pk=told.pk).exists()
