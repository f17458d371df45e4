"""From a message's parts and their bytes to what the screen shows of it.

    root, bodies  ->  shown parts  ->  text  ->  sanitize or plaintext  ->  a safe fragment, attachments, notices

Total: whatever is wrong with a message, it opens with what fits and says so. Pure: it fetches nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from imapbridge.mime.charsets import decode, is_unknown
from imapbridge.mime.parse import Defect
from imapbridge.mime.parts import (
    BodyChoice,
    attachments,
    by_content_id,
    by_locations,
    choose_body,
    instead,
    known_as,
    to_read,
)
from imapbridge.mime.preview import html_lines
from imapbridge.mime.transfer import decode_transfer
from imapbridge.terms.part import Part
from webmail.reading import enriched, notices, plaintext
from webmail.reading.attachments import Attachment, describe
from webmail.reading.invitations import Invitation, calendar_part, invitation
from webmail.reading.meta_charset import meta_charset
from webmail.reading.misleading import Misleading, misleading
from webmail.reading.notices import Notice
from webmail.reading.quotes import ENGLISH, QuoteLabel
from webmail.reading.sanitize import Options, SafeHtml, sanitize
from webmail.reading.sealing import armoured, sealed
from webmail.reading.tnef import Hidden
from webmail.reading.trust import Trust
from webmail.reading.uuencoded import uuencoded
from webmail.reading.weight import too_heavy
from webmail.reading.yencoded import yencoded

MAX_BODY = 8 * 1024 * 1024
"""Octets, as transferred, of all the text that is loaded to show one message."""
MAX_ATTACHMENTS = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """How the message is to be read; every choice has a safe default."""

    part_url: Callable[[Part], str | None] = lambda _: None
    """Where an image of the message itself is served from."""
    remote_url: Callable[[str], str | None] = lambda _: None
    """Where an image of another host is served from, or None: then it is left out."""
    prefer: str = "text/html"
    quote_label: QuoteLabel = ENGLISH
    dark: bool = False
    """Whether its own colours are to be darkened where the screen is dark; for what is `paper`."""
    links: str = ""
    """`clean`: without what only tells who followed them; `off`: none."""


@dataclass(frozen=True, slots=True)
class Readable:
    """What a template shows of a message."""

    kind: str
    """`html`, `text` or `empty`."""
    html: str = ""
    """A safe fragment for `document`, never for a page of ours."""
    paper: bool = False
    """Brings its own colours: on white in both themes."""
    remote_images: int = 0
    """Shown or not."""
    trackers: tuple[str, ...] = ()
    """The hosts of remote images that can not be seen, one for each."""
    misleading_links: tuple[Misleading, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    notices: tuple[Notice, ...] = ()
    invitation: Invitation | None = None
    trust: Trust = field(default_factory=Trust)
    """What its header says for and against its sender."""

    def to_json(self) -> dict[str, Any]:
        """For a cache."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Readable:
        found = dict(value)
        found["trackers"] = tuple(value["trackers"])
        found["misleading_links"] = tuple(Misleading(**one) for one in value["misleading_links"])
        found["attachments"] = tuple(Attachment(**one) for one in value["attachments"])
        found["trust"] = Trust.from_json(value["trust"])
        found["invitation"] = Invitation.from_json(value["invitation"]) if value["invitation"] else None
        found["notices"] = tuple(Notice(**one) for one in value["notices"])
        return cls(**found)


def wanted_sections(root: Part, prefer: str = "text/html") -> list[str]:
    """The parts to load in order to show a message; what is too large to show is left out."""
    room = MAX_BODY
    wanted: list[str] = []
    for part in to_read(root, prefer):
        room -= part.size
        if room >= 0:
            wanted.append(part.section)
    if calendar := calendar_part(root):
        wanted.append(calendar.section)
    return list(dict.fromkeys(wanted))


def read(
    root: Part, bodies: Mapping[str, bytes], reading: Reading | None = None, defects: Iterable[Defect] = ()
) -> Readable:
    """The readable form. `bodies` holds what `wanted_sections` asked for, as transferred, by section."""
    reading = reading or Reading()
    prefer = reading.prefer
    choice = choose_body(root, prefer)
    wanted = wanted_sections(root, prefer)
    pages = _pages(root, choice.shown, bodies, reading, wanted)
    if not pages.html and (plain := instead(root, choice.shown)):
        prefer = "text/plain"
        choice = choose_body(root, prefer)
        pages = _pages(root, plain, bodies, reading, wanted)
    listed = attachments(root, _referenced(choice, pages.cids), prefer)
    told = [*filter(None, (sealed(root), *map(notices.for_defect, defects))), *pages.notices]
    if len(listed) > MAX_ATTACHMENTS:
        told.append(notices.PARTS_CUT)
    return Readable(
        kind=_kind(choice, pages),
        html="".join(pages.html),
        paper=pages.paper,
        remote_images=pages.remote_images,
        trackers=tuple(pages.trackers),
        misleading_links=tuple(dict.fromkeys(pages.misleading)),
        attachments=(*map(describe, listed[:MAX_ATTACHMENTS]), *pages.files),
        notices=tuple(dict.fromkeys(told)),
        invitation=_invitation(root, bodies),
    )


def _pages(
    root: Part, shown: Iterable[Part], bodies: Mapping[str, bytes], reading: Reading, wanted: Collection[str]
) -> _Pages:
    pages = _Pages(root, reading, located=by_locations(root))
    for part in shown:
        if part.section in wanted:
            pages.add(part, bodies.get(part.section))
        else:
            pages.notices.append(notices.TEXT_CUT)
    return pages


def _invitation(root: Part, bodies: Mapping[str, bytes]) -> Invitation | None:
    part = calendar_part(root)
    if part is None or not (body := bodies.get(part.section)):
        return None
    return invitation(decode(decode_transfer(body, part.encoding), part.charset), part.section)


def _kind(choice: BodyChoice, pages: _Pages) -> str:
    if not any(pages.html):
        return "empty"
    return "html" if choice.is_html else "text"


def _referenced(choice: BodyChoice, cids: set[str]) -> set[str]:
    """What the HTML shows of the parts, as they are `known_as`."""
    return {known_as(part) for part in choice.related if known_as(part).lower() in cids}


@dataclass(slots=True)
class _Pages:
    """The shown parts, one below the other, while they are being made."""

    root: Part
    reading: Reading
    html: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    cids: set[str] = field(default_factory=set)
    misleading: list[Misleading] = field(default_factory=list)
    paper: bool = False
    remote_images: int = 0
    trackers: list[str] = field(default_factory=list)
    located: dict[str, Part] = field(default_factory=dict)
    """Images of the message by where they were."""
    files: list[Attachment] = field(default_factory=list)
    """Those that stood in the text."""

    def add(self, part: Part, body: bytes | None) -> None:
        if body is None:
            self.notices.append(notices.NOT_LOADED)
            return
        if is_unknown(part.charset) and not body.isascii():
            self.notices.append(notices.UNKNOWN_CHARSET)
        octets = decode_transfer(body, part.encoding)
        if part.media_type == "text/html":
            self._add_html(decode(octets, part.charset or meta_charset(octets)))
        elif part.media_type in enriched.MEDIA_TYPES:
            text = decode(octets, part.charset)
            self._add_html(text if too_heavy(text) else enriched.to_html(text, part.media_type))
        else:
            octets, files = yencoded(octets)
            self._add_text(decode(octets, part.charset), part, files)

    def _add_html(self, text: str) -> None:
        safe = sanitize(
            text,
            Options(
                self._cid_url,
                self.reading.remote_url,
                self.reading.quote_label,
                self.reading.dark,
                self.reading.links,
                guesses_direction=True,
                own_url=self._own_url if self.located else None,
            ),
        )
        if safe.cut:
            self.notices.append(notices.TOO_COMPLEX)
            self._add_text("\n".join(html_lines(text[: plaintext.MAX_SHOWN])), None)
        elif not _is_blank(safe):
            self.html.append(safe.html)
            self.paper |= safe.own_colours and not safe.dark_ready
            self.cids |= {cid.lower() for cid in safe.cids}
            self.remote_images += safe.remote_images
            self.trackers.extend(safe.trackers)
            self.misleading.extend(misleading(safe.html))

    def _add_text(self, text: str, part: Part | None, files: Sequence[Hidden] = ()) -> None:
        is_flowed = part is not None and part.param("format").lower() == "flowed"
        delsp = part is not None and part.param("delsp").lower() == "yes"
        if part is not None:
            text, more = uuencoded(text)
            self.files += [described(part.section, number, file) for number, file in enumerate((*files, *more), 1)]
        if not text.strip():
            return
        if armour := armoured(text):
            self.notices.append(armour)
        safe = plaintext.to_html(
            text,
            is_flowed=is_flowed,
            delsp=delsp,
            quote_label=self.reading.quote_label,
            links=self.reading.links,
        )
        self.html.append(safe.html)
        self.misleading.extend(misleading(safe.html))
        if safe.cut:
            self.notices.append(notices.TEXT_CUT)

    def _cid_url(self, cid: str) -> str | None:
        part = by_content_id(self.root, cid)
        return self.reading.part_url(part) if part else None

    def _own_url(self, address: str) -> str | None:
        """Of an image that came along under the address that the HTML loads it from (RFC 2557)."""
        part = self.located.get(address)
        if part is None or not (url := self.reading.part_url(part)):
            return None
        self.cids.add(known_as(part).lower())
        return url


def described(section: str, number: int, file: Hidden) -> Attachment:
    """A file that stands in the text of a part, by its number there; its section is no part of the message."""
    part = Part(f"{section}/inside/{number}", "", encoding="binary", size=len(file.data), filename=file.name)
    return describe(part)


def _is_blank(safe: SafeHtml) -> bool:
    """Nothing between the tags, and no image either."""
    return "<img" not in safe.html and not any(line.strip() for line in html_lines(safe.html))
