"""Whether a message is signed or encrypted, as its parts say (RFC 1847, 3156, 8551): nothing is checked or opened here.

Pure. The sentences claim no more than is known: anybody can write that a message is signed.
"""

from __future__ import annotations

from imapbridge.terms.part import Part
from webmail.reading.notices import Notice, gettext_noop

PGP_ENCRYPTED = Notice(
    "pgp-encrypted",
    gettext_noop("This message is encrypted with OpenPGP. Download it, and open it with a program that has your key."),
)
PGP_SIGNED = Notice(
    "pgp-signed", gettext_noop("This message says that it is signed with OpenPGP. The signature was not checked.")
)
SMIME_ENCRYPTED = Notice(
    "smime-encrypted",
    gettext_noop("This message is encrypted with S/MIME. Download it, and open it with a program that has your key."),
)
SMIME_SIGNED = Notice(
    "smime-signed", gettext_noop("This message says that it is signed with S/MIME. The signature was not checked.")
)
SMIME_CLOSED = Notice(
    "smime-closed",
    gettext_noop(
        "The text of this message is inside its S/MIME signature. Download it, and open it with a program that can "
        "check signatures."
    ),
)
CODES = frozenset(each.code for each in (PGP_ENCRYPTED, PGP_SIGNED, SMIME_ENCRYPTED, SMIME_SIGNED, SMIME_CLOSED))

_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_ENVELOPES = {"enveloped-data": SMIME_ENCRYPTED, "authenveloped-data": SMIME_ENCRYPTED, "signed-data": SMIME_CLOSED}
_ARMOUR = {"-----BEGIN PGP MESSAGE-----": PGP_ENCRYPTED, "-----BEGIN PGP SIGNED MESSAGE-----": PGP_SIGNED}


def sealed(root: Part) -> Notice | None:
    """What the message's parts say; of several, that it is encrypted."""
    told = [notice for part in root.walk() if (notice := _told(part))]
    hidden = (notice for notice in told if notice not in (PGP_SIGNED, SMIME_SIGNED))
    return next(hidden, told[0] if told else None)


def armoured(text: str) -> Notice | None:
    """What plain text says that has the armour in it instead of parts (RFC 9580 6)."""
    return _ARMOUR.get(text.lstrip()[:40].partition("\n")[0].strip())


def _told(part: Part) -> Notice | None:
    if part.media_type == "multipart/encrypted":
        return PGP_ENCRYPTED
    if part.media_type == "multipart/signed":
        return _signed(part)
    if part.media_type in _SMIME:
        return _ENVELOPES.get(part.param("smime-type").lower(), SMIME_ENCRYPTED)
    return None


def _signed(part: Part) -> Notice | None:
    kinds = [part.param("protocol").lower(), *(child.media_type for child in part.parts)]
    if any("pgp-signature" in kind for kind in kinds):
        return PGP_SIGNED
    return SMIME_SIGNED if any("pkcs7-signature" in kind for kind in kinds) else None
