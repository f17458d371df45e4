"""Mail passwords and refresh tokens at rest: sealed with a key from the environment, bound to an account on a server.

    v1.<key id>.<salt>.<nonce>.<ciphertext>        each base64url without padding

AES-256-GCM (NIST SP 800-38D); the row's key is HKDF-SHA256 (RFC 5869) of one of WEBMAIL_CREDENTIAL_KEYS with the row's
own salt. The associated data name person, account, server and user name, so that a sealed password copied to another
row, or an account pointed at another server, opens nothing; and of a token who gave it and to which client, so that it
is sent to nobody else, and is never taken for a password. Never logs, never caches, and never holds a password longer
than its caller does.
"""

from __future__ import annotations

import hashlib
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from accounts import providers
from accounts.autoconfig import NoServers, servers_for
from accounts.models import MailAccount
from accounts.providers import Provider

VERSION = "v1"


class SecretUnreadable(Exception):
    """There is no password, or none of the keys opens it for this account: the person has to sign in again."""


class Secret:
    """A password in the open, for as short as possible. Printing, formatting or pickling it shows nothing."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        # Into no cache, no task's arguments, no copy.
        raise TypeError("a Secret is not to be stored")


@sensitive_variables("password")
def seal(account: MailAccount, password: str) -> None:
    """Put the sealed password into the account and raise its version; the caller saves.

    The account must be saved before (its key is part of the binding). Raises NoServers.
    """
    account.provider = ""
    account.secret = _encrypt(password, _binding(account))
    account.secret_version += 1


def seal_token(account: MailAccount, provider: Provider, token: Secret) -> None:
    """As `seal`, with a provider's refresh token in place of a password."""
    account.provider = provider.name
    rotate_token(account, token)
    account.secret_version += 1


def rotate_token(account: MailAccount, token: Secret) -> None:
    """The provider gave another refresh token for the same permission: the version stays. The caller saves.

    Raises NoServers, or SecretUnreadable when the provider is not known here any more.
    """
    account.secret = _encrypt(token.reveal(), _binding(account))


def open_(account: MailAccount) -> Secret:
    """The account's password, or its refresh token where it has a provider. Raises SecretUnreadable."""
    try:
        return Secret(_decrypt(account.secret, _binding(account)))
    except (NoServers, InvalidTag, ValueError) as fault:
        raise SecretUnreadable(f"account={account.pk}") from fault


def reseal(account: MailAccount) -> bool:
    """Seal again with the first key, when another one sealed it. False: nothing to do. The caller saves.

    The version stays, for the password is the same and warm connections may live on. Raises SecretUnreadable.
    """
    if not account.secret or is_current(account.secret):
        return False
    account.secret = _encrypt(open_(account).reveal(), _binding(account))
    return True


@sensitive_variables("text")
def seal_text(text: str, binding: str) -> str:
    """Another password than an account's, sealed. `binding`: whose it is and for which server, for `open_text` too."""
    return _encrypt(text, binding.encode())


def open_text(sealed: str, binding: str) -> Secret:
    """Raises SecretUnreadable: the person has to type it again."""
    try:
        return Secret(_decrypt(sealed, binding.encode()))
    except (InvalidTag, ValueError) as fault:
        raise SecretUnreadable(binding.partition("|")[0]) from fault


def is_current(sealed: str) -> bool:
    """Whether the first key sealed it."""
    return sealed.split(".")[1:2] == [_key_id(_keys()[0])]


def _keys() -> list[bytes]:
    return [key.encode() for key in settings.ENV.credential_keys]


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"whimbrel/key-id/v1:" + key).hexdigest()[:8]


def _binding(account: MailAccount) -> bytes:
    imap = servers_for(account.address).imap
    # The user name comes last: it alone may hold the separator.
    bound = f"{account.user_id}|{account.pk}|{imap.host}|{imap.port}|{account.username}"
    return (f"token|{_mark(account.provider)}|{bound}" if account.provider else bound).encode()


def _mark(name: str) -> str:
    provider = providers.named(name)
    if provider is None:
        raise SecretUnreadable(f"provider={name} is not known")
    return provider.mark


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=32, salt=salt, info=b"whimbrel/credential/v1").derive(key))


@sensitive_variables("password")
def _encrypt(password: str, binding: bytes) -> str:
    key, salt, nonce = _keys()[0], os.urandom(16), os.urandom(12)
    sealed = _cipher(key, salt).encrypt(nonce, password.encode(), binding)
    return ".".join([VERSION, _key_id(key), _to_text(salt), _to_text(nonce), _to_text(sealed)])


def _decrypt(secret: str, binding: bytes) -> str:
    """Raises ValueError for what is not in our form or of no key of ours, InvalidTag for what does not belong here."""
    version, key_id, salt, nonce, sealed = secret.split(".")
    key = next((key for key in _keys() if _key_id(key) == key_id), None)
    if version != VERSION or key is None:
        raise ValueError("sealed in a form or with a key that is not known here")
    return _cipher(key, _to_bytes(salt)).decrypt(_to_bytes(nonce), _to_bytes(sealed), binding).decode()


def _to_text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _to_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
