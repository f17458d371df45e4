"""IDLE, NOTIFY and what comes unasked."""

from imapbridge.errors import ConnectionClosed, ProtocolError
from imapbridge.terms.uids import UidSet
from imapbridge.wire.responses import Exists, Expunge, Vanished
from imapbridge.wire.session import FetchItems, Session
from tests.imapbridge.wire.conversations import UIDS, conversation, events, failure


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


@conversation("notify_refused", lambda session: session.notify())
def _(played):
    assert played.result is False


def notify_and_idle(session: Session):
    yield from session.notify()
    yield from idle(session)


@conversation("notify_overflow", notify_and_idle)
def _(played):
    assert isinstance(played.error, ConnectionClosed), "a new connection asks again, and looks at what it missed"


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
