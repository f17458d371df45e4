"""The tokenizer: what is well written comes back, and nothing makes it fail, recurse or crawl."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.wire.tokens import MAX_DEPTH, parse

ATOMS = (
    st.text(st.sampled_from("abcXYZ019.-+/:$\\_"), min_size=1, max_size=9)
    .map(str.encode)
    .filter(lambda a: a.upper() != b"NIL")
)
STRINGS = st.binary(max_size=20).map(lambda data: data.replace(b"\0", b""))
VALUES = st.recursive(st.one_of(st.none(), ATOMS, STRINGS), lambda inner: st.lists(inner, max_size=5), max_leaves=25)


class Writer:
    """Writes values as a server might, choosing among the forms of a string."""

    def __init__(self, draw):
        self.draw, self.literals = draw, []

    def write(self, value):
        if value is None:
            return self.draw(st.sampled_from([b"NIL", b"nil"]))
        if isinstance(value, list):
            return b"(" + b" ".join(map(self.write, value)) + b")"
        if (
            value
            and value.isascii()
            and value.replace(b".", b"x").isalnum()
            and value.upper() != b"NIL"
            and self.draw(st.booleans())
        ):
            return value
        if b"\r" in value or b"\n" in value or self.draw(st.booleans()):
            self.literals.append(value)
            return b"\0"
        return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


@given(st.data(), st.lists(VALUES, max_size=6))
def test_round_trip(data, values):
    writer = Writer(data.draw)
    text = b" ".join(map(writer.write, values))
    assert parse(text, writer.literals) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b"a  b", [b"a", b"b"]),
        (b"(a(b)c)", [[b"a", [b"b"], b"c"]]),
        (b'"a"("b")', [b"a", [b"b"]]),
        (b"((a)", [[[b"a"]]]),
        (b"a) b", [b"a", b"b"]),
        (b'"not closed (a)', [b"not closed (a)"]),
        (b'"', [b""]),
        (b'"he said "yes" to me"', [b'he said "yes', b'to', b'me"']),
        (b'("<a"b@x>" NIL)', [[b'<a"b@x>', None]]),
        (b'"NIL" NIL nil', [b"NIL", None, None]),
        (b"BODY[HEADER.FIELDS (TO CC)]<0> x", [b"BODY[HEADER.FIELDS (TO CC)]<0>", b"x"]),
        (b'BODY[HEADER.FIELDS ("TO")] x', [b'BODY[HEADER.FIELDS ("TO")]', b"x"]),
        (b"body[1.mime] binary.size[2] 5", [b"body[1.mime]", b"binary.size[2]", b"5"]),
        (b"(a[b c]d [e \\Seen)", [[b"a[b", b"c]d", b"[e", b"\\Seen"]]),
        (b"(x[ (y)", [[b"x[", [b"y"]]]),
        ("(Größe \"Größe\")".encode(), [["Größe".encode(), "Größe".encode()]]),
        (b"\0\0 \0", [b"1", b"2", b""]),
        (b"", []),
    ],
)  # fmt: skip
def test_tolerates(text, values):
    assert parse(text, [b"1", b"2"]) == values


def test_flattens_what_is_too_deep():
    [value] = parse(b"(" * 5000 + b"x" + b")" * 4999 + b" y)")
    depth = 1
    while isinstance(value[0], list):
        value, depth = value[0], depth + 1
    assert depth == MAX_DEPTH
    assert parse(b"(" * 5000 + b")" * 5000 + b" end")[1:] == [b"end"]


@given(st.binary(max_size=300))
def test_any_octets_give_values(text):
    parse(text)


@pytest.mark.parametrize(
    "evil", [b'"', b'"a', b'"\\', b"(", b"BODY[", b'("" NIL "', b'a"', b"[(", b'("" NIL "" "', b"x[y ("]
)
def test_takes_linear_time(evil):
    """In a megabyte of it, anything worse would not end."""
    assert parse(evil * (1_000_000 // len(evil)))
