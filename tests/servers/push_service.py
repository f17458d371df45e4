"""A push service and the browsers behind it, inside the tests' own process: https on loopback.

It checks who sends (RFC 8292) and opens what is sent (RFC 8291) by the RFCs' own formulas, sharing no code with the
product.
"""

import base64
import hashlib
import hmac
import json
import os
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.servers.certificates import CertificateAuthority
from tests.servers.process import private_directory, wait_until


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def octets(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


class Browser:
    """One subscription: its keys, and what came for it."""

    def __init__(self, endpoint: str, private: ec.EllipticCurvePrivateKey | None = None, secret: bytes = b"") -> None:
        self.endpoint = endpoint
        self._private = private or ec.generate_private_key(ec.SECP256R1())
        self._secret = secret or os.urandom(16)
        self.key = text(self._public())
        self.secret = text(self._secret)
        self.messages: list[dict[str, Any]] = []

    def _public(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def opened(self, body: bytes) -> bytes:
        """RFC 8291 section 3.4, in its own words."""
        salt, size, idlen = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + idlen], body[21 + idlen :]
        assert len(body) <= size
        shared = self._private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        prk_key = _hmac(self._secret, shared)
        ikm = _hmac(prk_key, b"WebPush: info\x00" + self._public() + sender + b"\x01")
        prk = _hmac(salt, ikm)
        cek = _hmac(prk, b"Content-Encoding: aes128gcm\x00\x01")[:16]
        nonce = _hmac(prk, b"Content-Encoding: nonce\x00\x01")[:12]
        padded = AESGCM(cek).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert padded.endswith(b"\x02")
        return padded[:-1]

    @property
    def titles(self) -> list[str]:
        return [note["title"] for message in self.messages for note in message["notes"]]

    @property
    def bodies(self) -> list[str]:
        return [note["body"] for message in self.messages for note in message["notes"]]


@dataclass
class PushService:
    """Use it with `running`. `answers` are the statuses of the next requests, 201 when there are none."""

    answers: list[int] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    host = "localhost"

    def __post_init__(self) -> None:
        self.authority = CertificateAuthority(private_directory("push"))
        self._browsers: dict[str, Browser] = {}

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued = self.authority.issue()
        context.load_cert_chain(issued.certificate, issued.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.origin = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def browser(self) -> Browser:
        """A new subscription."""
        path = f"/send/{text(os.urandom(12))}"
        self._browsers[path] = Browser(self.origin + path)
        return self._browsers[path]

    def wait(self, browser: Browser, count: int, deadline: float = 30) -> None:
        wait_until(lambda: len(browser.messages) >= count, f"{count} pushes; {self.faults}", deadline)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = service.taken(self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Nothing on the terminal."""

        return Handler

    def taken(self, path: str, headers: dict[str, str], body: bytes) -> int:
        self.requests.append(headers)
        try:
            check_sender(headers["Authorization"], self.origin)
            assert headers["Content-Encoding"] == "aes128gcm"
            assert 0 < int(headers["TTL"]) <= 86_400
            opened = self._browsers[path].opened(body)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test is told
            self.faults.append(repr(fault))
            return 400
        status = self.answers.pop(0) if self.answers else 201
        if status == 201:
            self._browsers[path].messages.append(json.loads(opened))
        return status


def check_sender(authorization: str, origin: str) -> dict[str, Any]:
    """The claims of a VAPID header that is in order (RFC 8292 section 2 and 3)."""
    scheme, _, rest = authorization.partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    header, claims, signature = fields["t"].split(".")
    raw = octets(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets(fields["k"]))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(der, f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
    said: dict[str, Any] = json.loads(octets(claims))
    assert scheme == "vapid" and json.loads(octets(header)) == {"typ": "JWT", "alg": "ES256"} and len(raw) == 64
    assert said["aud"] == origin and time.time() < said["exp"] <= time.time() + 86_400
    assert said["sub"].startswith(("mailto:", "https://"))
    return said
