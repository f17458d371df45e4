"""What stands between an address and its mail, found out step by step and told in plain sentences.

    examining   the whole examination: whereto, TLS, signing in, what is offered, submission, the mirror
    values      what was found: an area, a level, a code and its facts
    words       each code as a sentence, in the reader's language
    reading     the IMAP server, over a connection of its own
    offered     what a server lacks, and what that means here (pure)
    sending     the submission server; hands nothing over
    peers       the same of every server: where its name leads, whom TLS found there
    proof       the mirror compared message by message
    clock       how far the server's clock is from ours
    mirrored    how the mirror and its queue stand
    transcript  what was said, without what nobody else may read (pure)

Changes nothing on the server and nothing here, but for `clock`, which the operator asks for. Never tells a password, a
subject, a mailbox of a person's own name, or another address than the one that it is about.
"""
