"""SEARCH as RFC 9051 6.4.4 wants it, which pymap's own is not: BODY is not TEXT, and what is encoded is decoded first.

pymap asks a message for octets wherever they stand, as they were sent. Case counts for no letter here, HTML is its
text, and what BODY looks for reaches the message with a NUL before it, which no string of IMAP can have.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from pymap.backend.dict import Identity, Login, Session
from pymap.backend.dict.mailbox import Message
from pymap.interfaces.login import IdentityInterface
from pymap.mime import MessageContent
from pymap.parsing.specials import SearchKey
from pymap.selected import SelectedMailbox

from imapbridge.mime.charsets import decode
from imapbridge.mime.headers import decode_text
from imapbridge.mime.preview import html_lines
from imapbridge.mime.transfer import decode_transfer

_IN_BODY = "\0"


class LookingLogin(Login):
    """Whose sessions search as below."""

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> Identity:
        identity = await super().authorize(authenticated, authzid)
        return _Identity(identity.name, self, None, identity.roles)


class _Identity(Identity):
    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[Session]:
        async with super().new_session() as session:
            yield _Session(self.name, session.config, session.mailbox_set, session.filter_set)


class _Session(Session):
    async def search_mailbox(
        self, selected: SelectedMailbox, keys: frozenset[SearchKey]
    ) -> tuple[Iterable[tuple[int, Message]], SelectedMailbox]:
        return await super().search_mailbox(selected, frozenset(map(_marked, keys)))


def _marked(key: SearchKey) -> SearchKey:
    """BODY says so in what it looks for."""
    if key.value == b"BODY":
        return SearchKey(key.value, _IN_BODY + key.filter_str, key.inverse)
    if key.value == b"KEYSET":
        return SearchKey(key.value, type(key.filter_key_set)(map(_marked, key.filter_key_set)), key.inverse)
    if key.value == b"OR":
        left, right = key.filter_key_or
        return SearchKey(key.value, (_marked(left), _marked(right)), key.inverse)
    return key


def contains(content: MessageContent, sought: bytes) -> bool:
    """Whether a text of a message has these words, in UTF-8; or its header, unless BODY looks for them."""
    wanted = sought.decode("utf-8", "replace").casefold()
    in_body = wanted.startswith(_IN_BODY)
    wanted = wanted.removeprefix(_IN_BODY)
    if not in_body and wanted in decode_text(bytes(content.header)).casefold():
        return True
    texts = (part for part in content.walk() if part.body.content_type.maintype == "text")
    return any(wanted in _text(part).casefold() for part in texts)


def _text(part: MessageContent) -> str:
    kind, header = part.body.content_type, part.header.parsed.content_transfer_encoding
    text = decode(decode_transfer(bytes(part.body), str(header or "")), str(kind.params.get("charset", "")))
    return "\n".join(html_lines(text)) if kind.subtype == "html" else text
