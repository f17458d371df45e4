"""How a message's document is framed: in which colours, with which images, how large. It stands in the document's
address, so that the browser keeps each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.http import urlencode

from accounts.models import User
from webmail import access
from webmail.access import Holder, Treatment
from webmail.contacts.posing import Standing
from webmail.models.correspondents import known_as
from webmail.reading.document import SIZES
from webmail.screen.account import preferences
from webmail.screen.delivery import Delivery, deliveries
from webmail.views import consent

SIZE_COOKIE = "text-size"
_UNTREATED = Treatment()


@dataclass(frozen=True, slots=True)
class Framing:
    """`scheme`: `light`, `dark`, or empty when the system decides. `images`: the consent to load remote ones, checked;
    or empty. `dark`: colours of its own are darkened with the scheme. `size`: percent, one of `SIZES`. `links`:
    `clean` without what only tells who followed them, `off` for none."""

    scheme: str = ""
    images: str = ""
    dark: bool = False
    size: int = 100
    links: str = ""

    @property
    def query(self) -> str:
        """As it stands in the document's address."""
        size = self.size if self.size != 100 else ""
        dark = "1" if self.dark else ""
        values = {"theme": self.scheme, "images": self.images, "dark": dark, "size": size, "links": self.links}
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def key(self) -> str:
        """The same for all addresses that mean the same."""
        return f"{self.scheme}.{consent.day(self.images)}.{self.dark:d}.{self.size}.{self.links}"


UNFRAMED = Framing()


def asked(request: HttpRequest, user: int, message: int) -> Framing:
    """What the address of a document says. Whatever is wrong in it is passed over."""
    asks = request.GET
    theme = asks.get("theme", "")
    return Framing(
        theme if theme in {"light", "dark"} else "",
        consent.checked(asks.get("images", ""), user, message),
        asks.get("dark") == "1",
        _size(asks.get("size", "")),
        next((each for each in ("clean", "off") if asks.get("links") == each), ""),
    )


@dataclass(frozen=True, slots=True)
class Manner:
    """How one page frames its messages. `once`: consent for one of them, as it came with the page's address."""

    user: int
    scheme: str
    size: int
    treatments: Mapping[str, Treatment]
    contacts: frozenset[str] = frozenset()
    """Whose remote images are shown because they are contacts (`known_as`)."""
    once: str = ""
    left: str = ""
    """How leaving a mailing list went just now: `yes`, `no`, or empty."""
    links: str = ""
    has_failed: bool = False
    """Whether the answer to an invitation could not be sent just now."""
    standing: Standing = Standing()
    """What is known of the sender of the message that was asked for."""
    deliveries: Mapping[str, Sequence[Delivery]] = field(default_factory=dict)
    """What became of messages that were sent, by Message-ID, where there is something to tell."""

    def treatment(self, sender: str) -> Treatment:
        return self.treatments.get(known_as(sender), _UNTREATED)

    def framing(self, message: int, sender: str) -> Framing:
        treated = self.treatment(sender)
        if treated.shows_images or known_as(sender) in self.contacts:
            images = consent.consent(self.user, message)
        else:
            images = consent.checked(self.once, self.user, message) if self.once else ""
        is_dark = treated.is_darkened and self.scheme != "light"
        return Framing(self.scheme, images, is_dark, self.size, self.links)


def manner(request: HttpRequest, person: User, holder: Holder) -> Manner:
    """Of the page that is asked for, at this browser."""
    asks, likes = request.GET, preferences(person)
    return Manner(
        person.pk,
        likes.theme,
        text_size(request),
        holder.treatments,
        holder.contacts if likes.images_of_contacts else frozenset(),
        once=asks.get("images", ""),
        left=asks.get("left", ""),
        links="clean" if likes.cleans_links else "",
        has_failed=asks.get("answer") == "no",
        standing=holder.standing,
        deliveries={
            name: deliveries(people, only_trouble=only_trouble)
            for name, people, only_trouble in access.deliveries_of(holder)
        },
    )


def text_size(request: HttpRequest) -> int:
    """Percent, as chosen at this browser."""
    return _size(request.COOKIES.get(SIZE_COOKIE, ""))


def _size(text: str) -> int:
    return next((size for size in SIZES if str(size) == text), 100)
