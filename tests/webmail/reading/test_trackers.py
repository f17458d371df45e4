"""Which pictures can not be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.newsletters import newsletter
from webmail.reading.sanitize import Options, sanitize
from webmail.reading.trackers import trackers

URL = "https://t.example/o.gif"


@pytest.mark.parametrize(
    "image",
    [
        "<img src=%s width=1 height=1>", '<IMG WIDTH="1" HEIGHT="1" SRC="%s">', "<img src='%s' width='0' height='0'/>",
        "<img src=%s width=1>", "<img height=1 src=%s>", "<img src=%s width=1px height=2px>",
        "<img src=%s width=3 height=3>",
        "<img src=%s style='width:1px;height:1px'>", "<img src=%s style='WIDTH : 1px !important; height: 0'>",
        "<img src=%s width=1 style='height:1px'>", "<img src=%s style='display:none'>",
        "<img src=%s style='Display: None'>",
        "<img src=%s style='visibility:hidden'>", "<img src=%s style='opacity:0'>",
        "<img src=%s style='opacity:.0;x:y'>",
        "<img/src=%s width=1 height=1>", "<img\nsrc=%s\nwidth=1\nheight=1>",
        "<img alt='a > b' src=%s width=1 height=1>",
    ],
)  # fmt: skip
def test_what_can_not_be_seen(image: str) -> None:
    assert trackers(f"<p>x</p>{image % URL}<p>y</p>") == {URL}
    found = sanitize(image % URL, Options(remote_url=lambda url: f"/proxy/1?{url}"))
    assert (found.trackers, found.remote_images) == (("t.example",), 0)
    assert "src" not in found.html


@pytest.mark.parametrize(
    "image",
    [
        "<img src=%s>", "<img src=%s width=600 height=1>", "<img src=%s width=1 height=20>",
        "<img src=%s width=10 height=10>",
        "<img src=%s width=100%%>", "<img src=%s width=1%%>", "<img src=%s style='display:block;width:100px'>",
        "<img src=%s style='opacity:0.5'>", "<img src=%s style='opacity:1'>", "<img src=%s data-width=1>",
        "<img src=%s style='max-width:1px'>", "<img src=%s style='border-width:1px'>", "<img src=%s width=1.5em>",
        "<img src=%s style='width:1px;height:auto' height=40>", "<img src=cid:%s width=1 height=1>",
        "<imgs src=%s width=1 height=1>", "<img title='src=%s width=1 height=1'>", "<img src=/%s width=1 height=1>",
    ],
)  # fmt: skip
def test_what_can_be_seen_or_is_not_remote(image: str) -> None:
    assert trackers(image % URL) == frozenset()


def test_a_newsletter_has_one() -> None:
    found = sanitize(newsletter(20))
    assert found.trackers == ("open.letters.example.com",)
    assert found.remote_images > 3


@given(st.text(alphabet="<img src='\"=width1 height:display none/>&#;", max_size=300))
def test_nothing_raises(html: str) -> None:
    trackers(html)


@pytest.mark.parametrize(
    "bad", ["<img ", "<img a='", "<img style='width:", "<img src=http://a width=1 ", "<img x" + " " * 40, "<img src="]
)
def test_it_is_linear(bad: str) -> None:
    """Quadratic, two megabytes would take hours."""
    trackers(bad * (2_000_000 // len(bad)))
