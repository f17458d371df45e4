"""Search: one language, the index that answers at once, and what a mail server is asked for the rest.

    query.py        PURE: `from:ann has:attachment older:1w` -> a tree of terms, and back to the same text
    tree.py         PURE: what that tree is made of
    values.py       PURE: what stands behind an operator: sizes, days, spans of time
    words.py        PURE: a text -> its words, as they are written into the index and looked for there
    document.py     PURE: a message -> the words of it
    phrases.py      tree -> words in a database's language
    fulltext.py     what SQLite and PostgreSQL each do with words: the one place that knows which it is; in_sqlite.py,
                    in_postgresql.py
    catching_up.py  writes the words of what came since the last time, in the account's turn
    index.py        tree -> the index: the first wave
    ranking.py      the same, the best first
    checking.py     whether the index holds the words of every message, and no others
    results.py      what was found, as rows and with its texts
    criteria.py     PURE: tree -> IMAP SEARCH
    running.py      a search on the server as rows: how far it is, and what it found

The first wave is answered from the index in the request. The second is a worker's, over a connection of its own: see
`sync.searching`.
"""
