"""What speaks for and against a message's sender, from its own header: what the mail server that the operator trusts
found (RFC 8601), names that pose as others, and the way out of a mailing list (RFC 2369, RFC 8058).

Pure and total. A header is written by strangers: results are believed of a named server only, and of those the topmost,
since each server puts its own above what came before. Tells nothing of who is known to the reader.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qs

from imapbridge.mime.headers import clean, parse_addresses
from webmail.reading.links import host_of, same_site
from webmail.reading.lookalikes import looks_like
from webmail.reading.source import HeaderField, header_fields

_END = re.compile(rb"\r?\n\r?\n")
VERIFIED, FAILED, UNVERIFIED, UNKNOWN = "verified", "failed", "unverified", "unknown"


@dataclass(frozen=True, slots=True)
class Leaving:
    """The way out of a mailing list; empty where it names none."""

    one_click: str = ""
    """An https address to post to, covered by a signature that was verified (RFC 8058 section 3.1)."""
    page: str = ""
    mail: str = ""
    """An address to write to."""
    mail_subject: str = ""
    """What the message to it is to be called."""


@dataclass(frozen=True, slots=True)
class Trust:
    standing: str = UNKNOWN
    """`verified`, `failed`, `unverified` (the server found nothing for it), or `unknown` (no server was asked)."""
    server: str = ""
    """Which one says so."""
    sender_domain: str = ""
    looks_like: str = ""
    """The reader's own domain, which the sender's resembles without being it."""
    claims: str = ""
    """Another address that the sender's name shows."""
    replies_to: str = ""
    """An address elsewhere that answers would go to."""
    leaving: Leaving = field(default_factory=Leaving)
    receipt_to: str = ""
    """Who asks to be told that the message was read (RFC 8098 2.1)."""
    is_new: bool = False
    """Nothing came from this address before. This and the next are not from the header: whoever knows adds them."""
    poses_as: str = ""
    """The address of somebody the reader knows who has the sender's name."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Trust:
        return cls(**{**value, "leaving": Leaving(**value["leaving"])})


def trust(header: bytes, me: str, servers: Collection[str], shown: str = "") -> Trust:
    """`me`: the reader's address. `servers`: whose results are believed, in lower case. `shown`: the address that the
    screen names as the sender's, where that was read by somebody else: a From that two readers read differently was
    written for that, and what speaks for the one says nothing for the other."""
    fields = header_fields(_END.split(header, maxsplit=1)[0])
    senders = parse_addresses(_first(fields, "from"))
    name, address = (senders[0].name, senders[0].address) if senders else ("", "")
    domain = _domain(address)
    server, results = _results(fields, servers)
    is_other = bool(shown and domain) and _in_ascii(_domain(shown)) != _in_ascii(domain)
    standing = _standing(results, domain) if server else UNKNOWN
    return Trust(
        standing=UNVERIFIED if is_other and standing == VERIFIED else standing,
        server=server,
        sender_domain=domain,
        looks_like=_domain(me) if looks_like(domain, _domain(me)) else "",
        claims=shown if is_other else _claims(name, address),
        replies_to=_elsewhere(fields, domain),
        leaving=_leaving(fields, _signed(results)),
        receipt_to=_receipt_to(fields, me),
    )


def _first(fields: Sequence[HeaderField], name: str) -> str:
    return next((each.value for each in fields if each.name.lower() == name), "")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().rstrip(".").lower()


def _in_ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


# --- What the mail server found (RFC 8601) ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    found: str
    properties: dict[str, str]


_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_METHOD = re.compile(r"\s*([a-z][a-z0-9-]{0,30})\s*(?:/\s*\d{1,5}\s*)?=\s*([a-z]{1,20})\b", re.I)
_PROPERTY = re.compile(r"([a-z]{1,20}\.[a-z0-9_-]{1,30})\s*=\s*(\"[^\"]{0,300}\"|[^\s;]{1,300})", re.I)


def _results(fields: Sequence[HeaderField], servers: Collection[str]) -> tuple[str, list[_Result]]:
    """The trusted server that spoke last, and what it said."""
    for each in fields:
        if each.name.lower() != "authentication-results":
            continue
        head, *rest = _without_comments(each.value).split(";")
        name = (head.split() or [""])[0].lower()
        if name in servers:
            return name, list(filter(None, map(_result, rest[:50])))
    return "", []


def _without_comments(text: str) -> str:
    for _ in range(3):  # they nest
        text = _COMMENT.sub(" ", text)
    return text


def _result(text: str) -> _Result | None:
    method = _METHOD.match(text)
    if method is None:
        return None
    properties = {name.lower(): value.strip('"').lower() for name, value in _PROPERTY.findall(text, method.end())}
    return _Result(method[1].lower(), method[2].lower(), properties)


def _standing(results: Sequence[_Result], domain: str) -> str:
    """DMARC's word where there is one; else whether a signature or the envelope speaks for the very domain."""
    by_method: dict[str, list[_Result]] = {}
    for each in results:
        by_method.setdefault(each.method, []).append(each)
    dmarc = {each.found for each in by_method.get("dmarc", [])}
    if "pass" in dmarc or any(_speaks_for(each, domain) for each in results):
        return FAILED if "fail" in dmarc else VERIFIED
    failed = [{each.found for each in by_method.get(method, [])} & {"fail"} for method in ("spf", "dkim")]
    return FAILED if "fail" in dmarc or all(failed) else UNVERIFIED


def _speaks_for(result: _Result, domain: str) -> bool:
    if result.found != "pass" or not domain:
        return False
    names = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}.get(result.method, ())
    named = next((result.properties[name] for name in names if name in result.properties), "")
    return bool(named) and _is_within(domain, _domain(named))


def _is_within(domain: str, other: str) -> bool:
    """Whether a domain is the other or below it. The other must have a dot: nobody signs for `com`. Who has the name
    below says nothing for the one above: some give names below theirs to anybody."""
    return domain == other or ("." in other and domain.endswith(f".{other}"))


def _signed(results: Sequence[_Result]) -> set[str]:
    """The domains whose signature was verified."""
    passed = [each.properties for each in results if each.method == "dkim" and each.found == "pass"]
    return {_domain(each.get("header.d") or each.get("header.i", "")) for each in passed} - {""}


# --- Names that pose as others ----------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}", re.I)


def _claims(name: str, address: str) -> str:
    """The address in a name that is not the sender's."""
    found = _ADDRESS.search(name)
    return found[0] if found and found[0].lower() != address.lower() else ""


def _elsewhere(fields: Sequence[HeaderField], domain: str) -> str:
    """Lists answer to themselves; anybody else who is answered elsewhere is worth a word."""
    found = parse_addresses(_first(fields, "reply-to"), limit=1)
    address = found[0].address if found else ""
    if not address or _first(fields, "list-id") or not domain:
        return ""
    return "" if same_site(_domain(address), domain) or _is_within(_domain(address), domain) else address


# --- The way out of a list --------------------------------------------------------------------------------------------

_IN_BRACKETS = re.compile(r"<\s*([^<>\s]{1,4000})\s*>")
_NEEDED = {"list-unsubscribe", "list-unsubscribe-post"}


def _leaving(fields: Sequence[HeaderField], signed: set[str]) -> Leaving:
    ways = _IN_BRACKETS.findall(_first(fields, "list-unsubscribe"))
    page = next((way for way in ways if way.lower().startswith("https://") and host_of(way)), "")
    mail, _, said = next((way for way in ways if way.lower().startswith("mailto:")), "")[7:].partition("?")
    asks = _first(fields, "list-unsubscribe-post").replace(" ", "").lower() == "list-unsubscribe=one-click"
    covered = asks and any(names >= _NEEDED for domain, names in _signatures(fields) if domain in signed)
    subject = clean(" ".join(parse_qs(said[:2000]).get("subject", [])[:1]))[:200]
    return Leaving(page if covered else "", page, mail if _ADDRESS.fullmatch(mail) else "", subject)


def _receipt_to(fields: Sequence[HeaderField], me: str) -> str:
    """Lists ask for none: everybody on them would answer."""
    found = parse_addresses(_first(fields, "disposition-notification-to"), limit=1)
    address = found[0].address if found else ""
    is_of_list = bool(_first(fields, "list-id"))
    return address if _ADDRESS.fullmatch(address) and not is_of_list and address.lower() != me.lower() else ""


def _signatures(fields: Sequence[HeaderField]) -> Iterator[tuple[str, set[str]]]:
    """Each signature's domain and the names of the fields that it covers (RFC 6376 section 3.5)."""
    for each in [one for one in fields if one.name.lower() == "dkim-signature"][:20]:
        tags = dict(tag.strip().partition("=")[::2] for tag in each.value.split(";"))
        names = {name.strip().lower() for name in tags.get("h", "").split(":")}
        yield tags.get("d", "").strip().lower(), names
