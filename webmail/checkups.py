"""The examination of an account that its person asks for: done by a worker, kept for an hour.

In the cache: who has lost it asks once more. It holds what `imapbridge.doctor` tells, which is no secret.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.models import MailAccount
from imapbridge.doctor.examining import LASTS, examine
from imapbridge.doctor.values import Report

logger = logging.getLogger(__name__)

KEPT = 3600
LONGEST = int(LASTS) + 60
"""Seconds after which a worker that did not answer is not waited for any more."""
APART = 15
"""Between two examinations of an account: each is a sign-in."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """`report` is None while there is none; `runs`: a worker is asked for one, and may be at it."""

    report: Report | None
    runs: bool


def ask(account_id: int) -> bool:
    """Whether an examination is to be begun now: none runs, and the last was not a moment ago."""
    lately, asked = f"checkup-lately:{account_id}", f"checkup-asked:{account_id}"
    return bool(cache.add(lately, 1, APART)) and bool(cache.add(asked, 1, LONGEST))


def run(account_id: int) -> None:
    """By a worker. Whoever is killed is waited for a while, and then asked again."""
    try:
        account = MailAccount.objects.filter(pk=account_id).first()
        if account is not None:
            cache.set(_key(account_id), examine(account.address, account).to_json(), KEPT)
    finally:
        done(account_id)


def done(account_id: int) -> None:
    """Nobody is at it any more."""
    try:
        cache.delete(f"checkup-asked:{account_id}")
    except RedisError as fault:
        logger.warning("account=%d its checkup is not marked as done: %s", account_id, type(fault).__name__)


def found(account_id: int) -> Checkup:
    said = cache.get(_key(account_id))
    return Checkup(Report.from_json(said) if said else None, bool(cache.get(f"checkup-asked:{account_id}")))


def _key(account_id: int) -> str:
    return f"checkup:{account_id}"
