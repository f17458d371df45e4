"""Opening a mailbox and reading what is in it."""

from datetime import UTC, datetime

from imapbridge.errors import CommandFailed
from imapbridge.terms.envelope import Address
from imapbridge.terms.uids import UidSet
from imapbridge.wire.responses import Exists
from imapbridge.wire.session import Exchange, FetchItems, QresyncState, Section, Selected, Session
from tests.imapbridge.wire.conversations import CET, UIDS, conversation, events, failure


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


def _with_new_mail(session: Session) -> Exchange[Selected]:
    known = QresyncState(5, 70, UidSet.range(1, 9))
    items = FetchItems(flags=True, size=True)
    return session.select(b"INBOX", read_only=True, known=known, fetch=(UidSet.range(10, 11), items))


@conversation("select_and_fetch", _with_new_mail)
def _(played):
    selected = played.result
    assert (selected.exists, selected.uid_next, selected.highest_modseq) == (10, 12, 80)
    assert [(one.uid, one.flags) for one in selected.changed] == [(3, {"\\Seen"}), (10, frozenset())]
    assert [(one.uid, one.flags, one.size) for one in selected.fetched] == [
        (10, {"\\Draft"}, 100),
        (11, frozenset(), 110),
    ]
    assert (4, {"\\Flagged"}) in events(played)


def _with_one_more(session: Session) -> Exchange[Selected]:
    return session.select(b"INBOX", read_only=True, fetch=(UidSet.of([10]), FetchItems(flags=True)))


@conversation("select_and_fetch_refused", _with_one_more)
def _(played):
    assert (played.result.exists, played.result.fetched) == (10, None)
    assert played.session.selected == played.result


@conversation("select_refused_and_fetch", _with_one_more)
def _(played):
    assert failure(played) == ("NO", "NONEXISTENT")
    assert played.session.selected is None


@conversation("unselect_without_unselect", lambda session: session.unselect())
def _(played):
    assert played.session.selected is None


@conversation("yahoo_has_its_own_modseq", lambda session: session.select(b"INBOX"))
def _(played):
    selected = played.result
    assert (selected.uid_validity, selected.uid_next, selected.highest_modseq) == (1, 44, None)
    assert (selected.mailbox_id, selected.exists) == ("1", 3)
    assert "\\*" not in selected.permanent_flags


def look_closely(session: Session):
    selected = yield from session.select(b"INBOX")
    items = FetchItems(preview=True, email_id=True, thread_id=True, saved_at=True)
    found = yield from session.fetch(UIDS("1:2"), items)
    later = yield from session.fetch(UIDS("2"), FetchItems(lazy_preview=True))
    return selected, found.messages, later.messages


@conversation("object_ids", look_closely)
def _(played):
    selected, (one, two), [later] = played.result
    assert selected.mailbox_id == "F2212ea87-6097"
    assert (one.email_id, one.thread_id, one.preview) == ("M6d99ac3275bb4e", "T64b478a75b7ea9", "First words")
    assert one.saved_at == datetime(2024, 7, 7, 2, 44, 25, tzinfo=UTC)
    assert (two.email_id, two.thread_id, two.saved_at, two.preview) == ("M5fdc09b49ea703", None, None, None)
    assert later.preview == "Hi"


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


@conversation("modseq_left_out", lambda session: session.fetch(UidSet.range(1, None), FetchItems(flags=True), 5))
def _(played):
    [message] = played.result.messages
    assert (message.uid, message.flags, message.modseq) == (8, {"\\Seen"}, None)


@conversation("what_was_not_asked_for", lambda session: session.fetch(UIDS("4:5"), FetchItems(sections=[Section("1")])))
def _(played):
    [message] = played.result.messages
    assert (message.uid, message.sections) == (5, {}), "4 is not here, 5 has no text: both are asked for again"
    assert events(played) == [(19, {"\\Seen"})]


def fetch_decoded(session: Session):
    found = yield from session.fetch(UIDS("4"), FetchItems(sections=[Section("2", decoded=True)]))
    try:
        yield from session.fetch(UIDS("4"), FetchItems(sections=[Section("3", decoded=True)]))
    except CommandFailed as refused:
        return found.messages, refused.code


@conversation("binary", fetch_decoded)
def _(played):
    [message], code = played.result
    assert message.binary == {"2": b"a\0b\xff\n"}
    assert code == "UNKNOWN-CTE"


SEEN_TEXT = FetchItems(flags=True, sections=[Section("1")])


@conversation("zero_length_and_spaces", lambda session: session.fetch(UIDS("1"), SEEN_TEXT))
def _(played):
    [message] = played.result.messages
    assert (message.flags, message.sections) == ({"\\Seen", "\\Flagged"}, {"1": b""})
