"""The second wave of a search: asking the mail server, how far that is, what it found, and enough of it.

Starting and stopping are posts. What is found comes as rows when the page asks for it: see `sync.searching`.
"""

from __future__ import annotations

from django.http import HttpRequest

from webmail.views.found import Search


def progress(request: HttpRequest, search: Search) -> None:
    """How far the mail server's part of this search is; None when it was not asked."""
    return
