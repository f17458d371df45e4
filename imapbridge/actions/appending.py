"""Filing a message that was made here: its octets are kept until the server has them."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from imapbridge.actions.owing import owe
from imapbridge.mime.outline import outline
from imapbridge.mime.parse import Parsed, parse
from imapbridge.models import Mailbox, PendingChange
from imapbridge.models.change import filing_folder
from imapbridge.sync import apply, drafted
from imapbridge.sync.content import content
from imapbridge.sync.places import OWN
from imapbridge.writing import writing


def append(account_id: int, mailbox: int, data: bytes, flags: Collection[str] = ()) -> int:
    """Put a message, whole and with CRLF line ends, into a mailbox. Returns the key of the change.

    It is in the list at once. A message without a Message-ID that was sent and not answered is looked for by its size
    alone: give it one.
    """
    return _append(account_id, mailbox, parse(data), len(data), flags, data=data)


def append_file(account_id: int, mailbox: int, path: Path, flags: Collection[str] = ()) -> int:
    """The same, of a message of any size that lies in a file and has no NUL. The file may go afterwards."""
    kept = filing_folder() / secrets.token_hex(16)
    try:
        os.link(path, kept)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(path, kept)
    with kept.open("rb") as file:
        return _append(account_id, mailbox, outline(file), kept.stat().st_size, flags, file=kept.name)


def _append(account_id: int, mailbox: int, parsed: Parsed, size: int, flags: Collection[str], **octets: Any) -> int:
    with writing(account_id):
        box = Mailbox.objects.get(account=account_id, pk=mailbox)
        change = owe(
            account_id, box.pk, PendingChange.Kind.APPEND, (), uid_validity=box.uid_validity or 0, add=sorted(flags),
            **octets,
        )  # fmt: skip
        told = drafted.told(-change.pk, parsed, size, flags, change.created_at)
        place = apply.made_here(box, content(told, box.pk, box.uid_validity or 0, ""))
        change.places = {OWN: place}
        change.save(update_fields=["places"])
    return int(change.pk)
