"""What somebody who signs out has not sent yet, or has done to mail that the server has not heard of. With the last
sign-in the password goes, and with it the way to send and to do it.

What was sent or done a moment ago goes all the same; about what waits for later its person is asked. Until it has gone,
and its copy lies in Sent, the password stays (`accounts.errands`); then it is forgotten at once. What could not be done
by then is kept, and goes on when its person signs in again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts import sign_ins
from accounts.models import Errand, MailAccount, User
from imapbridge import client
from imapbridge.actions import leaving
from imapbridge.errors import SignInRefused
from imapbridge.models import PendingChange
from webmail.compose.fates import PATIENCE
from webmail.models import Outgoing

State, Copy = Outgoing.State, Outgoing.Copy
MOMENT = timedelta(minutes=2)
"""What is due so soon is on its way."""
AT_MOST = timedelta(minutes=15)
"""For so long the password stays for that."""


def waiting(user_id: int) -> list[Outgoing]:
    """What would not go any more, and is to go later: the next one first."""
    later = _left(user_id).filter(state=State.WAITING, due_at__gt=timezone.now() + MOMENT)
    return list(later.order_by("due_at", "pk"))


def see_off(user_id: int, *, also_later: bool) -> None:
    """The passwords stay for what is on its way, not in Sent yet, or owed; `also_later`: for all that waits."""
    now = timezone.now()
    left = _left(user_id) if also_later else _left(user_id).filter(due_at__lte=now + MOMENT)
    with transaction.atomic():
        # Locked: somebody may sign out in two tabs, or be swept meanwhile.
        list(MailAccount.objects.select_for_update().filter(user=user_id).order_by("pk"))
        Errand.objects.filter(account__user=user_id).delete()
        soon: datetime = now + AT_MOST
        stays = dict.fromkeys([*_unfiled(user_id).values_list("account", flat=True), *_owing(user_id)], soon)
        for account_id, last in left.values_list("account").annotate(Max("due_at")):
            stays[account_id] = max(last, now) + PATIENCE if also_later else soon
        Errand.objects.bulk_create(Errand(account_id=account_id, until=until) for account_id, until in stays.items())


def look() -> None:
    """Whose errands are done has no password here any more, unless they are signed in. Of the others what is owed is
    tried again: nobody else asks for accounts without anybody."""
    errands = list(Errand.objects.select_related("account"))
    done = [one for one in errands if _is_done(one)]
    for account_id in {one.account_id for one in errands} - {one.account_id for one in done}:
        if _is_due(account_id):
            client.replay(account_id)
    Errand.objects.filter(pk__in=[one.pk for one in done]).delete()
    if done:
        sign_ins.forget_where_nobody_is(users=sorted({one.account.user_id for one in done}))


def came_back(sender: object, user: User, **_kwargs: Any) -> None:
    """Receives `user_logged_in`: what waits for nothing but that is tried at once."""
    own = MailAccount.objects.filter(user=user.pk)  # no join: only what waits still when its row is free
    waits = Outgoing.objects.filter(account__in=own, state=State.WAITING, problem=SignInRefused.code)
    waits.update(due_at=timezone.now())


def _owing(user_id: int) -> QuerySet[PendingChange, int]:
    """The accounts whose mail servers have not heard of everything."""
    owed = PendingChange.objects.filter(account__user=user_id, confirmed_at=None, waits=False)
    return owed.values_list("account", flat=True)


def _is_due(account_id: int) -> bool:
    owed = PendingChange.objects.filter(account=account_id, confirmed_at=None, waits=False)
    return owed.filter(Q(not_before=None) | Q(not_before__lte=timezone.now())).exists()


def _unfiled(user_id: int) -> QuerySet[Outgoing]:
    """Sent, and its copy is not in Sent yet. What the server has refused waits for its person."""
    sent = Outgoing.objects.filter(account__user=user_id, sent_at__isnull=False, copy__in=(Copy.NONE, Copy.OWED))
    return sent.exclude(octets="")


def _left(user_id: int) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(account__user=user_id, state__in=(State.WAITING, State.SENDING))


def _is_done(errand: Errand) -> bool:
    if errand.until <= timezone.now():
        return True
    rows = Outgoing.objects.filter(account=errand.account_id)
    is_left = rows.filter(state__in=(State.WAITING, State.SENDING)).exists()
    is_filed = not rows.filter(sent_at__isnull=False, copy=Outgoing.Copy.NONE).exists()
    return not is_left and is_filed and not leaving.owed(errand.account_id)
