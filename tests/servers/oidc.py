"""An OpenID provider on loopback, in the tests' own process: it answers as it should, or as a test has it lie.

    url = provider.approve(asked, "ann@example.org")     the person says yes there: the address to come back to

It rotates refresh tokens: each is good once. Dovecot asks it about access tokens without TLS (`introspection`).
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.servers.certificates import CertificateAuthority

CLIENT, SECRET = "whimbrel", "the-clients-own-secret"


@dataclass
class Lies:
    """What it says in place of the truth: fields of its metadata, of the id token, of what comes back by the browser
    and of the answer with the tokens; `key`: the id token is signed with another one; `slow`: seconds between two
    octets of an answer."""

    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "ES256"
    key: Any = None
    slow: float = 0.0
    status: int = 200


@dataclass
class OidcProvider:
    """Use it with `running`."""

    authority: CertificateAuthority
    lasts: int = 3600
    lies: Lies = field(default_factory=Lies)
    calls: list[str] = field(default_factory=list)
    """The paths that were asked."""
    refresh: dict[str, str] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    """Good tokens, and whose they are."""
    revoked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def start(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}, private=True)
        self._servers = [ThreadingHTTPServer(("127.0.0.1", 0), self._handler()) for _ in range(2)]
        plain, secure = self._servers
        secure.socket = self.authority.issue().server_context().wrap_socket(secure.socket, server_side=True)
        self.introspection = f"http://127.0.0.1:{plain.server_port}/introspect"
        self.issuer = f"https://localhost:{secure.server_port}"
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def clear(self) -> None:
        self.lies, self.lasts = Lies(), 3600
        for kept in (self.calls, self.refresh, self.access, self.revoked, self.codes):
            kept.clear()

    def file(self, directory: Path, **more: Any) -> str:
        """What the operator writes down of it; its path."""
        said = {"issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET, "domains": ["example.org"], **more}
        path = directory / "providers.toml"
        path.write_text("[work]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in said.items()))
        return str(path)

    def dovecot(self, path: Path) -> str:
        """Settings for a Dovecot that takes its tokens; the file at `path` is written for it."""
        path.write_text(
            f"introspection_url = {self.introspection}\nintrospection_mode = post\nusername_attribute = email\n"
            "active_attribute = active\nactive_value = true\n"
        )
        path.chmod(0o644)
        return (
            "auth_mechanisms = plain login xoauth2 oauthbearer\n"
            f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {path}\n}}\n"
        )

    def approve(self, url: str, address: str, **claims: Any) -> str:
        """What the browser does at the address that it was sent to."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["client_id"] == CLIENT
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "address": address, "claims": json.dumps(claims)}
        back = {"code": code, "state": asked["state"], "iss": self.issuer, **self.lies.back}
        return f"{asked['redirect_uri']}?{urlencode({name: value for name, value in back.items() if value})}"

    # --- Its doors ----------------------------------------------------------------------------------------------------

    def answer(self, path: str, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.calls.append(path)
        match path:
            case "/.well-known/openid-configuration":
                return self.lies.status, self._metadata() | self.lies.metadata
            case "/jwks":
                return 200, {"keys": [self.key.as_dict(private=False)]}
            case "/introspect":
                address = self.access.get(form.get("token", ""))
                return 200, {"active": True, "email": address} if address else {"active": False}
            case "/userinfo":
                address = self.access.get(authorization.removeprefix("Bearer "))
                return (200, {"sub": address, "email": address, "email_verified": True}) if address else (401, {})
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        if path == "/revoke":
            self.revoked.append(form["token"])
            self.refresh.pop(form["token"], None)
            return 200, {}
        return self._token(form) if path == "/token" else (404, {})

    def _metadata(self) -> dict[str, Any]:
        doors = {name: f"{self.issuer}/{path}" for name, path in {
            "authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks",
            "userinfo_endpoint": "userinfo", "revocation_endpoint": "revoke",
        }.items()}  # fmt: skip
        return {"issuer": self.issuer, "authorization_response_iss_parameter_supported": True, **doors}

    def _token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        if form["grant_type"] == "refresh_token":
            address = self.refresh.pop(form["refresh_token"], "")
            return (200, self._given(address)) if address else (400, {"error": "invalid_grant"})
        asked = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if not asked or proof != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, self._given(asked["address"]) | {"id_token": self._id_token(asked)} | self.lies.tokens

    def _given(self, address: str) -> dict[str, Any]:
        access, refresh = secrets.token_urlsafe(300), secrets.token_urlsafe(24)
        self.access[access], self.refresh[refresh] = address, address
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": self.lasts}

    def _id_token(self, asked: Mapping[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": asked["address"], "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "email": asked["address"], "email_verified": True,
        } | json.loads(asked["claims"]) | self.lies.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": self.lies.algorithm, "kid": "one"}, claims, self.lies.key or self.key)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                form = {name: values[0] for name, values in parse_qs(sent).items()}
                path = urlsplit(self.path).path
                status, said = provider.answer(path, form, self.headers.get("Authorization", ""))
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self._write(body)

            do_POST = do_GET

            def _write(self, body: bytes) -> None:
                try:
                    for octet in body if provider.lies.slow else [body]:
                        self.wfile.write(octet if isinstance(octet, bytes) else bytes([octet]))
                        time.sleep(provider.lies.slow)
                except OSError:
                    return  # whoever asked has gone

            def log_message(self, *_arguments: Any) -> None:
                """Nothing on the terminal."""

        return Handler
