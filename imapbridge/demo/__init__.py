"""The demo's mail servers, so that Whimbrel can be looked at without a mail server of one's own.

    people     who lives in the demo            seed       the mail they find there
    dovecot    IMAP by a private Dovecot        plant      putting the seed into a fresh server
    poor       IMAP by pymap, kept in SQLite    smtp       mail from one to the other arrives
    serve      one of the two, and the SMTP server, until told to stop

Listens on loopback without TLS. Nothing outside `management` imports it, and it imports nothing of ours.
"""
