"""The submission server, greeted and signed in to. Hands nothing over."""

from __future__ import annotations

from collections.abc import Iterator

from imapbridge.doctor import peers
from imapbridge.doctor.peers import Patience
from imapbridge.doctor.reading import refused
from imapbridge.doctor.transcript import Transcript
from imapbridge.doctor.values import Area, Finding, Level
from imapbridge.errors import CommandFailed, WireError
from imapbridge.pool.credentials import Login
from imapbridge.submit import own_name
from imapbridge.submit.link import Link
from imapbridge.wire.drivers import Server


def look(server: Server, login: Login | None, transcript: Transcript, patience: Patience) -> Iterator[Finding]:
    transcript.note(f"SMTP: {server.host}, port {server.port}")
    yield from peers.whereto(Area.SENDING, server)
    if login:
        transcript.hide(login.secret.reveal())
    try:
        link = Link.connect(server, own_name(), watch=transcript.said, patience=patience.left)
    except WireError as error:
        yield peers.refusal(Area.SENDING, server, error)
        return
    try:
        yield from peers.link(Area.SENDING, server, link.peer)
        yield from _offered(link)
        if login:
            yield from _signed_in(link, login)
    except WireError as error:
        yield _found("broke-off", Level.FAULT, reason=str(error)[:200])
    finally:
        link.close()


def _offered(link: Link) -> Iterator[Finding]:
    offers = link.offers
    if "auth" in offers:
        yield _found("auth", mechanisms=offers["auth"].strip())
    else:
        yield _found("no-auth", Level.WARNING)
    if link.limit:
        yield _found("size", megabytes=round(link.limit / 2**20, 1))
    else:
        yield _found("no-size", Level.NOTE)
    for name, code in (("dsn", "no-dsn"), ("smtputf8", "no-smtputf8"), ("pipelining", "no-pipelining")):
        if name not in offers:
            yield _found(code, Level.NOTE)


def _signed_in(link: Link, login: Login) -> Iterator[Finding]:
    secret = login.secret.reveal()
    try:
        if login.is_token:
            link.login_by_token(login.username, secret)
        else:
            link.login(login.username, secret)
    except CommandFailed as error:
        yield refused(Area.SENDING, login.server, error)
        return
    yield _found("may-send")


def _found(code: str, level: Level = Level.FINE, **facts: str | int | float) -> Finding:
    return Finding(Area.SENDING, level, code, facts)
