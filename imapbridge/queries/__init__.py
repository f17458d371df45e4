"""Every list the screen shows, each in a bounded number of queries. The one reader of the index; never writes.

Rows leave as small frozen values made from tuples. The three lists of every page are read by statements written out:
making SQL from a query set would cost more than running it.
"""

from imapbridge.queries.arrivals import Arrival, Arrivals, arrivals
from imapbridge.queries.conversations import (
    CHANGES_LIMIT,
    PAGE,
    Changes,
    Conversation,
    ConversationPage,
    Only,
    changes,
    conversations,
    neighbours,
    page_above,
)
from imapbridge.queries.jobs import JobItem, job, jobs
from imapbridge.queries.labels import labels
from imapbridge.queries.mailboxes import MailboxItem, mailboxes, mailboxes_of
from imapbridge.queries.messages import MessageItem, conversation, marks
from imapbridge.queries.notices import NoticeItem, notices
from imapbridge.queries.selection import Held, selection
from imapbridge.queries.several import Placed, together, together_above, together_changes
from imapbridge.queries.shapes import CONVERSATIONS, FIRST_MESSAGE, Shape, is_message, messages_of
from imapbridge.queries.unread_first import UNREAD, unread_first, unread_first_above

__all__ = [
    "CHANGES_LIMIT",
    "CONVERSATIONS",
    "FIRST_MESSAGE",
    "PAGE",
    "UNREAD",
    "Arrival",
    "Arrivals",
    "Changes",
    "Conversation",
    "ConversationPage",
    "Held",
    "JobItem",
    "MailboxItem",
    "MessageItem",
    "NoticeItem",
    "Only",
    "Placed",
    "Shape",
    "arrivals",
    "changes",
    "conversation",
    "conversations",
    "is_message",
    "job",
    "jobs",
    "labels",
    "mailboxes",
    "mailboxes_of",
    "marks",
    "messages_of",
    "neighbours",
    "notices",
    "page_above",
    "selection",
    "together",
    "together_above",
    "together_changes",
    "unread_first",
    "unread_first_above",
]
