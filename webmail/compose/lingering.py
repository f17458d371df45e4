"""What somebody who signs out has not sent yet. With the last sign-in the password goes, and with it the way to send.

What was sent a moment ago goes all the same; about what waits for later its person is asked. Until it has gone, and its
copy lies in Sent, the password stays (`accounts.errands`); then it is forgotten at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts import sign_ins
from accounts.models import Errand, MailAccount
from imapbridge.actions import leaving
from webmail.compose.fates import PATIENCE
from webmail.models import Outgoing

State = Outgoing.State
MOMENT = timedelta(minutes=2)
"""What is due so soon is on its way."""
AT_MOST = timedelta(minutes=15)
"""For so long the password stays for that."""


def waiting(user_id: int) -> list[Outgoing]:
    """What would not go any more, and is to go later: the next one first."""
    later = _left(user_id).filter(state=State.WAITING, due_at__gt=timezone.now() + MOMENT)
    return list(later.order_by("due_at", "pk"))


def see_off(user_id: int, *, also_later: bool) -> None:
    """The passwords stay for what is on its way; `also_later`: for all that waits."""
    now = timezone.now()
    left = _left(user_id) if also_later else _left(user_id).filter(due_at__lte=now + MOMENT)
    with transaction.atomic():
        # Locked: somebody may sign out in two tabs, or be swept meanwhile.
        list(MailAccount.objects.select_for_update().filter(user=user_id).order_by("pk"))
        Errand.objects.filter(account__user=user_id).delete()
        for account_id, last in left.values_list("account").annotate(Max("due_at")):
            until: datetime = max(last, now) + PATIENCE if also_later else now + AT_MOST
            Errand.objects.create(account_id=account_id, until=until)


def look() -> None:
    """Whose errands are done has no password here any more, unless they are signed in."""
    done = [one for one in Errand.objects.select_related("account") if _is_done(one)]
    Errand.objects.filter(pk__in=[one.pk for one in done]).delete()
    if done:
        sign_ins.forget_where_nobody_is(users=sorted({one.account.user_id for one in done}))


def _left(user_id: int) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(account__user=user_id, state__in=(State.WAITING, State.SENDING))


def _is_done(errand: Errand) -> bool:
    if errand.until <= timezone.now():
        return True
    rows = Outgoing.objects.filter(account=errand.account_id)
    is_left = rows.filter(state__in=(State.WAITING, State.SENDING)).exists()
    is_filed = not rows.filter(sent_at__isnull=False, copy=Outgoing.Copy.NONE).exists()
    return not is_left and is_filed and not leaving.owed(errand.account_id)
