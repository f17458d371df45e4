"""Searching, and changing what is there."""

from datetime import datetime

from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys
from imapbridge.wire.responses import Expunge
from imapbridge.wire.results import FoundIn
from imapbridge.wire.session import AppendResult, CopyResult, NewMessage, SearchResult, Session
from tests.imapbridge.wire.conversations import CET, UIDS, conversation, events, failure


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


def search_twice(session: Session):
    yield from session.search([keys.no_flag("\\Seen")], ["SAVE"])
    return (yield from session.search([keys.saved(), keys.flag("\\Flagged")], ["COUNT"]))


@conversation("search_saved", search_twice)
def _(played):
    assert played.result.count == 3


@conversation(
    "search_several",
    lambda session: session.search_in([b"INBOX", b"Co-op/Lease", b"Trash"], [keys.text("café")]),
)
def _(played):
    assert played.result == [FoundIn(b"Co-op/Lease", 7, UIDS("4:6,9")), FoundIn(b"inbox", 1, UIDS("2"))]


@conversation("sort", lambda session: session.sort("REVERSE DATE", [keys.no_flag("\\Seen"), keys.subject("x")]))
def _(played):
    assert played.result == [9, 2, 5]


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
