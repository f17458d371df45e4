"""What browsers tell of our pages' policy being broken (`report-uri`): a line for the operator, some a minute.

Anybody can post here whatever they like. So nothing of it is kept but words that we know, a host, and which kind of
page it was: never an address, a script or what a page says.
"""

from __future__ import annotations

import json
import logging
import re
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from redis.exceptions import RedisError

from accounts import throttle
from accounts.networks import client_network
from webmail import csp, meters

log = logging.getLogger(__name__)

TYPE = "application/csp-report"
LARGEST = 8 * 1024
"""Octets; a report with a long address and a sample of a script has less than two thousand."""
OF_A_NETWORK, OF_ALL = 5, 20
"""So many reports a minute are told."""
OTHER = "other"
DIRECTIVES = {each.split()[0] for each in csp.app().split("; ")} | {
    f"{kind}-src-{of}" for kind in ("script", "style") for of in ("elem", "attr")
}
NO_HOST = {"inline", "eval", "wasm-eval", "self", "data", "blob", "about", "trusted-types-sink", "trusted-types-policy"}
"""What is blocked, where that has no host."""


@csrf_exempt  # a browser sends it by itself, with no form's token; it changes nothing
def told(request: HttpRequest) -> HttpResponse:
    """204 whatever comes: nobody reads the answer."""
    if request.method == "POST" and request.content_type == TYPE:
        report = _read(request.read(LARGEST + 1))
        if report and _is_little(client_network(request)):
            _tell(report)
    return HttpResponse(status=204)


def _read(body: bytes) -> dict[str, str]:
    """The report's words; empty for what is none."""
    if len(body) > LARGEST:
        return {}
    try:
        report = json.loads(body)["csp-report"]
        return {name: value for name, value in report.items() if isinstance(value, str)}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}


def _is_little(network: str) -> bool:
    try:
        return throttle.is_little("csp", network, OF_A_NETWORK, OF_ALL)
    except RedisError:  # what is not counted may be much
        return False


def _tell(report: dict[str, str]) -> None:
    directive = _directive(report.get("effective-directive") or report.get("violated-directive", ""))
    meters.policy_broken(directive)
    blocked, page = _blocked(report.get("blocked-uri", "")), _page(report.get("document-uri", ""))
    log.warning("policy broken: directive=%s blocked=%s page=%s", directive, blocked, page)


def _directive(text: str) -> str:
    """Its name; older browsers tell the whole of it."""
    name = text.partition(" ")[0]
    return name if name in DIRECTIVES else OTHER


def _blocked(text: str) -> str:
    """A host, or why there is none."""
    if text in NO_HOST:
        return text
    try:
        address = urlsplit(text)
        host = address.hostname or ""
    except ValueError:
        return OTHER
    is_host = address.scheme in {"http", "https", "ws", "wss"} and re.fullmatch(r"[a-z0-9.:-]{1,253}", host)
    return host if is_host else OTHER


def _page(text: str) -> str:
    """Its route, with no number or word of any one page."""
    try:
        return f"/{resolve(urlsplit(text).path).route}"
    except (Resolver404, ValueError):
        return OTHER
