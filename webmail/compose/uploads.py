"""Files on their way in: piece by piece onto the disk, never whole in memory, and bounded for each person.

The octets lie in the data directory, which web and workers share, under random names. A piece is written before the
row says that it is there; two that write at once write the same place, and only one of them counts.
"""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.db.models import Sum

from accounts.limits import Limits, limits_of
from accounts.models import MailAccount
from imapbridge.mime.headers import clean
from webmail.models import Draft, Upload
from webmail.models.drafts import folder

LARGEST = 100 * 2**20
"""Octets of one file, whatever the mail server takes."""
ROOM = 500 * 2**20
"""Octets of all the files of one account's drafts."""
MOST = 200
"""Files of one draft."""
PIECE = 256 * 1024
ORPHANED = 24 * 3600
"""Seconds after which a file on disk that no row knows is swept."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_NO_NAME = re.compile(r'[/\\:*?"<>|\x00-\x1f]+')


class TooMuch(Exception):
    """The file, or all of the account's files together, would be larger than is taken."""


class Elsewhere(Exception):
    """A piece does not follow the octets that are here; `received` says how many these are."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


def begin(draft: Draft, name: str, media_type: str, size: int, content_id: str = "") -> Upload:
    """A file of which nothing is here yet. TooMuch when there is no room for it."""
    if not 0 <= size <= largest(draft.account_id) or draft.files.count() >= MOST or size > room(draft.account_id):
        raise TooMuch
    media_type = media_type.lower().strip()
    made = Upload.objects.create(
        draft=draft, key=secrets.token_hex(16), name=file_name(name), size=size, content_id=content_id,
        media_type=media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
    )  # fmt: skip
    made.path.touch(mode=0o600)
    return made


def write(upload: Upload, offset: int, piece: BinaryIO) -> int:
    """Write what can be read of `piece` from `offset` on; how many octets are here then. Elsewhere: it is not next."""
    if offset != upload.received:
        raise Elsewhere(upload.received)
    at = offset
    with upload.path.open("r+b") as file:
        file.seek(offset)
        while at < upload.size and (octets := piece.read(min(PIECE, upload.size - at))):
            at += file.write(octets)
    if not Upload.objects.filter(pk=upload.pk, received=offset).update(received=at):
        upload.refresh_from_db()
        raise Elsewhere(upload.received)
    upload.received = at
    return at


def store(draft: Draft, name: str, media_type: str, pieces: Iterable[bytes], content_id: str = "") -> Upload:
    """A whole file from its pieces, of a size that nobody knows before. TooMuch when it gets too large."""
    made = begin(draft, name, media_type, 0, content_id)
    left = min(largest(draft.account_id), room(draft.account_id))
    with made.path.open("r+b") as file:
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                break
            file.write(piece)
        size = file.tell()
    if left < 0:
        remove(made)
        raise TooMuch
    made.size = made.received = size
    made.save(update_fields=["size", "received"])
    return made


def remove(upload: Upload) -> None:
    upload.delete()
    forget([upload])


def forget(uploads: Iterable[Upload]) -> None:
    """Remove the octets of rows that are gone."""
    for upload in uploads:
        upload.path.unlink(missing_ok=True)


def largest(account_id: int) -> int:
    """Octets of one file: what the domain allows, else `LARGEST`; where it sets no limit, as much as there is room."""
    given = _limits(account_id).upload
    return LARGEST if given is None else given or room(account_id)


def room(account_id: int) -> int:
    """Octets that the account may still bring: as much as the domain allows, else `ROOM`."""
    given = _limits(account_id).storage
    if given == 0:
        return sys.maxsize
    taken = Upload.objects.filter(draft__account=account_id).aggregate(taken=Sum("size"))["taken"] or 0
    return max(0, (given or ROOM) - int(taken))


def _limits(account_id: int) -> Limits:
    return limits_of(MailAccount.objects.values_list("address", flat=True).get(pk=account_id))


def file_name(name: str) -> str:
    """A name that is one on every system; its end, which says what it is, stays."""
    found = _NO_NAME.sub("_", clean(name)).strip(". ") or "file"
    if len(found) <= 200:
        return found
    ending = Path(found).suffix[:20]
    return found[: 200 - len(ending)] + ending


def sweep() -> None:
    """Octets without a row: a process died between the two."""
    known, before = set(Upload.objects.values_list("key", flat=True)), time.time() - ORPHANED
    for path in folder().iterdir():
        if path.name not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
