"""Browsers that want to be told while no page is open, and one delivery to one of them.

The marks move before anything is sent, in one transaction, so that of two workers only one tells; they go back when the
push service asks for patience.
"""

from __future__ import annotations

import http.client
import json
import logging
from dataclasses import asdict, dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from redis.exceptions import RedisError

from accounts.models import MailAccount, PushSubscription, SignIn, User
from imapbridge import presence
from webmail import languages, meters
from webmail.outside.places import NotAllowed
from webmail.push import delivery, encryption, vapid
from webmail.push.destinations import service
from webmail.push.news import Marks, choice, mark_of, news
from webmail.push.notes import Note, notes
from webmail.push.quiet import is_quiet
from webmail.screen import account as person
from webmail.screen.clock import zone

log = logging.getLogger(__name__)

PADDED_TO = 2048
"""Octets: the push service learns little from the length."""


class Later(Exception):
    """The push service is away or asks for patience. Nothing was told, and it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def live() -> QuerySet[PushSubscription]:
    """Those whose browser is still signed in."""
    return PushSubscription.objects.filter(sign_in__expires_at__gt=timezone.now(), sign_in__user__is_active=True)


_OF_ACCOUNT = f"""
SELECT browser.id FROM {MailAccount._meta.db_table} account
JOIN {User._meta.db_table} person ON person.id = account.user_id AND person.is_active
JOIN {SignIn._meta.db_table} sign_in ON sign_in.user_id = person.id AND sign_in.expires_at > %s
JOIN {PushSubscription._meta.db_table} browser ON browser.sign_in_id = sign_in.id
WHERE account.id = %s
"""  # noqa: S608 - the tables' names are ours


def of_account(account_id: int) -> list[int]:
    """Those of `live` whose person has the account: their keys. Written out, for each sync that brings mail asks."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ACCOUNT, [connection.ops.adapt_datetimefield_value(timezone.now()), account_id])
        return [key for (key,) in cursor.fetchall()]


def subscribe(sign_in: SignIn, endpoint: str, key: str, secret: str) -> None:
    """Tell this browser from now on. Raises NotAllowed or KeyUnusable, and ValueError for what is no base64url."""
    service(endpoint)
    octets = vapid.to_bytes(key), vapid.to_bytes(secret)
    encryption.check(*octets)
    # Not as it came: what is read leniently may have been written at any length.
    values = {"endpoint": endpoint, "key": vapid.to_text(octets[0]), "secret": vapid.to_text(octets[1])}
    try:
        _keep(sign_in, values)
    except IntegrityError:  # for the same endpoint another came first, between two statements: its row is there now
        _keep(sign_in, values)
    _expect_mail(sign_in.user_id)


def _expect_mail(user_id: int) -> None:
    """The bridge listens from now on, and not only when the clock has said so, within a minute."""
    accounts = MailAccount.objects.filter(user=user_id, refused=False).exclude(secret="")
    try:
        presence.expect_also(accounts.values_list("pk", flat=True))
    except RedisError as fault:
        log.warning("mail is expected later: %s", type(fault).__name__)


def _keep(sign_in: SignIn, values: dict[str, str]) -> None:
    with transaction.atomic():
        # One browser, two people, one after the other: it is the latter's now.
        PushSubscription.objects.filter(endpoint=values["endpoint"]).exclude(sign_in=sign_in).delete()
        PushSubscription.objects.update_or_create(
            sign_in=sign_in, defaults=values, create_defaults={**values, "told": _marks_now(sign_in.user)}
        )


def _marks_now(user: User) -> Marks:
    """What is there already is no news."""
    return {key: mark for account in user.accounts.all() for key, mark in news(account, (), {}).marks.items()}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one browser is to be told now, by us alone."""

    subscription: PushSubscription
    before: Marks
    notes: list[Note]
    unread: int


def deliver(subscription_id: int) -> None:
    """Tell one browser what it was not told yet. Raises Later."""
    claim = _claim(subscription_id)
    if claim is None:
        return
    try:
        answer = _send(claim)
    except (NotAllowed, encryption.KeyUnusable) as fault:
        log.warning("push=%s given up: %s", subscription_id, fault)
        claim.subscription.delete()
        return
    except (OSError, http.client.HTTPException) as fault:
        log.info("push=%s later: %s", subscription_id, type(fault).__name__)
        meters.notified("none")
        _give_back(claim)
        raise Later(0) from fault
    log.info("push=%s notes=%s status=%s", subscription_id, len(claim.notes), answer.status)
    meters.notified(f"{answer.status // 100}xx")
    if answer.is_gone:
        claim.subscription.delete()
    elif answer.is_for_later:
        _give_back(claim)
        raise Later(answer.retry_after)
    elif not answer.is_taken:
        log.warning("push=%s refused: %s", subscription_id, answer.status)


def _claim(subscription_id: int) -> Claim | None:
    """Move the marks; None when there is nothing to tell, or nobody."""
    with transaction.atomic():
        rows = live().select_for_update(of=("self",)).select_related("sign_in__user")
        found = rows.filter(pk=subscription_id).first()
        if found is None:
            return None
        user, before, unread = found.sign_in.user, found.told, 0
        told: list[Note] = []
        marks: Marks = {}
        for account in user.accounts.all():
            came, more, count = _for(user, account, before)
            told, unread = told + came, unread + count
            marks |= more
        if marks != before:
            found.told = marks
            found.save(update_fields=["told"])
    return Claim(found, before, told, unread) if told else None


def _for(user: User, account: MailAccount, marks: Marks) -> tuple[list[Note], Marks, int]:
    """An account's notes as its person wants them, none in quiet hours; the marks; how many are unread."""
    wanted = choice(account)
    found = news(account, wanted.mailboxes, marks)
    now = timezone.now().astimezone(zone(person.zone_name(user), timezone.get_default_timezone_name())).time()
    if is_quiet(now, wanted.quiet_from, wanted.quiet_until):
        return [], found.marks, found.unread
    with translation.override(languages.chosen_by(user) or translation.get_language() or "en"):
        return notes(user, found.came, private=wanted.private), found.marks, found.unread


def _send(claim: Claim) -> delivery.Answer:
    row = claim.subscription
    where = service(row.endpoint)
    body = encryption.encrypt(
        message(claim.notes, claim.unread), vapid.to_bytes(row.key), vapid.to_bytes(row.secret), padded_to=PADDED_TO
    )
    return delivery.send(where, vapid.authorization(where.origin), body)


def message(told: list[Note], unread: int) -> bytes:
    """What the service worker reads. Notes that are too many to send are left out, the oldest first."""
    while True:
        text = json.dumps({"notes": [asdict(note) for note in told], "unread": unread}, ensure_ascii=False).encode()
        if len(text) <= encryption.LARGEST:
            return text
        told = told[1:]


def _give_back(claim: Claim) -> None:
    """As if it had not been tried, unless more was told meanwhile."""
    with transaction.atomic():
        row = PushSubscription.objects.select_for_update().filter(pk=claim.subscription.pk).first()
        if row and row.told == claim.subscription.told:
            row.told = claim.before
            row.save(update_fields=["told"])


def tell_in_page(user: User, marks: Marks | None) -> tuple[list[Note], Marks]:
    """The same for an open page, which keeps its marks itself; without any it is told nothing yet.

    It gets the marks of the mailboxes that are chosen: the others need none until they are.
    """
    told, kept = list[Note](), Marks()
    for account in user.accounts.all():
        came, moved, _unread = _for(user, account, marks or {})
        wanted = {mark_of(account, name) for name in choice(account).mailboxes}
        told += came
        kept |= {key: mark for key, mark in moved.items() if key in wanted}
    return told, kept
