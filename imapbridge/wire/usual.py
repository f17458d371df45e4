"""The quick way through a FETCH response: by patterns, in one pass, as nearly every server writes nearly every message.

What is written in any other way is left to `fetched`, which has no expectations and takes three times as long. Where
both can read a response they say the same. Never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from imapbridge.mime.headers import decode_text
from imapbridge.terms.envelope import Address, Envelope
from imapbridge.terms.uids import MAX_UID
from imapbridge.wire import tokens
from imapbridge.wire.dates import header_date, parse_date_time
from imapbridge.wire.envelope import addresses
from imapbridge.wire.fetched import Fetched, flag_set, preview_text, section_name
from imapbridge.wire.short_cache import short_cache
from imapbridge.wire.usual_parts import usual_structure

_QUOTED = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_STRING = rb"(NIL|\0|%b)" % _QUOTED
_WHO = rb"(NIL|\((?:\((?:(?:NIL|%b)(?:[ ]|(?=\)))){4}\)[ ]?+)++\))" % _QUOTED


def _pattern(written: bytes) -> re.Pattern[bytes]:
    return re.compile(written, re.VERBOSE | re.DOTALL)


# A group for each item, and for a section one of its name and one of what it holds: so `lastindex` tells which it is.
_ITEM = _pattern(
    rb"""
      UID[ ](\d{1,10})(?=[ )])
    | FLAGS[ ]\(([^()"\0]{0,400})\)
    | INTERNALDATE[ ]"([^"\\]*+)"
    | RFC822\.SIZE[ ](\d{1,18})(?=[ )])
    | MODSEQ[ ]\((\d{1,18})\)
    | PREVIEW[ ]%b
    | (ENVELOPE)[ ]
    | (BODYSTRUCTURE)[ ]
    | (?P<section>(?:BODY|BINARY)\[[A-Za-z0-9.]*+(?:[ ]?\([^()\]"\0]*+\))?+\](?:<\d++>)?+)[ ]%b
    """
    % (_STRING, _STRING)
)
# How Dovecot begins, and whoever answers in the order of the question: four items for the price of one.
_HEAD = _pattern(
    rb"""
    \(UID[ ](\d{1,10})[ ]FLAGS[ ]\(([^()"\0]{0,400})\)[ ]INTERNALDATE[ ]"([^"\\]*+)"[ ]RFC822\.SIZE[ ](\d{1,18})[ ]
    """
)
_ENVELOPE = _pattern(rb"\(" + b"[ ]".join((_STRING, _STRING, *[_WHO] * 6, _STRING, _STRING)) + rb"\)")
_SPACE, _CLOSE = b" )"

Literals = Iterator[bytes]


class _UnusualError(Exception):
    """Not written as these patterns have it."""


def usual(text: bytes, literals: Sequence[bytes] = ()) -> Fetched | None:
    """What is behind `* n FETCH`, or None when it is for `fetched`. A NUL stands for the next of `literals`."""
    message, coming = Fetched(), iter(literals)
    at = 1 if text[:1] == b"(" else len(text)
    try:
        if head := _HEAD.match(text):
            at = _read_head(message, head)
        while item := _ITEM.match(text, at):
            at = _READ[item.lastindex or 0](message, item, coming)
            if text[at] == _CLOSE:
                return message if at + 1 == len(text) else None
            if text[at] != _SPACE:
                return None
            at += 1
    except (_UnusualError, ValueError, OverflowError, IndexError, StopIteration):
        pass  # a defect, which `fetched` finds too, and names
    return None


def _read_head(message: Fetched, head: re.Match[bytes]) -> int:
    uid, flags, arrived, size = head.groups()
    message.uid = int(uid)
    if not 1 <= message.uid <= MAX_UID:
        raise _UnusualError
    message.flags, message.internal_date, message.size = _flags(flags), parse_date_time(arrived), int(size)
    return head.end()


@short_cache(4096)
def _flags(written: bytes) -> frozenset[str]:
    return flag_set(tuple(written.split()))


def _read_uid(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    message.uid = int(item[1])
    if not 1 <= message.uid <= MAX_UID:
        raise _UnusualError
    return item.end()


def _read_flags(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    message.flags = _flags(item[2])
    return item.end()


def _read_date(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    message.internal_date = parse_date_time(item[3])
    return item.end()


def _read_size(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    message.size = int(item[4])
    return item.end()


def _read_modseq(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    message.modseq = int(item[5])
    return item.end()


def _read_preview(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    words = _octets(item[6], coming)
    message.preview = None if words is None else preview_text(words)
    return item.end()


def _read_section(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    into, section = section_name(item[9])
    if (data := _octets(item[10], coming)) is not None:  # NIL: there is no such part
        (message.sections if into == "sections" else message.binary)[section] = data
    return item.end()


def _read_structure(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    found = usual_structure(item.string, item.end())
    if not found:
        raise _UnusualError
    message.structure, end = found
    return end


def _read_envelope(message: Fetched, item: re.Match[bytes], coming: Literals) -> int:
    found = _ENVELOPE.match(item.string, item.end())
    if not found:
        raise _UnusualError
    date, subject, from_, sender, reply_to, to, cc, bcc, in_reply_to, message_id = found.groups()
    sent = _octets(date, coming)
    author = _people(from_)
    message.envelope = Envelope(
        None if sent is None else header_date(sent),
        _text(subject, coming),
        author,
        author if sender == from_ else _people(sender),
        author if reply_to == from_ else _people(reply_to),
        _people(to),
        _people(cc),
        _people(bcc),
        _text(in_reply_to, coming),
        _text(message_id, coming),
    )
    return found.end()


_READ: dict[int, Callable[[Fetched, re.Match[bytes], Literals], int]] = {
    1: _read_uid, 2: _read_flags, 3: _read_date, 4: _read_size, 5: _read_modseq, 6: _read_preview, 7: _read_envelope,
    8: _read_structure, 10: _read_section,
}  # fmt: skip


def _octets(written: bytes, coming: Literals) -> bytes | None:
    """A string of any kind, or NIL."""
    if written[:1] == b'"':
        return tokens.unquote(written) if b"\\" in written else written[1:-1]
    return next(coming) if written == b"\0" else None


def _text(written: bytes, coming: Literals) -> str:
    words = _octets(written, coming)
    return decode_text(words) if words else ""


def _people(written: bytes) -> tuple[Address, ...]:
    return () if written == b"NIL" else _addresses(written)


@short_cache(8192)
def _addresses(written: bytes) -> tuple[Address, ...]:
    """The same few people write most of the mail."""
    return addresses(tokens.parse(written)[0])
