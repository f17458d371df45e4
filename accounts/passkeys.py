"""Passkeys: what a browser is asked, and whether its answer is right (WebAuthn level 2, by py_webauthn).

What was asked stands in the session, is good for some minutes and for one answer.
"""

from __future__ import annotations

from time import time
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import Passkey, User

FIELD = "passkey"
LASTS = 300
"""Seconds for the person to find the device."""


LONGEST = 1023
"""Octets of a credential's id (WebAuthn section 4)."""
_BROKEN = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading an answer raises that is none: the library looks at most of it, not at all."""


class NotThisKey(Exception):
    """What the browser sent is no answer to what it was asked. Says why, for the log."""


def ask_for_new(request: HttpRequest, user: User) -> str:
    """The options that make a passkey of this person, as JSON for the browser."""
    options = generate_registration_options(
        rp_id=_host(request),
        rp_name=settings.ENV.product_name,
        user_id=f"whimbrel {user.pk}".encode(),
        user_name=user.email,
        user_display_name=user.name or user.email,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(user, _host(request)),
    )
    _remember(request, "new", user, options.challenge)
    return options_to_json(options)


def keep(request: HttpRequest, user: User, name: str, answer: str) -> None:
    """The new passkey, from the browser's answer. Raises NotThisKey."""
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=_asked(request, "new", user),
            expected_rp_id=_host(request),
            expected_origin=_origin(request),
            require_user_verification=False,
        )
        if len(made.credential_id) > LONGEST:
            raise NotThisKey("an id that is too long")
        Passkey.objects.create(
            user=user,
            name=name,
            host=_host(request),
            credential_id=bytes_to_base64url(made.credential_id),
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
        )
    except (*_BROKEN, IntegrityError) as fault:
        raise NotThisKey(f"{type(fault).__name__}: {fault}"[:200]) from fault


def ask(request: HttpRequest, user: User) -> str:
    """The options that have one of this person's passkeys used, as JSON for the browser."""
    options = generate_authentication_options(
        rp_id=_host(request),
        allow_credentials=_descriptors(user, _host(request)),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    _remember(request, "use", user, options.challenge)
    return options_to_json(options)


def check(request: HttpRequest, user: User, answer: str) -> None:
    """Whether one of the person's passkeys signed what was asked. Raises NotThisKey."""
    try:
        said = parse_authentication_credential_json(answer)
        row = Passkey.objects.filter(user=user, credential_id=bytes_to_base64url(said.raw_id)).first()
        if row is None:
            raise NotThisKey("a key that this person has not")
        found = verify_authentication_response(
            credential=said,
            expected_challenge=_asked(request, "use", user),
            expected_rp_id=row.host,
            expected_origin=_origin(request),
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=False,
        )
    except _BROKEN as fault:
        raise NotThisKey(f"{type(fault).__name__}: {fault}"[:200]) from fault
    Passkey.objects.filter(pk=row.pk).update(sign_count=found.new_sign_count, used_at=timezone.now())


def usable(request: HttpRequest, user: User) -> bool:
    """Whether the person has a passkey for the host that the browser is at."""
    return Passkey.objects.filter(user=user, host=_host(request)).exists()


def _descriptors(user: User, host: str) -> list[PublicKeyCredentialDescriptor]:
    keys = Passkey.objects.filter(user=user, host=host).values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key)) for key in keys]


def _remember(request: HttpRequest, purpose: str, user: User, challenge: bytes) -> None:
    request.session[FIELD] = [purpose, user.pk, bytes_to_base64url(challenge), int(time())]


def _asked(request: HttpRequest, purpose: str, user: User) -> bytes:
    """The challenge, which is good no more. Raises NotThisKey."""
    kept: Any = request.session.pop(FIELD, None)
    if kept is None or kept[:2] != [purpose, user.pk] or time() - kept[3] > LASTS:
        raise NotThisKey("nothing was asked, or too long ago")
    return base64url_to_bytes(kept[2])


def _host(request: HttpRequest) -> str:
    """One of ours: Django has held the Host header against those that the operator named."""
    return request.get_host().partition(":")[0]


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
