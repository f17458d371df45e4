"""What happened to people's sign-ins, sending and settings, for the operator, and for each person about herself.

    record(Kind.SIGN_IN, user, address=..., network=..., device="Firefox on Linux")

Rows are added in the caller's transaction, so that nothing is told that did not happen. Facts are short words and
numbers; content of mail, subjects, recipients and passwords never are. Asks no server.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from accounts.models import AuditEntry, MailAccount, User

Fact = str | int | bool
LONGEST = 200
"""Characters of one fact."""
_NEVER = frozenset(
    {"password", "passphrase", "secret", "token", "code", "key", "subject", "body", "text", "recipients", "cookie"}
)


class Kind(StrEnum):
    """What may be written down. A kind that is new needs a sentence in `SENTENCES`."""

    SIGN_IN = "sign-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGN_OUT = "sign-out"
    SESSION_REVOKED = "session-revoked"
    SECOND_FACTOR_ADDED = "second-factor-added"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    SECOND_FACTOR_REFUSED = "second-factor-refused"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    RECOVERY_CODE_USED = "recovery-code-used"
    CONFIRMED = "confirmed"
    ACCOUNT_ADDED = "account-added"
    ACCOUNT_REMOVED = "account-removed"
    GRANT_GIVEN = "grant-given"
    GRANT_LOST = "grant-lost"
    SENDING_LIMITED = "sending-limited"
    SENDING_BURST = "sending-burst"
    FORWARDING_CHANGED = "forwarding-changed"
    DOMAIN_CHANGED = "domain-changed"


SENTENCES: Mapping[Kind, str | Promise] = MappingProxyType(
    {
        Kind.SIGN_IN: _("Signed in"),
        Kind.SIGN_IN_REFUSED: _("A sign-in was refused"),
        Kind.SIGN_OUT: _("Signed out"),
        Kind.SESSION_REVOKED: _("A sign-in was ended from elsewhere"),
        Kind.SECOND_FACTOR_ADDED: _("A second step was added to signing in"),
        Kind.SECOND_FACTOR_REMOVED: _("A second step was removed from signing in"),
        Kind.SECOND_FACTOR_REFUSED: _("The second step of a sign-in failed"),
        Kind.RECOVERY_CODES_MADE: _("New recovery codes were made"),
        Kind.RECOVERY_CODE_USED: _("A recovery code was used"),
        Kind.CONFIRMED: _("The password was confirmed for a sensitive change"),
        Kind.ACCOUNT_ADDED: _("A mail account was added"),
        Kind.ACCOUNT_REMOVED: _("A mail account was removed"),
        Kind.GRANT_GIVEN: _("Access to a mail account was granted by its provider"),
        Kind.GRANT_LOST: _("Access to a mail account was withdrawn by its provider"),
        Kind.SENDING_LIMITED: _("A limit on sending was met"),
        Kind.SENDING_BURST: _("Unusually much was sent"),
        Kind.FORWARDING_CHANGED: _("A forwarding rule was changed"),
        Kind.DOMAIN_CHANGED: _("The settings of a domain were changed"),
    }
)


def record(
    kind: Kind, user: User | None = None, *, address: str = "", network: str = "", **facts: Fact | None
) -> AuditEntry:
    """Write it down. `address`: whom it is about; empty: the user's. Facts of None are left out.

    Raises ValueError for a fact that has no business here.
    """
    if refused := _NEVER & facts.keys():
        raise ValueError(f"not for the audit log: {', '.join(sorted(refused))}")
    # Names and addresses may come from a server's scripts; PostgreSQL keeps no NUL.
    told = {
        name: value.replace("\0", "")[:LONGEST] if isinstance(value, str) else value
        for name, value in facts.items() if value != ""
    }  # fmt: skip
    whom = address or (user.email if user else "")
    return AuditEntry.objects.create(
        kind=Kind(kind), user=user, address=whom.lower()[:320], network=network[:64],
        facts={name: value for name, value in told.items() if value is not None},
    )  # fmt: skip


def refused(code: str, address: str, network: str, place: str = "") -> None:
    """A sign-in that the mail server or the throttle refused; what nobody decided is none. Looks up no person, so that
    it takes the same time for an address that nobody has."""
    if code == "sign-in-refused" or (code == "too-many" and _is_first(address, network)):
        record(Kind.SIGN_IN_REFUSED, address=address, network=network, reason=code, place=place)


def _is_first(address: str, network: str) -> bool:
    """Within ten minutes: who goes on trying in vain fills no table."""
    pair = salted_hmac("accounts.audit", f"{address}|{network}").hexdigest()
    try:
        return cache.add(f"audit-too-many:{pair}", 1, 600)
    except RedisError:
        return False


def of_person(user: User) -> QuerySet[AuditEntry]:
    """What is about her: what she did, and what was tried at her addresses. Newest first."""
    addresses = MailAccount.objects.filter(user=user).values("address")
    hers = Q(user=user) | Q(address__in=addresses, user=None)
    return AuditEntry.objects.filter(hers).exclude(kind=Kind.DOMAIN_CHANGED)


def sweep() -> int:
    """Take out what is older than the operator keeps (WEBMAIL_AUDIT_DAYS; 0: nothing is); how many were."""
    days: int = settings.ENV.audit_days
    if not days:
        return 0
    old = AuditEntry.objects.filter(at__lt=timezone.now() - timedelta(days=days))
    return old._raw_delete(old.db)
