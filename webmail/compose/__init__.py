"""From what is typed to a message that can be sent.

recipients   what stands in To, Cc and Bcc -> addresses, and what is none of them
reply        a message and a wish (reply, reply all, forward, ...) -> a draft that begins right
beginning    all that, saved, with the files that go along
quote        the message below the answer: sealed, as it was
signing      the signature of whom it is from
drafts       saving without losing a word, throwing away, and what goes with them
versions     what gave way to words from elsewhere, and can be had back
uploads      files on their way in, piece by piece, onto the disk
composed     a draft -> what is handed to be sent, or to be kept in the Drafts mailbox
mirror       the copy in the Drafts mailbox
asking       what is asked before something is sent: is a file missing, is it too large
attending    the answer to an invitation
receipts     that something was read, for who asked
redirecting  a message of somebody else, passed on as it came
outbox       what was handed over, until the mail server has it
filing       the copy of it in Sent
lingering    what somebody who signs out has not sent yet, nor the mail server heard of
lease        that whoever sends a message lives
rates        what may be sent of late, counted where a message is claimed; tally: how it is counted
"""
