"""Commands about mailboxes: LIST, STATUS, NAMESPACE, CREATE and its like, quota.

A mailbox is named by its raw octets, as the server listed them; only `create` and `rename` take text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from imapbridge.errors import Unsafe
from imapbridge.wire import names
from imapbridge.wire.commands import Argument, Command, atom, atoms, flag, mailbox, string
from imapbridge.wire.responses import (
    Listed,
    Namespaces,
    Quota,
    QuotaRoot,
    Response,
    StatusData,
    mailbox_key,
)
from imapbridge.wire.results import ListedMailbox, MailboxStatus
from imapbridge.wire.state import Exchange, SessionState, T, Take
from imapbridge.wire.tokens import Value, number

STATUS_ITEMS = ("MESSAGES", "UNSEEN", "UIDNEXT", "UIDVALIDITY", "HIGHESTMODSEQ")


class Mailboxes(SessionState):
    # --- the list -----------------------------------------------------------------------------------------------------

    def list_mailboxes(self, status: bool = True) -> Exchange[list[ListedMailbox]]:
        """Every mailbox, with subscription and (unless `status` is False) counts; in one round trip where possible.

        A server that refuses what it offers is asked for less, step by step. Without LIST-STATUS each selectable
        mailbox is asked by STATUS, but for the selected one, whose status stays None (RFC 9051 6.3.11).
        """
        listing, options = yield from self._list_best(status)
        if "SUBSCRIBED" not in options:
            yield from self._try(Command("LSUB", (string(""), string("*"))), listing.take_subscribed)
        if status and not any(option.startswith("STATUS") for option in options):
            yield from self._status_each(listing)
        return listing.result()

    def _list_best(self, status: bool) -> Exchange[tuple[_Listing, tuple[str, ...]]]:
        """The first LIST that works. An empty answer to RETURN options is a refusal too (Zoho)."""
        *better, plain = self._list_options(status)
        for options in better:
            listing = _Listing(self.utf8)
            result = yield from self._try(_list_command(options), listing.take)
            if result.status == "OK" and listing.mailboxes:
                return listing, options
        listing = _Listing(self.utf8)
        yield from self._run(_list_command(plain), listing.take)
        return listing, plain

    def _list_options(self, status: bool) -> Iterator[tuple[str, ...]]:
        """RETURN options, the best first, none last."""
        if self.has("LIST-EXTENDED"):
            plain = ("SUBSCRIBED", "CHILDREN", *(("SPECIAL-USE",) if self.has("SPECIAL-USE") else ()))
            if status and self.has("LIST-STATUS"):
                yield (*plain, f"STATUS {' '.join(self._status_items())}")
            yield plain
        elif status and self.has("LIST-STATUS"):
            yield (f"STATUS {' '.join(self._status_items())}",)
        yield ()

    def _status_items(self) -> tuple[str, ...]:
        items = STATUS_ITEMS if self.has("CONDSTORE") else STATUS_ITEMS[:-1]
        return (*items, "MAILBOXID") if self.has("OBJECTID") and self.profile.status_mailbox_id else items

    def _status_each(self, listing: _Listing) -> Exchange[None]:
        selected = names.key(self.selected.raw_name) if self.selected else None
        wanted = [raw for raw in listing.selectable() if names.key(raw) != selected]
        yield from self._try_all([_status_command(raw, self._status_items()) for raw in wanted], listing.take)

    # --- one mailbox --------------------------------------------------------------------------------------------------

    def status(self, raw_name: bytes, items: Sequence[str] = ()) -> Exchange[MailboxStatus]:
        """STATUS of one mailbox; of the usual items when none are named. CommandFailed when it is gone."""
        listing = _Listing(self.utf8)
        yield from self._run(_status_command(raw_name, items or self._status_items()), listing.take)
        return listing.status_of(raw_name)

    def namespace(self) -> Exchange[Namespaces]:
        """RFC 2342; one empty personal namespace where it is not offered."""
        found: list[Namespaces] = []
        if self.has("NAMESPACE"):
            yield from self._run(Command("NAMESPACE"), _collect(found, Namespaces))
        return found[-1] if found else Namespaces(personal=((b"", "/"),))

    def create(self, name: str, special_use: str = "") -> Exchange[bytes]:
        """Make a mailbox and return its raw name. `special_use` (`\\Sent`) where CREATE-SPECIAL-USE is offered."""
        raw_name = names.encode(name, self.utf8)
        arguments: tuple[Argument, ...] = (mailbox(raw_name),)
        if special_use and self.has("CREATE-SPECIAL-USE"):
            arguments += ((atom("USE"), (special_use_word(special_use),)),)
        yield from self._run(Command("CREATE", arguments))
        return raw_name

    def create_own(self, levels: Sequence[str], special_use: str = "") -> Exchange[bytes]:
        """Make a mailbox among the person's own ones, wherever the server keeps those: `["Co-op", "Lease"]` becomes
        `INBOX.Co-op.Lease` on Courier. Unsafe for a level that holds the server's delimiter."""
        (prefix, delimiter), *_ = (yield from self.namespace()).personal or ((b"", "/"),)
        if (not delimiter and len(levels) > 1) or (delimiter and any(delimiter in level for level in levels)):
            raise Unsafe("the name of a mailbox may not hold what separates it from others")
        above = names.decode(prefix, self.utf8)
        return (yield from self.create(above + delimiter.join(levels), special_use))

    def rename(self, raw_name: bytes, new_name: str) -> Exchange[bytes]:
        new_raw_name = names.encode(new_name, self.utf8)
        yield from self._run(Command("RENAME", (mailbox(raw_name), mailbox(new_raw_name))))
        return new_raw_name

    def delete(self, raw_name: bytes) -> Exchange[None]:
        yield from self._run(Command("DELETE", (mailbox(raw_name),)))

    def subscribe(self, raw_name: bytes) -> Exchange[None]:
        yield from self._run(Command("SUBSCRIBE", (mailbox(raw_name),)))

    def unsubscribe(self, raw_name: bytes) -> Exchange[None]:
        yield from self._run(Command("UNSUBSCRIBE", (mailbox(raw_name),)))

    def quota(self, raw_name: bytes = b"INBOX") -> Exchange[list[Quota]]:
        """The quotas that bound a mailbox (RFC 9208); empty where QUOTA is not offered."""
        found: list[Quota] = []
        roots: list[QuotaRoot] = []
        if self.has("QUOTA"):
            take_quota, take_root = _collect(found, Quota), _collect(roots, QuotaRoot)
            yield from self._run(
                Command("GETQUOTAROOT", (mailbox(raw_name),)),
                lambda response: take_quota(response) or take_root(response),
            )
        return found


class _Listing:
    """LIST and STATUS responses, brought together by name."""

    def __init__(self, utf8: bool) -> None:
        self.utf8 = utf8
        self.mailboxes: dict[bytes, ListedMailbox] = {}
        self.subscribed: set[bytes] = set()
        self.statuses: dict[bytes, MailboxStatus] = {}

    def take(self, response: Response) -> bool:
        if isinstance(response, StatusData):
            self.statuses[mailbox_key(response)] = mailbox_status(response)
        elif isinstance(response, Listed) and not response.is_lsub:
            self._add(response)
        else:
            return False
        return True

    def take_subscribed(self, response: Response) -> bool:
        if not isinstance(response, Listed):
            return False
        if "\\noselect" not in response.attributes:  # RFC 3501 6.3.9: only a parent of something subscribed
            self.subscribed.add(mailbox_key(response))
        return True

    def _add(self, listed: Listed) -> None:
        if not listed.raw_name:
            return  # the answer to LIST "" "", which nobody asked
        key = mailbox_key(listed)
        if "\\subscribed" in listed.attributes:
            self.subscribed.add(key)
        name = "INBOX" if key == b"INBOX" else names.decode(listed.raw_name, self.utf8)
        self.mailboxes.setdefault(key, ListedMailbox(listed.raw_name, name, listed.delimiter, listed.attributes))

    def selectable(self) -> list[bytes]:
        return [item.raw_name for item in self.mailboxes.values() if item.selectable]

    def status_of(self, raw_name: bytes) -> MailboxStatus:
        """By name; servers that spell the name in another way answered about the only one we asked for."""
        only = next(iter(self.statuses.values())) if len(self.statuses) == 1 else MailboxStatus()
        return self.statuses.get(names.key(raw_name), only)

    def result(self) -> list[ListedMailbox]:
        return [
            replace(item, subscribed=key in self.subscribed, status=self.statuses.get(key))
            for key, item in self.mailboxes.items()
        ]


def mailbox_status(data: StatusData) -> MailboxStatus:
    values = data.values
    return MailboxStatus(
        messages=number(values.get("MESSAGES")),
        unseen=number(values.get("UNSEEN")),
        uid_next=number(values.get("UIDNEXT")) or None,
        uid_validity=number(values.get("UIDVALIDITY")) or None,
        highest_modseq=number(values.get("HIGHESTMODSEQ")) or None,
        size=number(values.get("SIZE")),
        deleted=number(values.get("DELETED")),
        append_limit=number(values.get("APPENDLIMIT")),
        mailbox_id=object_id(values.get("MAILBOXID")),
    )


def object_id(value: Value) -> str | None:
    """`(F2212ea87-6097)` (RFC 8474)."""
    inner = value[0] if isinstance(value, list) and value else value
    return inner.decode("ascii", "replace")[:255] if isinstance(inner, bytes) else None


def special_use_word(attribute: str) -> Argument:
    """`\\Sent` as an attribute. Unsafe when it is not one."""
    return flag(attribute if attribute.startswith("\\") else f"\\{attribute}")


def _collect(into: list[T], kind: type[T]) -> Take:
    def take(response: Response) -> bool:
        if isinstance(response, kind):
            into.append(response)
        return isinstance(response, kind)

    return take


def _list_command(options: Iterable[str]) -> Command:
    returned: list[Argument] = []
    for option in options:
        name, *items = option.split()
        returned.append(atom(name))
        if items:
            returned.append(tuple(map(atom, items)))
    wanted: tuple[Argument, ...] = (string(""), string("*"))
    return Command("LIST", (*wanted, atom("RETURN"), tuple(returned)) if returned else wanted)


def _status_command(raw_name: bytes, items: Iterable[str]) -> Command:
    return Command("STATUS", (mailbox(raw_name), atoms(" ".join(items))))
