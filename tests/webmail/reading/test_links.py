from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.links import host_of, is_data_image, safe_href, same_site, without_tracking
from webmail.reading.lookalikes import is_disguised
from webmail.reading.misleading import Misleading, misleading
from webmail.reading.sanitize import Options, sanitize


@pytest.mark.threat("A13", "C7")
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


@pytest.mark.threat("A13")
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


DISGUISED = Misleading("аpple.example", "xn--pple-43d.example", is_disguised=True)


@pytest.mark.threat("B5")
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
        ("<a href=https://xn--pple-43d.example/>Sign in</a>", [DISGUISED]),
        ("<a href=https://аpple.example/>apple.example</a>", [DISGUISED]),
        ("<a href=https://bücher.example/>Books</a><a href=https://例え.example/>x</a>", []),
        ("<a href=https://xn--a-.example/>x</a>", []),
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


@pytest.mark.threat("B4", "B5")
@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("xn--80ak6aa92e.example", True),
        ("xn--pple-43d.example", True),
        ("раураӏ.example", True),
        ("xn--bcher-kva.example", False),
        ("пример.example", False),
        ("xn--r8jz45g.example", False),
        ("ニュースabc.example", False),
        ("αbc.example", True),
        ("example.org", False),
        ("xn--99999.example", False),
        ("", False),
    ],
)
def test_hosts_in_letters_that_pass_for_others(host: str, is_one: bool) -> None:
    assert is_disguised(host) is is_one


@pytest.mark.parametrize(
    ("href", "clean"),
    [
        ("https://x.example/a?utm_source=n&id=7&UTM_Medium=e#b", "https://x.example/a?id=7#b"),
        ("https://x.example/a?fbclid=1&mc_eid=2", "https://x.example/a"),
        ("https://x.example/?a=utm_source&b&&c=%26", "https://x.example/?a=utm_source&b&&c=%26"),
        ("https://x.example/a#?utm_source=n", "https://x.example/a#?utm_source=n"),
        ("https://x.example/a", "https://x.example/a"),
        ("mailto:a@x.example?utm_source=n", "mailto:a@x.example?utm_source=n"),
    ],
)
def test_links_lose_what_only_tells_who_followed_them(href: str, clean: str) -> None:
    assert without_tracking(href) == clean
    assert clean.replace("&", "&amp;") in sanitize(f'<a href="{href}">x</a>', Options(links="clean")).html


@given(st.text(max_size=60))
def test_anything_has_a_host_or_none(url: str) -> None:
    host_of(url)
    safe_href(url)
    misleading(url)
    is_disguised(url)
    without_tracking(url)
