"""One socket a tab: joins the account's group and forwards its state changes. Receives nothing, sends no mail."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.models import MailAccount
from imapbridge import events

NOT_SIGNED_IN = 4401


class Changes(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """`{"mailbox": 12, "state": 8842, "unread": 4, "total": 90}` whenever a mailbox of the person's changed."""

    groups: list[str] = []

    async def connect(self) -> None:
        headers = dict(self.scope["headers"])
        user = self.scope["user"]
        if not user.is_authenticated or headers.get(b"origin", b"null") == b"null":
            await self.close(NOT_SIGNED_IN)
            return
        await self.accept()
        for account_id in await database_sync_to_async(_accounts)(user.pk):
            name = events.group(account_id)
            self.groups = [*self.groups, name]
            await self.channel_layer.group_add(name, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """A tab has nothing to say here."""

    async def mailbox_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({name: event[name] for name in ("mailbox", "state", "unread", "total")})


def _accounts(user_id: int) -> list[int]:
    return list(MailAccount.objects.filter(user=user_id).values_list("pk", flat=True))
