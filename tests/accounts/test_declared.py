"""The operator's file of domains, and everything that can be wrong with it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from accounts import declared
from accounts.declared import DeclarationFaults, read
from accounts.toml_lines import lines

WHOLE = """
["Bücher.example"]
hosts = ["Mail.Example.com", "post.example.com"]
least_tls = "1.3"
imap = { host = "imap.example.com" }
smtp = { host = "smtp.example.com", port = 587, security = "starttls" }

["Bücher.example".sieve]
host = "imap.example.com"

["Bücher.example".limits]
message_megabytes = 25
domain_recipients_per_day = 0

["Bücher.example".brand]
name = "Example Mail"
accent = "#0A7D55"
logo = "logo.png"
"""


Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    picture = BytesIO()
    Image.new("RGB", (2000, 100), "teal").save(picture, "JPEG")
    (tmp_path / "logo.png").write_bytes(picture.getvalue())

    def write(text: str) -> Path:
        (tmp_path / "domains.toml").write_text(text)
        return tmp_path / "domains.toml"

    return write


def faults(path: Path) -> list[str]:
    with pytest.raises(DeclarationFaults) as told:
        read(path)
    return told.value.faults


def test_a_whole_one(write: Write) -> None:
    (row,) = read(write(WHOLE))
    assert (row.name, row.hosts) == ("xn--bcher-kva.example", "mail.example.com post.example.com")
    assert (row.imap_host, row.imap_port, row.imap_security) == ("imap.example.com", 993, "tls")
    assert (row.smtp_host, row.smtp_port, row.smtp_security) == ("smtp.example.com", 587, "starttls")
    assert (row.sieve_host, row.sieve_port, row.least_tls) == ("imap.example.com", 4190, "1.3")
    assert (row.message_megabytes, row.domain_recipients_per_day, row.upload_megabytes) == (25, 0, None)
    assert (row.brand_name, row.accent) == ("Example Mail", "#0a7d55")
    assert Image.open(BytesIO(bytes(row.logo or b""))).size == (480, 24)


def test_everything_wrong_is_told_at_once_with_its_line(write: Write) -> None:
    told = faults(
        write(
            """["example.com"]
imap = { host = "imap.example.com", port = 70000 }
smtp = { hots = "smtp.example.com", security = "ssl" }
least_tls = "1.1"
hosts = "mail.example.com"
colour = "#fff"

["example.com".limits]
message_megabytes = -1
recipient_per_message = 5

["example.com".brand]
name = 7
accent = "red"
logo = "absent.png"

["example.org"]
hosts = ["no_host"]
"""
        )
    )
    assert told == [
        "line 2: example.com, imap.port: Ensure this value is less than or equal to 65535.",
        "line 3: example.com, smtp.hots: is not known here. Is it smtp.host?",
        "line 3: example.com, smtp.security: Value 'ssl' is not a valid choice.",
        "line 4: example.com, least_tls: Value '1.1' is not a valid choice.",
        'line 5: example.com, hosts: must be a list of host names: ["mail.example.com"].',
        "line 6: example.com, colour: is not known here.",
        "line 9: example.com, limits.message_megabytes: must be a whole number, not below 0.",
        "line 10: example.com, limits.recipient_per_message: is not known here. Is it limits.recipients_per_message?",
        "line 13: example.com, brand.name: must be a text in quotes.",
        "line 14: example.com, brand.accent: Write the colour as #00687e.",
        "line 15: example.com, brand.logo: absent.png cannot be read: No such file or directory.",
        "line 17: example.org: names no IMAP server: imap = { host = ... }.",
        "line 18: example.org, hosts: “no_host” is not a host name.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x =", "is not TOML: Invalid value (at end of document)"),
        ("name = 3", "line 1: name: is not a table"),
        ('["a.example"]\nimap = "x"', "line 2: a.example, imap: must be a table"),
        (
            '["a.example"]\nimap = {host="x.example"}\nhosts=["h.example"]\n'
            '["b.example"]\nimap = {host="x.example"}\nhosts=["H.example"]',
            "line 6: b.example, hosts: h.example is a web address of a.example already.",
        ),
        (
            '["ü.example"]\nimap = {host="x.example"}\n["xn--tda.example"]\nimap = {host="x.example"}',
            "line 3: xn--tda.example: stands here twice, written in two ways.",
        ),
        (
            '["a.example"]\nimap = {host="x.example", security="plain", port=143}',
            "line 2: a.example, imap.security: This sends passwords readable.",
        ),
        ('["a.example"]\nimap = {host="x.example", port=true}', "line 2: a.example, imap.port: must be a whole number"),
    ],
)
def test_what_is_said(write: Write, text: str, said: str) -> None:
    assert said in "\n".join(faults(write(text)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert faults(tmp_path / "x.toml") == [f"{tmp_path / 'x.toml'} cannot be read: No such file or directory."]


def test_a_logo_that_is_none(write: Write, tmp_path: Path) -> None:
    path = write('["a.example"]\nimap={host="x.example"}\nbrand={logo="no.svg"}')
    (tmp_path / "no.svg").write_text("<svg onload=alert(1)>")
    assert faults(path) == ["line 3: a.example, brand.logo: no.svg is of no use: not a PNG, JPEG or WebP picture."]


def test_lines_of_keys() -> None:
    text = "# [x]\n[a.'b.c'] # said\nd.e = 1\n\"f g\" = '''\n[h]\nnot a key\n'''\n"
    assert lines(text) | {("h",): 5} == {
        ("a", "b.c"): 2, ("a", "b.c", "d", "e"): 3, ("a", "b.c", "f g"): 4, ("h",): 5,
    }  # fmt: skip


def test_every_limit_can_be_declared() -> None:
    assert len(declared.LIMITS) == 12
