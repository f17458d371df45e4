"""Each finding as a sentence that says what it means and what to do. In the reader's language; numbers as they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imapbridge.doctor.values import Area, Finding, Level

AREAS: Mapping[Area, str | Promise] = MappingProxyType(
    {
        Area.ADDRESS: _("Address"),
        Area.READING: _("Reading mail (IMAP)"),
        Area.SENDING: _("Sending mail (SMTP)"),
        Area.MIRROR: _("The copy kept here"),
    }
)
LEVELS: Mapping[Level, str | Promise] = MappingProxyType(
    {
        Level.FINE: _("Fine"),
        Level.NOTE: _("Note"),
        Level.WARNING: _("Warning"),
        Level.FAULT: _("Does not work"),
    }
)
WHOLE: Mapping[Level, str | Promise] = MappingProxyType(
    {
        Level.FINE: _("Everything works."),
        Level.NOTE: _("Everything works; some things are done the longer way round."),
        Level.WARNING: _("It works, but something needs attention."),
        Level.FAULT: _("Something does not work."),
    }
)

_OF_EVERY_SERVER = {
    "server-tls": _("The server is %(host)s, port %(port)s, with TLS."),
    "server-starttls": _("The server is %(host)s, port %(port)s, with STARTTLS."),
    "server-plain": _("The server is %(host)s, port %(port)s, without encryption."),
    "resolves": _("%(host)s leads to %(addresses)s."),
    "no-address": _("The name %(host)s leads nowhere. Check how it is spelt, and the name server."),
    "not-connected": _(
        "%(host)s takes no connection at port %(port)s: %(reason)s. Check port and firewall, and whether it runs."
    ),
    "no-answer": _("%(host)s does not answer at port %(port)s in time."),
    "no-tls": _("%(host)s does not speak TLS at port %(port)s as it is set up here: %(reason)s."),
    "certificate-refused": _(
        "The certificate of %(host)s is not taken: %(reason)s. Nothing is sent there until it is mended."
    ),
    "certificate": _("%(version)s; the certificate for %(names)s is good until %(until)s."),
    "certificate-ends": _(
        "The certificate for %(names)s ends on %(until)s, in days: %(days)s. After that nothing is sent there."
    ),
    "not-verified": _("%(version)s, with a certificate that nobody has checked."),
    "plain": _(
        "The link to %(host)s is not encrypted: whoever is on the way can read passwords and mail. Ask for TLS."
    ),
    "plain-here": _("The link is not encrypted, and does not leave this machine."),
    "sign-in-refused": _("%(host)s does not take this name and secret. Sign in again with those that are valid now."),
    "sign-in-failed": _("%(host)s could not sign us in: %(reason)s."),
    "broke-off": _("The conversation broke off: %(reason)s."),
}
_OF_ADDRESS = {
    "no-servers": _("No mail server is set up for addresses at %(domain)s. Add the domain, or correct the address."),
    "plaintext": _(
        "The mail server of %(domain)s is set up without encryption, which this webmail does not allow. Set it to "
        "TLS, or "
        "allow plaintext (WEBMAIL_ALLOW_PLAINTEXT)."
    ),
    "nobody-signed-in": _("Nobody is signed in with this address, so no secret is kept. Signing in was not tried."),
    "refused-before": _(
        "The mail server, or the provider, refused what is kept to sign in with. Nothing is tried until its "
        "person signs "
        "in again."
    ),
    "no-token": _("%(provider)s gives no access token at the moment: %(reason)s. Signing in was not tried."),
}
_OF_READING = {
    "connected": _("Connected in %(milliseconds)s ms."),
    "signed-in": _("Signed in, in %(milliseconds)s ms."),
    "server-kind": _("It is treated as a server of the kind %(kind)s. Capabilities it offers: %(count)s."),
    "server-unknown": _("It is of no kind that is known here, and treated as a decent one. Capabilities: %(count)s."),
    "mailboxes": _("Folders that can be opened: %(count)s."),
    "latency": _("It answers within %(milliseconds)s ms."),
    "far": _("It needs %(milliseconds)s ms for an answer, so that what is not kept here yet comes slowly."),
    "no-condstore": _(
        "It does not tell what changed (no CONDSTORE): marks of older messages that other programs change show up here "
        "after up to half an hour."
    ),
    "no-qresync": _(
        "It tells what changed, but not what is gone (no QRESYNC): deleted messages are found by comparing, which "
        "takes "
        "longer in large folders."
    ),
    "no-idle": _("It does not tell of new mail by itself (no IDLE): it is asked every %(seconds)s seconds."),
    "no-notify": _(
        "It tells of new mail in the inbox only (no NOTIFY): other folders are looked at every %(seconds)s "
        "seconds while "
        "somebody is there."
    ),
    "no-move": _("It cannot move (no MOVE): messages are copied, and then removed where they were."),
    "no-uidplus": _(
        "It cannot remove single messages (no UIDPLUS): what is deleted for ever stays there, marked, while other "
        "programs have marked messages too."
    ),
    "no-special-use": _(
        "It does not say which folders are for sent mail, drafts and trash (no SPECIAL-USE): they are guessed by "
        "name, and "
        "can be chosen in the settings of the folders."
    ),
    "no-list-status": _("It tells how folders stand one by one (no LIST-STATUS): looking at all of them takes longer."),
    "no-esearch": _("Its answers to searches are long (no ESEARCH): searching large folders takes longer."),
    "no-quota": _("It does not tell how much room there is (no QUOTA)."),
    "held-back": _("It offers what servers of this kind do badly, so it is not used: %(names)s."),
    "few-connections": _("It allows few connections, so reading and listening for new mail share one."),
    "read-only": _("The inbox can only be read: nothing in it can be marked, moved or deleted."),
    "no-keywords": _("It keeps no marks but its own: labels cannot be given to messages of the inbox."),
    "no-flags": _("It does not keep all of read, starred and deleted: some marks are forgotten."),
    "no-uidvalidity": _(
        "It does not number its messages reliably (no UIDVALIDITY): nothing of the inbox can be kept here."
    ),
    "no-modseq": _("It tells what changed, but not for the inbox, which is compared in whole now and then."),
    "quota": _("Of %(megabytes)s MB, %(percent)s percent are in use."),
    "quota-full": _("Of %(megabytes)s MB, %(percent)s percent are in use. New mail will soon be turned away."),
    "clock": _("Its clock and ours agree, within seconds: %(seconds)s."),
    "clock-wrong": _(
        "Its clock and ours differ by seconds: %(seconds)s. Times of new mail look wrong; set the clocks by the "
        "network."
    ),
}  # fmt: skip
_OF_SENDING = {
    "auth": _("It signs people in with: %(mechanisms)s."),
    "no-auth": _("It offers no way to sign in, so that mail is handed in without."),
    "size": _("It takes messages up to %(megabytes)s MB."),
    "no-size": _(
        "It does not say how large a message may be (no SIZE): one that is too large is refused after sending."
    ),
    "no-dsn": _("It does not report what becomes of messages (no DSN): reports of delivery cannot be asked for."),
    "no-smtputf8": _("It takes addresses in Latin letters only (no SMTPUTF8)."),
    "no-pipelining": _("It answers each line before it takes the next (no PIPELINING): many recipients take longer."),
    "may-send": _("Signed in. Nothing was sent."),
}
_OF_MIRROR = {
    "never-synced": _("Nothing was copied yet. It begins when somebody signs in, and needs a worker."),
    "synced": _("Last compared with the server before so many minutes: %(minutes)s."),
    "synced-late": _(
        "Last compared with the server before so many minutes: %(minutes)s. While somebody is signed in it should "
        "be two; "
        "see whether worker and beat run."
    ),
    "sync-failed": _("The last comparison ended early: %(reason)s."),
    "mirrored": _("Messages kept here: %(messages)s, in folders: %(mailboxes)s."),
    "incomplete": _("Folders whose first copy is not complete yet: %(count)s."),
    "failed-mailboxes": _("Folders that could not be compared the last time: %(count)s."),
    "not-delivered": _("Folders with messages that the server names and does not hand over: %(count)s."),
    "counts-equal": _("Its numbers of messages, and of unread ones, are the server's."),
    "counts-differ": _(
        "Folders whose numbers are not the server's at this moment: %(count)s. If that stays so, compare every message "
        "with manage.py verifyindex."
    ),
    "verified": _("Compared message by message: no difference."),
    "not-verified-now": _("Could not be compared message by message: %(reason)s."),
    "differences": _("Compared message by message. Differences: %(count)s."),
    "nothing-owed": _("Nothing waits to be done on the server."),
    "owed": _("Changes that wait for the server: %(count)s, the oldest for so many minutes: %(minutes)s."),
    "stuck": _(
        "Changes that wait for the server: %(count)s, the oldest for so many minutes: %(minutes)s. See whether "
        "the bridge "
        "runs."
    ),
}
SENTENCES: Mapping[str, str | Promise] = MappingProxyType(
    {**_OF_EVERY_SERVER, **_OF_ADDRESS, **_OF_READING, **_OF_SENDING, **_OF_MIRROR}
)


def sentence(finding: Finding) -> str:
    return str(SENTENCES[finding.code]) % finding.facts
