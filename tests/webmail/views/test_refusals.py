"""The page of what the mail server would not do."""

import pytest

from imapbridge.models import Notice
from tests.webmail.views.conftest import Person


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


@pytest.mark.parametrize("place", ["/mailbox/{}/changes?since=0", "/search/changes?q=x"])
def test_an_open_page_hears_of_it(alice: Person, place: str) -> None:
    address = place.format(alice.inbox.pk)
    assert 'id="refused"' not in alice.text(address)
    Notice.objects.create(account=alice.account, kind="move", code="over-quota")
    assert 'id="refused"' in alice.text(address)


def test_no_nonsense_breaks_it(alice: Person) -> None:
    for word in ("9" * 5000, "9" * 19, "-1", "\u00b2", "x", ""):
        assert alice.client.post("/refusals", {"notice": word}).status_code == 302


def test_nobody_reads_away_what_is_told_to_others(alice: Person, bob: Person) -> None:
    told = Notice.objects.create(account=bob.account, kind="copy", code="sorry")
    alice.client.post("/refusals", {"notice": [told.pk]})
    assert "copied" not in alice.client.get("/refusals").content.decode()
    assert Notice.objects.filter(pk=told.pk).exists()
