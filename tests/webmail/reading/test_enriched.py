"""text/enriched and text/richtext, as HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webmail.reading.safety import faults
from webmail.reading.enriched import to_html
from webmail.reading.sanitize import sanitize

WRITTEN = {
    "<bold>Now</bold> is\r\nthe <italic>time</italic>": "<b>Now</b> is the <i>time</i>",
    "one\r\n\r\ntwo\r\n\r\n\r\nthree": "one<br>two<br><br>three",
    "2 << 3 & <unknown>4</unknown>": "2 &lt; 3 &amp; 4",
    "<color><param>red</param>Hot</color>": '<font color="red">Hot</font>',
    "<color><param>FFFF,0000,7fff</param>Hot</color>": '<font color="#FF007f">Hot</font>',
    "<fontfamily><param>\"><script></param>x</fontfamily>": '<font face="&quot;&gt;">x</font>',
    "<color>x</color>": "<font>x</font>",
    "<nofill>a\r\n  b</nofill>": "<pre>a\n  b</pre>",
    "<excerpt>said</excerpt>": "<blockquote>said</blockquote>",
    "<lang><param>en</param>words</lang>": "words",
    "<script>alert(1)</script>": "alert(1)",
}  # fmt: skip


@pytest.mark.parametrize(("text", "html"), WRITTEN.items())
def test_written(text: str, html: str) -> None:
    assert to_html(text) == html


def test_its_forerunner() -> None:
    assert to_html("a<nl>b <lt>c\r\n\r\nd", "text/richtext") == "a<br>b &lt;c d"


@given(st.lists(st.sampled_from([*WRITTEN, "<param>", "</param>", "<nofill>", "<", "\n", "<a href=x>"]), max_size=8))
def test_anything_is_safe_behind_the_gate(pieces: list[str]) -> None:
    assert faults(sanitize(to_html("".join(pieces))).html) == []
