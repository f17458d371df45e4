"""What was said between us and a server, line by line, without what nobody else may read. Pure.

What may stay is named; all else is replaced by a word in brackets: names of mailboxes but INBOX, arguments of commands
that are not known to be harmless, everything said in signing in, contents, keywords, other addresses, and whatever was
said to be a secret.
"""

from __future__ import annotations

import base64
import re
import time

LONGEST = 500
"""Characters of a line."""
MOST = 2000
"""Lines."""
_LITERAL = re.compile(rb"\{(\d{1,12})\+?\}$")
_COMMAND = re.compile(r"([A-Za-z0-9]{1,12}) ([A-Z]+(?: [A-Z]+)?)(.*)", re.DOTALL)
_HARMLESS = ("CAPABILITY", "ID", "ENABLE", "NOOP", "LOGOUT", "STARTTLS", "NAMESPACE", "LIST", "COMPRESS")
_NAMED = ("SELECT", "EXAMINE", "STATUS", "GETQUOTAROOT")
_LISTED = re.compile(r'(\* (?:LIST|LSUB) \([^)]*\) (?:"(?:\\.|[^"])*"|NIL) )(.+)')
_STATUS = re.compile(r"(\* STATUS )(.+?)( \([^()]*\))$")
_QUOTA = re.compile(r"(\* QUOTA(?:ROOT)? )(.+?)( \([^()]*\))?$")
_KEYWORDS = re.compile(r"((?:FLAGS|PERMANENTFLAGS) \()([^)]*)(\))")
_CONTENT = re.compile(r"(\* \d+ FETCH|\* (?:SEARCH|ESEARCH|SORT|THREAD|VANISHED|NAMESPACE))\b(.*)()")
_ADDRESS = re.compile(r"[^\s<>()\"'\[\]:;,=]+@[^\s<>()\"'\[\]:;,]+")
_LONG = re.compile(r"[A-Za-z0-9+/_=-]{40,}")
_SMTP = ("EHLO", "HELO", "STARTTLS", "NOOP", "QUIT", "RSET")


class Transcript:
    """`own`: the one address that may stay."""

    def __init__(self, own: str) -> None:
        self._own = own.lower()
        self._lines: list[str] = []
        self._secrets: list[str] = []
        self._buffer = b""
        self._skip = 0
        self._began = time.monotonic()

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)

    def hide(self, secret: str) -> None:
        """Whatever is said from now on, not this; nor as base64."""
        self._secrets += [secret, base64.b64encode(secret.encode("utf-8", "replace")).decode("ascii")]

    def note(self, words: str) -> None:
        self._add("--", words)

    # --- IMAP ---------------------------------------------------------------------------------------------------------

    def sent(self, data: bytes) -> None:
        """What we send, whole commands at a time."""
        for line in data.split(b"\r\n"):
            if line:
                self._add("C:", _our_words(line.decode("utf-8", "replace")))

    def heard(self, data: bytes) -> None:
        """What comes, cut anywhere."""
        self._buffer += data
        while True:
            if self._skip:
                dropped = min(self._skip, len(self._buffer))
                self._buffer, self._skip = self._buffer[dropped:], self._skip - dropped
            line, end, rest = self._buffer.partition(b"\r\n")
            if self._skip or not end:
                return
            self._buffer = rest
            if literal := _LITERAL.search(line):
                self._skip = int(literal[1])
            self._add("S:", _their_words(line.decode("utf-8", "replace")))

    # --- SMTP ---------------------------------------------------------------------------------------------------------

    def said(self, is_ours: bool, line: str) -> None:
        """One line of a conversation with a submission server."""
        if not is_ours:
            self._add("S:", "334 [...]" if line.startswith("334") else line)
            return
        verb, _space, rest = line.partition(" ")
        if verb.upper() == "AUTH":
            mechanism, _space, more = rest.partition(" ")
            self._add("C:", f"AUTH {mechanism}{' [...]' if more else ''}")
        else:
            self._add("C:", f"{verb.upper()} {rest}".rstrip() if verb.upper() in _SMTP else "[...]")

    def _add(self, who: str, words: str) -> None:
        if len(self._lines) >= MOST:
            return
        for secret in filter(None, self._secrets):
            words = words.replace(secret, "[secret]")
        words = _ADDRESS.sub(self._address, words)
        words = "".join(char if char.isprintable() else "?" for char in _LONG.sub("[...]", words))
        self._lines.append(f"{time.monotonic() - self._began:7.3f} {who} {words[:LONGEST]}")

    def _address(self, found: re.Match[str]) -> str:
        return found[0] if found[0].lower().strip(".") == self._own else "[address]"


def _our_words(line: str) -> str:
    found = _COMMAND.fullmatch(line)
    if not found:
        return "[...]"
    tag, command, rest = found.groups()
    verb = command.partition(" ")[0]
    if verb == "AUTHENTICATE":
        return f"{tag} {command} [...]" if rest else f"{tag} {command}"
    if verb in _HARMLESS or (verb in _NAMED and re.match(r'"?INBOX"?\b', (command[len(verb) :] + rest).strip())):
        return line
    return f"{tag} {verb} [...]"


def _their_words(line: str) -> str:
    if line.startswith("+"):
        return "+ [...]" if line[1:].strip() else "+"
    if found := _LISTED.fullmatch(line):
        return found[1] + ("INBOX" if found[2].strip('"').upper() == "INBOX" else "[mailbox]")
    for pattern, word in ((_STATUS, "[mailbox]"), (_QUOTA, "[root]"), (_CONTENT, " [...]")):
        if found := pattern.fullmatch(line):
            return f"{found[1]}{word}{found[3] or ''}"
    if not line.startswith("*") and not re.match(r"[A-Za-z0-9]{1,12} (OK|NO|BAD)\b", line):
        return "[...]"  # what stands behind a literal
    return _KEYWORDS.sub(lambda found: f"{found[1]}{_system(found[2])}{found[3]}", line)


def _system(flags: str) -> str:
    return " ".join(flag if flag.startswith("\\") else "[keyword]" for flag in flags.split())
