"""What people do to mail: in the index now, on the server soon. With `sync` the only writer of the mirror.

The index and the PendingChange are written in one transaction: what the screen shows is never lost on the way. What
is done to messages returns the keys of its changes, with which `undo` makes it undone.
"""

from imapbridge.actions.answering import mark_original
from imapbridge.actions.appending import append, append_file
from imapbridge.actions.filing import NoMailboxFor, archive, copy, delete_forever, junk, mailbox_for, move, trash
from imapbridge.actions.labels import set_label
from imapbridge.actions.marks import set_flagged, set_seen
from imapbridge.actions.notices import dismiss, tell
from imapbridge.actions.regrouping import merge, split
from imapbridge.actions.snoozing import snooze
from imapbridge.actions.undoing import Undone, undo, undo_everywhere

__all__ = [
    "NoMailboxFor",
    "Undone",
    "append",
    "append_file",
    "archive",
    "copy",
    "delete_forever",
    "dismiss",
    "junk",
    "mailbox_for",
    "mark_original",
    "merge",
    "move",
    "set_flagged",
    "set_label",
    "set_seen",
    "snooze",
    "split",
    "tell",
    "trash",
    "undo",
    "undo_everywhere",
]
