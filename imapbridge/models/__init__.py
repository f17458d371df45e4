"""The mailbox index: a mirror of the server, rebuildable at any time but for the PendingChange rows.

Mirror ── one per account: how far the mirror is
Mailbox ──< Entry >── Message      an Entry is a message's place (mailbox, UID, flags); a Message its content, once
MailboxThread                      the conversation list of a mailbox, materialised
ThreadRef                          Message-ID hash -> thread, for joining in any order of arrival
Body                               cached bytes of a part
MessageText                        the words of a message, for search
ServerSearch ──< SearchHit         a search on the server while it runs
PendingChange                      work owed to the server
Notice                             what the server would not do
Job                                work on everything that a list shows, in chunks
Snooze                             until when a message is snoozed; outlives the mirror
"""

from imapbridge.models.body import Body
from imapbridge.models.change import Notice, PendingChange
from imapbridge.models.job import Job
from imapbridge.models.mailbox import Mailbox, Mirror
from imapbridge.models.message import Entry, Message
from imapbridge.models.search import SearchHit, ServerSearch
from imapbridge.models.snooze import Snooze
from imapbridge.models.text import MessageText
from imapbridge.models.thread import MailboxThread, ThreadRef

__all__ = [
    "Body",
    "Entry",
    "Job",
    "Mailbox",
    "MailboxThread",
    "Message",
    "MessageText",
    "Mirror",
    "Notice",
    "PendingChange",
    "SearchHit",
    "ServerSearch",
    "Snooze",
    "ThreadRef",
]
