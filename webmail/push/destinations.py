"""Where a push service may be. Its address comes from a browser and is not trusted: only https, only port 443, and only
the public internet, unless the operator names the host (WEBMAIL_PUSH_HOSTS)."""

from __future__ import annotations

from django.conf import settings

from webmail.outside.places import NotAllowed, Place, place

LONGEST = 1000


def service(endpoint: str) -> Place:
    """The service of an endpoint. Raises NotAllowed. Asks nobody."""
    if len(endpoint) > LONGEST or not endpoint.isascii():
        raise NotAllowed("not an address")
    return place(endpoint, ours=settings.ENV.push_hosts)
