"""Seals a message for one browser (RFC 8291, over RFC 8188 `aes128gcm`). The push service on the way can not read it.

Pure. Keeps no key: the sender's is made for one message and forgotten.
"""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096
"""The record size of the header; the whole message is one record (RFC 8291 section 4)."""
LARGEST = 3993
"""Octets that a push service has to take (RFC 8291 section 4): 4096 without header, tag and delimiter."""
LAST_RECORD = b"\x02"


class KeyUnusable(ValueError):
    """What the browser gave as its key is not a point of P-256, or its secret has not 16 octets."""


def encrypt(
    message: bytes,
    key: bytes,
    secret: bytes,
    *,
    padded_to: int = 0,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push request. `key` and `secret` are the browser's (`p256dh`, `auth`); zeros are added until the
    message has `padded_to` octets. `own` and `salt` are made anew, unless a test gives them. Raises KeyUnusable.
    """
    check(key, secret)
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    sender = point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key))
    keying = _derive(shared, secret, b"WebPush: info\0" + key + sender, 32)
    cipher = AESGCM(_derive(keying, salt, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derive(keying, salt, b"Content-Encoding: nonce\0", 12)
    padding = b"\0" * max(0, padded_to - len(message))
    sealed = cipher.encrypt(nonce, message + LAST_RECORD + padding, None)
    return salt + RECORD.to_bytes(4) + len(sender).to_bytes(1) + sender + sealed


def check(key: bytes, secret: bytes) -> None:
    """Raises KeyUnusable."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except ValueError as fault:
        raise KeyUnusable from fault
    if len(key) != 65 or len(secret) != 16:
        raise KeyUnusable


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key in its uncompressed form, 65 octets."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=info).derive(secret)
