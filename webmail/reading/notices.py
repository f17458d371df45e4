"""What a reader is told when a message cannot be shown as it is: a code for programs, a sentence for people.

The sentences are marked here and translated where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from imapbridge.mime.parse import Defect


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for translation."""
    return sentence


@dataclass(frozen=True, slots=True)
class Notice:
    code: str
    text: str
    """English; translate when showing."""


TOO_COMPLEX = Notice(
    "too-complex",
    gettext_noop("This message is too large to show with its formatting. Its text is below; download it for the rest."),
)
TEXT_CUT = Notice(
    "text-cut",
    gettext_noop("This message is very long, so only its beginning is shown. Download it to read the rest."),
)
PARTS_CUT = Notice(
    "parts-cut",
    gettext_noop("This message has more parts than can be shown. Download it to get them all."),
)
UNKNOWN_CHARSET = Notice(
    "unknown-charset",
    gettext_noop("This message uses an unknown character set, so some letters may be wrong."),
)
DAMAGED = Notice(
    "damaged",
    gettext_noop("This message is damaged. What could be read is shown; download it to see the original."),
)
NOT_LOADED = Notice(
    "not-loaded",
    gettext_noop("A part of this message could not be loaded. Open the message again to try once more."),
)

_BY_DEFECT = {
    Defect.MESSAGE_CUT: TEXT_CUT,
    Defect.PARTS_CUT: PARTS_CUT,
    Defect.DEPTH_CUT: PARTS_CUT,
    Defect.NO_BOUNDARY: DAMAGED,
    Defect.NOT_CLOSED: DAMAGED,
}


def for_defect(defect: Defect) -> Notice | None:
    """What a reader is told of a defect; nothing when it hides nothing from them."""
    return _BY_DEFECT.get(defect)
