"""The people a person knows: from what they wrote down, from mail, and from address books elsewhere.

    ranking         often and lately as one number                                        pure
    folding         text as it is searched                                                pure
    acquaintances   who was written to and who wrote, counted from the mirror in bounded steps
    suggesting      whom a half-typed recipient may mean
    posing          who is new, and who bears the name of somebody known

Reads the mirror, and writes only the rows of `webmail.models.contacts`. Knows no request and prints nothing.
"""

from webmail.contacts.acquaintances import wrote_to

__all__ = ["wrote_to"]
