"""The signature that a message begins with: that of whom it is from, where they want it. Never changes one."""

from __future__ import annotations

from html import escape

from accounts.models import Identity
from webmail.models import Draft

_CLASS = "sig"
"""Of the element around it, by which a composer finds and changes it."""


def sign(draft: Draft, identity: Identity) -> None:
    """Put the signature of `identity` into a draft that has no words of its own yet.

    It stands where writing ends: what is quoted follows. One that is wanted below the quote goes along with it.
    """
    wanted = identity.signs_replies if draft.answers else identity.signs_new
    html, text = signature(identity)
    if not wanted or not html:
        return
    if draft.quote and not identity.signature_above:
        draft.quote = f"{draft.quote}<br>{html}"
        draft.quote_text = f"{draft.quote_text}\n\n-- \n{text}"
    else:
        draft.html = f"<div><br></div>{html}"
        draft.text = f"\n\n-- \n{text}"


def signature(identity: Identity) -> tuple[str, str]:
    """As HTML, and as text without the line before it; both empty when there is none."""
    text = identity.signature_text.strip()
    html = identity.signature_html or "<br>".join(map(escape, text.splitlines()))
    return (f'<div class="{_CLASS}">{html}</div>', text) if html else ("", "")
