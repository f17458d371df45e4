"""What people do to mailboxes themselves: made, renamed, moved and deleted in the index now, on the server soon.

The server may still refuse; then the screen goes back to how it was, and a Notice tells the person. What can be known
to be wrong is refused here, as NameRefused or NotToBeChanged; of what is gone meanwhile, MailboxGone is raised. Nothing
is deleted that was not asked about: see `sync.hierarchy_errand`.
"""

from __future__ import annotations

from django.db.models import Q

from imapbridge.actions.owing import owe, when_sure
from imapbridge.errors import MailboxGone, Sorry, Unsafe
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.sync import hierarchy, namespaces
from imapbridge.sync.hierarchy_errand import SUBSCRIBED
from imapbridge.wire import names
from imapbridge.writing import writing

Kind = PendingChange.Kind
LONGEST = 200
"""Characters of one level of a name; and of a whole one, octets: what our columns take."""
LONGEST_WHOLE = 1000


class NameRefused(Sorry):
    """A mailbox cannot be called so. `reason`: `empty`, `long`, `control`, `delimiter`, `taken`, `leaving` (taken by
    one that is being deleted) or `inbox`."""

    code = "name-refused"

    def __init__(self, reason: str, delimiter: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.delimiter = delimiter


class NotToBeChanged(Sorry):
    """`reason`: `special`, it or one below it is for something; `inside`, it would be inside itself; `flat`, the
    server has no mailboxes inside others."""

    code = "not-to-be-changed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def create(account_id: int, name: str, parent: int | None = None, *, subscribed: bool = True) -> int:
    """Make a mailbox inside another, or at the top. Returns its key. Raises NameRefused, NotToBeChanged."""
    with writing(account_id):
        rows = _rows(account_id)
        above, delimiter = _above(account_id, rows, parent)
        whole = _whole_name(rows, above, name, delimiter)
        row = Mailbox.objects.create(
            account_id=account_id, raw_name=names.encode(whole), name=whole, delimiter=delimiter, subscribed=subscribed
        )
        owe(account_id, row.pk, Kind.CREATE, (), uid_validity=0, name=whole, add=[SUBSCRIBED] if subscribed else [])
        hierarchy.tell(row)
        return int(row.pk)


def rename(account_id: int, mailbox: int, name: str) -> None:
    """Give a mailbox another name where it is; those below it go with it."""
    with writing(account_id):
        rows = _rows(account_id)
        row = _one(rows, mailbox)
        above = row.name[: len(row.name) - len(row.leaf)]
        _rename(rows, row, above, name)


def move(account_id: int, mailbox: int, parent: int | None) -> None:
    """Put a mailbox, and those below it, inside another one; None: at the top."""
    with writing(account_id):
        rows = _rows(account_id)
        row = _one(rows, mailbox)
        if parent is not None and _one(rows, parent) in _family(rows, row):
            raise NotToBeChanged("inside")
        above, _ = _above(account_id, rows, parent)
        _rename(rows, row, above, row.leaf)


def delete(account_id: int, mailbox: int) -> list[int]:
    """Delete a mailbox and those below it, with all that is in them: ask first. Returns the keys of the changes; they
    can be undone until the server has been asked, some seconds after."""
    with writing(account_id):
        rows = _rows(account_id)
        family = _family(rows, _one(rows, mailbox))
        _check_use(family)
        return [_delete(row) for row in sorted(family, key=lambda one: -len(one.name))]  # the lowest first


def _delete(row: Mailbox) -> int:
    known = Q(uid__lt=0) | Q(uid__gte=row.uid_next or 1)  # all below was there, and is asked about
    uids = Entry.objects.filter(known, mailbox=row.pk, expunged=False).values_list("uid", flat=True)
    change = owe(
        row.account_id, row.pk, Kind.DELETE, uids, uid_validity=row.uid_validity or 0, target_from=row.uid_next or 1,
        not_before=when_sure(),
    )  # fmt: skip
    Mailbox.objects.filter(pk=row.pk).update(leaving=True)
    hierarchy.tell(row)
    return int(change.pk)


def subscribe(account_id: int, mailbox: int, subscribed: bool) -> None:
    """Whether other mail programs are to show it (RFC 9051 6.3.7)."""
    with writing(account_id):
        row = _one(_rows(account_id), mailbox)
        if row.subscribed == subscribed:
            return
        Mailbox.objects.filter(pk=row.pk).update(subscribed=subscribed)
        words = {"add" if subscribed else "remove": [SUBSCRIBED]}
        owe(account_id, row.pk, Kind.SUBSCRIBE, (), uid_validity=row.uid_validity or 0, **words)
        hierarchy.tell(row)


def family(account_id: int, mailbox: int) -> list[Mailbox]:
    """A mailbox and all below it, by name: what a deletion takes. One query."""
    rows = _rows(account_id)
    return sorted(_family(rows, _one(rows, mailbox)), key=lambda row: row.name)


def _rename(rows: dict[int, Mailbox], row: Mailbox, above: str, name: str) -> None:
    whole = _whole_name({key: one for key, one in rows.items() if key != row.pk}, above, name, row.delimiter)
    if whole == row.name:
        return
    _check_use(_family(rows, row))
    owe(
        row.account_id, row.pk, Kind.RENAME, (), uid_validity=row.uid_validity or 0, name=whole, name_before=row.name,
        add=[SUBSCRIBED] if row.subscribed else [],
    )  # fmt: skip
    hierarchy.rename(row.account_id, row.name, whole, row.delimiter)


def _rows(account_id: int) -> dict[int, Mailbox]:
    """Those on their way out among them: their names are taken."""
    return {row.pk: row for row in Mailbox.objects.filter(account=account_id)}


def _one(rows: dict[int, Mailbox], mailbox: int) -> Mailbox:
    """A sync may have removed it since the page was shown. Raises MailboxGone."""
    if mailbox not in rows:
        raise MailboxGone
    return rows[mailbox]


def _family(rows: dict[int, Mailbox], row: Mailbox) -> list[Mailbox]:
    everybody = [one.name for one in rows.values()]
    inside = hierarchy.moved_names(everybody, row.name, row.name, row.delimiter)
    return [one for one in rows.values() if one.name in inside and not one.leaving]


def _check_use(rows: list[Mailbox]) -> None:
    if any(row.special_use for row in rows):
        raise NotToBeChanged("special")


def _above(account_id: int, rows: dict[int, Mailbox], parent: int | None) -> tuple[str, str]:
    """What a name inside this mailbox, or at the person's own top, begins with; and the delimiter."""
    if parent is not None:
        row = _one(rows, parent)
        if not row.delimiter or row.leaving:
            raise NotToBeChanged("flat")
        return row.name + row.delimiter, row.delimiter
    delimiter = next((row.delimiter for row in rows.values() if row.delimiter), "")
    return namespaces.own_prefix(account_id) or _usual_prefix(rows, delimiter), delimiter


def _usual_prefix(rows: dict[int, Mailbox], delimiter: str) -> str:
    """Where the server has not been asked: below INBOX, if everything is."""
    others = [row.name for row in rows.values() if row.name.upper() != "INBOX"]
    below = "INBOX" + delimiter
    return below if others and delimiter and all(name.startswith(below) for name in others) else ""


def _whole_name(rows: dict[int, Mailbox], above: str, name: str, delimiter: str) -> str:
    leaf = " ".join(name.split())
    if not leaf:
        raise NameRefused("empty")
    if delimiter and delimiter in leaf:
        raise NameRefused("delimiter", delimiter)
    whole = above + leaf
    if whole.upper() == "INBOX":
        raise NameRefused("inbox")
    try:
        raw_name = names.encode(whole)
    except Unsafe:
        raise NameRefused("control") from None
    if len(leaf) > LONGEST or len(raw_name) > LONGEST_WHOLE:
        raise NameRefused("long")
    taken = [row for row in rows.values() if row.name == whole or bytes(row.raw_name) == raw_name]
    if taken:
        raise NameRefused("leaving" if all(row.leaving for row in taken) else "taken")
    return whole
