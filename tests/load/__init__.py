"""Many people at once, on real servers, while parts of these are restarted and killed. `./run load`.

    house      Dovecot, PostgreSQL, Redis, a submission server, and the product as `./run prod` starts it
    letters    the mail of a person, each message a conversation that is told by its number
    ledger     what a person did and was told that it is done: what the mail server must have at the end
    person     somebody at a desk: a click every few seconds
    clicks     what a click is, as requests
    tabs       open pages: websockets that come back, and ask for what they are told of
    post       new mail that arrives for them
    record     what was asked when, how long it took, and what went wrong
    watch      memory and CPU of each process, and /health/ready, by the clock
    faults     one fault after another, and how long until all was well again
    truth      the mail servers and the mirror at the end, compared with the ledgers

Nothing here knows the product but by its addresses, its forms and, at the end, its tables.
"""
