from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.links import Misleading, host_of, is_data_image, misleading, safe_href, same_site
from webmail.reading.sanitize import sanitize


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://x.example/a?b=1", "https://x.example/a?b=1"),
        ("HTTP://x.example", "http://x.example"),
        (" https://x.example\n", "https://x.example"),
        ("//x.example/a", "https://x.example/a"),
        ("mailto:a@x.example?attach=/etc/passwd&cc=b", "mailto:a@x.example?cc=b"),
        ("tel:+31", "tel:+31"),
        ("#a", "#m-a"),
        ("#a b", None),
        ("#", None),
        ("/logout", None),
        ("logout", None),
        ("", None),
        ("java\tscript:x", None),
        ("\u200bjavascript:x", None),
        ("data:text/html,x", None),
        ("ftp://x.example", None),
        ("https://x.example/" + "a" * 20_000, None),
    ],
)
def test_safe_href(url: str, safe: str | None) -> None:
    assert safe_href(url) == safe


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("data:image/png;base64,AAAA", True),
        ("DATA:IMAGE/JPEG;BASE64,AA==", True),
        ("data:image/svg+xml;base64,AAAA", False),
        ("data:image/png,AAAA", False),
        ("data:image/png;base64,<svg>", False),
        ("data:text/html;base64,AAAA", False),
    ],
)
def test_is_data_image(url: str, is_one: bool) -> None:
    assert is_data_image(url) is is_one


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<a href=https://evil.example/x>bank.example</a>", [Misleading("bank.example", "evil.example")]),
        (
            "<a href=https://evil.example/x>https://www.bank.example/login</a>",
            [Misleading("www.bank.example", "evil.example")],
        ),
        ("<a href=https://evil.example/x><b>bank</b>.<i>example</i></a>", [Misleading("bank.example", "evil.example")]),
        (
            "<a href=https://bank.example.evil.test/>bank.example</a>",
            [Misleading("bank.example", "bank.example.evil.test")],
        ),
        ("<a href=https://www.bank.example/x>bank.example</a>", []),
        ("<a href=https://click.news.example/x>news.example</a>", []),
        ("<a href=https://click.news.example/x>www.news.example/a</a>", []),
        ("<a href=https://evil.example/x>Sign in</a>", []),
        ("<a href=https://evil.example/x>report.pdf</a>", []),
        ("<a href=https://evil.example/x>v1.2</a>", []),
        ("<a href=mailto:a@evil.example>bank.example</a>", []),
        ("<a href=https://co.uk.example/>bank.co.uk</a>", [Misleading("bank.co.uk", "co.uk.example")]),
    ],
)
def test_misleading(html: str, found: list[Misleading]) -> None:
    assert list(misleading(sanitize(html).html)) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.example", "a.example", True),
        ("www.a.example", "a.example", True),
        ("click.a.example", "mail.a.example", True),
        ("one.co.uk", "two.co.uk", False),
        ("one.com", "two.com", False),
        ("a.example.evil.test", "a.example", False),
    ],
)
def test_same_site(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


@given(st.text(max_size=60))
def test_anything_has_a_host_or_none(url: str) -> None:
    host_of(url)
    safe_href(url)
    misleading(url)
