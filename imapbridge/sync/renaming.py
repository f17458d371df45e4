"""Which mailbox that is gone is the one that another client gave a new name, and what people had said of it by name.

By MAILBOXID (RFC 8474) where the server has it. Else by UIDVALIDITY, which most servers keep, when UIDNEXT and the
number of messages are what they were too and no other mailbox is like it: better a mailbox read anew than two mixed up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from accounts.models import MailAccount, Notifications, PushSubscription
from imapbridge.models import Mailbox
from imapbridge.wire.results import ListedMailbox


def found(gone: Mapping[bytes, Mailbox], new: Mapping[bytes, ListedMailbox]) -> dict[bytes, bytes]:
    """{key of the name before: key of the name now}. Reads and writes nothing."""
    before = {key: _held(row) for key, row in gone.items()}
    now = {key: _said(one) for key, one in new.items() if one.selectable}
    return _matches({key: row.object_id for key, row in gone.items()}, {key: _object_id(new[key]) for key in now}) or (
        _matches(before, now)
    )


def rename(row: Mailbox, now: ListedMailbox) -> None:
    """The server calls this mailbox otherwise now. In the caller's transaction."""
    before = row.name
    row.raw_name, row.name = now.raw_name, now.name[:1000]
    row.save(update_fields=["raw_name", "name"])
    follow(row.account_id, {before: row.name})


def follow(account_id: int, renamed: Mapping[str, str]) -> None:
    """Let what people chose by a mailbox's name, and were told of it, go with the mailbox. `renamed`: {before: now}.

    In the caller's transaction.
    """
    account = MailAccount.objects.get(pk=account_id)
    uses = {use: renamed.get(name, name) for use, name in account.special_uses.items()}
    folders = {renamed.get(name, name): liked for name, liked in account.folders.items()}
    MailAccount.objects.filter(pk=account_id).update(special_uses=uses, folders=folders)
    for chosen in Notifications.objects.select_for_update().filter(account=account_id):
        chosen.mailboxes = list(dict.fromkeys(renamed.get(name, name) for name in chosen.mailboxes))
        chosen.save(update_fields=["mailboxes"])
    marks = {f"{account_id} {before}": f"{account_id} {now}" for before, now in renamed.items()}
    for browser in PushSubscription.objects.select_for_update(of=("self",)).filter(sign_in__user=account.user_id):
        told = browser.told
        browser.told = {key: told[key] for key in told.keys() - marks} | {
            now: told[before] for before, now in marks.items() if before in told
        }
        browser.save(update_fields=["told"])


def _matches(before: Mapping[bytes, Hashable], now: Mapping[bytes, Hashable]) -> dict[bytes, bytes]:
    """Those who are alike, and like nobody else."""
    once = Counter(before.values()), Counter(now.values())
    by_mark = {mark: key for key, mark in now.items() if mark and once[1][mark] == 1}
    return {key: by_mark[mark] for key, mark in before.items() if mark in by_mark and once[0][mark] == 1}


def _object_id(one: ListedMailbox) -> str:
    return (one.status.mailbox_id if one.status else None) or ""


def _held(row: Mailbox) -> Hashable:
    known = (row.uid_validity, row.uid_next, row.server_total)
    return known if row.uid_validity and row.uid_next and row.server_total is not None else None


def _said(one: ListedMailbox) -> Hashable:
    status = one.status
    if status is None or not status.uid_validity or not status.uid_next or status.messages is None:
        return None
    return (status.uid_validity, status.uid_next, status.messages)
