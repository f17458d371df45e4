"""The mail server and our mirror of it.

    terms     the field's words as values            mime      bytes <-> values
    wire      IMAP itself, sans-IO                   pool      the bridge's warm connections
    bridge    the process that owns them             client    what web asks of the bridge
    models    the mailbox index, a mirror            queries   every list the screen shows
    sync      the server's truth into the index      bodies    bytes of a part: cached, else asked for
    actions   what people do: index now, server soon events    telling the browsers

Two streams, each one way. The server's truth comes up: server -> wire -> sync -> index -> events -> browser. The
person's will goes down: browser -> actions -> index and PendingChange -> replay -> server. They meet in the index
only, and when they disagree the server is right.
"""
