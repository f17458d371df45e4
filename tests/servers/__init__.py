"""Real servers for the tests: classes with `start`, `stop`, `kill` and `restart`, on random loopback ports.

What must be installed for them, `tools.packages` says.

    dovecot    IMAP (STARTTLS and TLS) and LMTP               letters      believable messages, as many as one likes
    cyrus      IMAP and LMTP, unpacked privately              courier      IMAP over a directory of files, likewise
    redis      the broker, cache and channel layer            mail_client  the other mail program of a two-sided story
    postgres   fresh databases on a server without fsync      scripted     servers that hang, or speak a given script
    smtp       submission, with refusals                      chromium     the browser, on a desk and on a phone
    whimbrel   our own processes, as in production            proxy        stops or cuts a session in the middle
    postfix    a real one, unpacked privately, for root       fixtures     all of these as pytest fixtures
    migrated   the tables, in a file that is copied
"""
