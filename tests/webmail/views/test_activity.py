"""What a person reads of the audit log."""

from accounts.audit import Kind, record
from tests.webmail.views.conftest import Person
from webmail.views import activity


def test_she_reads_her_own_and_nobody_elses(alice: Person, bob: Person) -> None:
    record(Kind.SIGN_IN, alice.user, network="192.0.2.0/24", device="Firefox on Linux")
    record(Kind.SIGN_IN_REFUSED, address=alice.account.address, network="198.51.100.0/24", reason="sign-in-refused")
    record(Kind.SENDING_LIMITED, alice.user, people=3)
    record(Kind.FORWARDING_CHANGED, alice.user, to="x@evil.example", no_more_to="y@example.org")
    record(Kind.SECOND_FACTOR_ADDED, alice.user, step="passkey", place="admin")
    page = alice.text("/settings/activity")
    assert "Firefox on Linux, network 192.0.2.0/24" in page
    assert "network 198.51.100.0/24, wrong address or password" in page
    assert "3 recipients" in page
    assert "to x@evil.example, no longer to y@example.org" in page
    assert "passkey, in the administration" in page
    assert "192.0.2" not in bob.text("/settings/activity")
    assert "Nothing was written down yet." in bob.text("/settings/activity")


def test_older_ones_are_a_page_away(alice: Person) -> None:
    entries = [record(Kind.SIGN_OUT, alice.user, device=f"device-{number}-") for number in range(activity.AT_ONCE + 2)]
    page = alice.text("/settings/activity")
    assert "device-1-" not in page
    assert f"?before={entries[2].pk}" in page
    older = alice.text(f"/settings/activity?before={entries[2].pk}")
    assert "device-1-" in older
    assert "Older" not in older
    assert alice.client.get("/settings/activity?before=x").status_code == 200
