"""What to show of a tree of parts, what to list as attached, and how to find a part in it.

Pure functions over `terms.part.Part`, whether the tree came from the server's BODYSTRUCTURE or from our own parse.
Nothing gets lost: every leaf is shown, or is an alternative of what is shown, or is an attachment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from imapbridge.mime.transfer import TransferDecoder, decode_transfer
from imapbridge.terms.part import Part

__all__ = [
    "BodyChoice",
    "TransferDecoder",
    "attachments",
    "by_content_id",
    "by_locations",
    "by_section",
    "choose_body",
    "decode_transfer",
]

_TEXTS = ("text/html", "text/plain")
# Text that is data; shown only by those who know what it is. The last two repeat an HTML alternative.
_NOT_PROSE = (
    "text/calendar",
    "text/vcard",
    "text/x-vcard",
    "text/directory",
    "text/csv",
    "text/rtf",
    "text/x-amp-html",
    "text/watch-html",
)
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_DEEPEST = 60
_MOST_SHOWN = 50
"""Text parts shown one below the other; the others are attachments."""


@dataclass(frozen=True, slots=True)
class BodyChoice:
    """What a reader sees of a message."""

    shown: tuple[Part, ...] = ()
    """Text parts to show one below the other; each is HTML when its media type is text/html, else plain text."""
    related: tuple[Part, ...] = ()
    """Parts that the shown HTML may refer to by `cid:`; attachments when it does not."""
    attached: tuple[Part, ...] = ()

    @property
    def is_html(self) -> bool:
        return any(part.media_type == "text/html" for part in self.shown)


@dataclass(slots=True)
class _Choosing:
    prefer: str
    shown: list[Part] = field(default_factory=list)
    related: list[Part] = field(default_factory=list)
    attached: list[Part] = field(default_factory=list)


def choose_body(root: Part, prefer: str = "text/html") -> BodyChoice:
    """Which text parts to show, honouring alternative, related, mixed, signed and report.

    `prefer` is the media type that wins among alternatives, when there is one of it.
    """
    choosing = _Choosing(prefer)
    _visit(root, choosing, 0)
    return BodyChoice(tuple(choosing.shown), tuple(choosing.related), tuple(choosing.attached))


MAY_BE_BLANK = 1024
"""Octets of HTML, up to which its plain alternative is loaded along."""


def to_read(root: Part, prefer: str = "text/html") -> tuple[Part, ...]:
    """What has to be there to show a message."""
    shown = choose_body(root, prefer).shown
    return (*shown, *(part for part in instead(root, shown) if part not in shown))


def instead(root: Part, shown: Sequence[Part]) -> tuple[Part, ...]:
    """The plain words of a message whose HTML is so short that there may be none in it."""
    if sum(part.size for part in shown) > MAY_BE_BLANK or not any(part.media_type == "text/html" for part in shown):
        return ()
    return choose_body(root, "text/plain").shown


def attachments(root: Part, referenced: Collection[str] = (), prefer: str = "text/html") -> list[Part]:
    """Everything that is not shown as the body, in document order.

    `referenced` are those related parts, as they are `known_as`, that the shown HTML really uses; others count as
    attachments.
    """
    choice = choose_body(root, prefer)
    listed = {id(part) for part in choice.attached}
    listed |= {id(part) for part in choice.related if known_as(part) not in referenced}
    return [part for part in root.walk() if id(part) in listed]


def by_section(root: Part, section: str) -> Part | None:
    """The part at an IMAP section, also inside attached messages; the message's own root for an empty one."""
    return next((part for part in _walk_all(root) if part.section == section), None)


def by_content_id(root: Part, content_id: str) -> Part | None:
    wanted = content_id.strip("<> ").lower()
    return next((part for part in root.walk() if part.content_id and part.content_id.lower() == wanted), None)


def known_as(part: Part) -> str:
    """What tells a related part from the others: its content id, or for want of one its section."""
    return part.content_id or f"/{part.section}"


def by_locations(root: Part) -> dict[str, Part]:
    """Images that came along under an address (RFC 2557), by that, as it is written and in full."""
    base = next((part.param("location") for part in root.walk() if part.media_type == "text/html"), "")
    found: dict[str, Part] = {}
    for part in root.walk():
        if part.media_type.startswith("image/") and (location := part.param("location")):
            found.setdefault(location, part)
            found.setdefault(_joined(base, location), part)
    return found


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return address


# --- How to choose ----------------------------------------------------------------------------------------------------


def _visit(part: Part, choosing: _Choosing, depth: int) -> None:
    if not part.is_multipart:
        (choosing.shown if _is_prose(part, choosing) else choosing.attached).append(part)
    elif depth > _DEEPEST:
        choosing.attached.extend(_leaves(part))
    elif part.media_type == "multipart/alternative":
        _visit_alternative(part, choosing, depth)
    elif part.media_type == "multipart/related":
        _visit_related(part, choosing, depth)
    else:
        for child in part.parts:
            if part.media_type == "multipart/signed" and child.media_type in _SIGNATURES:
                continue
            _visit(child, choosing, depth + 1)


def _visit_alternative(part: Part, choosing: _Choosing, depth: int) -> None:
    """Shows the best one; of the others what does not repeat it is still listed."""
    chosen = _best_alternative(part, choosing.prefer)
    for child in part.parts:
        if child is chosen:
            _visit(child, choosing, depth + 1)
        else:
            choosing.attached.extend(leaf for leaf in _leaves(child) if leaf.filename or not _repeats(leaf))


def _best_alternative(part: Part, prefer: str) -> Part | None:
    """The last one of the wanted kind (RFC 2046 5.1.4) that is not empty, else the last that has any text."""
    for media_type in dict.fromkeys((prefer, *_TEXTS)):
        for child in reversed(part.parts):
            if any(leaf.size for leaf in _texts(child, media_type)):
                return child
    with_text = (child for child in reversed(part.parts) if any(_texts(child, *_TEXTS)))
    return next(with_text, part.parts[-1] if part.parts else None)


def _visit_related(part: Part, choosing: _Choosing, depth: int) -> None:
    """RFC 2387: the root is named by `start`, else it is the first; here, else the first that holds text."""
    start = part.param("start").strip("<> ")
    named = next((child for child in part.parts if start and child.content_id == start), None)
    root = named or next((child for child in part.parts if any(_texts(child, *_TEXTS))), None)
    for child in part.parts:
        if child is root:
            _visit(child, choosing, depth + 1)
        else:
            choosing.related.extend(_leaves(child))


def _is_prose(part: Part, choosing: _Choosing) -> bool:
    """Whether a leaf is to be read with the message: text, not attached, and not a file sent along."""
    if not part.media_type.startswith("text/") or part.media_type in _NOT_PROSE or len(choosing.shown) >= _MOST_SHOWN:
        return False
    if part.disposition == "attachment":
        return not part.filename and not choosing.shown
    if part.media_type not in _TEXTS and part.filename:
        return False
    return not part.filename or not choosing.shown


def _texts(part: Part, *media_types: str) -> Iterator[Part]:
    return (leaf for leaf in _leaves(part) if leaf.media_type in media_types and leaf.disposition != "attachment")


def _repeats(leaf: Part) -> bool:
    return leaf.media_type.startswith("text/") and leaf.media_type != "text/calendar"


def _leaves(part: Part) -> Iterator[Part]:
    return (leaf for leaf in part.walk() if not leaf.is_multipart)


def _walk_all(root: Part) -> Iterator[Part]:
    stack = [root]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(reversed(part.parts))
