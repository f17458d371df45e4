"""Colours on a dark screen: of the same hue, and readable whatever stands on what."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail import honest, hostile
from tests.mail.newsletters import newsletter
from tests.webmail.reading.safety import faults
from webmail.reading.css.dark import darkened, painted
from webmail.reading.sanitize import Options, sanitize

DARK = Options(dark=True)
HEX = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
ALPHA = st.tuples(*[st.integers(0, 255)] * 3, st.floats(0.01, 1)).map(
    lambda parts: "rgba({},{},{},{:.2f})".format(*parts)
)
COLOURS = HEX | ALPHA | st.sampled_from(["red", "White", "hsl(200,50%,50%)", "rgb(0 0 0 / 50%)", "hwb(90 10% 20%)"])
OURS = {"text": "#eeeeee", "link": "#8ad0e7", "paper": "#1b1b1b"}


def on_dark(declaration: str) -> str:
    found = re.search(r"light-dark\(.+,(#[0-9a-f]{6})\)", darkened(declaration))
    assert found, declaration
    return found[1]


def luminance(colour: str) -> float:
    """WCAG's own formula."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@given(COLOURS, COLOURS)
def test_every_text_is_readable_on_every_ground(text: str, ground: str) -> None:
    assert contrast(on_dark(f"color:{text}"), on_dark(f"background:{ground}")) >= 4.5


@given(COLOURS)
def test_also_beside_what_the_message_does_not_colour(colour: str) -> None:
    assert contrast(on_dark(f"color:{colour}"), OURS["paper"]) >= 4.5
    for ours in ("text", "link"):
        assert contrast(OURS[ours], on_dark(f"background-color:{colour}")) >= 4.5


@pytest.mark.parametrize(
    ("light", "dark"),
    [
        ("color:red!important", "color:light-dark(red,#ffad9d)!important"),
        ("background:#fff repeat-x", "background:light-dark(#fff,#1b1b1b) repeat-x"),
        ("border:1px solid #ccc;margin:0", "border:1px solid light-dark(#ccc,#545454);margin:0"),
        ("background:linear-gradient(90deg,#fff,#000 50%)",
         "background:linear-gradient(90deg,light-dark(#fff,#1b1b1b),light-dark(#000,#1b1b1b) 50%)"),
        ("color:inherit;background:none;border:0", "color:inherit;background:none;border:0"),
        ("color:transparent", "color:transparent"), ("border-color:currentcolor", "border-color:currentcolor"),
        ("background:currentcolor", ""), ("background:Canvas", ""), ("color:light-dark(red,blue)", ""),
        ("color:lab(50% 20 20)", ""), ("color:rgb(from red r g b)", ""), ("color:#12345", ""),
        ("opacity:.5", ""), ("text-shadow:0 0 1px #000", ""), ("color-scheme:light", ""), ("", ""),
        ("font-family:Red,'Black'", "font-family:Red,'Black'"), ("width:10px", "width:10px"),
    ],
)  # fmt: skip
def test_declarations(light: str, dark: str) -> None:
    assert darkened(light) == dark


@pytest.mark.parametrize(
    ("attribute", "value", "rule"),
    [("bgcolor", "#eee", "background-color:light-dark(#eee,#1d1d1d)"),
     ("color", "RED", "color:light-dark(RED,#ffad9d)"),
     ("bgcolor", "EEEEEE", "background-color:light-dark(#EEEEEE,#1d1d1d)"), ("bgcolor", "chucknorris", ""),
     ("bgcolor", "red;x", ""), ("bgcolor", '"]', ""), ("bgcolor", "transparent", ""), ("bordercolor", "", "")],
)  # fmt: skip
def test_attributes(attribute: str, value: str, rule: str) -> None:
    assert painted(attribute, value) == rule


def test_a_message_keeps_its_light_colours_beside_the_dark_ones() -> None:
    table = "<table bgcolor='#0e6d86'><tr><td bgcolor='nope'>x</table>"
    html = f"<style>p{{color:#333}}</style><body bgcolor=#ffffff>{table}"
    found = sanitize(html, DARK).html
    assert '.mailbody :where([bgcolor="#0e6d86"]){background-color:light-dark(#0e6d86,#004058)}' in found
    assert ".mailbody p{color:light-dark(#333,#d3d3d3)}" in found
    assert "background-color:light-dark(#ffffff,#1b1b1b)" in found
    assert "nope" not in found


@pytest.mark.parametrize(
    "html", [*hostile.VECTORS.values(), *(html for html, _ in honest.KEPT.values()), newsletter(10)]
)
def test_what_is_darkened_is_as_safe(html: str) -> None:
    assert faults(sanitize(html, Options(cid_url=lambda _: "/part/1", dark=True)).html) == []


def test_colours_are_bounded() -> None:
    many = "".join(f"<p bgcolor=#{n:06x}>x" for n in range(3000))
    assert sanitize(many, DARK).html.count("light-dark") == 500
