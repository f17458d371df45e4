"""flowed, preview and subject: small pure functions of text."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.mime import flowed
from imapbridge.mime.preview import MAX_INPUT, html_lines, preview
from imapbridge.mime.subject import base_subject, is_reply_or_forward, topic
from imapbridge.terms.part import Part

PLAIN = Part("1", "text/plain", "utf-8")
HTML = Part("1", "text/html", "utf-8")


def joined(text: str, *, is_flowed: bool = True, delsp: bool = False) -> list[tuple[int, str]]:
    return [(line.depth, line.text) for line in flowed.lines(text, flowed=is_flowed, delsp=delsp)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a \r\nb\r\nc\r\n", [(0, "a b"), (0, "c")]),
        ("> a \n> b\nc", [(1, "a b"), (0, "c")]),
        (">> a \n> b", [(2, "a "), (1, "b")]),
        (" >not quoted", [(0, ">not quoted")]),
        (" From here", [(0, "From here")]),
        ("a \n-- \nAnn", [(0, "a "), (0, "-- "), (0, "Ann")]),
        ("a \n\nb", [(0, "a "), (0, "b")]),
        ("", [(0, "")]),
    ],
)
def test_flowed(text: str, lines: list[tuple[int, str]]) -> None:
    assert joined(text) == lines


def test_delsp_takes_the_space_away() -> None:
    assert joined("日本 \n語", delsp=True) == [(0, "日本語")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("> > a\n>> b\n> c\nd", [(2, "a"), (2, "b"), (1, "c"), (0, "d")]),
        (">From here", [(0, ">From here")]),
        ("a \nb", [(0, "a "), (0, "b")]),
        (">", [(1, "")]),
    ],
)
def test_fixed_lines(text: str, lines: list[tuple[int, str]]) -> None:
    assert joined(text, is_flowed=False) == lines


@given(st.text(alphabet="> a-\n\r\t", max_size=80), st.booleans(), st.booleans())
def test_lines_keep_every_word(text: str, is_flowed: bool, delsp: bool) -> None:
    assert "".join(line.text for line in flowed.lines(text, flowed=is_flowed, delsp=delsp)).count("a") == text.count(
        "a"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello Bob,\n\nall is well.", "Hello Bob, all is well."),
        ("> old\n> words\n\nnew words", "new words"),
        ("On Mon, 6 May 2024, Bob wrote:\n> old\n\nnew", "new"),
        ("new\n-----Original Message-----\nold", "new"),
        ("new\n-- \nAnn", "new"),
        ("=====\nTitle\n=====", "Title"),
        ("See <https://example.org/a/very/long/link> now", "See now"),
        ("> nothing but a quote", "nothing but a quote"),
        ("", ""),
        ("x" * 500, "x" * 200),
    ],
)
def test_preview_of_plain_text(text: str, words: str) -> None:
    assert preview(text.encode(), PLAIN) == words


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Hello <b>Bo</b>b</p><p>there</p>", "Hello Bob there"),
        ("<head><title>t</title><style>p{}</style></head><body>Hi", "Hi"),
        ("<style>never closed", ""),
        ("<!-- hidden -->seen<!-- never closed", "seen"),
        ("<a href='x>y'>link</a> a &lt; b &amp; c", "y'>link a < b & c"),
        ("<div>Pre&zwnj;&nbsp;&#847;&shy;header</div><h1>Title</h1>", "Pre header Title"),
        ("<p>View this email in your browser</p><p>News</p>", "News"),
        ("<p>Wird nicht richtig angezeigt? Im Browser öffnen</p><p>News</p>", "News"),
        ("<STYLE>İ{}</STYLE>after", "after"),
    ],
)
def test_preview_of_html(html: str, words: str) -> None:
    assert preview(html.encode(), HTML) == words


def test_preview_decodes_what_was_cut_off() -> None:
    part = Part("1", "text/plain", "utf-8", "base64")
    assert preview(base64.b64encode("grüße an alle".encode())[:-3], part).startswith("grüße an a")


@given(
    st.binary(max_size=400),
    st.sampled_from(["text/plain", "text/html"]),
    st.sampled_from(["7bit", "base64", "quoted-printable"]),
)
def test_preview_is_total_short_and_in_one_line(data: bytes, media_type: str, encoding: str) -> None:
    words = preview(data, Part("1", media_type, "utf-8", encoding))
    words.encode("utf-8")
    assert len(words) <= 200
    assert "\n" not in words


@pytest.mark.parametrize("piece", ["<", "<!--", "<style>", "<a ", "&amp;", "<p>", "On "])
def test_preview_reads_no_more_than_its_cap(piece: str) -> None:
    data = (piece * MAX_INPUT).encode()
    assert preview(data, HTML) == preview(data[:MAX_INPUT], HTML)
    assert sum(map(len, html_lines(piece * 1000))) <= 1000 * len(piece)


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Hello", "Hello"),
        ("Re: Hello", "Hello"),
        ("RE: re:  Re : Hello", "Hello"),
        ("Re[2]: Hello", "Hello"),
        ("Re: [list] Re: Hello", "Hello"),
        ("[list] Hello", "Hello"),
        ("[a] [b]", "[b]"),
        ("[Fwd: [list] Hello]", "Hello"),
        ("Hello (fwd) (fwd)", "Hello"),
        ("AW: WG: Grüße", "Grüße"),
        ("SV: VS: VB: Hei", "Hei"),
        ("Antw: Hoi", "Hoi"),
        ("RES: ENC: Olá", "Olá"),
        ("TR: RÉF: Salut", "Salut"),
        ("R: I: Ciao", "Ciao"),
        ("YNT: İLT: Selam", "Selam"),
        ("Odp: PD: Cześć", "Cześć"),
        ("Отв: Пересл: Привет", "Привет"),
        ("回复：转发: 你好", "你好"),
        ("返信: 日本", "日本"),
        ("답장: 안녕", "안녕"),
        ("Regarding: the roof", "Regarding: the roof"),
        ("Re: ", ""),
        ("", ""),
    ],
)
def test_base_subject(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Hello", "Hello"),
        ("Re: AW:  Hello", "Hello"),
        ("Re[2]: [list] Hello", "[list] Hello"),
        ("Re: Fwd: Hello", "Fwd: Hello"),
        ("Report: a", "Report: a"),
        ("Re:", "Re:"),
        ("", ""),
    ],
)
def test_the_title_of_a_conversation(subject: str, title: str) -> None:
    assert topic(subject) == title


@pytest.mark.parametrize(
    ("subject", "is_one"), [("Re: a", True), ("[x] AW: a", True), ("a (fwd)", True), ("a", False), ("Report: a", False)]
)
def test_is_reply_or_forward(subject: str, is_one: bool) -> None:
    assert is_reply_or_forward(subject) is is_one


@given(st.lists(st.sampled_from(["Re: ", "[x] ", "(fwd)", "[Fwd: ", "]", "word ", "回复："])).map("".join))
def test_base_subject_is_a_fixed_point(subject: str) -> None:
    base = base_subject(subject)
    assert base_subject(base) == base
