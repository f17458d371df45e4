"""Rules -> one script, which people can read and which holds the rules themselves in a comment; and back. Pure.

The last line is a digest of all above it. A script with another digest was changed by somebody else: it is theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import takewhile

from imapbridge.sieve import kept
from imapbridge.sieve.abilities import Abilities
from imapbridge.sieve.language import comment, quoted, strings, test
from imapbridge.sieve.rules import Action, Deed, Filters, Forwarding, Rule, Vacation

_HEAD = """\
# Whimbrel writes this script. Change your filters there: Settings, Filters.
# If you change it elsewhere it is yours: Whimbrel leaves it as it is and goes on in another."""
_DATA = "# whimbrel-rules: "
_SUM = "# whimbrel-sum: "
_PIECE = 900
"""Letters of a line, which some servers limit."""
_FLAGS = {Deed.READ: "\\Seen", Deed.STAR: "\\Flagged"}

Written = tuple[list[str], set[str]]
"""Lines, and the extensions that they need."""


def write(filters: Filters, abilities: Abilities) -> str:
    """The script, with CRLF line ends. A rule that the server cannot do is only told of. Raises Unsafe."""
    blocks = [_include(filters.included), _vacation(filters.vacation, abilities)]
    blocks += [_forwarding(filters.forwarding, abilities), *(_rule(rule, abilities) for rule in filters.rules)]
    needs = sorted(set().union(*(needed for _lines, needed in blocks)))
    require = [f"require {strings(needs)};"] if needs else []
    parts = [_HEAD, *require, *("\n".join(lines) for lines, _needed in blocks if lines)]
    body = "\n\n".join(parts) + "\n\n" + "".join(f"{_DATA}{piece}\n" for piece in _pieces(kept.to_json(filters)))
    return f"{body}{_SUM}{_digest(body)}\n".replace("\n", "\r\n")


def read(text: str) -> Filters | None:
    """The rules of a script that is ours and that nobody has changed; None of any other."""
    *lines, last = text.rstrip().splitlines() or [""]
    if not last.startswith(_SUM) or last.removeprefix(_SUM).strip() != _digest("\n".join(lines)):
        return None
    data = takewhile(lambda line: line.startswith(_DATA), reversed(lines))
    return kept.from_json("".join(line.removeprefix(_DATA) for line in reversed(list(data))))


def was_ours(text: str) -> bool:
    """Whether it was, and somebody has changed it."""
    return _SUM in text and read(text) is None


def _digest(text: str) -> str:
    """Line ends, and spaces before them, are nobody's words: servers and editors change them."""
    plain = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def _pieces(text: str) -> list[str]:
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


# --- what it is made of -----------------------------------------------------------------------------------------------


def _include(name: str) -> Written:
    if not name:
        return [], set()
    return [comment(f"The script of another program goes first: {name}"),
            f"include :personal :optional {quoted(name)};"], {"include"}  # fmt: skip


def _vacation(vacation: Vacation, abilities: Abilities) -> Written:
    if not vacation.is_on or not abilities.vacation:
        return [], set()
    words = [f"vacation :days {vacation.days}"]
    words += [f":subject {quoted(vacation.subject)}"] if vacation.subject else []
    words += [f":addresses {strings(vacation.addresses)}"] if vacation.addresses else []
    reply = " ".join([*words, quoted(vacation.text)]) + ";"
    tests = [
        f'currentdate :zone "{vacation.zone}" :value "{how}" "date" "{day.isoformat()}"'
        for how, day in (("ge", vacation.first), ("le", vacation.last))
        if day
    ]
    head = comment("Vacation reply")
    if not tests:
        return [head, reply], {"vacation"}
    if not abilities.dates:
        return [comment("Vacation reply: the server cannot tell the date, so it is off")], set()
    return [head, f"if allof ({', '.join(tests)}) {{", f"    {reply}", "}"], {"vacation", "date", "relational"}


def _forwarding(forwarding: Forwarding, abilities: Abilities) -> Written:
    if not forwarding.address:
        return [], set()
    head, address = comment("Everything is sent on"), quoted(forwarding.address)
    if not forwarding.keeps:
        return [head, f"redirect {address};"], set()
    if abilities.has("copy"):
        return [head, f"redirect :copy {address};"], {"copy"}
    return [head, f"redirect {address};", "keep;"], set()


def _rule(rule: Rule, abilities: Abilities) -> Written:
    if not rule.is_on:
        return [comment(f"Rule, off: {rule.name}")], set()
    tests = [test(condition) for condition in rule.conditions]
    lines, needs = _actions(rule.actions, abilities)
    needs = needs.union(*(needed for _text, needed in tests))
    if missing := needs - abilities.extensions:
        return [comment(f"Rule, left out: {rule.name}; the server does not offer {', '.join(sorted(missing))}")], set()
    joined = ",\n        ".join(text for text, _needed in tests)
    chosen = f"{'anyof' if rule.any_of else 'allof'} ({joined})" if len(tests) > 1 else joined or "true"
    return [comment(f"Rule: {rule.name}"), f"if {chosen} {{", *(f"    {line}" for line in lines), "}"], needs


def _actions(actions: Iterable[Action], abilities: Abilities) -> Written:
    """Flags first, for they are of what is filed or kept after them (RFC 5232 5); `stop` last."""
    flags = [_FLAGS.get(one.deed) or one.value for one in actions if one.deed in (Deed.READ, Deed.STAR, Deed.LABEL)]
    lines = [f"addflag {strings(flags)};"] if flags else []
    needs = {"imap4flags"} if flags else set()
    last: list[str] = []
    for action in actions:
        if action.deed in (Deed.FILE, Deed.TRASH):
            line, needed = _fileinto(action, abilities)
            lines, needs = [*lines, line], needs | needed
        elif action.deed == Deed.FORWARD:
            lines, needs = [*lines, f"redirect :copy {quoted(action.value)};"], needs | {"copy"}
        elif action.deed == Deed.KEEP:
            lines.append("keep;")
        elif action.deed == Deed.STOP:
            last = ["stop;"]
    return lines + last, needs


def _fileinto(action: Action, abilities: Abilities) -> tuple[str, set[str]]:
    words, needs = ["fileinto"], {"fileinto"}
    if action.deed == Deed.TRASH and abilities.has("special-use"):  # RFC 8579; the name is for where there is none
        words, needs = [*words, ':specialuse "\\\\Trash"'], needs | {"special-use"}
    if abilities.has("mailbox"):  # RFC 5490 3.2: a folder that is gone must not lose the message
        words, needs = [*words, ":create"], needs | {"mailbox"}
    return " ".join([*words, quoted(action.value)]) + ";", needs
