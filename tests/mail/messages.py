"""Messages of our own making, by name: honest ones as clients write them, and broken ones as the world does."""

from __future__ import annotations

import base64
import quopri
import textwrap

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def message(headers: str, body: str | bytes = b"") -> bytes:
    """Header lines and a body, with network line ends in the header."""
    lines = [line for line in textwrap.dedent(headers).strip("\n").split("\n") if line]
    octets = body.encode() if isinstance(body, str) else body
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + octets


def multipart(kind: str, *parts: bytes, headers: str = "", boundary: str = "", params: str = "") -> bytes:
    boundary = boundary or f"b-{kind}"
    top = message(f'{headers}\nContent-Type: multipart/{kind}; boundary="{boundary}"{params}')
    marked = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return top + marked + b"--" + boundary.encode() + b"--\r\n"


def text(body: str, kind: str = "plain", charset: str = "utf-8", extra: str = "") -> bytes:
    headers = f"Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: quoted-printable\n{extra}"
    return message(headers, quopri.encodestring(body.encode(charset)).replace(b"\n", b"\r\n"))


def image(content_id: str = "", name: str = "logo.png") -> bytes:
    cid = f"Content-ID: <{content_id}>" if content_id else ""
    disposition = f'Content-Disposition: {"inline" if content_id else "attachment"}; filename="{name}"'
    headers = f"Content-Type: image/png\nContent-Transfer-Encoding: base64\n{disposition}\n{cid}"
    return message(headers, base64.encodebytes(PNG).replace(b"\n", b"\r\n"))


FROM = "From: Ann Example <ann@example.org>\nTo: bob@example.net\nDate: Mon, 6 May 2024 10:00:00 +0200\n"

PLAIN = message(f"{FROM}Subject: Plain", "Hello Bob,\r\n\r\nall is well.\r\n\r\nAnn\r\n")
ALTERNATIVE = multipart(
    "alternative", text("plain words"), text("<p>html words</p>", "html"), headers=f"{FROM}Subject: Two"
)
APPLE = multipart(
    "mixed",
    text("<p>first</p>", "html"),
    image(name="photo.png"),
    text("<p>second</p>", "html"),
    headers=f"{FROM}Subject: Apple",
)
OUTLOOK = multipart(
    "mixed",
    multipart(
        "related",
        multipart("alternative", text("see the logo"), text('<p>see <img src="cid:logo@x"></p>', "html")),
        image("logo@x"),
        image("unused@x", "unused.png"),
    ),
    message('Content-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="a.pdf"', b"%PDF"),
    headers=f"{FROM}Subject: Outlook",
)
SIGNED = multipart(
    "signed",
    text("signed words"),
    message("Content-Type: application/pgp-signature; name=signature.asc", "-----BEGIN PGP SIGNATURE-----"),
    headers=f"{FROM}Subject: Signed",
    params='; protocol="application/pgp-signature"; micalg=pgp-sha256',
)
LIST_FOOTER = multipart(
    "mixed", text("<p>the post</p>", "html"), text("list footer"), headers=f"{FROM}Subject: [list] Post"
)
FORWARDED = multipart(
    "mixed",
    text("see below"),
    message("Content-Type: message/rfc822", ALTERNATIVE),
    message("Content-Type: message/rfc822", PLAIN),
    headers=f"{FROM}Subject: Fwd: Two",
)
INVITATION = multipart(
    "alternative",
    text("You are invited"),
    text("<p>You are invited</p>", "html"),
    message("Content-Type: text/calendar; method=REQUEST; charset=utf-8", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    headers=f"{FROM}Subject: Invitation",
)
DIGEST = multipart("digest", message("", PLAIN), message("", PLAIN), headers=f"{FROM}Subject: Digest")
BOUNCE = multipart(
    "report",
    text("It could not be delivered."),
    message("Content-Type: message/delivery-status", "Reporting-MTA: dns; mx\r\n\r\nAction: failed\r\n"),
    message("Content-Type: message/rfc822", PLAIN),
    headers=f"{FROM}Subject: Undelivered",
    params="; report-type=delivery-status",
)

HONEST: dict[str, bytes] = {
    "plain": PLAIN,
    "alternative": ALTERNATIVE,
    "apple": APPLE,
    "outlook": OUTLOOK,
    "signed": SIGNED,
    "list-footer": LIST_FOOTER,
    "forwarded": FORWARDED,
    "invitation": INVITATION,
    "digest": DIGEST,
    "bounce": BOUNCE,
    "unix-line-ends": OUTLOOK.replace(b"\r\n", b"\n"),
}

BROKEN: dict[str, bytes] = {
    "empty": b"",
    "one byte": b"\x00",
    "only headers": b"Subject: no body at all\r\nFrom: a@b",
    "only a blank line": b"\r\n",
    "no headers": b"just words\r\n\r\nand more",
    "garbage between headers": b"Subject: a\r\nthis is no header\r\nContent-Type: text/html\r\n\r\n<p>x",
    "multipart without boundary": b"Content-Type: multipart/mixed\r\n\r\nwords",
    "multipart with an absent boundary": b"Content-Type: multipart/mixed; boundary=x\r\n\r\nwords",
    "boundary never closed": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nwords",
    "inner boundary never closed": multipart(
        "mixed", b"Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n\r\nwords", text("after")
    ),
    "boundaries that begin alike": multipart(
        "mixed", multipart("alternative", text("a"), boundary="b-mixed-2"), text("b"), boundary="b-mixed"
    ),
    "broken base64": message("Content-Type: text/plain\nContent-Transfer-Encoding: base64", "SGVsbG8*=sIHdvcmxk!!"),
    "broken quoted-printable": message("Content-Transfer-Encoding: quoted-printable", "a=ZZb=C3=A9=\r\nc="),
    "unknown charset": message("Content-Type: text/plain; charset=x-klingon", "qapla' \u00e9"),
    "unknown encoding": message("Content-Transfer-Encoding: x-secret", "words"),
    "nonsense type": message("Content-Type: ??/;;=\x01", "words"),
    "old Mac line ends": PLAIN.replace(b"\r\n", b"\r"),
    "mbox line first": b"From ann@example.org Mon May  6 10:00:00 2024\n" + PLAIN,
    "binary noise": bytes(range(256)) * 40,
}

UNDECODABLE = message(
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit", b"caf\xe9 \xff\xfe words"
)


def many_parts(count: int) -> bytes:
    return multipart("mixed", *(message("Content-Type: text/plain", f"part {n}") for n in range(count)))


def nested(depth: int) -> bytes:
    heads = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return heads.encode() + b"\nbottom\n"


def forwarded_deep(depth: int) -> bytes:
    return b"Content-Type: message/rfc822\n\n" * depth + b"Subject: bottom\n\nbottom\n"
