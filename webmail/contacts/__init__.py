"""The people a person knows: from what they wrote down, from mail, and from address books elsewhere.

    card            a contact as a value                                                  pure
    vcard, tables   cards from and to vCards and CSV files                                pure
    fuller          fields of a vCard that say more than a card keeps apart               pure
    headings        what the columns of CSV files mean                                    pure
    merging         who may be one, and what becomes of them                              pure
    folding         text as it is searched                                                pure
    ranking         often and lately as one number                                        pure
    storing         cards from and to rows
    importing       a file to rows, shown first
    keeping         what was merged or deleted, until the next day
    acquaintances   who was written to and who wrote, counted from the mirror in bounded steps
    collecting      contacts of those who are written to
    suggesting      whom a half-typed recipient may mean
    posing          who is new, and who bears the name of somebody known
    blocking        what blocked senders send goes to Junk

Reads the mirror, and writes only the rows of `webmail.models.contacts`. Knows no request and prints nothing.
"""

from webmail.contacts.acquaintances import wrote_to

__all__ = ["wrote_to"]
