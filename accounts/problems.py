"""What may keep a person from signing in, and how it is said. Says the same whether an address exists or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

Code = str
"""One of the keys below. Those that a mail server causes are the codes of `MailError`s, unknown to this package."""


class CannotSignIn(Exception):
    """Raised by an authentication backend that could not decide, and by all that stands before it.

    `server` is a host name of ours, never the server's own words; `wait` is in seconds.
    """

    def __init__(self, code: Code, *, server: str = "", domain: str = "", wait: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.server = server
        self.domain = domain
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Explanation:
    """A problem as the page shows it. `field` is where the cursor goes; `retry_after` is in seconds, 0 for unknown."""

    sentence: str
    hint: str
    field: Literal["address", "password"]
    status: int
    retry_after: int


SENTENCES: Mapping[Code, str | Promise] = MappingProxyType(
    {
        "address": _("Enter your whole email address, such as ann@example.com, and your password."),
        "sign-in-refused": _("%(server)s did not accept this address and password. Check both and try again."),
        "second-refused": _("This was not right, or was used before. Try again with a new code, or in another way."),
        "too-many": _("This was tried too often. Wait %(wait)s, then try again."),
        "no-servers": _(
            "No mail server is set up here for addresses at %(domain)s. Check the address; if it is right, ask the "
            "people who run this webmail to add the domain."
        ),
        "found": _("These are the mail servers of %(domain)s, as far as can be found. Your password was not sent yet."),
        "plaintext": _(
            "The mail server of %(domain)s is set up without encryption, which this webmail does not allow. Tell the "
            "people who run it. Your password was not sent."
        ),
        "unreachable": _(
            "%(server)s cannot be reached. Try again in a minute; if it goes on, tell the people who run this webmail."
        ),
        "timed-out": _("%(server)s did not answer in time. Try again in a minute."),
        "busy": _("%(server)s is busy and takes no more connections. Try again in a minute."),
        "certificate-refused": _(
            "The connection to %(server)s is not safe: its certificate has expired or is not trusted. Your password "
            "was not sent. Tell the people who run the mail server."
        ),
        "not-permitted": _("%(server)s does not allow signing in this way. Tell the people who run this webmail."),
        "server-misbehaved": _(
            "%(server)s gave an answer that makes no sense for a mail server. Tell the people who run this webmail."
        ),
        "provider-away": _("%(server)s does not answer at the moment. Try again in a minute."),
        "provider-declined": _("%(server)s did not give this webmail the permission to read your mail. Try again."),
        "provider-ended": _("%(server)s did not take what came back from your browser. Sign in once more."),
        "provider-untrusted": _(
            "What came back from %(server)s does not belong to a sign-in that was begun here, or is too old. Sign in "
            "once more, in this browser."
        ),
        "provider-no-address": _(
            "%(server)s does not say which mailbox of this webmail is yours. Sign in there with the address of your "
            "mailbox."
        ),
        "provider-misconfigured": _(
            "%(server)s does not let this webmail work for you. Tell the people who run this webmail."
        ),
        "token-refused": _(
            "%(server)s does not let you in with that permission. Sign in with the address of your mailbox; if it goes "
            "on, tell the people who run this webmail."
        ),
        "bridge-down": _("A part of this webmail is not running at the moment. Try again in a minute."),
    }
)
OTHERWISE = SENTENCES["bridge-down"]
TWO_STEP = _("If your account uses two-step sign-in, create an app password and enter it here.")
STATUS: Mapping[Code, int] = MappingProxyType(
    {
        "address": 400,
        "no-servers": 400,
        "plaintext": 400,
        "sign-in-refused": 403,
        "second-refused": 403,
        "token-refused": 403,
        "provider-declined": 403,
        "provider-ended": 403,
        "provider-untrusted": 403,
        "provider-no-address": 403,
        "found": 200,
        "too-many": 429,
    }
)


def explain(problem: CannotSignIn) -> Explanation:
    """The problem in words, in the person's language."""
    sentence = str(SENTENCES.get(problem.code, OTHERWISE))
    server = problem.server or gettext("The mail server")
    return Explanation(
        sentence=sentence % {"server": server, "domain": problem.domain, "wait": time_words(problem.wait)},
        hint=str(TWO_STEP) if problem.code == "sign-in-refused" else "",
        field="address" if problem.code in {"address", "no-servers"} else "password",
        status=STATUS.get(problem.code, 503),
        retry_after=problem.wait,
    )


def time_words(seconds: int) -> str:
    """`40 seconds`, `3 minutes`; never less than what is left."""
    if seconds <= 90:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
