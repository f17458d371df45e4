"""What an HTML letter quotes at its end is folded, and nothing that its writer says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail import hostile
from tests.webmail.reading.safety import faults, visible_text
from webmail.reading.quotes import QuoteLabel, fold
from webmail.reading.sanitize import Options, sanitize

LABEL = QuoteLabel("Show <quoted> text", "Hide <quoted> text")
OPTIONS = Options(quote_label=LABEL)
SUMMARY = (
    '<details class="quote"><summary><span class="quote-show">Show &lt;quoted&gt; text</span>'
    '<span class="quote-hide">Hide &lt;quoted&gt; text</span></summary>'
)
GMAIL = (
    '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Thu, Ann wrote:<br></div>'
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">Are you in?<blockquote>Deeper</blockquote></blockquote>'
)
OUTLOOK = (
    '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Ann</p></div></div><p>Are you in?'
)
APPLE = '<br><blockquote type="cite"><div>On 12 Mar, Ann wrote:</div>Are you in?</blockquote>'
THUNDERBIRD = '<div class="moz-cite-prefix">Ann wrote:</div><blockquote type=cite>Are you in?</blockquote>'
ON_THE_WEB = '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: Ann</div>Are you in?'
FORWARDED = '<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------</div>x</div>'
CITED = '<blockquote type="cite">Are you in?</blockquote>'
QUOTED = {
    "gmail": f"<div dir=ltr>Yes.</div><br>{GMAIL}</div>",
    "gmail with an empty end": f"<div dir=ltr>Yes.</div><br>{GMAIL}</div><br><div>&nbsp;</div>",
    "apple": f"<body>Yes.<div>{APPLE}</div>",
    "thunderbird": f"<p>Yes.</p>{THUNDERBIRD}",
    "outlook": f"<div class=WordSection1><p>Yes.</p>{OUTLOOK}</div>",
    "outlook on the web": f"<div>Yes.</div>{ON_THE_WEB}",
    "only a picture above": f'<img src="cid:yes">{GMAIL}</div>',
    "never closed": f"<p>Yes.</p>{GMAIL}",
}
LEFT = {
    "no mark": "<p>Yes.</p><blockquote>A saying</blockquote>",
    "nothing above": f"<style>p{{}}</style><p>&nbsp;</p>{GMAIL}</div>",
    "answered below": f"<p>Hi</p>{GMAIL}</div><p>Yes, I am.</p>",
    "answered between": f"<p>Hi</p>{CITED}Yes.{CITED}",
    "forwarded": f"<p>FYI</p>{FORWARDED}",
    "forwarded by apple": '<p>FYI</p><blockquote type="cite"><div>Begin forwarded message:</div>x</blockquote>',
}


@pytest.mark.parametrize("name", QUOTED)
def test_a_quoted_end_is_folded(name: str) -> None:
    safe = sanitize(QUOTED[name], OPTIONS).html
    above, folded = safe.split(SUMMARY)
    assert "Yes." in above or "<img" in above
    folded, below = folded.split("</details>")
    assert "Ann" not in above
    assert "Ann" in folded
    assert "Are you in?" in folded
    assert not visible_text(below).strip()
    assert "<details" not in sanitize(QUOTED[name]).html


@pytest.mark.parametrize("name", LEFT)
def test_what_is_said_is_never_folded(name: str) -> None:
    assert fold(LEFT[name], LABEL) == LEFT[name]


@pytest.mark.parametrize("name", hostile.VECTORS)
@pytest.mark.parametrize(
    "around",
    [
        "<p>before</p><blockquote type=cite>{}</blockquote>",
        "<p>before</p>{}<div class=gmail_quote>end",
        "<p>before</p><a title='{}<div class=gmail_quote>'>after</a>",
    ],
)
def test_hostile_markup_around_a_quote_is_harmless(name: str, around: str) -> None:
    safe = sanitize(around.replace("{}", hostile.VECTORS[name]), OPTIONS).html
    assert faults(safe) == []
    assert "before" in visible_text(safe)


PIECES = [
    "<blockquote type=cite>",
    "</blockquote>",
    "<div class='gmail_quote'>",
    "</div>",
    "text",
    "<!--",
    "-->",
    '"',
    "<",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_folding_only_adds(html: str) -> None:
    assert fold(html, LABEL).replace(SUMMARY, "", 1) == html
