"""Search: one language, two engines, and the text that the first of them looks in.

    query.py        PURE: `from:ann has:attachment older:1w` -> a tree of terms, and back to the same text
    tree.py         PURE: what that tree is made of
    values.py       PURE: what stands behind an operator: sizes, days, spans of time
    words.py        PURE: a text -> its words, as they are written into the index and looked for there
    document.py     PURE: a message -> the words of it
    fulltext.py     what SQLite and PostgreSQL each do with words: the one place that knows which it is
    catching_up.py  writes the words of what came since the last time, in the account's turn
    index.py        tree -> the index: the first wave
    criteria.py     PURE: tree -> IMAP SEARCH
    server.py       the second wave: what the server finds in the texts that the index does not hold
    running.py      how far a second wave is, and what it found

The first wave is answered from the index in the request. The second is a worker's: see `server`.
"""
