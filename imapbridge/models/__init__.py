"""The mailbox index: a mirror of the server, rebuildable at any time but for the PendingChange rows.

Mirror ── one per account: how far the mirror is
Mailbox ──< Entry >── Message      an Entry is a message's place (mailbox, UID, flags); a Message its content, once
MailboxThread                      the conversation list of a mailbox, materialised
ThreadRef                          Message-ID hash -> thread, for joining in any order of arrival
Body                               cached bytes of a part
PendingChange                      work owed to the server
Notice                             what the server would not do
Job                                work on everything in a mailbox, in chunks
"""

from imapbridge.models.body import Body
from imapbridge.models.change import Notice, PendingChange
from imapbridge.models.job import Job
from imapbridge.models.mailbox import Mailbox, Mirror
from imapbridge.models.message import Entry, Message
from imapbridge.models.thread import MailboxThread, ThreadRef

__all__ = [
    "Body",
    "Entry",
    "Job",
    "Mailbox",
    "MailboxThread",
    "Message",
    "Mirror",
    "Notice",
    "PendingChange",
    "ThreadRef",
]
