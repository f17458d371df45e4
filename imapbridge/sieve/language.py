"""Strings, tests and actions of Sieve (RFC 5228). Whatever a person typed becomes a string and nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from imapbridge.errors import Unsafe
from imapbridge.sieve.rules import Condition, Field, How

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_COMPARE = {How.CONTAINS: ":contains", How.IS: ":is", How.MATCHES: ":matches", How.REGEX: ":regex"}
_HEADERS = {Field.FROM: ["From"], Field.TO: ["To", "Cc"], Field.SUBJECT: ["Subject"], Field.LIST: ["List-Id"]}


def quoted(text: str) -> str:
    """A string (2.4.2), with LF for line ends. Raises Unsafe for what none can hold."""
    if _UNSTORABLE.search(text):
        raise Unsafe("no string of a script may hold this")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return '"' + lines.replace("\\", "\\\\").replace('"', '\\"') + '"'


def strings(texts: Iterable[str]) -> str:
    """A list of them (2.4.2.1); one alone needs no brackets."""
    each = [quoted(text) for text in texts]
    return each[0] if len(each) == 1 else "[" + ", ".join(each) + "]"


def comment(text: str) -> str:
    """One line of a comment (2.3)."""
    return "# " + re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+", " ", text).strip()


def test(condition: Condition) -> tuple[str, set[str]]:
    """The test, and the extensions that it needs."""
    text, needs = _test(condition)
    return (f"not {text}" if condition.negated else text), needs


def _test(condition: Condition) -> tuple[str, set[str]]:
    how, value = condition.how, condition.value
    if condition.field == Field.SIZE:
        return f"size :{how} {int(value)}K", set()
    if condition.field == Field.ATTACHMENT:
        # RFC 5703 4: any part, however deep, that calls itself one.
        return 'header :mime :anychild :contains "Content-Disposition" "attachment"', {"mime"}
    needs = {"regex"} if how == How.REGEX else set()
    if condition.field == Field.BODY:
        return f"body :text {_COMPARE[how]} {quoted(value)}", needs | {"body"}
    headers = strings(_HEADERS.get(condition.field) or [condition.header])
    if how == How.EXISTS:
        return f"exists {headers}", set()
    words = ["header", _COMPARE[how], headers, quoted(value)]
    if condition.field == Field.LIST and how == How.IS:
        # The name stands in angle brackets, behind words for people (RFC 2919).
        words = ["header", ":contains", headers, quoted("<" + value.strip("<>") + ">")]
    elif condition.field in (Field.FROM, Field.TO) and how != How.CONTAINS:
        words[0] = "address :all"
    return " ".join(words), needs
