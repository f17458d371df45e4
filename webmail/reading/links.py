"""Addresses in a message: which may stand in a link, where they lead, and what in them only tells who followed.

Pure. Works on attribute values as a parser gave them, never on markup.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from webmail.reading.css.selectors import ID_PREFIX

MAX_LENGTH = 16 * 1024
BACKSLASH = "\\"
"""Browsers read it as a slash in web addresses."""
_LINK_SCHEMES = ("mailto", "tel")
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
# What browsers take out of an address before they read its scheme (WHATWG URL 4.4), and whatever else is no character.
_IGNORED = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_FRAGMENT = re.compile(r"#[\w.:-]{1,200}")
_ATTACH = re.compile(r"(?<=[?&])attach[^=&]*=[^&]*&?", re.IGNORECASE)


def bare(url: str) -> str:
    """The address as a browser reads it: without controls and the space around it."""
    return (url if url.isascii() and url.isprintable() else _IGNORED.sub("", url)).strip()


def safe_href(url: str) -> str | None:
    """The address that a link may have, or None: web, mail and telephone addresses, and places in the same message."""
    url = bare(url)
    if len(url) > MAX_LENGTH:
        return None
    if url.startswith("#"):
        return f"#{ID_PREFIX}{url[1:]}" if _FRAGMENT.fullmatch(url) else None
    if url.startswith("//"):
        return f"https:{url}"
    match = _SCHEME.match(url)
    scheme = match[1].lower() if match else ""
    if scheme == "mailto":
        return _ATTACH.sub("", url)  # no letter may name a file to be sent back
    if match and scheme in ("http", "https"):
        # Without its two slashes an address of our own scheme would be read as a place on our own host.
        return f"{scheme}://{url[match.end() :].lstrip('/' + BACKSLASH)}"
    return url if scheme in _LINK_SCHEMES else None


def is_remote(url: str) -> bool:
    """Whether an image's address (bare) leads to another host."""
    return url[:8].lower().startswith(("http://", "https://", "//"))


def is_data_image(url: str) -> bool:
    """Whether an image (bare) stands in the address itself and is of pixels; never SVG."""
    return url[:5].lower() == "data:" and _DATA_IMAGE.fullmatch(url) is not None


# --- What only tells who followed it ----------------------------------------------------------------------------------

_NAMES = """
    fbclid gclid gclsrc gbraid wbraid dclid msclkid twclid ttclid yclid li_fat_id igshid rb_clickid wickedid mc_cid
    mc_eid _hsenc _hsmi hsctatracking mkt_tok oly_anon_id oly_enc_id vero_id vero_conv ml_subscriber
    ml_subscriber_hash ck_subscriber_id elqtrack elqtrackid elqaid elqat elqcampaignid _openstat __s _ke s_cid dm_i
"""
_TRACKING = frozenset(_NAMES.split())
_TRACKING_FAMILIES = ("utm_", "mtm_", "pk_", "hsa_", "piwik_", "matomo_")


def without_tracking(href: str) -> str:
    """A web address without the parameters that tell the sender who followed it; the page is the same."""
    page, hash_, fragment = href.partition("#")
    head, question, query = page.partition("?")
    if not question or not href.startswith("http"):
        return href
    kept = "&".join(pair for pair in query.split("&") if not _is_tracking(pair.partition("=")[0].lower()))
    return f"{head}{'?' if kept else ''}{kept}{hash_}{fragment}"


def _is_tracking(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_FAMILIES)


# --- Hosts ------------------------------------------------------------------------------------------------------------


def host_of(url: str) -> str:
    """The host of a web address in lower case; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def same_site(one: str, other: str) -> bool:
    """Whether two hosts are the same or one is within the other; `www.` and `mail.` of one name are together."""
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return (
        one == other or one.endswith(f".{other}") or other.endswith(f".{one}") or _parent(one) == _parent(other) != ""
    )


def _parent(host: str) -> str:
    """What follows the first label, when that is a name and not only `com` or `co.uk`."""
    rest = host.partition(".")[2]
    labels = rest.split(".")
    is_name = len(labels) >= 2 and not (len(labels) == 2 and len(labels[0]) <= 3 and len(labels[1]) == 2)
    return rest if is_name else ""
