"""IMAP itself, sans-IO: bytes in, responses out, the way h11 is to HTTP.

    stream      bytes -> whole responses, literals apart         tokens      a response -> nested values
    responses   values -> dataclasses (fetched, structure)       names       mailbox names (modified UTF-7)
    commands    the only way to make a command                   keys        SEARCH keys        items   FETCH items
    quirks      what each kind of server needs                   session     every command once, as a generator
    drivers     the two that run a command: blocking, asyncio; the only ones with a socket

A command is a generator: it yields bytes to send and is sent one response at a time; what it returns is the answer.
Nothing here knows Django, the index or an account. Content of mail never reaches a log.
"""
