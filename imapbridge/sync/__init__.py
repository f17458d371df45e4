"""The sync: the server's truth into the index.

For an account, over its one bulk connection, under its lock (`account`):

 1. Replay what people did (`replay`), so that the server knows before we ask it.
 2. Read the mailbox list with its counts in one round trip where the server can (`mailboxes`); a mailbox that another
    client renamed keeps its row and what is owed to it (`renaming`); one that a person made, renamed or deleted here
    stays as they left it (`hierarchy`).
 3. For each mailbox whose STATUS differs from what we hold, INBOX first (`mailbox`):
    a. Open it. With QRESYNC the answer already carries flags and vanished UIDs; a FETCH of the new mail that STATUS
       told of goes along, in one write. If that failed lately, new mail is asked for afterwards, by itself.
    b. Decide, purely, what to ask (`plan`): nothing, a delta, or to start again because UIDVALIDITY changed.
    c. Write what the opening brought in one transaction (`apply`); fetch what is missing, a batch a transaction.
    d. Remember UIDNEXT and HIGHESTMODSEQ as they were when the mailbox was opened, not as they are now: what arrives
       meanwhile is found the next time.
 4. Fill in older mail in windows, newest first. The cursor (`Mailbox.lowest_uid`) is written in the window's own
    transaction, so a kill at any line costs one window. Between windows the lock is given up when somebody waits.

Rules that keep the mirror equal to the server: UIDs only, never sequence numbers; a field that an answer lacks is not
overwritten; a person's change that the server has not confirmed is laid over what the server says (`overlay`); places
that a person filled have no UID until the server tells it, and those that they emptied do not come back (`places`).
"""
