"""A PERSON'S FILTERS: rules, a vacation reply and forwarding, which live in a script on the mail server and only there.

    standing    what stands on the server: our script, others', and what that means
    saving      rules -> our script, without touching anybody else's
    following   a folder was renamed: the rules that file into it go along
    trying      a rule against the mail that is here already

What a script of ours is, and how it is known to be, is told in `imapbridge.sieve.script`.
"""
