"""Who we are to a push service (RFC 8292, VAPID): one key of our own, and a token signed with it for each service.

The key is WEBMAIL_VAPID_KEY, or else made once and kept in the data directory. Browsers subscribe to this very key:
with another one, all subscriptions are void until their pages are opened again.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings

from webmail.push.encryption import point

FILE = "vapid.key"
LASTS = 12 * 3600
"""Seconds that a token is good for; RFC 8292 allows a day."""


def public_key() -> str:
    """What a browser is given to subscribe with (`applicationServerKey`), as base64url."""
    return to_text(point(_key().public_key()))


def authorization(origin: str) -> str:
    """The Authorization header for the push service at this origin (RFC 8292 section 3)."""
    claims = {"aud": origin, "exp": int(time.time()) + LASTS, "sub": _contact()}
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    numbers = decode_dss_signature(_key().sign(signed.encode(), ec.ECDSA(SHA256())))
    # JWS wants the two numbers as they are (RFC 7518 section 3.4), not the DER that certificates use.
    signature = b"".join(number.to_bytes(32) for number in numbers)
    return f"vapid t={signed}.{to_text(signature)}, k={public_key()}"


def _contact() -> str:
    """Where the operator of a push service finds the operator of this one (RFC 8292 section 2.1)."""
    env = settings.ENV
    return str(env.base_url) if env.secure else f"mailto:postmaster@{env.host}"


def _json(value: dict[str, object]) -> str:
    return to_text(json.dumps(value, separators=(",", ":")).encode())


def _key() -> ec.EllipticCurvePrivateKey:
    return _opened(settings.ENV.vapid_key or _kept(settings.ENV.data_path / FILE))


@cache
def _opened(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(to_bytes(text)), ec.SECP256R1())


@cache
def _kept(path: Path) -> str:
    """The key in the file, which is made when it is not there: by whichever process needs it first."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written whole before it has its name, and never over another's: two processes agree on one.
        handle, made = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(made, path)
        except FileExistsError:
            pass  # the other one is as good
        finally:
            Path(made).unlink()
    return path.read_text().strip()


def to_text(data: bytes) -> str:
    """base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def to_bytes(text: str) -> bytes:
    """Raises ValueError for what is none."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
