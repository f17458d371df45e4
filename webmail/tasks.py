"""What Celery runs for the pages' own rows."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.core.cache import cache
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import audit, sign_ins
from accounts.models import MailAccount, User
from accounts.oauth import returning
from imapbridge import scripts, submit
from imapbridge.errors import MailError, ScriptsChanged, ServerBusy, TryAgain
from webmail import checkups, searches
from webmail.compose import bounces, clearing, drafts, mirror, posting
from webmail.contacts import acquaintances, keeping
from webmail.contacts.carddav import syncing
from webmail.filters import following
from webmail.models import AddressBook, Draft
from webmail.push import subscriptions

logger = logging.getLogger(__name__)

GATHERED = 2
"""Seconds between new mail and telling of it: what comes meanwhile comes along, and what a page shows may be read."""
QUEUED = 60
COUNTED = 20
"""Seconds between new mail and counting who wrote it, and so many that a worker counts before others have a turn."""
RETRIES = 4
LONGEST_WAIT = 300
"""Seconds; far below `visibility_timeout`, after which the broker gives a task that waits to another worker as well."""


@shared_task
def sweep_sign_ins() -> None:
    """Sign-ins and sessions that expired, and the passwords of people who are signed in nowhere any more."""
    sign_ins.sweep()
    call_command("clearsessions")


@shared_task
def sweep_audit() -> None:
    """What the audit log kept for as long as the operator wants."""
    logger.info("audit swept=%d", audit.sweep())


def tell_soon(sender: object, account_id: int, **_kwargs: Any) -> None:
    """Receives `imapbridge.events.mail_arrived`: each browser of the account's person is told, once for many calls."""
    for pk in subscriptions.of_account(account_id):
        if cache.add(_queued(pk), 1, QUEUED):
            push.apply_async((pk,), countdown=GATHERED)


def _queued(subscription_id: int) -> str:
    return f"push-queued:{subscription_id}"


@shared_task(bind=True, max_retries=RETRIES)
def push(self: Any, subscription_id: int) -> None:
    """Tell one browser of the mail that it was not told of."""
    cache.delete(_queued(subscription_id))
    try:
        subscriptions.deliver(subscription_id)
    except subscriptions.Later as later:
        wait = max(later.seconds, 5 * 4**self.request.retries)
        raise self.retry(countdown=min(wait, LONGEST_WAIT)) from later


def count_soon(sender: object, account_id: int, **_kwargs: Any) -> None:
    """Receives `imapbridge.events.mail_arrived`: who wrote is an acquaintance."""
    if cache.add(_counting(account_id), 1, QUEUED):
        count_acquaintances.apply_async((account_id,), countdown=COUNTED, queue="bulk")


def count_after_sign_in(sender: object, user: User, **_kwargs: Any) -> None:
    """Receives `user_logged_in`: the first sync brings people to write to. Never raises: the clock asks as well."""
    for account_id in MailAccount.objects.filter(user=user.pk).values_list("pk", flat=True):
        try:
            count_soon(sender, account_id)
        except (OperationalError, RedisError) as error:
            logger.warning("account=%d acquaintances not counted at once: %s", account_id, type(error).__name__)


def _counting(account_id: int) -> str:
    return f"acquaintances-queued:{account_id}"


@shared_task
def count_acquaintances(account_id: int) -> None:
    """Who was written to and who wrote, as far as it was not counted; what is left after a while in another turn."""
    cache.delete(_counting(account_id))
    account = MailAccount.objects.filter(pk=account_id).first()
    until = time.monotonic() + COUNTED
    while account is not None and acquaintances.look_through(account):
        if time.monotonic() > until:
            count_soon(None, account_id)
            return


@shared_task
def count_everyones_acquaintances() -> None:
    """Of those that are signed in: what a first sync brought, and what other programs sent."""
    live = MailAccount.objects.filter(user__sign_ins__expires_at__gt=timezone.now()).distinct()
    for account_id in live.values_list("pk", flat=True):
        count_soon(None, account_id)


def count_searches_soon(sender: object, account_id: int, **_kwargs: Any) -> None:
    """Receives `imapbridge.events.mail_arrived`, and is told of what people do: searches that are kept have a count.
    Never raises: the next one counts as well."""
    try:
        for user_id in searches.of_account(account_id):
            if cache.add(f"searches-queued:{user_id}", 1, QUEUED):
                count_searches.apply_async((user_id,), countdown=GATHERED)
    except (OperationalError, RedisError) as error:
        logger.warning("account=%d searches not counted: %s", account_id, type(error).__name__)


@shared_task
def count_searches(user_id: int) -> None:
    """The unread mail of the searches that a person keeps."""
    cache.delete(f"searches-queued:{user_id}")
    searches.count(user_id)


BOOK_WAIT = 3
"""Seconds between a change of a contact and carrying it to its address book: what changes meanwhile goes along."""


def sync_books_soon(user_id: int) -> None:
    """Have the person's address books compared with what is here. Never raises: by the clock they are, too."""
    try:
        for pk in AddressBook.objects.filter(user=user_id).values_list("pk", flat=True):
            _sync_book_in(pk, BOOK_WAIT)
    except (OperationalError, RedisError) as error:
        logger.warning("user=%d books not compared at once: %s", user_id, type(error).__name__)


def _sync_book_in(book_id: int, seconds: int) -> None:
    if cache.add(_comparing(book_id), 1, QUEUED):
        sync_book.apply_async((book_id,), countdown=seconds, queue="bulk")


def _comparing(book_id: int) -> str:
    return f"book-queued:{book_id}"


@shared_task
def sync_book(book_id: int) -> None:
    """One turn of keeping an address book elsewhere and the contacts here equal."""
    cache.delete(_comparing(book_id))
    if not syncing.sync(book_id):
        _sync_book_in(book_id, 10 * BOOK_WAIT)


def follow_folder_soon(account_id: int, before: str, now: str, delimiter: str) -> None:
    """A folder has another name: the rules that file into it go along. Never raises: the list of rules says so when
    they did not."""
    try:
        follow_folder.apply_async((account_id, before, now, delimiter), countdown=GATHERED)
    except (OperationalError, RedisError) as error:
        logger.warning("account=%d rules do not follow a folder: %s", account_id, type(error).__name__)


@shared_task(bind=True, max_retries=2 * RETRIES)
def follow_folder(self: Any, account_id: int, before: str, now: str, delimiter: str) -> None:
    """Once the mail server has renamed it."""
    address = MailAccount.objects.filter(pk=account_id).values_list("address", flat=True).first()
    if address is None or not scripts.are_offered(address):
        return
    try:
        if following.is_owed(account_id, now):
            raise ServerBusy
        following.follow(account_id, before, now, delimiter)
    except (TryAgain, ScriptsChanged) as error:
        if self.request.retries < self.max_retries:
            raise self.retry(exc=error, countdown=min(LONGEST_WAIT, 5 * 2**self.request.retries)) from error
        logger.warning("account=%d rules do not follow a folder: %s", account_id, error.code)
    except MailError as error:
        logger.warning("account=%d rules do not follow a folder: %s", account_id, error.code)


@shared_task
def sync_everyones_books() -> None:
    """Of those that are signed in."""
    live = AddressBook.objects.filter(user__sign_ins__expires_at__gt=timezone.now()).exclude(error="password")
    for user_id in live.values_list("user_id", flat=True).distinct():
        sync_books_soon(user_id)


@shared_task
def sweep_contacts() -> None:
    """What was merged and deleted so long ago that nobody undoes it."""
    keeping.forget()


MIRRORED_AFTER = timedelta(seconds=60)
"""A draft that nobody typed into for so long is put into the Drafts mailbox."""


def ask_to_mirror(draft_id: int) -> None:
    """Have the Drafts mailbox brought up to a draft. Never raises: by the clock it is, too."""
    try:
        mirror_draft.delay(draft_id)
    except (OperationalError, RedisError) as error:
        logger.warning("draft=%d not mirrored at once: %s", draft_id, type(error).__name__)


@shared_task
def mirror_draft(draft_id: int) -> None:
    """Put a draft into the Drafts mailbox; take away what is there of one that was thrown away."""
    draft = Draft.objects.select_related("account__user").filter(pk=draft_id).first()
    if draft is None:
        return
    if draft.discarded_at:
        mirror.withdraw(draft)
    else:
        mirror.mirror(draft)


@shared_task
def mirror_rested_drafts() -> None:
    """Those that rest, and are not as they are in the Drafts mailbox."""
    rested = Draft.objects.filter(outgoing=None, discarded_at=None, saved_at__lt=timezone.now() - MIRRORED_AFTER)
    for pk in rested.exclude(mirrored=F("revision")).values_list("pk", flat=True)[:500]:
        mirror_draft(pk)


@shared_task
def sweep_drafts() -> None:
    """What was thrown away or never touched, and files that no draft has."""
    drafts.sweep()


@shared_task
def post_outgoing(outgoing_id: int) -> None:
    """Send one message, when it is due and nobody else is at it."""
    posting.post(outgoing_id)


@shared_task
def look_at_outbox() -> None:
    """What is due, what was left by somebody who died, and what follows when a message has gone."""
    posting.look()


@shared_task
def learn_limit(account_id: int) -> None:
    """How large a message the account's submission server takes."""
    try:
        submit.learn_limit(account_id)
    except MailError as error:
        logger.info("account=%d limit not learnt: %s", account_id, error.code)


def bounces_soon(sender: object, account_id: int, **_kwargs: Any) -> None:
    """Receives `imapbridge.events.mail_arrived`: something may have come back of what was sent."""
    if bounces.is_expected(account_id) and cache.add(f"bounces-queued:{account_id}", 1, QUEUED):
        look_for_bounces.apply_async((account_id,), countdown=GATHERED)


@shared_task(bind=True, max_retries=RETRIES)
def look_for_bounces(self: Any, account_id: int) -> None:
    """Tell of each message that was sent what came back of it."""
    cache.delete(f"bounces-queued:{account_id}")
    try:
        bounces.look(account_id)
    except TryAgain as error:
        raise self.retry(countdown=30 * 2**self.request.retries) from error


@shared_task
def examine_account(account_id: int) -> None:
    """What stands between an account and its mail, for its person to read."""
    checkups.run(account_id)


@shared_task
def return_tokens() -> None:
    """Refresh tokens of people who have signed out go back to their providers."""
    returning.return_some()


@shared_task
def sweep_outbox() -> None:
    """What has ended long ago, and files that no message has."""
    clearing.sweep()
