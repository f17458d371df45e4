"""Signed and encrypted messages, as their parts say."""

import pytest

from imapbridge.mime.parse import parse
from imapbridge.terms.part import Part
from tests.mail import messages
from webmail.reading.message import Reading, read, wanted_sections
from webmail.reading.notices import Notice
from webmail.reading.sealing import (
    PGP_ENCRYPTED,
    PGP_SIGNED,
    SMIME_CLOSED,
    SMIME_ENCRYPTED,
    SMIME_SIGNED,
    armoured,
    sealed,
)

TEXT = Part("1", "text/plain")
SIGNED = Part("1", "multipart/signed", parts=(TEXT, Part("2", "application/pgp-signature")))


@pytest.mark.parametrize(
    ("root", "told"),
    [
        (TEXT, None),
        (SIGNED, PGP_SIGNED),
        (Part("", "multipart/signed", params=(("protocol", "application/PGP-signature"),)), PGP_SIGNED),
        (Part("", "multipart/signed", params=(("protocol", "application/pkcs7-signature"),)), SMIME_SIGNED),
        (Part("", "multipart/signed", parts=(TEXT, Part("2", "application/x-pkcs7-signature"))), SMIME_SIGNED),
        (Part("", "multipart/signed"), None),
        (Part("", "multipart/mixed", parts=(SIGNED, Part("2", "text/plain"))), PGP_SIGNED),
        (Part("", "multipart/encrypted"), PGP_ENCRYPTED),
        (Part("", "multipart/mixed", parts=(SIGNED, Part("2", "multipart/encrypted"))), PGP_ENCRYPTED),
        (Part("1", "application/pkcs7-mime"), SMIME_ENCRYPTED),
        (Part("1", "application/pkcs7-mime", params=(("smime-type", "Signed-Data"),)), SMIME_CLOSED),
        (Part("1", "application/x-pkcs7-mime", params=(("smime-type", "enveloped-data"),)), SMIME_ENCRYPTED),
        (Part("1", "message/rfc822", parts=(SIGNED,)), None),
    ],
)
def test_parts(root: Part, told: Notice | None) -> None:
    assert sealed(root) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-----BEGIN PGP MESSAGE-----\n\nhQ", PGP_ENCRYPTED),
        ("\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512", PGP_SIGNED),
        ("Look: -----BEGIN PGP MESSAGE-----", None),
        ("", None),
    ],
)
def test_armour(text: str, told: Notice | None) -> None:
    assert armoured(text) == told


def test_what_the_header_says_reaches_the_reader() -> None:
    parsed = parse(b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\r\nMIIB")
    assert SMIME_CLOSED in read(parsed.root, {}).notices
    plain = read(TEXT, {"1": b"-----BEGIN PGP MESSAGE-----\n\nhQ\n"})
    assert plain.notices == (PGP_ENCRYPTED,)


@pytest.mark.threat("C6")
def test_what_stands_around_it_takes_no_word_of_it_along() -> None:
    """An address that begins before an encrypted part and ends after it would carry what is read between."""
    raw = messages.multipart(
        "mixed",
        messages.text("<img src='https://canary.example/", "html"),
        messages.text("<p>secret words</p>", "html"),
        messages.text("'>", "html"),
    )
    parsed = parse(raw)
    asked: list[str] = []
    reading = Reading(remote_url=lambda url: asked.append(url) or "/proxy/x")
    found = read(parsed.root, {part: parsed.body_of(part) for part in wanted_sections(parsed.root)}, reading)
    assert "<p>secret words</p>" in found.html
    assert [url for url in asked if "secret" in url] == []
