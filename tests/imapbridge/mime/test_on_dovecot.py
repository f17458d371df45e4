"""Our own reading of a message against a real server's BODYSTRUCTURE and BODY[section]."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from imapbridge.mime.parse import parse
from imapbridge.terms.part import Part
from imapbridge.wire import structure, tokens
from imapbridge.wire.tokens import Value
from tests.imapbridge.mime.test_parse import everything
from tests.mail import messages
from tests.servers.dovecot import Dovecot, User
from tests.servers.mail_client import MailClient

CHOSEN = {
    **{name: raw for name, raw in messages.HONEST.items() if name != "unix-line-ends"},
    "boundary never closed": messages.BROKEN["boundary never closed"],
    "boundaries that begin alike": messages.BROKEN["boundaries that begin alike"],
    "inner boundary never closed": messages.BROKEN["inner boundary never closed"],
    "nested": messages.nested(20).replace(b"\n", b"\r\n"),
    "forwarded deep": messages.forwarded_deep(20).replace(b"\n", b"\r\n"),
}


def described(root: Part) -> list[Part]:
    """All that both must agree on. A server writes the default charset out (RFC 2045 5.2)."""
    leaves = (part for part in everything(root) if not part.is_multipart)
    return [replace(part, charset=part.charset.replace("us-ascii", ""), params=(), parts=()) for part in leaves]


def fetch(client: MailClient, uid: int, item: str) -> Value:
    """The value of one item; imaplib gives a literal apart from the text before it, which tokens want as NUL."""
    rows = client.imap.uid("FETCH", str(uid), f"({item})")[1]
    text = b"".join(re.sub(rb"\{\d+\}$", b"\0", row[0]) if isinstance(row, tuple) else row for row in rows)
    found = tokens.parse(text, [row[1] for row in rows if isinstance(row, tuple)])[1]
    assert isinstance(found, list)
    return found[found.index(item.replace(".PEEK", "").encode()) + 1]


@pytest.mark.parametrize("name", CHOSEN)
def test_same_parts_as_the_server(name: str, dovecot: Dovecot, mail_user: User) -> None:
    raw = CHOSEN[name]
    parsed = parse(raw)
    with dovecot.client(mail_user) as client:
        uid = client.append("INBOX", raw)
        assert uid
        client.select("INBOX")
        theirs = structure.structure(fetch(client, uid, "BODYSTRUCTURE"))
        assert described(parsed.root) == described(theirs)
        for part in everything(parsed.root):
            if not part.is_multipart:
                assert fetch(client, uid, f"BODY.PEEK[{part.section}]") == parsed.body_of(part.section)
