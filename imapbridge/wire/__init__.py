"""IMAP itself, sans-IO: bytes in, responses out, the way h11 is to HTTP.

    stream      octets -> whole responses, literals apart      tokens      a response's text -> nested values
    reading     values -> responses                            fetched     FETCH · envelope · structure (of the body)
    usual       the quick way through FETCH · usual_parts
    names       mailbox names (modified UTF-7)                 dates       IMAP's own dates
    commands    the only way to make a command                 items       what to FETCH · keys (what to SEARCH)
    quirks      what each kind of server needs                 results     what the commands return
    session     one connection: state, auth, mailboxes, messages, searching, filing, idle come together there
    drivers     the two that run a command: blocking, asyncio; the only ones with a socket

A command is a generator: it yields octets to send and is sent one response at a time; what it returns is the answer.
Nothing here knows Django, the index or an account. Content of mail and secrets never reach a log.
"""
