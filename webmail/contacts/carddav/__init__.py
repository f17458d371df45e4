"""Address books elsewhere, kept equal to the contacts here: CardDAV (RFC 6352) with sync-collection (RFC 6578).

    errors       what can go wrong with an address book, drawn as a tree
    xml          what is asked and answered, as XML within bounds                          pure
    client       the few requests that are needed, by way of `webmail.outside`
    discovery    from an address that a person typed to their address books (RFC 6764)
    pulling      what changed there comes here
    pushing      what changed here goes there
    syncing      one turn of both, for one book

A change is never made over another that it does not know of: ours are sent on condition (`If-Match`), and what changed
on both sides is kept twice, with a word to the person.
"""
