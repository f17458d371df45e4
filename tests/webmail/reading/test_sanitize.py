from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.mail import honest, hostile
from tests.mail.newsletters import newsletter
from tests.webmail.reading.safety import faults, visible_text
from webmail.reading.sanitize import MAX_CSS, MAX_STYLES, Options, sanitize

OPTIONS = Options(cid_url=lambda cid: f"/part/{cid}" if re.fullmatch(r"[\w@.-]+", cid) else None)


def clean(html: str) -> str:
    return sanitize(html, OPTIONS).html


@pytest.mark.threat("A1", "A2", "A3", "A4", "A5", "A7", "A8", "A9", "A11", "A12", "A13", "F1")
@pytest.mark.parametrize("name", hostile.VECTORS)
def test_hostile_markup_is_harmless(name: str) -> None:
    safe = clean(f"<p>before</p>{hostile.VECTORS[name]}<p>after</p>")
    assert faults(safe) == []
    assert "LEAK" not in visible_text(safe)
    assert "before" in visible_text(safe)


@pytest.mark.threat("A3")
@pytest.mark.parametrize("name", hostile.VECTORS)
def test_what_is_safe_stays_the_same_when_read_again(name: str) -> None:
    """A second parse finds nothing new: no markup hides in what was text or an attribute."""
    once = sanitize(hostile.VECTORS[name]).html
    body = once[once.index('<div class="mailbody') :]
    again = sanitize(re.sub(r' (?:href="#m-[^"]*"|id="[^"]*"|name="[^"]*"|usemap="[^"]*")', "", body)).html
    assert tags(again) == ["div", *tags(body)]


def tags(html: str) -> list[str]:
    return re.findall(r"<([a-z0-9]+)[ >]", html)


def test_the_corpus_is_broad() -> None:
    assert len(set(hostile.VECTORS.values())) >= 200
    assert len(honest.KEPT) >= 50


@pytest.mark.parametrize("name", honest.KEPT)
def test_honest_markup_is_kept(name: str) -> None:
    html, wanted = honest.KEPT[name]
    safe = clean(html)
    assert [piece for piece in wanted if piece not in safe] == []
    assert faults(safe) == []


def test_a_newsletter_keeps_its_look() -> None:
    html = newsletter(60)
    found = sanitize(html, OPTIONS)
    assert faults(found.html) == []
    assert found.html.count("<td") == len(re.findall("<td[ >]", html.split("<body")[1]))
    assert found.html.count("style=") == html.count("style=")
    assert found.html.count("href=") == html.count("href=")
    assert "max-width:600px" in found.html
    assert "fonts.example.com" not in found.html
    assert found.own_colours


# --- Images -----------------------------------------------------------------------------------------------------------


def test_remote_images_are_counted_and_left_out() -> None:
    found = sanitize(
        "<img src=https://a.example/1.png alt=A><img src=//a.example/t.gif width=1 height=1><img src=cid:x>", OPTIONS
    )
    assert (found.remote_images, found.trackers) == (1, ("a.example",))
    assert "a.example" not in found.html
    assert found.cids == {"x"}


def test_remote_images_are_rewritten_when_wanted() -> None:
    asked: list[str] = []

    def proxy(url: str) -> str:
        asked.append(url)
        return "/part/proxied"

    found = sanitize("<img src=//a.example/1.png>", Options(remote_url=proxy))
    assert asked == ["https://a.example/1.png"]
    assert 'src="/part/proxied"' in found.html
    assert found.remote_images == 1


def test_an_unknown_cid_loads_nothing() -> None:
    assert sanitize("<img src=cid:x>").html == '<div class="mailbody"><img></div>'


# --- Colours ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "own"),
    [
        ("<p>x</p>", False),
        ("<p style='font-size:12px;color:inherit;background:none'>x</p>", False),
        ("<p style='border-color:red'>x</p>", False),
        ("<p style='color:#333'>x</p>", True),
        ("<table bgcolor=white><tr><td>x</table>", True),
        ("<font color=red>x</font>", True),
        ("<style>p{background-color:#fff}</style><p>x", True),
        ("<body text=black>x", True),
    ],
)
def test_own_colours(html: str, own: bool) -> None:
    assert sanitize(html).own_colours is own


def test_dark_rules_go_unless_the_message_says_that_it_is_ready() -> None:
    rules = "<style>p{color:#000}@media (prefers-color-scheme: dark){p{color:#fff}}</style><p>x"
    assert "prefers-color-scheme" not in sanitize(rules).html
    ready = sanitize(f"<meta name='color-scheme' content='light dark'>{rules}")
    assert "prefers-color-scheme" in ready.html
    assert ready.dark_ready


# --- Limits -----------------------------------------------------------------------------------------------------------

BOMBS: dict[str, tuple[str, str]] = {
    "too many characters": ("x" * 2_200_000, "too-large"),
    "depth": ("<div>" * 20_000, "too-complex"),
    "depth of lists": ("<ul><li>" * 10_000, "too-complex"),
    "marks": ("<b>" * 30_000, "too-complex"),
    "attributes": ("<a " + " ".join(f"a{n}" for n in range(60_000)) + ">", "too-complex"),
    "attributes behind a quoted mark": ("<a x='>' " + " ".join(f"a{n}" for n in range(60_000)) + ">", "too-complex"),
    "formatting times paragraphs": (
        "<p>" + "".join(f"<font color=#{n:06x}>" for n in range(9000)) + "<p>x" * 9000,
        "too-complex",
    ),
    "closed in comments": (
        "<p>" + "".join(f"<font size={n}><!--</font>-->" for n in range(4000)) + "<p>x" * 9000,
        "too-complex",
    ),
    "closed in attributes": (
        "<p>" + "".join(f"<font size={n}><a x='</font>'>" for n in range(4000)) + "<p>x" * 9000,
        "too-complex",
    ),
    "closed in raw text": (
        "<p>" + "".join(f"<font size={n}><title></font></title>" for n in range(4000)) + "<p>x" * 9000,
        "too-complex",
    ),
    "closed behind a fence": (
        "<p>" + "".join(f"<font size={n}><object></font></object>" for n in range(4000)) + "<p>x" * 8000,
        "too-complex",
    ),
    "closed in a table": (
        "<p>" + "".join(f"<font size={n}><table></font></table>" for n in range(4000)) + "<p>x" * 8000,
        "too-complex",
    ),
    "cells without a table": (
        "<p>" + "".join(f"<td><font size={n}></td>" for n in range(6000)) + "<p>x" * 7000,
        "too-complex",
    ),
    "raw text in svg": (
        "<p>" + "".join(f"<svg><style><font size={n}></style></svg>" for n in range(3000)) + "<p>x" * 9000,
        "too-complex",
    ),
}


@pytest.mark.threat("E9")
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_they_are_parsed(name: str) -> None:
    html, reason = BOMBS[name]
    found = sanitize(html)
    assert (found.html, found.cut) == ("", reason)


@pytest.mark.parametrize(
    "piece", ["<!--", "<style>", "<body ", "<style>/*", "<style>a{color:calc(", "</", "&lt;", "<img src=x "]
)
def test_what_is_not_refused_comes_out_small(piece: str) -> None:
    html = piece * (20_000 // (piece.count("<") or 1))
    assert len(sanitize(html).html) <= 4 * len(html) + 100


def test_styles_are_cut() -> None:
    many = "".join(f"<style>.a{n}{{color:red}}</style>" for n in range(MAX_STYLES + 30))
    assert sanitize(many).html.count("color:red") == MAX_STYLES
    long = "<style>" + "".join(f".a{n}{{color:red}}" for n in range(MAX_CSS // 10)) + "</style>x"
    assert len(sanitize(long).html) <= 2 * MAX_CSS


def test_slow_css_is_rationed() -> None:
    """tinycss2 reads no more than its allowance, whatever number of attributes asks for it."""
    slow = "".join(f"<p style='color:re\\64;width:{n}px'>" for n in range(20_000))
    assert 0 < sanitize(slow).html.count("style=") < 3000


# --- Anything ---------------------------------------------------------------------------------------------------------

SEEDS = [*hostile.VECTORS.values(), *(html for html, _ in honest.KEPT.values())]


@st.composite
def mutants(draw: st.DrawFn) -> str:
    html = draw(st.sampled_from(SEEDS)) + draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(html)))
        html = (
            html[:at]
            + draw(st.sampled_from("<>/'\"=&;{}()\\ \x00") | st.text(max_size=4))
            + html[at + draw(st.integers(0, 4)) :]
        )
    return html


@pytest.mark.threat("A1", "A5")
@example("<a href='mailto:a@x.example?subject=x&ATTACH<MENT=/etc/passwd'>x</a>")
@settings(max_examples=examples(75))
@given(mutants() | st.text(max_size=300))
def test_nothing_gets_through_and_nothing_raises(html: str) -> None:
    assert faults(clean(html)) == []
