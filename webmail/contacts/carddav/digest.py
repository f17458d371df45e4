"""PURE: the answer to a challenge by Digest (RFC 7616), for servers that take no password as it is."""

from __future__ import annotations

import hashlib
import secrets
from urllib.request import parse_http_list, parse_keqv_list

_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


def authorization(
    challenge: str, method: str, target: str, username: str, password: str, *, cnonce: str = ""
) -> str:  # fmt: skip
    """The value of the field `Authorization`; empty when that is no challenge, or one that is not answered here.
    `target`: the path that is asked for, with its query. `cnonce`: what is otherwise made up."""
    scheme, _space, rest = challenge.strip().partition(" ")
    given = parse_keqv_list([one for one in parse_http_list(rest) if "=" in one])
    algorithm = given.get("algorithm", "MD5").upper()
    modes = [one.strip() for one in given.get("qop", "").split(",") if one.strip()]
    if scheme.lower() != "digest" or algorithm not in _HASHES or (modes and "auth" not in modes):
        return ""

    def digest(*words: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(words).encode(), usedforsecurity=False).hexdigest()

    realm, nonce, cnonce = given.get("realm", ""), given.get("nonce", ""), cnonce or secrets.token_hex(16)
    counted = ("00000001", cnonce, "auth") if modes else ()
    response = digest(digest(username, realm, password), nonce, *counted, digest(method, target))
    quoted = {"username": username, "realm": realm, "nonce": nonce, "uri": target, "response": response}
    plain = {"algorithm": algorithm}
    if modes:
        quoted["cnonce"], plain["qop"], plain["nc"] = cnonce, "auth", "00000001"
    if "opaque" in given:
        quoted["opaque"] = given["opaque"]
    said = [f'{name}="{_escaped(value)}"' for name, value in quoted.items()]
    return "Digest " + ", ".join([*said, *(f"{name}={value}" for name, value in plain.items())])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
