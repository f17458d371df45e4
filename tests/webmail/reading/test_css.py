from __future__ import annotations

import pytest
import tinycss2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.webmail.reading.safety import declaration_faults, sheet_faults
from webmail.reading.css import Declarations, stylesheet
from webmail.reading.css.declarations import parsed, plain
from webmail.reading.css.selectors import scoped


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("color:red", "color:red"),
        (" COLOR : Red ; ; ", "color:Red"),
        ("color:red!important", "color:red!important"),
        ("color:red;position:fixed;width:1px", "color:red;width:1px"),
        ("margin:0 auto;margin:-1px;margin-left:-.5em", "margin:0 auto"),
        ("background:url(x) #fff no-repeat", "background:#fff no-repeat"),
        ("background-image:url(x)", ""),
        ("color:url(x)", ""),
        ("background:url('a;b:c(') red", "background:red"),
        ("font-family:'A B', \"C\"", "font-family:'A B','C'"),
        ("width:'a'", ""),
        ("color:rgb(1 2 3 / 50%)", "color:rgb(1 2 3 / 50%)"),
        ("width:calc((1px + 2px) * 3)", "width:calc((1px + 2px) * 3)"),
        ("mso-line-height-rule:exactly;line-height:20px", "line-height:20px"),
        ("/* a */color:red/* b */", "color:red"),
        ("color:r\\65 d", "color:red"),
        ("--x:1;color:var(--x)", ""),
        ("width:1px;}p{color:red", "width:1px"),
        ("color:red;@import 'x';", "color:red"),
        ("font:12px/1.5 Arial", "font:12px/1.5 Arial"),
        ("color:#12", ""),
        ("", ""),
        ("x", ""),
    ],
)
def test_declarations(text: str, safe: str) -> None:
    assert parsed(text) == safe
    assert Declarations()(text) == safe or text == "color:#12"


PLAIN_VALUES = st.lists(
    st.sampled_from(
        ["red", "0", "1px", "-1.5em", "100%", "#fff", "#0e6d86", "auto", "rgba(0,0,0,.5)", "Arial", ",", "solid", "1.5"]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
NAMES = st.sampled_from(
    ["color", "margin", "margin-left", "padding", "background", "font-family", "position", "width", "z-index", "border"]
)


@given(st.lists(st.tuples(NAMES, PLAIN_VALUES, st.sampled_from(["", " !important"])), max_size=5))
def test_both_readers_agree(declarations: list[tuple[str, str, str]]) -> None:
    text = "; ".join(f"{name}: {value}{important}" for name, value, important in declarations)
    assert plain(text) == parsed(text)


CSS_PIECES = st.sampled_from(
    [
        "color",
        "background",
        ":",
        ";",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "url(",
        "'",
        '"',
        "\\",
        "/*",
        "*/",
        "@media ",
        "@import ",
        "red",
        "1px",
        "-",
        "!important",
        ",",
        "<",
        ">",
        "#a",
        ".b",
        "*",
        "\n",
        "\\75 rl(",
        "expression(",
        "calc(",
        "margin",
        "<!--",
        "-->",
        "and (max-width:1px)",
    ]
) | st.text(max_size=3)


@pytest.mark.threat("A5", "A6")
@settings(max_examples=examples(75))
@given(st.lists(CSS_PIECES, max_size=40).map("".join))
def test_no_smuggling(text: str) -> None:
    written = Declarations()(text)
    assert declaration_faults(tinycss2.parse_declaration_list(written, skip_whitespace=True)) == []
    assert not set(written) & set("<>{}@\\")
    assert sheet_faults(stylesheet(text, Declarations())) == []


@pytest.mark.threat("A5")
def test_nesting_does_not_recurse() -> None:
    assert parsed("width:" + "calc(" * 5000) == ""
    assert parsed("width:" + "(" * 5000) == ""


@pytest.mark.parametrize(
    ("selector", "safe"),
    [
        ("p", ".mailbody p"),
        ("body", ".mailbody"),
        ("html body > td", ".mailbody > td"),
        ("html, body.x, :root", ".mailbody,.mailbody.x,.mailbody"),
        ("#a .b", ".mailbody #m-a .b"),
        ("a, b{", ".mailbody a"),
        ("bodyguard", ".mailbody bodyguard"),
        ("p::before, i", ".mailbody i"),
        ("[title='a,b'], i", ".mailbody i"),
        ("a[href='x'], i", ".mailbody a[href='x'],.mailbody i"),
        ("td:nth-child(2n + 1)", ".mailbody td:nth-child(2n + 1)"),
        ("a:has(b)", ""),
        ("a\\:b", ""),
        ("", ""),
    ],
)
def test_scoped(selector: str, safe: str) -> None:
    assert scoped(selector) == safe


@pytest.mark.parametrize(
    ("css", "safe"),
    [
        ("p{color:red}", ".mailbody p{color:red}"),
        ("p{}", ""),
        ("@charset 'x';p{color:red}", ".mailbody p{color:red}"),
        ("@media print{p{color:red}}", "@media print{.mailbody p{color:red}}"),
        (
            "@media print{@media screen{@media x{p{color:red}}p{color:blue}}}",
            "@media print{@media screen{.mailbody p{color:blue}}}",
        ),
        ("@media (a{p{color:red}}", ""),
        ("@supports (x:y){p{color:red}} b{color:red}", ".mailbody b{color:red}"),
        ("p{color:red", ".mailbody p{color:red}"),
        ("} p{color:red}", ".mailbody p{color:red}"),
        ("@media print{p{color:red}", "@media print{.mailbody p{color:red}}"),
    ],
)
def test_stylesheet(css: str, safe: str) -> None:
    assert stylesheet(css, Declarations()) == safe
