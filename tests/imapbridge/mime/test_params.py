from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.mime.params import join_params, parse_field


@pytest.mark.parametrize(
    ("raw", "value", "params"),
    [
        (b"text/plain", "text/plain", {}),
        (b"Text/HTML; Charset=UTF-8", "text/html", {"charset": "UTF-8"}),
        (b'a/b; name="x; y.pdf"; c=d', "a/b", {"name": "x; y.pdf", "c": "d"}),
        (b'a/b; name="say \\"hi\\""', "a/b", {"name": 'say "hi"'}),
        (b"a/b; name*=utf-8''%C3%A9t%C3%A9.txt", "a/b", {"name": "été.txt"}),
        (b"a/b; name*=iso-8859-1'en'caf%E9", "a/b", {"name": "café"}),
        (b"a/b; name*0=long; name*1=er; name*2=.txt", "a/b", {"name": "longer.txt"}),
        (b"a/b; name*1*=%A9.txt; name*0*=utf-8''caf%C3", "a/b", {"name": "café.txt"}),
        (b"a/b; name*0*=utf-8''a%20; name*1=b%20", "a/b", {"name": "a b%20"}),
        (b'a/b; name="=?utf-8?q?=C3=A9.txt?="', "a/b", {"name": "é.txt"}),
        (b'a/b; name*0="=?utf-8?q?=C3"; name*1="=A9?="', "a/b", {"name": "é"}),
        ('a/b; name="grüße.txt"'.encode(), "a/b", {"name": "grüße.txt"}),
        (b"a/b; name=plain.txt; name*=utf-8''%C3%A9", "a/b", {"name": "é"}),
        (b"a/b; x=1; x=2", "a/b", {"x": "1"}),
        (b"a/b;; ; x", "a/b", {"x": ""}),
        (b"a/b (comment); x=y (comment)", "a/b", {"x": "y"}),
        (b'a/b; x="never closed', "a/b", {"x": "never closed"}),
        (b'a/b;\r\n\tx="fol\r\n ded"', "a/b", {"x": "fol ded"}),
        (b"", "", {}),
    ],
)
def test_parse_field(raw: bytes, value: str, params: dict[str, str]) -> None:
    assert parse_field(raw) == (value, params)


def test_a_servers_list_is_joined_too() -> None:
    assert join_params([("filename*0*", b"utf-8''a%C3"), ("filename*1*", b"%A9")]) == {"filename": "aé"}


@given(
    st.lists(
        st.sampled_from([b";", b"=", b'"', b"\\", b"*", b"'", b"%", b"*0", b"name", b" "]) | st.binary(max_size=5)
    ).map(b"".join)
)
def test_any_field_parses(raw: bytes) -> None:
    value, params = parse_field(raw)
    for text in (value, *params, *params.values()):
        text.encode("utf-8")


def test_twenty_thousand_parameters_are_cut() -> None:
    assert len(parse_field(b"a/b" + b"".join(b"; p%d=x" % n for n in range(20_000)))[1]) <= 200
