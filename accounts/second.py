"""The second step of signing in: codes that change (TOTP, RFC 6238), passkeys (WebAuthn), and recovery codes.

Whoever has set up the first two has the last as well. Nothing here is asked, or told of, before the password was right.
Passkeys themselves are read in `passkeys`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from time import time

import pyotp
import segno
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from redis.exceptions import RedisError

from accounts import audit, known, secrets
from accounts.models import Authenticator, Passkey, RecoveryCode, User
from accounts.networks import client_network
from accounts.problems import CannotSignIn
from accounts.throttle import Attempt, TooMany

PASSED = "second"
"""In the session: whether it has passed a second step."""
HALF_MINUTE = 30
CODES = 10


def is_set_up(user: User) -> bool:
    """Whether the password alone lets nobody in."""
    return Authenticator.objects.filter(user=user).exists() or Passkey.objects.filter(user=user).exists()


class Trial:
    """One attempt at a second step. Raises CannotSignIn when it may not be made.

    Counted as those at passwords are, but from all networks together: a code has a million values, which many machines
    of one who knows the password would soon have tried. The person's own browsers are counted by themselves.
    """

    def __init__(self, request: HttpRequest, user: User) -> None:
        self._user, self._network = user, client_network(request)
        try:
            whose = f"second step|{user.pk}"
            self._attempt = Attempt(whose, whose, known.device(request, user.email))
        except TooMany as fault:
            audit.refused("too-many", user.email, self._network, place="second step")
            raise CannotSignIn("too-many", wait=fault.wait) from fault
        except RedisError as fault:  # shut rather than open
            raise CannotSignIn("bridge-down") from fault

    def decide(self, right: bool) -> None:
        """Raises CannotSignIn when it was wrong."""
        if right:
            try:
                self._attempt.succeeded()
            except RedisError as fault:
                raise CannotSignIn("bridge-down") from fault
            return
        audit.record(audit.Kind.SECOND_FACTOR_REFUSED, self._user, network=self._network)
        raise CannotSignIn("second-refused")


# --- Codes ------------------------------------------------------------------------------------------------------------


@sensitive_variables("typed", "text", "code")
def takes(user: User, typed: str) -> bool:
    """Whether the code is the authenticator's of about now, or one for recovery. Either is good once."""
    text = re.sub(r"[\s-]", "", typed).lower()
    if re.fullmatch(r"[0-9]{6}", text):
        return _takes_code(user, text)
    used = RecoveryCode.objects.filter(user=user, digest=_digest(text)).delete()[0] == 1
    if used:
        audit.record(audit.Kind.RECOVERY_CODE_USED, user, left=user.recovery_codes.count())
    return used


@sensitive_variables("code", "secret")
def _takes_code(user: User, code: str) -> bool:
    row = Authenticator.objects.filter(user=user).first()
    step = step_of(_opened(row), code) if row else None
    # Of two requests with one code only one moves the mark.
    return step is not None and Authenticator.objects.filter(user=user, last_step__lt=step).update(last_step=step) == 1


@sensitive_variables("secret", "code")
def step_of(secret: str, code: str) -> int | None:
    """The half minute that the code belongs to: this one, the last or the next; None for any other code."""
    now, made = int(time()) // HALF_MINUTE, pyotp.TOTP(secret)
    right = [step for step in (now, now - 1, now + 1) if hmac.compare_digest(made.generate_otp(step), code)]
    return right[0] if right else None


def _opened(row: Authenticator) -> str:
    try:
        return secrets.open_text(row.secret, _binding(row.user_id)).reveal()
    except secrets.SecretUnreadable:  # the key that sealed it was taken away: no code is right
        return pyotp.random_base32()


def new_secret(user: User) -> str:
    """For an authenticator that is being set up. Sealed."""
    return secrets.seal_text(pyotp.random_base32(), _binding(user.pk))


def picture(user: User, sealed: str) -> tuple[str, str]:
    """What an authenticator reads: as a picture (a data URL), and as letters for who types them."""
    secret = secrets.open_text(sealed, _binding(user.pk)).reveal()
    url = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=settings.ENV.product_name)
    return segno.make(url).png_data_uri(scale=4, border=3), " ".join(re.findall("....", secret))


@sensitive_variables("code", "secret", "text")
def keep_authenticator(user: User, sealed: str, code: str) -> bool:
    """Have its codes asked for from now on, if this is one."""
    secret, text = secrets.open_text(sealed, _binding(user.pk)).reveal(), re.sub(r"\s", "", code)
    step = step_of(secret, text) if text.isascii() else None
    if step is None:
        return False
    Authenticator.objects.update_or_create(user=user, defaults={"secret": sealed, "last_step": step})
    return True


def reseal(sender: object, **_kwargs: object) -> tuple[int, int]:
    """Receives `accounts.signals.keys_rotated`."""
    sealed = lost = 0
    for row in Authenticator.objects.order_by("pk").iterator():
        if secrets.is_current(row.secret):
            continue
        try:
            again = secrets.seal_text(
                secrets.open_text(row.secret, _binding(row.user_id)).reveal(), _binding(row.user_id)
            )
        except secrets.SecretUnreadable:
            lost += 1
            continue
        sealed += Authenticator.objects.filter(pk=row.pk, secret=row.secret).update(secret=again)
    return sealed, lost


# --- Recovery ---------------------------------------------------------------------------------------------------------


def new_recovery_codes(user: User) -> list[str]:
    """Shown once, and then never again. The older ones are good no more."""
    codes = [_grouped(pyotp.random_base32(32)[:16].lower()) for _ in range(CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, digest=_digest(code.replace("-", ""))) for code in codes
        )
    audit.record(audit.Kind.RECOVERY_CODES_MADE, user)
    return codes


def remove(user: User, kind: str, key: int = 0) -> bool:
    """Take an `authenticator` or a `passkey` away, and with the last one the recovery codes. Whether there was one."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        keys, programs = Passkey.objects.filter(user=user, pk=key), Authenticator.objects.filter(user=user)
        gone = (keys if kind == "passkey" else programs).delete()[0] > 0
        if not is_set_up(user):
            RecoveryCode.objects.filter(user=user).delete()
        if gone:
            audit.record(audit.Kind.SECOND_FACTOR_REMOVED, user, step=kind)
    return gone


@sensitive_variables("code")
def _grouped(code: str) -> str:
    return "-".join(re.findall("....", code))


@sensitive_variables("code")
def _digest(code: str) -> str:
    return hashlib.sha256(b"whimbrel/recovery/v1:" + code.encode()).hexdigest()


def _binding(user_id: int) -> str:
    return f"authenticator|{user_id}"
