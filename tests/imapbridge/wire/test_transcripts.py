"""Each way in which a real server is odd, as a conversation: what we say, and what we make of the answer.

Every conversation is also played with the server's octets cut at each position, and one octet at a time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from imapbridge.errors import CommandFailed, ConnectionClosed, ProtocolError
from imapbridge.terms.envelope import Address
from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys
from imapbridge.wire.responses import Exists, Expunge, Vanished
from imapbridge.wire.session import (
    AppendResult,
    CopyResult,
    Fetched,
    FetchItems,
    NewMessage,
    QresyncState,
    SearchResult,
    Section,
    Session,
)
from tests.imapbridge.wire import player
from tests.imapbridge.wire.player import Commands, Played

Check = Callable[[Played], None]
CONVERSATIONS: dict[str, tuple[Commands, Check]] = {}
UIDS = UidSet.parse
CET = timezone(timedelta(hours=1))


def conversation(name: str, commands: Commands) -> Callable[[Check], Check]:
    def add(check: Check) -> Check:
        CONVERSATIONS[name] = commands, check
        return check

    return add


@pytest.mark.parametrize("name", sorted(path.stem for path in player.TRANSCRIPTS.glob("*.txt")))
def test_conversation(name):
    commands, check = CONVERSATIONS[name]
    transcript = player.read(name)
    whole = player.play(transcript, commands)
    outcome = whole.outcome()
    check(whole)
    for position in range(1, transcript.octets):
        assert player.play(transcript, commands, player.cut_at(position)).outcome() == outcome
    assert player.play(transcript, commands, player.octet_by_octet).outcome() == outcome


def failure(played: Played) -> tuple[str, str]:
    assert isinstance(played.error, CommandFailed), played
    return played.error.status, played.error.code


def events(played: Played) -> list[object]:
    return [(event.uid, event.flags) if isinstance(event, Fetched) else event for event in played.session.take_events()]


# --- Sign-in ----------------------------------------------------------------------------------------------------------


def sign_in(session: Session):
    yield from session.login("ann", "secret")
    yield from session.prepare()


def prepare_and_select(session: Session):
    yield from session.prepare()
    return (yield from session.select(b"INBOX"))


@conversation("capabilities_change_at_sign_in", sign_in)
def _(played):
    assert played.session.has("MOVE")
    assert not played.session.has("SASL-IR")


@conversation("capabilities_in_the_ok", sign_in)
def _(played):
    assert played.session.has("CONDSTORE")
    assert played.session.enabled == {"CONDSTORE"}
    assert played.session.server_id == {"name": "Dovecot", "version": ""}
    assert played.session.profile.name == "dovecot"


@conversation("icloud_names_qresync", lambda session: session.prepare())
def _(played):
    assert not played.session.has("QRESYNC")
    assert not played.session.has("CONDSTORE")


@conversation("icloud_by_host", prepare_and_select)
def _(played):
    assert played.session.profile.name == "icloud"
    assert played.result.exists == 3


@conversation("select_unsafe_login", prepare_and_select)
def _(played):
    assert played.session.profile.needs_id
    assert played.session.selected == played.result


@conversation("oauth_error_challenge", lambda session: session.authenticate_oauth("ann@x.org", "tok3n"))
def _(played):
    assert failure(played) == ("NO", "AUTHENTICATIONFAILED")


@conversation("oauth_without_initial_response", lambda session: session.authenticate_oauth("ann@x.org", "tok3n"))
def _(played):
    assert played.session.is_authenticated
    assert played.session.has("IDLE")


@conversation("login_with_literals", lambda session: session.login("jörg", 's "e\\'))
def _(played):
    assert played.session.is_authenticated


@conversation("login_refused_at_literal", lambda session: session.login("jörg", "secret"))
def _(played):
    assert failure(played) == ("NO", "")


# --- Opening a mailbox ------------------------------------------------------------------------------------------------


@conversation("no_mod_sequences", lambda session: session.select(b"INBOX", read_only=True))
def _(played):
    selected = played.result
    assert (selected.uid_validity, selected.uid_next, selected.highest_modseq) == (1, 1, None)
    assert selected.flags == {"\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "$Forwarded"}
    assert selected.permanent_flags == frozenset()
    assert selected.read_only


@conversation("zeroes", lambda session: session.select(b"INBOX"))
def _(played):
    selected = played.result
    assert (selected.uid_validity, selected.uid_next, selected.highest_modseq) == (None, None, None)
    assert selected.permanent_flags == selected.flags == {"\\Seen", "\\Deleted"}
    assert not selected.read_only


KNOWN = QresyncState(67890007, 90060115194045000, UIDS("41:211,214:541"))


@conversation("select_qresync", lambda session: session.select(b"Caf&AOk-", known=KNOWN))
def _(played):
    selected = played.result
    assert selected.resynced
    assert selected.vanished == UIDS("41,43:116,118")
    assert [(one.uid, one.flags, one.modseq) for one in selected.changed] == [
        (117, {"\\Seen", "\\Answered"}, 90060115194045001),
        (119, {"\\Draft", "$MDNSent"}, 90060115194045008),
    ]
    assert (selected.exists, selected.highest_modseq) == (100, 90060115205545359)
    assert "\\*" in selected.permanent_flags


@conversation("unselect_without_unselect", lambda session: session.unselect())
def _(played):
    assert played.session.selected is None


# --- FETCH ------------------------------------------------------------------------------------------------------------


@conversation("star_brings_the_last", lambda session: session.fetch(UidSet.range(900, None), FetchItems(flags=True)))
def _(played):
    assert played.result.messages == []
    assert events(played) == [(899, {"\\Seen"})]


def changed(session: Session):
    return session.fetch(UidSet.range(1, None), FetchItems(flags=True), changed_since=5, vanished=True)


@conversation("malformed_vanished", changed)
def _(played):
    assert played.result.vanished == UIDS("4,7:9")
    assert [one.modseq for one in played.result.messages] == [9]


@conversation("fetch_refused_for_one", lambda session: session.fetch(UIDS("4:6"), FetchItems(size=True)))
def _(played):
    assert [(one.uid, one.size) for one in played.result.messages] == [(4, 10), (6, 12)]
    assert not played.result.complete


@conversation("fetch_refused", lambda session: session.fetch(UIDS("4"), FetchItems(size=True)))
def _(played):
    assert failure(played) == ("NO", "SERVERBUG")


GMAIL = FetchItems(flags=True, gm_msgid=True, gm_thrid=True, gm_labels=True)


@conversation("gmail_fetch", lambda session: session.fetch(UIDS("7"), GMAIL))
def _(played):
    [message] = played.result.messages
    assert message.flags == {"a]b", "[x", "$NotPhishing", "\\Seen"}
    assert message.gm_labels == {"\\Inbox", "\\Sent", "foo[bar", "Café", "a b]"}
    assert (message.gm_msgid, message.gm_thrid) == (1278455344230334866, 1278455344230334865)
    assert message.defects == ()


@conversation("items_come_apart", lambda session: session.fetch(UIDS("5:6"), FetchItems(flags=True, size=True)))
def _(played):
    assert [(one.uid, one.flags, one.size) for one in played.result.messages] == [
        (5, {"\\Seen", "\\Flagged"}, 77),
        (6, frozenset(), 78),
    ]
    assert events(played) == [(99, {"\\Deleted"}), (0, {"\\Answered"}), Exists(10)]


EVERYTHING = FetchItems(flags=True, modseq=True, internal_date=True, size=True, envelope=True, structure=True)


def fetch_everything(session: Session):
    session.capabilities |= {"CONDSTORE"}
    return session.fetch(UIDS("1:9"), EVERYTHING)


@conversation("bad_items", fetch_everything)
def _(played):
    one, two, three = played.result.messages
    assert one.defects == ("RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE")
    assert (one.flags, one.internal_date) == ({"\\Seen", "1", "2"}, datetime(2024, 2, 1, 3, 4, 5, tzinfo=CET))
    assert two.defects == ("FLAGS", "INTERNALDATE", "BODYSTRUCTURE")
    assert two.size == 6 * 1024**3
    assert (two.envelope.subject, two.envelope.from_, two.envelope.message_id) == ("Hi", (), "<a@b>")
    assert two.envelope.date == datetime(2024, 2, 1, 2, 4, 5, tzinfo=UTC)
    assert (three.modseq, three.internal_date.day, three.defects) == (12, 2, ())
    assert [uid for uid, _ in events(played)] == [0, 0, 0]


LITERALS = FetchItems(envelope=True, sections=[Section("1", 0, 5), Section("")])


@conversation("literals_everywhere", lambda session: session.fetch(UIDS("1"), LITERALS))
def _(played):
    [message] = played.result.messages
    assert message.sections == {"1": b"", "": b"* A1 OK\0\1"}
    assert message.envelope.date == datetime(2024, 2, 1, 2, 4, 5, tzinfo=UTC)
    assert message.envelope.subject == 'a"b'
    assert message.envelope.from_ == (Address("Jö", "j@x.org"),)


@conversation("microsoft_throttled", lambda session: session.fetch(UIDS("1"), FetchItems(flags=True)))
def _(played):
    assert failure(played) == ("BAD", "")
    assert "Backoff Time: 92415" in played.error.text


# --- SEARCH -----------------------------------------------------------------------------------------------------------


@conversation("esearch_without_max", lambda session: session.search([], ["MIN", "MAX", "COUNT"]))
def _(played):
    assert played.result == SearchResult(None, 2, 4, None)


@conversation("esearch_empty", lambda session: session.search([keys.subject("x")]))
def _(played):
    assert played.result == SearchResult(UidSet())


@conversation("search_with_trailing_space", lambda session: session.search([keys.no_flag("\\seen")], ["COUNT"]))
def _(played):
    assert played.result == SearchResult(UIDS("5,7,8"), 3, 5, 8)


@conversation("bad_charset", lambda session: session.search([keys.subject("café")]))
def _(played):
    assert failure(played) == ("NO", "BADCHARSET")


@conversation("threads", lambda session: session.thread())
def _(played):
    leaf = ()
    assert played.result == [
        (2, leaf),
        (3, ((6, ((4, ((23, leaf),)), (44, ((7, ((96, leaf),)),)))),)),
        (1, leaf),
        (5, leaf),
    ]


# --- Changing ---------------------------------------------------------------------------------------------------------


def store_carefully(session: Session):
    return session.store(UIDS("5:9"), add=["\\Seen", "$Forwarded"], unchanged_since=320162338)


@conversation("store_unchanged_since", store_carefully)
def _(played):
    assert played.result.modified == UIDS("7,9")
    assert [(one.uid, one.modseq) for one in played.result.changed] == [(6, 320162350)]


@conversation("move_tells_in_untagged_ok", lambda session: session.move(UIDS("42:44,50"), b"Archive"))
def _(played):
    assert played.result == CopyResult(432432, {42: 1202, 43: 1203, 44: 1204, 50: 1300})
    assert events(played) == [Expunge()]


@conversation("copy_tells_in_its_own_order", lambda session: session.copy(UIDS("2:4"), b"Archive"))
def _(played):
    assert played.result == CopyResult(7, {3: 30, 2: 31, 4: 32})


@conversation("copy_lies", lambda session: session.copy(UIDS("2:4"), b"Archive"))
def _(played):
    assert played.result == CopyResult()


@conversation("move_without_move", lambda session: session.move(UIDS("7:8"), b"Trash"))
def _(played):
    assert played.result == CopyResult(5, {7: 1, 8: 2})


@conversation("expunge_without_uidplus", lambda session: session.expunge(UIDS("7:8")))
def _(played):
    assert played.result is False


SEEN_IN_2024 = NewMessage(b"hello", frozenset({"\\Seen"}), datetime(2024, 2, 2, 3, 4, 5, tzinfo=CET))


@conversation("append_several", lambda session: session.append(b"Sent", [SEEN_IN_2024, NewMessage(b"world")]))
def _(played):
    assert played.result == AppendResult(38505, (3955, 3956))


@conversation("append_waits", lambda session: session.append(b"Sent", [NewMessage(b"hello")]))
def _(played):
    assert played.result == AppendResult()


@conversation("append_try_create", lambda session: session.append(b"Sent", [NewMessage(b"hello")]))
def _(played):
    assert failure(played) == ("NO", "TRYCREATE")


# --- IDLE and what comes unasked --------------------------------------------------------------------------------------


def idle(session: Session):
    yield from session.idle()
    yield from session.done()


@conversation("idle_data_before_plus", idle)
def _(played):
    expected = [Exists(5), Exists(6), Expunge(), Vanished(UIDS("17")), (9, {"\\Seen"}), Exists(7)]
    assert events(played) == expected
    assert not played.session.is_idling


@conversation("idle_refused", idle)
def _(played):
    assert failure(played) == ("NO", "")


@conversation("bye_in_the_middle", lambda session: session.fetch(UidSet.range(1, None), FetchItems(flags=True)))
def _(played):
    assert isinstance(played.error, ConnectionClosed)
    assert "Session expired" in str(played.error)


@conversation("microsoft_not_connected", lambda session: session.noop())
def _(played):
    assert failure(played) == ("BAD", "")
    assert played.error.text == "User is authenticated but not connected."


@conversation("microsoft_error_in_code", lambda session: session.noop())
def _(played):
    assert played.error is None


@conversation("unknown_responses", lambda session: session.noop())
def _(played):
    assert events(played) == []


@conversation("somebody_elses_tag", lambda session: session.noop())
def _(played):
    assert isinstance(played.error, ProtocolError)


# --- Mailboxes --------------------------------------------------------------------------------------------------------


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
