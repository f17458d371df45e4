"""One socket a tab: joins the groups of the person's accounts and of the session, and forwards state changes.

It says as well that somebody looks, and closes when the session ends. Carries ids, states and counts: never markup,
never mail.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from accounts.models import MailAccount
from imapbridge import asked, events, presence
from imapbridge.meters import pushed
from webmail import meters, sign_outs

log = logging.getLogger(__name__)

NOT_SIGNED_IN = 4401
NOT_UNDERSTOOD = 1003
QUESTION = '"alive?"'
"""All that a tab may say: after sleep, a socket can be dead without its knowing."""
ANSWERED_EVERY = 1.0


class Changes(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """`{"mailbox": 12, "state": 8842, "unread": 4, "total": 90}` whenever a mailbox of the person's changed, in
    whichever account; `{"accounts": 2}` when there is one more, or less."""

    groups: list[str] = []

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels would first have a thread look after its connection to the database, one for all sockets of the
        process, though what is heard is only passed on; what asks the database here has that done by itself."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        headers, self.user = dict(self.scope["headers"]), self.scope["user"]
        self.checks: asyncio.Task[None] | None = None
        self.answered_at, self.began_at = 0.0, time.monotonic()
        name = headers.get(b"x-request-id", b"").decode("latin-1") if settings.ENV.trusted_proxies else ""
        asked.begin(name, lambda: self.user.pk)
        if not self.user.is_authenticated or headers.get(b"origin", b"null") == b"null":
            await self.close(NOT_SIGNED_IN)
            return
        self.session_key = self.scope["session"].session_key
        self.accounts = await database_sync_to_async(_accounts)(self.user.pk)
        self.groups = [sign_outs.group(self.session_key), *map(events.group, self.accounts)]
        # Before it is accepted: what changes from then on is heard, what changed earlier the tab asks for.
        for name in self.groups:
            await self.channel_layer.group_add(name, self.channel_name)
        await self.accept()
        self.checks = asyncio.create_task(self._keep_checking())
        meters.sockets.inc()

    async def disconnect(self, code: int) -> None:
        if self.checks:
            self.checks.cancel()
            meters.sockets.dec()
            log.info("socket ended: code=%s after %.0f s", code, time.monotonic() - self.began_at)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        if text_data != QUESTION:
            await self.close(NOT_UNDERSTOOD)
        elif time.monotonic() - self.answered_at >= ANSWERED_EVERY:
            self.answered_at = time.monotonic()
            await self.send_json({"alive": True})

    async def mailbox_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({name: event[name] for name in ("mailbox", "state", "unread", "total")})
        pushed(event.get("at"))

    async def search_news(self, event: dict[str, Any]) -> None:
        """A search on the mail server has got on: the page asks for what was found."""
        await self.send_json({"search": event["search"]})

    async def draft_changed(self, event: dict[str, Any]) -> None:
        """A draft was saved by a page, or another program has made a version of it: who has it open is told."""
        await self.send_json({name: event[name] for name in ("draft", "revision", "tab", "foreign")})

    async def accounts_changed(self, _event: dict[str, Any]) -> None:
        """The person has one account more, or less: hear of those that there are. The page asks for what it shows."""
        self.accounts = await database_sync_to_async(_accounts)(self.user.pk)
        wanted = [sign_outs.group(self.session_key), *map(events.group, self.accounts)]
        for name in set(wanted).difference(self.groups):
            await self.channel_layer.group_add(name, self.channel_name)
        for name in set(self.groups).difference(wanted):
            await self.channel_layer.group_discard(name, self.channel_name)
        self.groups = wanted
        await self.send_json({"accounts": len(self.accounts)})

    async def session_ended(self, _event: dict[str, Any]) -> None:
        await self.close(NOT_SIGNED_IN)

    async def _keep_checking(self) -> None:
        """Once a minute: renew the presence; and a session may end without anybody's saying so."""
        while await self._is_welcome():
            await asyncio.sleep(presence.RENEW)
        await self.close(NOT_SIGNED_IN)

    async def _is_welcome(self) -> bool:
        try:
            return bool(await database_sync_to_async(_renew)(self.session_key, self.user.pk, self.accounts))
        except (DatabaseError, RedisError) as fault:
            log.warning("presence not renewed: %s", type(fault).__name__)
            return True


def _accounts(user_id: int) -> list[int]:
    return list(MailAccount.objects.filter(user=user_id).values_list("pk", flat=True))


def _renew(session_key: str, user_id: int, account_ids: list[int]) -> bool:
    """Whether the session is still good; if so, its accounts are present."""
    if not sign_outs.is_signed_in(session_key, user_id):
        return False
    presence.renew(account_ids)
    return True
