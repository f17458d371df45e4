from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.mime.parse import parse
from imapbridge.mime.parts import attachments, by_content_id, by_section, choose_body
from imapbridge.terms.part import Part
from tests.mail import messages


@pytest.mark.parametrize(
    ("name", "shown", "related", "attached"),
    [
        ("plain", ["1"], [], []),
        ("alternative", ["2"], [], []),
        ("apple", ["1", "3"], [], ["2"]),
        ("outlook", ["1.1.2"], ["1.2", "1.3"], ["2"]),
        ("signed", ["1"], [], []),
        ("list-footer", ["1", "2"], [], []),
        ("forwarded", ["1"], [], ["2", "3"]),
        ("invitation", ["2"], [], ["3"]),
        ("digest", [], [], ["1", "2"]),
        ("bounce", ["1"], [], ["2", "3"]),
    ],
)
def test_choose_body(name: str, shown: list[str], related: list[str], attached: list[str]) -> None:
    choice = choose_body(parse(messages.HONEST[name]).root)
    assert [part.section for part in choice.shown] == shown
    assert [part.section for part in choice.related] == related
    assert [part.section for part in choice.attached] == attached


def test_plain_text_can_be_preferred() -> None:
    choice = choose_body(parse(messages.ALTERNATIVE).root, prefer="text/plain")
    assert [part.section for part in choice.shown] == ["1"]
    assert not choice.is_html


def leaf(section: str, media_type: str, **more: str | int) -> Part:
    return Part(section, media_type, **{"size": 10, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "is_shown"),
    [
        (leaf("1", "text/plain"), True),
        (leaf("1", "text/html", filename="a.html"), True),
        (leaf("1", "text/x-patch"), True),
        (leaf("1", "text/x-patch", filename="a.patch"), False),
        (leaf("1", "text/calendar"), False),
        (leaf("1", "text/plain", disposition="attachment"), True),
        (leaf("1", "text/plain", disposition="attachment", filename="a.txt"), False),
        (leaf("1", "application/pdf"), False),
    ],
)
def test_a_message_of_one_part(part: Part, is_shown: bool) -> None:
    choice = choose_body(part)
    assert bool(choice.shown) is is_shown
    assert bool(choice.attached) is not is_shown


def test_a_text_file_sent_along_is_attached() -> None:
    root = Part(
        "",
        "multipart/mixed",
        parts=(leaf("1", "text/plain"), leaf("2", "text/plain", disposition="inline", filename="n.txt")),
    )
    assert [part.section for part in attachments(root)] == ["2"]


def test_an_empty_alternative_does_not_win() -> None:
    root = Part("", "multipart/alternative", parts=(leaf("1", "text/plain"), leaf("2", "text/html", size=0)))
    assert [part.section for part in choose_body(root).shown] == ["1"]


def test_alternatives_of_unknown_size_are_still_shown() -> None:
    root = Part("", "multipart/alternative", parts=(leaf("1", "text/plain", size=0), leaf("2", "text/html", size=0)))
    assert len(choose_body(root).shown) == 1


def test_an_attachment_inside_the_lost_alternative_is_listed() -> None:
    mixed = Part(
        "1", "multipart/mixed", parts=(leaf("1.1", "text/plain"), leaf("1.2", "application/pdf", filename="a.pdf"))
    )
    root = Part("", "multipart/alternative", parts=(mixed, leaf("2", "text/html")))
    assert [part.section for part in attachments(root)] == ["1.2"]


def test_related_parts_are_attachments_unless_referenced() -> None:
    root = parse(messages.OUTLOOK).root
    assert [part.section for part in attachments(root)] == ["1.2", "1.3", "2"]
    assert [part.section for part in attachments(root, referenced={"logo@x"})] == ["1.3", "2"]


def test_finding_parts() -> None:
    root = parse(messages.FORWARDED).root
    found = by_section(root, "2.2")
    assert found is not None
    assert found.media_type == "text/html"
    assert by_section(root, "2") is root.parts[1]
    assert by_section(root, "9") is None
    logo = by_content_id(parse(messages.OUTLOOK).root, "<LOGO@x>")
    assert logo is not None
    assert logo.filename == "logo.png"
    assert by_content_id(root, "") is None


LEAVES = st.builds(
    leaf,
    st.just("1"),
    st.sampled_from(["text/plain", "text/html", "image/png", "text/calendar", "application/pdf", "message/rfc822"]),
    disposition=st.sampled_from(["", "inline", "attachment"]),
    filename=st.sampled_from(["", "a.txt"]),
    content_id=st.sampled_from(["", "x@y"]),
    size=st.sampled_from([0, 10]),
)
TREES = st.recursive(
    LEAVES,
    lambda children: st.builds(
        lambda kind, parts: Part("", f"multipart/{kind}", parts=tuple(parts)),
        st.sampled_from(["mixed", "alternative", "related", "signed", "digest", "odd"]),
        st.lists(children, max_size=4),
    ),
    max_leaves=20,
)


@given(TREES, st.sampled_from(["text/html", "text/plain"]))
def test_no_file_is_lost(root: Part, prefer: str) -> None:
    """Every leaf that is not text is shown, related or attached; nothing appears twice."""
    choice = choose_body(root, prefer)
    placed = [id(part) for part in (*choice.shown, *choice.related, *choice.attached)]
    assert len(placed) == len(set(placed))
    files = [part for part in root.walk() if not part.is_multipart and not part.media_type.startswith("text/")]
    assert {id(part) for part in files} <= set(placed)


def test_a_tree_deeper_than_any_is_not_followed() -> None:
    root = leaf("1", "text/plain")
    for _ in range(3000):
        root = Part("", "multipart/mixed", parts=(root,))
    assert len(choose_body(root).attached) == 1
