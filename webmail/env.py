"""The environment, read and checked in one place. Every fault is told at once, at start.

Nothing else in the project reads `os.environ`. `docs/install.md` and `.env.example` list these variables, and a
test holds the two against `VARIABLES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from webmail import env_values as values

EVERYWHERE = ("", "0.0.0.0", "::", "*")  # noqa: S104 - what others listen at is compared with it


class EnvironmentFaults(Exception):
    """Everything that is wrong with the environment, one sentence a fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The environment is not right:\n" + "\n".join(f"  - {fault}" for fault in faults))
        self.faults = faults


def _variable(name: str, parse: Callable[[str], Any], default: str | None, about: str) -> Any:
    return field(metadata={"name": name, "parse": parse, "default": default, "about": about})


@dataclass(frozen=True)
class Environment:
    """What the operator said. A default of None means: must be given."""

    secret_key: tuple[str, ...] = _variable(
        "WEBMAIL_SECRET_KEY",
        values.secrets,
        None,
        "Signs sessions and forms. To rotate, put the new one first and keep the old one after a comma.",
    )
    credential_keys: tuple[str, ...] = _variable(
        "WEBMAIL_CREDENTIAL_KEYS",
        values.secrets,
        None,
        "Encrypts mail passwords at rest. The first encrypts, all decrypt: list the old key after the new one.",
    )
    data_dir: str = _variable(
        "WEBMAIL_DATA_DIR",
        values.text,
        ".data",
        "Where files are kept: uploads and messages on their way out, and all that the embedded default keeps. Web, "
        "bridge and workers must have the same.",
    )
    database_url: str = _variable(
        "DATABASE_URL",
        values.url("postgres", "postgresql", "sqlite"),
        "",
        "PostgreSQL, such as postgresql://user:password@host/name. Empty: SQLite in the data directory.",
    )
    prepared_statements: bool = _variable(
        "WEBMAIL_PREPARED_STATEMENTS",
        values.switch,
        "yes",
        "Whether PostgreSQL keeps statements prepared for each connection. no: behind a pooler that gives each "
        "transaction another connection and does not know prepared statements.",
    )
    redis_url: str = _variable(
        "REDIS_URL",
        values.url("redis", "rediss", "unix"),
        "",
        "Redis or Valkey. Empty: the embedded default starts a private one.",
    )
    base_url: str = _variable(
        "WEBMAIL_BASE_URL",
        values.base_url,
        "http://localhost:8000",
        "The address people type. With https the cookies are secure-only.",
    )
    allowed_hosts: tuple[str, ...] = _variable(
        "WEBMAIL_ALLOWED_HOSTS", values.words, "", "Further host names it answers to, separated by commas."
    )
    trusted_proxies: int = _variable(
        "WEBMAIL_TRUSTED_PROXIES",
        values.number,
        "0",
        "How many proxies of yours stand in front; the client's address is taken that far back in X-Forwarded-For.",
    )
    product_name: str = _variable(
        "WEBMAIL_PRODUCT_NAME", values.text, "Whimbrel", "The name in titles and on the sign-in page."
    )
    imap_host: str = _variable(
        "WEBMAIL_IMAP_HOST", values.text, "", "The IMAP server, for addresses whose domain has no row of its own."
    )
    imap_port: int = _variable("WEBMAIL_IMAP_PORT", values.port, "993", "Its port.")
    imap_security: str = _variable("WEBMAIL_IMAP_SECURITY", values.security, "tls", "tls, starttls or plain.")
    smtp_host: str = _variable(
        "WEBMAIL_SMTP_HOST", values.text, "", "The submission server. Empty: the IMAP server's host."
    )
    smtp_port: int = _variable("WEBMAIL_SMTP_PORT", values.port, "465", "Its port.")
    smtp_security: str = _variable("WEBMAIL_SMTP_SECURITY", values.security, "tls", "tls, starttls or plain.")
    sieve_host: str = _variable(
        "WEBMAIL_SIEVE_HOST",
        values.text,
        "",
        "The ManageSieve server, which keeps filters and vacation replies. Empty: people have none here.",
    )
    sieve_port: int = _variable("WEBMAIL_SIEVE_PORT", values.port, "4190", "Its port.")
    sieve_security: str = _variable("WEBMAIL_SIEVE_SECURITY", values.security, "starttls", "tls, starttls or plain.")
    allow_plaintext: bool = _variable(
        "WEBMAIL_ALLOW_PLAINTEXT",
        values.switch,
        "no",
        "Allows servers without TLS. Only for a mail server on the same machine.",
    )
    tls_ca_file: str = _variable(
        "WEBMAIL_TLS_CA_FILE", values.file, "", "Certificates to trust for mail servers, besides the system's."
    )
    send_limit: int = _variable(
        "WEBMAIL_SEND_LIMIT",
        values.number,
        "500",
        "To how many recipients a person may send within an hour, each message's counted. 0: to any number.",
    )
    imap_timeout: int = _variable(
        "WEBMAIL_IMAP_TIMEOUT", values.some, "20", "Seconds a person waits for the mail server."
    )
    logins_per_second: int = _variable(
        "WEBMAIL_LOGINS_PER_SECOND",
        values.some,
        "50",
        "How many connections that listen for new mail the bridge opens in a second, so that a mail server that comes "
        "back is not overrun.",
    )
    prefetch: int = _variable(
        "WEBMAIL_PREFETCH",
        values.number,
        "20",
        "How many of the newest unread messages are fetched before they are opened, of accounts that somebody has "
        "open. 0: none.",
    )
    index_bodies: bool = _variable(
        "WEBMAIL_INDEX_BODIES",
        values.switch,
        "yes",
        "Whether the texts of messages that were opened, or fetched beforehand, are found by search at once. Headers, "
        "first words and names of attachments always are; the mail server is asked for the rest.",
    )
    bridge: str = _variable(
        "WEBMAIL_BRIDGE",
        values.text,
        "",
        "The bridge's Unix socket, or host:port. Empty: a socket in the data directory.",
    )
    bridge_announced: str = _variable(
        "WEBMAIL_BRIDGE_ANNOUNCED",
        values.text,
        "",
        "Where web finds this bridge among several, as host:port, when WEBMAIL_BRIDGE is not reachable as it stands "
        "there, such as 0.0.0.0:7000.",
    )
    bridge_secret: str = _variable(
        "WEBMAIL_BRIDGE_SECRET", values.text, "", "Shared by web and bridge; required when the bridge listens on TCP."
    )
    vapid_key: str = _variable(
        "WEBMAIL_VAPID_KEY",
        values.vapid_key,
        "",
        "Says who we are to the push services of browsers: 32 random octets as base64url. Empty: made once, and kept "
        "in the data directory; web and workers must have the same.",
    )
    push_hosts: tuple[str, ...] = _variable(
        "WEBMAIL_PUSH_HOSTS",
        values.words,
        "",
        "Push services of yours, by host name, separated by commas: they may be inside your network. All others must "
        "have a public address.",
    )
    inner_hosts: tuple[str, ...] = _variable(
        "WEBMAIL_INNER_HOSTS",
        values.words,
        "",
        "Hosts inside your network, by name, separated by commas, that mail may have this program ask for its "
        "pictures, or to unsubscribe. All others must have a public address.",
    )
    carddav_hosts: tuple[str, ...] = _variable(
        "WEBMAIL_CARDDAV_HOSTS",
        values.words,
        "",
        "Address book servers (CardDAV) of yours, by host name, separated by commas: they may be inside your network, "
        "on any port and without TLS. All others must have a public address, and TLS.",
    )
    oauth_file: str = _variable(
        "WEBMAIL_OAUTH_FILE",
        values.oauth_file,
        "",
        "A TOML file with the providers that people may sign in with instead of a mail password, such as Google, "
        "Microsoft or your own (OpenID Connect).",
    )
    authserv_ids: tuple[str, ...] = _variable(
        "WEBMAIL_AUTHSERV_IDS",
        values.words,
        "",
        "What your mail servers call themselves in Authentication-Results, separated by commas: what they found of a "
        "sender is believed and told. They must remove such fields that others wrote in their name. Empty: nothing is.",
    )
    domains_file: str = _variable(
        "WEBMAIL_DOMAINS_FILE",
        values.file,
        "",
        "Mail domains with their servers, limits and looks, as TOML; read at start. "
        "Empty: the administration has them.",
    )
    autodiscovery: bool = _variable(
        "WEBMAIL_AUTODISCOVERY",
        values.switch,
        "no",
        "Whether people may use mail servers that you have not named: they are looked up (DNS, autoconfig) by the "
        "domain of the address, and must be public.",
    )
    dns_servers: tuple[str, ...] = _variable(
        "WEBMAIL_DNS_SERVERS",
        values.words,
        "",
        "Whom autodiscovery asks, by address or address:port, separated by commas. Empty: the system's.",
    )
    session_idle: int = _variable(
        "WEBMAIL_SESSION_IDLE",
        values.some,
        "30",
        "After so many minutes without its person's doing anything a sign-in is over, unless it stays.",
    )
    session_hours: int = _variable(
        "WEBMAIL_SESSION_HOURS",
        values.some,
        "12",
        "After so many hours a sign-in is over in any case; one that stays goes on with a new session by itself.",
    )
    stay_days: int = _variable(
        "WEBMAIL_STAY_DAYS",
        values.some,
        "14",
        "For so many days somebody stays signed in who asked to.",
    )
    admin_path: str = _variable(
        "WEBMAIL_ADMIN_PATH",
        values.address_part,
        "admin",
        "Where the administration is, below the address of the webmail.",
    )
    admin_second_factor: bool = _variable(
        "WEBMAIL_ADMIN_SECOND_FACTOR",
        values.switch,
        "yes",
        "Whether operators must set up a second step before they come to the administration.",
    )
    audit_days: int = _variable(
        "WEBMAIL_AUDIT_DAYS",
        values.number,
        "180",
        "For how many days the audit log keeps what happened to sign-ins, sending and settings. 0: for ever.",
    )
    time_zone: str = _variable(
        "WEBMAIL_TIME_ZONE", values.time_zone, "UTC", "The time zone for people who have not chosen one."
    )
    log_level: str = _variable("WEBMAIL_LOG_LEVEL", values.log_level, "INFO", "DEBUG, INFO, WARNING or ERROR.")
    log_format: str = _variable(
        "WEBMAIL_LOG_FORMAT",
        values.log_format,
        "plain",
        "plain, or json: one object a line, with the ids of request, person and account. Neither holds mail.",
    )
    metrics_token: str = _variable(
        "WEBMAIL_METRICS_TOKEN",
        values.token,
        "",
        "Whoever says it as `Authorization: Bearer` is told the numbers of all processes at `/metrics`, for "
        "Prometheus. Empty: nobody is, and none are gathered.",
    )
    drain_seconds: int = _variable(
        "WEBMAIL_DRAIN_SECONDS",
        values.number,
        "0",
        "How long a web process that is told to end goes on serving, while `/health/live` says no, so that the "
        "balancer in front sends it nothing more.",
    )
    debug: bool = _variable(
        "WEBMAIL_DEBUG", values.switch, "no", "Error pages with tracebacks. Never on a public machine."
    )

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def host(self) -> str:
        """As the Host header names it: an IPv6 address in brackets."""
        host = urlsplit(self.base_url).hostname or ""
        return f"[{host}]" if ":" in host else host

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).absolute()

    @property
    def bridge_address(self) -> str:
        return self.bridge or str(self.data_path / "bridge.sock")

    @property
    def bridge_announced_address(self) -> str:
        """Empty when it listens everywhere and nobody said under which name: then it is taken for the only one."""
        host, colon, _port = self.bridge_address.rpartition(":")
        return self.bridge_announced or ("" if colon and host.strip("[]") in EVERYWHERE else self.bridge_address)


@dataclass(frozen=True)
class Variable:
    """One variable as documentation needs it."""

    name: str
    default: str | None
    about: str


VARIABLES = tuple(
    Variable(item.metadata["name"], item.metadata["default"], item.metadata["about"]) for item in fields(Environment)
)


def read(environ: Mapping[str, str]) -> Environment:
    """The environment as values. Raises EnvironmentFaults with every fault found."""
    found: dict[str, Any] = {}
    faults: list[str] = []
    for item in fields(Environment):
        name, default = item.metadata["name"], item.metadata["default"]
        raw = environ.get(name) or default
        if raw is None:
            faults.append(f"{name} is missing. {item.metadata['about']}")
            continue
        try:
            found[item.name] = item.metadata["parse"](raw)
        except ValueError as fault:
            faults.append(f"{name} {fault}.")
    # A misspelt name would be a setting that silently does nothing.
    faults += _contradictions(found) + _unknown(environ)
    if faults:
        raise EnvironmentFaults(faults)
    return Environment(**found)


def _contradictions(found: Mapping[str, Any]) -> list[str]:
    """Between the values that could be read: what a faulty one would say is not known."""
    faults = [
        f"WEBMAIL_{name.upper()} is plain, which sends passwords readable; set WEBMAIL_ALLOW_PLAINTEXT=yes to allow it."
        for name in ("imap_security", "smtp_security", "sieve_security")
        if found.get(name) == "plain" and found.get("allow_plaintext") is False
    ]
    bridge = found.get("bridge", "")
    if ":" in bridge and not bridge.startswith("/") and len(found.get("bridge_secret", "")) < 32:
        faults.append("WEBMAIL_BRIDGE_SECRET must have at least 32 characters when WEBMAIL_BRIDGE is host:port.")
    return faults


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = {variable.name for variable in VARIABLES}
    return [
        f"{name} is not a variable of this program."
        for name in sorted(environ)
        if name.startswith("WEBMAIL_") and name not in known
    ]
