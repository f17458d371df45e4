"""The process that owns the warm connections: `manage.py imapbridge`. Web asks it over HTTP; see `imapbridge.client`.

    serve         the process: its socket, its start and its end        application   HTTP in, HTTP out
    mail          sections and parts of a message, over the pool        replays       pending changes, one run at a time
    watch         one listening connection for each account that somebody looks at
    keeping       connecting for it, and coming back                    pace          so that not all come at once
    listening     NOTIFY, IDLE and looking, over one of them            told          whether what is heard is news
    share         which accounts are ours, and from when on, among several bridges
    prefetch      bodies of the newest unread mail, before they are asked for

    POST /verify   {host, port, security, username, password}  ->  {}
    POST /fetch    {account, mailbox, uid, sections: [...]}    ->  their octets one after another, X-Lengths: 120,4711
    POST /stream   {account, mailbox, uid, section, offset}    ->  octets, chunked; an early end is an error
    POST /replay   {account}                                   ->  {}, at once
    POST /prefetch {account}                                   ->  {}, at once
    POST /forget   {account}                                   ->  {}
    GET  /health                                               ->  {watched}: accounts that are listened to

A request may carry `X-Deadline` (seconds) and must carry `X-Bridge-Secret` where a secret is set. What failed comes
back as 4xx or 5xx with {code, message, server}; the code is `elsewhere` when another bridge has the account. One
asyncio loop: nothing here may block it. Never logs content or secrets.
"""
