from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.webmail.reading.safety import faults, visible_text
from webmail.reading import plaintext
from webmail.reading.plaintext import to_html
from webmail.reading.quotes import QuoteLabel

REL = re.compile(' rel="noopener noreferrer nofollow"| target="_blank"')


def inside(html: str) -> str:
    """What stands in the wrapper; what every link has is checked and taken away."""
    assert len(REL.findall(html)) == 2 * html.count("<a ")
    return REL.sub("", html).removeprefix('<div class="plain">').removesuffix("</div>")


def link(href: str, shown: str) -> str:
    return f'<a href="{href}">{shown}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('<b>x</b> & "y"', '&lt;b&gt;x&lt;/b&gt; &amp; "y"'),
        ("https://x.example/a?b=1&c=2", link("https://x.example/a?b=1&amp;c=2", "https://x.example/a?b=1&amp;c=2")),
        ("see https://x.example/a.", f"see {link('https://x.example/a', 'https://x.example/a')}."),
        ("(https://x.example/a)", f"({link('https://x.example/a', 'https://x.example/a')})"),
        ("https://x.example/a_(b)", link("https://x.example/a_(b)", "https://x.example/a_(b)")),
        ("<https://x.example/>", f"&lt;{link('https://x.example/', 'https://x.example/')}&gt;"),
        ("www.x.example", link("http://www.x.example", "www.x.example")),
        ("ann@x.example, hi", f"{link('mailto:ann@x.example', 'ann@x.example')}, hi"),
        ("mailto:ann@x.example", link("mailto:ann@x.example", "mailto:ann@x.example")),
        ("mailto:a@x.example?attach=/etc/passwd", link("mailto:a@x.example?", "mailto:a@x.example?attach=/etc/passwd")),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("data:text/html,x file:///etc", "data:text/html,x file:///etc"),
        ('https://x.example/"onmouseover=x', f'{link("https://x.example/", "https://x.example/")}"onmouseover=x'),
        ("xhttps://x.example", "xhttps://x.example"),
        (
            "https://x.example/Hobson's_choice",
            link("https://x.example/Hobson's_choice", "https://x.example/Hobson's_choice"),
        ),
        ("[https://x.example/a].", f"[{link('https://x.example/a', 'https://x.example/a')}]."),
        ("https://x.example/a[1]", link("https://x.example/a[1]", "https://x.example/a[1]")),
        ("to ann@x.example.", f"to {link('mailto:ann@x.example', 'ann@x.example')}."),
        ("read notes.md and x.example", "read notes.md and x.example"),
        ("<ann@x.example>", f"&lt;{link('mailto:ann@x.example', 'ann@x.example')}&gt;"),
        ("a\x00b\x1bc", "abc"),
        ("a  b\n\n  c", "a  b\n\n  c"),
    ],
)
def test_text_and_links(text: str, html: str) -> None:
    assert inside(to_html(text).html) == f'<div class="text">{html}</div>'


def test_a_long_quote_is_folded_and_a_short_one_is_not() -> None:
    folded = to_html("above\n> a\n> b\n> c\n> d\nbelow").html
    assert '<details class="quote"><summary><span class="quote-show">Show quoted text</span>' in folded
    assert re.search("<details [^>]*open", to_html("> what?\nthis").html)


def test_quote_levels_are_nested() -> None:
    html = inside(to_html("> a\n>>> b\n> c").html)
    level = '<div class="text">{}</div>'
    inner = f"<blockquote><blockquote>{level.format('b')}</blockquote></blockquote>"
    wanted = f"<blockquote>{level.format('a')}{inner}{level.format('c')}</blockquote></details>"
    assert html.partition("</summary>")[2] == wanted


def test_the_label_is_the_readers() -> None:
    html = to_html("> a", quote_label=QuoteLabel("Zitat <zeigen>", "Zitat <verbergen>")).html
    assert '<span class="quote-show">Zitat &lt;zeigen&gt;</span>' in html
    assert '<span class="quote-hide">Zitat &lt;verbergen&gt;</span>' in html


def test_a_signature_is_set_apart_until_the_next_quote() -> None:
    html = inside(to_html("hello\n-- \nAnn\nx.example\n> old\nafter").html)
    assert html.startswith('<div class="text">hello</div><div class="signature">-- \nAnn\nx.example</div><details')
    assert html.endswith('<div class="text">after</div>')


def test_flowed_text_is_joined() -> None:
    assert '<div class="text">a b</div>' in to_html("a \nb", is_flowed=True).html
    assert '<div class="text">a\nb</div>' in to_html("a \nb", is_flowed=True, delsp=True).html.replace("ab", "a\nb")


def test_text_that_is_nothing_but_changes_of_level_is_not_folded() -> None:
    html = to_html("> a\nb\n" * 10_000).html
    assert html.count("<") == 4
    assert visible_text(html).count("> a") == 10_000


def test_long_text_is_cut_and_told() -> None:
    found = to_html("x" * (plaintext.MAX_SHOWN + 1))
    assert found.cut
    assert visible_text(found.html) == "x" * plaintext.MAX_SHOWN


def test_a_text_of_nothing_but_entities_is_not_searched() -> None:
    """Bleach reads the text anew for each."""
    line = "https://x.example/a & b\n"
    assert to_html(line * plaintext.MAX_ENTITIES).html.count("<a ") == plaintext.MAX_ENTITIES
    assert to_html(line * (plaintext.MAX_ENTITIES + 1)).html.count("<a ") == 0


def test_a_text_beyond_the_allowance_has_no_links() -> None:
    line = "https://x.example/a\n"
    fits = line * (plaintext.MAX_LINKED // len(line))
    assert to_html(fits).html.count("<a ") == fits.count("\n")
    assert to_html(fits + line).html.count("<a ") == 0


@pytest.mark.threat("E9")
@pytest.mark.parametrize(
    "piece",
    [
        "https://",
        "mailto:",
        "www.",
        "a@",
        "a@b.",
        "@",
        "(",
        "https://x.example/)",
        ">",
        "> ",
        "-- \n",
        "a." * 30,
        "https://.",
        "www..",
        "&gt;",
    ],
)
def test_dense_text_costs_no_more_than_its_size(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert len(to_html(text).html) <= 40 * len(text) + 1000


TEXTS = st.lists(
    st.sampled_from(
        [
            "https://x.example/",
            "www.x.example",
            "ann@x.example",
            "mailto:",
            "<b>",
            "&amp;",
            '"',
            "'",
            ">",
            "> ",
            "\n",
            "-- \n",
            " ",
            "(",
            ")",
        ]
    )
    | st.text(max_size=5),
    max_size=30,
).map("".join)


@pytest.mark.threat("B3")
@settings(max_examples=examples(75))
@given(TEXTS, st.booleans())
def test_any_text_is_harmless_and_complete(text: str, is_flowed: bool) -> None:
    html = to_html(text, is_flowed=is_flowed).html
    assert faults(html) == []
    assert not set(re.findall("<([a-z]+)", html)) - {"a", "blockquote", "details", "div", "span", "summary"}
    assert visible_text(html).count("ann@x.example") == text.count("ann@x.example")


def test_lines_that_are_written_from_right_to_left() -> None:
    html = to_html("שלום\n\n+49 30\nHello\n> ציטוט\n> x").html
    assert '<div class="text"><div dir="auto">שלום</div><div dir="auto">\n</div><div dir="auto">+49 30</div>' in html
    assert '<blockquote dir="rtl"><div class="text"><div dir="auto">ציטוט</div>' in html
    assert "dir" not in to_html("Hello\n> quote").html


def test_many_lines_from_right_to_left_are_counted_in_all_of_a_text() -> None:
    few, many = ("".join("א\n> א\n" * times) for times in (100, 3000))
    assert '<div dir="auto">' in to_html(few).html
    assert '<div dir="auto">' not in to_html(many).html
