"""Runs the processes of Whimbrel as one tree, from one command: `python -m webmail.supervisor embedded|production`.

    roles      which processes there are, and their command lines    (values only)
    child      one process: its log, its restarts, its end
    tree       all of them: order, readiness, stopping
    prepare    what must be there before: folders, keys, tables, static files, the port
    demo       the two demo people and the ports of their servers

`embedded` brings its own database, Redis and demo mail servers; `production` runs the very same web, bridge, worker
and beat lines against DATABASE_URL and REDIS_URL; `renew` has either replace its processes. Nothing here
serves a request or imports Django.
"""
