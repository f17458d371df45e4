"""Mailboxes and their names."""

from imapbridge.terms import special_use
from imapbridge.terms.special_use import SpecialUse
from imapbridge.wire.session import Session
from tests.imapbridge.wire.conversations import conversation

STATUS_ITEMS = ("MESSAGES", "SIZE", "DELETED", "MAILBOXID", "APPENDLIMIT")


@conversation("names", lambda session: session.list_mailboxes(status=False))
def _(played):
    found = {one.raw_name: one for one in played.result}
    assert {raw: one.name for raw, one in found.items()} == {
        b"inbox": "INBOX",
        b"Entw&APw-rfe": "Entwürfe",
        "Été".encode(): "Été",
        b"R&D": "R&D",
        b"Tom &- Ann": "Tom & Ann",
        b"&BB8-&BB8": "П&BB8",
        b'a"b\\c {}': 'a"b\\c {}',
        b"NIL": "NIL",
        b"INBOX.gone": "INBOX.gone",
        b"back\\slash": "back\\slash",
    }
    assert found[b"NIL"].delimiter == ""
    assert found[b"back\\slash"].delimiter == "\\"
    assert not found[b"INBOX.gone"].selectable
    assert [raw for raw, one in found.items() if one.subscribed] == [b"inbox"]


@conversation("list_status", lambda session: session.list_mailboxes())
def _(played):
    inbox, sent, lists = played.result
    assert (inbox.status.messages, inbox.status.unseen, inbox.status.highest_modseq) == (17, 4, 900)
    assert (sent.name, sent.status.uid_next, sent.attributes) == ("Sent Items", 2, {"\\hasnochildren", "\\sent"})
    assert (inbox.subscribed, sent.subscribed, lists.selectable, lists.status) == (True, False, False, None)


@conversation("list_return_refused", lambda session: session.list_mailboxes())
def _(played):
    assert [(one.raw_name, one.subscribed, one.status is not None) for one in played.result] == [
        (b"INBOX", False, False),
        (b"Folder", False, False),
        (b"Folder/Spam", True, True),
    ]
    assert played.result[2].status.highest_modseq is None


@conversation("list_empty_with_return", lambda session: session.list_mailboxes(status=False))
def _(played):
    assert [one.raw_name for one in played.result] == [b"INBOX"]


@conversation("rev2_only", lambda session: session.list_mailboxes())
def _(played):
    [only] = played.result
    assert (only.name, only.status.messages) == ("Été & co", 1)


@conversation("quota", lambda session: session.quota())
def _(played):
    assert [(one.root, one.resources) for one in played.result] == [
        (b"User quota", {"STORAGE": (10, 512), "MESSAGE": (3, 1000)}),
        (b"x", {}),
    ]


@conversation("status_items", lambda session: session.status(b"Caf&AOk-", STATUS_ITEMS))
def _(played):
    status = played.result
    assert (status.messages, status.size, status.deleted) == (3, 5_000_000_000, 1)
    assert (status.mailbox_id, status.append_limit) == ("Fx-1", 257_890)


def prepare_and_list(session: Session):
    yield from session.prepare()
    return (yield from session.list_mailboxes())


@conversation("cyrus_tells_no_mailbox_id", prepare_and_list)
def _(played):
    [inbox] = played.result
    assert (inbox.status.messages, inbox.status.mailbox_id) == (30, None)


@conversation("xlist_attributes", lambda session: session.list_mailboxes(status=False))
def _(played):
    uses = {one.name: special_use.from_attributes(one.attributes) for one in played.result if one.selectable}
    assert uses == {
        "INBOX": SpecialUse.INBOX,
        "[Gmail]/Alle Nachrichten": SpecialUse.ALL,
        "[Gmail]/Spam": SpecialUse.JUNK,
        "[Gmail]/Отправленные": SpecialUse.SENT,
    }
