"""Reports of delivery, as mail servers write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.mime.report import Report, Told, read, returned_id
from tests.examples import examples

POSTFIX = b"""Reporting-MTA: dns; mail.example.org
X-Postfix-Queue-ID: 4XyZ
Original-Envelope-Id: abc+2Bdef
Arrival-Date: Thu, 26 Nov 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; bob@example.net
Original-Recipient: rfc822;Bob@Example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.net>: Recipient address
    rejected: User unknown

Final-Recipient: rfc822; eve@example.net
Action: delayed
Status: 4.4.1
Will-Retry-Until: Fri, 27 Nov 2026 09:00:00 +0000 (UTC)
"""
EXCHANGE = (
    b"Reporting-MTA: dns;mx\r\n\r\nFinal-recipient: RFC822;bob@example.net\r\nAction: Failed\r\nStatus: 5.2.2 (x)\r\n"
)


def test_what_is_told_of_each_recipient() -> None:
    bob = Told(
        ("bob@example.org", "bob@example.net"), "failed", "5.1.1",
        "<bob@example.net>: Recipient address rejected: User unknown",
    )  # fmt: skip
    eve = Told(("eve@example.net",), "delayed", "4.4.1", "")
    assert read(POSTFIX) == read(POSTFIX.replace(b"\n", b"\r\n")) == Report("abc+2Bdef", (bob, eve))
    assert read(EXCHANGE).recipients == (Told(("bob@example.net",), "failed", "5.2.2", ""),)


def test_letters_of_an_address() -> None:
    """RFC 6533 3, and what is no letter at all."""
    report = (
        b"Final-Recipient: utf-8; j\\x{F6}rg\\x{D800}\\x{FFFFFF}@example.org\r\nAction: failed\r\nStatus: 5.6.7\r\n"
    )
    assert read(b"Reporting-MTA: dns; x\r\n\r\n" + report).recipients[0].addresses == (
        "jörg\\x{d800}\\x{ffffff}@example.org",
    )


@pytest.mark.parametrize(
    ("returned", "found"),
    [
        (b"From: a@example.org\r\nMessage-ID: <x@y>\r\n\r\nMessage-ID: <no@y>\r\n", "<x@y>"),
        (b"message-id:\n <x@y>\nSubject: a\n", "<x@y>"),
        (b"Subject: a\n\nMessage-ID: <no@y>\n", ""),
        (b"", ""),
    ],
)
def test_the_message_that_is_returned(returned: bytes, found: str) -> None:
    assert returned_id(returned) == found


@given(st.binary(max_size=400) | st.binary(max_size=100).map(lambda some: POSTFIX.replace(b"failed", some)))
@settings(max_examples=examples(25))
def test_it_is_total(octets: bytes) -> None:
    assert all(one.action in ("failed", "delayed") for one in read(octets).recipients)
    returned_id(octets)
