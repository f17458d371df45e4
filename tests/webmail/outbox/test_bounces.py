"""What comes back is told on the message that it is about, of each recipient, and on no other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from imapbridge.models import Body, Message
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.outbox.conftest import Sender
from webmail.compose import bounces
from webmail.compose.posting import envelope_id
from webmail.models import Outgoing
from webmail.screen.delivery import deliveries, reason

pytestmark = pytest.mark.servers

STATUS = """Reporting-MTA: dns; mx.example.net
{named}
Final-Recipient: rfc822; {to}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user
"""


def comes_back(
    alice: Sender, to: str = "bob@example.org", *, action: str = "failed", envelope: str = "", returned: str = ""
) -> Message:
    """A report in the inbox, whose parts are cached."""
    parts = (
        Part("1", "text/plain", size=10),
        Part("2", "message/delivery-status", size=100),
        Part("3", "text/rfc822-headers", size=100),
    )
    message = factories.message(alice.inbox, structure=Part("", "multipart/report", parts=parts))
    named = f"Original-Envelope-Id: {envelope}\n" if envelope else ""
    status = STATUS.format(named=named, to=to, action=action)
    Body.objects.create(message=message, section="2", data=status.encode())
    Body.objects.create(message=message, section="3", data=f"Message-ID: {returned}\n".encode())
    return message


def fates(row: Outgoing) -> list[str]:
    row.refresh_from_db()
    return [one["state"] for one in row.recipients]


@pytest.fixture
def row(alice: Sender) -> Outgoing:
    return alice.post(alice.send("bob@example.org", "eve@example.org"))


@pytest.fixture
def newer(alice: Sender, row: Outgoing) -> Outgoing:
    return alice.post(alice.send("bob@example.org"))


@pytest.mark.parametrize("known_by", ["envelope", "returned"])
def test_it_is_known_by_its_name(alice: Sender, row: Outgoing, newer: Outgoing, known_by: str) -> None:
    name = envelope_id(row.message_id).upper() if known_by == "envelope" else row.message_id
    comes_back(alice, "Bob@example.org", **{known_by: name})
    assert bounces.look(alice.account.pk) == 1
    assert fates(row) == ["failed", "accepted"] and fates(newer) == ["accepted"]
    assert row.troubled
    [told] = deliveries(row.recipients, only_trouble=True)
    assert told.what == "bob@example.org did not get it: it came back."
    assert told.why == reason("5.1.1") and "No such user" in told.said
    assert bounces.look(alice.account.pk) == 0


def test_else_by_the_last_one_that_was_written_to(alice: Sender, row: Outgoing, newer: Outgoing) -> None:
    comes_back(alice)
    assert bounces.look(alice.account.pk) == 1
    assert fates(row) == ["accepted", "accepted"] and fates(newer) == ["failed"]


def test_what_was_forwarded_comes_back_under_another_name(alice: Sender, row: Outgoing, newer: Outgoing) -> None:
    comes_back(alice, "robert@elsewhere.example", envelope=envelope_id(newer.message_id))
    comes_back(alice, "robert@elsewhere.example", envelope=envelope_id(row.message_id))
    bounces.look(alice.account.pk)
    assert fates(newer) == ["failed"] and fates(row) == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        ("delayed", "failed", "failed"),
        ("delayed", "delivered", "delivered"),
        ("failed", "delayed", "failed"),
        ("delivered", "delayed", "delivered"),
    ],
)
def test_the_surer_word_counts(alice: Sender, newer: Outgoing, first: str, second: str, state: str) -> None:
    for action in (first, second):
        comes_back(alice, action=action, envelope=envelope_id(newer.message_id))
        bounces.look(alice.account.pk)
    assert fates(newer) == [state]
    assert newer.troubled == (state == "failed")


def test_strangers_and_old_mail_change_nothing(alice: Sender, row: Outgoing) -> None:
    comes_back(alice, "somebody@example.org", returned="<other@example.org>")
    factories.message(alice.inbox)
    assert bounces.look(alice.account.pk) == 0
    Outgoing.objects.update(sent_at=timezone.now() - timedelta(days=20))
    assert not bounces.is_expected(alice.account.pk)
    comes_back(alice, envelope=envelope_id(row.message_id))
    assert bounces.look(alice.account.pk) == 0 and fates(row) == ["accepted", "accepted"]
