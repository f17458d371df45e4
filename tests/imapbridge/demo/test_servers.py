"""Both demo servers hold the seed, keep what people do to it, and deliver what they send."""

import smtplib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from imapbridge.demo import seed
from imapbridge.demo.people import PASSWORD
from tests.imapbridge.demo.demo_server import DemoServer
from tests.servers.process import running, wait_until

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def poor() -> Iterator[DemoServer]:
    with running(DemoServer("poor")) as server:
        yield server


@pytest.fixture(scope="module")
def rich() -> Iterator[DemoServer]:
    with running(DemoServer("dovecot")) as server:
        yield server


@pytest.fixture(params=["poor", "rich"])
def demo(request: pytest.FixtureRequest) -> DemoServer:
    server: DemoServer = request.getfixturevalue(request.param)
    return server


def test_everything_is_in_its_mailbox(demo: DemoServer) -> None:
    expected = Counter(message.mailbox for message in seed.mailbox("noor", datetime.now(UTC)))
    with demo.client() as client:
        found = {name: client.folder_status(name, ["MESSAGES"])[b"MESSAGES"] for _, _, name in client.list_folders()}
    assert {name: count for name, count in found.items() if count} == expected
    assert set(found) == set(seed.MAILBOXES)


def test_mailboxes_tell_what_they_are_for(demo: DemoServer) -> None:
    with demo.client() as client:
        special = {name: set(flags) for flags, _, name in client.list_folders()}
    for name in ("Drafts", "Sent", "Archive", "Junk", "Trash"):
        assert f"\\{name}".encode() in special[name]


def test_mail_from_one_to_the_other_arrives(demo: DemoServer) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "noor@example.com", "tomas@example.com", "Is the van free?"
    message.set_content("På lördag, menar jag.")
    demo.send(message)
    uid = demo.wait_for("tomas@example.com", "Is the van free?")
    with demo.client("tomas@example.com") as client:
        client.select_folder("INBOX")
        raw = client.fetch(uid, ["BODY.PEEK[]"])[uid][b"BODY[]"]
    assert "På lördag".encode() in raw


def test_new_mail_is_pushed(demo: DemoServer) -> None:
    with demo.client() as waiting, demo.client() as other:
        waiting.select_folder("Newsletters")
        waiting.idle()
        other.append("Newsletters", b"Subject: one more\r\n\r\nletter\r\n")
        pushed: list[object] = []
        wait_until(lambda: pushed.extend(waiting.idle_check(timeout=1)) or b"EXISTS" in str(pushed).encode(), "EXISTS")
        waiting.idle_done()
        uid = waiting.search(["SUBJECT", "one more"])
        waiting.delete_messages(uid)
        waiting.expunge()


def test_mail_to_the_world_is_refused(demo: DemoServer) -> None:
    with smtplib.SMTP("127.0.0.1", demo.smtp_port) as client:
        client.login("noor@example.com", PASSWORD)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            client.sendmail("noor@example.com", ["somebody@elsewhere.invalid"], b"Subject: hello\r\n\r\n")
    assert refusal.value.recipients["somebody@elsewhere.invalid"][0] == 550


def test_a_wrong_password_is_refused(demo: DemoServer) -> None:
    with smtplib.SMTP("127.0.0.1", demo.smtp_port) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("noor@example.com", "curlew")


def test_what_people_do_is_there_after_a_restart(demo: DemoServer) -> None:
    with demo.client() as client:
        before = client.select_folder("Receipts")
        uid, other = client.search()[:2]
        client.add_flags(uid, [b"\\Flagged", b"Paid"])
        client.move([other], "Trash")
        client.create_folder("Suppliers/Paste")
        client.rename_folder("Suppliers/Paste", "Suppliers/Glue")
        client.append("Suppliers/Glue", b"Subject: fish glue\r\n\r\nby the kilo\r\n", [b"\\Seen"])
    demo.restart()
    with demo.client() as client:
        after = client.select_folder("Receipts")
        flags = client.fetch(uid, ["FLAGS"])[uid][b"FLAGS"]
        assert {b"\\Flagged", b"Paid"} <= set(flags)
        assert other not in client.search()
        assert after[b"UIDVALIDITY"] == before[b"UIDVALIDITY"]
        client.select_folder("Suppliers/Glue")
        assert len(client.search(["SEEN"])) == 1
        client.select_folder("INBOX")
        client.delete_folder("Suppliers/Glue")
    with demo.client() as client:
        assert not client.folder_exists("Suppliers/Glue")


LOOKED_FOR = (
    ["BODY", "van"], ["TEXT", "van"], ["NOT", ["BODY", "van"]], ["OR", ["BODY", "HEAVIER"], ["SUBJECT", "booking"]],
    ["TEXT", "TOMÁS"], ["BODY", "tomás"], ["BODY", "the"], ["NOT", ["TEXT", "zzyzx"]],
)  # fmt: skip
"""Words that no tag of HTML has: Dovecot looks at those too."""


def test_the_poor_server_tells_and_finds_like_dovecot(poor: DemoServer, rich: DemoServer) -> None:
    letters = [
        message.raw for message in seed.mailbox("noor", datetime.now(UTC)) if message.mailbox in {"INBOX", "Junk"}
    ]
    for raw, *told in zip(letters, _told(poor, letters), _told(rich, letters), strict=True):
        assert str(told[0]) == str(told[1]), raw[:2000]
    with poor.client() as one, rich.client() as other:
        for client in (one, other):
            client.select_folder("Compared", readonly=True)
        for looked_for in LOOKED_FOR:
            assert one.search(looked_for, "UTF-8") == other.search(looked_for, "UTF-8"), looked_for


def _told(server: DemoServer, letters: list[bytes]) -> list[Any]:
    """What the server says about each letter."""
    with server.client() as client:
        client.create_folder("Compared")
        for raw in letters:
            client.append("Compared", raw)
        client.select_folder("Compared", readonly=True)
        answers = client.fetch(client.search(), ["ENVELOPE", "BODYSTRUCTURE"])
    return [(answers[uid][b"ENVELOPE"], _without_sizes(answers[uid][b"BODYSTRUCTURE"])) for uid in sorted(answers)]


def _without_sizes(structure: Any) -> Any:
    """Sizes differ, for pymap counts the line end before a boundary into the part; boundaries are random; and Dovecot
    adds the charset that a text without one has."""
    if structure == (b"charset", b"us-ascii"):
        return None
    if isinstance(structure, tuple | list):
        return [_without_sizes(each) for each in structure]
    if isinstance(structure, int) or (isinstance(structure, bytes) and structure.startswith(b"=====")):
        return "*"
    return structure.lower() if isinstance(structure, bytes) else structure
