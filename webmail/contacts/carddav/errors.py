"""What can go wrong with an address book elsewhere.

    BookError
    ├── NotAllowedThere    its address is not one that we may ask
    ├── NotReached         no answer, none in time, or not now
    ├── PasswordRefused    the server wants another name or password
    ├── NoBook             there is no address book at the address
    ├── NotUnderstood      an answer that is no CardDAV, or too large
    ├── ServerRefused      it would not take or give something
    │   └── Changed        it was changed there meanwhile
    └── TokenForgotten     the server does not know any more what changed since

`code` is kept in the rows; `webmail.screen.books` has the words.
"""

from __future__ import annotations


class BookError(Exception):
    code = "failed"


class NotAllowedThere(BookError):
    code = "not-allowed"


class NotReached(BookError):
    code = "not-reached"


class PasswordRefused(BookError):
    code = "password"


class NoBook(BookError):
    code = "no-book"


class NotUnderstood(BookError):
    code = "not-understood"


class ServerRefused(BookError):
    code = "refused"


class Changed(ServerRefused):
    code = "changed"


class TokenForgotten(BookError):
    code = "token"
