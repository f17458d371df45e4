"""What an operation costs: CPU of all our processes and of the mail server, as the operating system counts it.

Wall clocks say little on a shared machine. `./run bench` prints a table beside the targets and judges nothing.

    meter       seconds of CPU before and after, by process
    operations  what a person does, as plain HTTP requests, and the target of each
    peer        the same of Roundcube, with `--peer`
    weight      requests and bytes of a cold and a warm inbox, in Chromium
    push        from the delivery of a message to its row on an open page
    idle        thousands of accounts that nothing happens to
    house       the mailbox, the servers and the product, made ready
"""
