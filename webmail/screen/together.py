"""All inboxes as one list: a row says whose it is, and is known by its conversation and its mailbox, for two accounts
may have the same conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from imapbridge.queries import Conversation, MailboxItem
from webmail.screen import listing
from webmail.screen.clock import Clock
from webmail.screen.jobs import Work
from webmail.screen.labels import Hues, Label, labels
from webmail.screen.listing import Blank, Head, Listing
from webmail.screen.rows import Place, Row, RowWriter

_MAILBOXES = 10**12
"""More than there are mailboxes."""


def key_of(thread: int, mailbox: int) -> int:
    """What a row is known by. Of one conversation in two mailboxes that of the higher is higher, as they are listed."""
    return thread * _MAILBOXES + mailbox


def parted(key: int) -> tuple[int, int]:
    """The conversation and the mailbox of a key."""
    return divmod(key, _MAILBOXES)


@dataclass(frozen=True, slots=True)
class InboxesPlace(Place):
    """Where rows of all inboxes stand. `mailbox` is the one of a row; 0 for the list itself."""

    @property
    def query(self) -> str:
        return urlencode({"in": self.mailbox, "inboxes": "1", **self._page, **self._flat})

    @property
    def address(self) -> str:
        return "/inbox/" + (f"?{urlencode(self._page)}" if self._page else "")

    @property
    def act(self) -> str:
        return f"/inbox/act?{urlencode(self._page | self._flat)}"


@dataclass(frozen=True, slots=True)
class InboxesListing(Listing):
    """The list pane, as `inboxes/_list.html` prints it."""

    mailboxes: str = ""
    """0, which is none, and the keys of those that are in it, with spaces between."""

    @property
    def apart(self) -> str:
        """What is said when conversations are to go to a folder that is not all of theirs."""
        return _("A conversation goes only to a folder of its own account. Everything is where it was.")


@dataclass
class AccountRow(Row):
    """One conversation, and whose it is; with as many labels as there is room for."""

    template: ClassVar[str] = "mailbox/_row_of_account.html"
    keywords: str
    label1: str
    keyword1: str
    hue1: int
    label2: str
    keyword2: str
    hue2: int
    label3: str
    keyword3: str
    hue3: int
    account: str
    account_hue: int


class Source(NamedTuple):
    """An inbox and its account, as far as its rows go by it."""

    mailbox: int
    address: str
    name: str
    hue: int
    hues: Hues


class AccountRowWriter(RowWriter):
    """Writes the rows of one of the accounts."""

    def __init__(self, clock: Clock, place: Place, source: Source) -> None:
        super().__init__(clock, replace(place, mailbox=source.mailbox), source.address, source.hues)
        self._source = source
        self._of_account = _("{label}, {account}")

    def row(self, item: Conversation, *, current: bool = False) -> Row:
        plain, source = self._plain(item, current=current), self._source
        shown = labels(item.keywords, source.hues) if item.keywords != "[]" else ()
        chips: dict[str, Any] = {
            f"{name}{number}": value
            for number, each in enumerate([*shown[:3], *[Label("", "", 0)] * 3][:3], 1)
            for name, value in (("label", each.name), ("keyword", each.keyword), ("hue", each.hue))
        }
        said = self._of_account.format(label=plain.label, account=source.name)
        return AccountRow(
            **(vars(plain) | {"label": said}),
            keywords=" ".join(each.keyword for each in shown), **chips, account=source.name, account_hue=source.hue,
        )  # fmt: skip


def joint(inboxes: Sequence[MailboxItem]) -> MailboxItem:
    """As if they were one."""
    progress = [box.syncing for box in inboxes if box.syncing is not None]
    return replace(
        inboxes[0], id=0, name=_("All inboxes"), special_use="", unread=sum(box.unread for box in inboxes),
        total=sum(box.total for box in inboxes), syncing=min(progress, default=None), error="",
    )  # fmt: skip


def head(inboxes: Sequence[MailboxItem], only: str, sort: str, failed: str, work: Iterable[Work] = ()) -> Head:
    made = listing.head(joint(inboxes), only, sort, failed, tuple(work))
    filters, orders = (
        tuple(replace(one, link=one.link.replace("/mailbox/0/", "/inbox/")) for one in several)
        for several in (made.filters, made.orders)
    )
    return replace(made, changes="/inbox/changes", refresh="/inbox/refresh", filters=filters, orders=orders)


def blank(inboxes: Sequence[MailboxItem], only: str, failure: tuple[str, str] | None) -> Blank:
    return listing.blank(replace(joint(inboxes), special_use="inbox", selectable=True), only, failure)
