"""Signing in and getting ready."""

from imapbridge.errors import ServerBusy
from imapbridge.pool import translate
from imapbridge.wire.session import Session
from tests.imapbridge.wire.conversations import conversation, failure


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


@conversation("too_many_connections", lambda session: session.login("ann", "secret"))
def _(played):
    assert failure(played) == ("NO", "ALERT")
    assert type(translate(played.error)) is ServerBusy


def compress_and_go_on(session: Session):
    is_on = yield from session.compress()
    yield from session.noop()
    return is_on


@conversation("compress_refused", compress_and_go_on)
def _(played):
    assert played.result is False
    assert played.upgrades == []
