"""The receipt that somebody asked for (RFC 8098), sent because its reader says so, and for no other reason. Pure."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from imapbridge.mime.build import Composed, new_message_id
from imapbridge.mime.headers import clean, message_ids
from imapbridge.mime.written import addr_spec
from imapbridge.terms.envelope import Address


def receipt(to: str, me: Address, subject: str, original: str, now: datetime) -> Composed:
    """`original`: the Message-ID of what was read. ValueError: an address is none."""
    named = message_ids(original)
    lines = [
        "Reporting-UA: Whimbrel",
        f"Final-Recipient: rfc822;{addr_spec(me.address)}",
        *[f"Original-Message-ID: {one}" for one in named[:1] if one.isascii()],
        "Disposition: manual-action/MDN-sent-manually; displayed",
        "",
    ]
    title = clean(subject) or _("(no subject)")
    return Composed(
        message_id=new_message_id(me.address.rpartition("@")[2]),
        date=now,
        from_=me,
        to=(Address("", to),),
        subject=_("Read: {subject}").format(subject=title),
        text=_("Your message “{subject}” was opened. This does not say that it was read or understood.").format(
            subject=title
        ),
        disposition="\r\n".join(lines),
        in_reply_to=original,
        references=named[:1],
    )
