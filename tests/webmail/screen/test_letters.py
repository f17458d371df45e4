"""Which messages of a conversation are folded, and what a letter says of itself."""

from datetime import UTC, datetime
from typing import Any

import pytest

from imapbridge.queries import MessageItem
from webmail.screen.clock import Clock
from webmail.screen.letters import ALL, ONE, Folded, LetterWriter, Run, Text, conversation, folded, open_ids


def item(number: int, **fields: Any) -> MessageItem:
    values: dict[str, Any] = {
        "id": number,
        "thread": 7,
        "subject": "Van",
        "message_id": "",
        "date": None,
        "sort_at": number * 3600,
        "size": 0,
        "sender_name": "Tomás Lindqvist",
        "sender_address": "tomas@press.example.com",
        "recipients": {},
        "structure": None,
        "has_attachment": False,
        "preview": "",
        "list_id": "",
        "seen": True,
        "flagged": False,
        "answered": False,
        "draft": False,
        "keywords": [],
        "mailboxes": [1],
    }
    return MessageItem(**values | fields)


def shape(messages: list[MessageItem], opened: int, wanted: str = "") -> str:
    """`o` an open message, `-` a folded line, a digit a run of so many."""
    shown = open_ids(messages, opened, wanted)
    marks = (
        str(each.count) if isinstance(each, Run) else "o" if each.id in shown else "-"
        for each in folded(messages, shown, wanted)
    )
    return "".join(marks)


@pytest.mark.parametrize(
    ("count", "opened", "unread", "expected"),
    [
        (1, 1, (), "o"),
        (2, 2, (), "-o"),
        (2, 1, (), "oo"),
        (4, 4, (), "---o"),
        (5, 5, (), "-2-o"),
        (12, 12, (), "-9-o"),
        (12, 12, (3,), "--o-6-o"),
        (12, 6, (), "-3-o-3-o"),
    ],
)
def test_folding(count: int, opened: int, unread: tuple[int, ...], expected: str) -> None:
    assert shape([item(n, seen=n not in unread) for n in range(1, count + 1)], opened) == expected


def test_everything_open() -> None:
    assert shape([item(n) for n in range(1, 8)], 7, ALL) == "ooooooo"


def test_only_one_message() -> None:
    assert shape([item(n, seen=False) for n in range(1, 8)], 3, ONE) == "o6"
    assert shape([item(1)], 1, ONE) == "o"


def test_only_the_newest_unread_messages_are_open() -> None:
    messages = [item(n, seen=False) for n in range(1, 101)]
    assert shape(messages, 100) == "-78-" + "o" * 20
    assert shape(messages, 1) == "o-77-" + "o" * 20


def test_of_everything_only_the_newest_are_open_and_the_others_are_lines() -> None:
    messages = [item(n) for n in range(1, 101)]
    assert shape(messages, 100, ALL) == "-" * 50 + "o" * 50
    assert shape(messages, 3, ALL) == "--o" + "-" * 47 + "o" * 50


def test_the_run_says_how_many() -> None:
    messages = [item(n) for n in range(1, 6)]
    runs = [each.label for each in folded(messages, {5}) if isinstance(each, Run)]
    assert runs == ["Show 2 earlier messages"]


def test_a_conversation_opens_at_the_first_unread_message() -> None:
    messages = [item(1), item(2, seen=False), item(3, seen=False, flagged=True)]
    writer = LetterWriter(Clock(UTC), "noor@example.com", "in=1")
    open_ones = [writer.letter(each, Text()) for each in messages[1:]]
    shown = conversation(messages, open_ones, opened=3)
    assert (shown.start, shown.unread, shown.seen, shown.starred, shown.star) == (2, True, "1", "true", "0")


@pytest.mark.parametrize(("count", "remain"), [(20, False), (25, True)])
def test_unread_messages_below_the_folds_are_told_of(count: int, remain: bool) -> None:
    messages = [item(n, seen=False) for n in range(1, count + 1)]
    shown = open_ids(messages, count, "")
    items = [writer().letter(each, Text()) for each in messages if each.id in shown]
    assert conversation(messages, list(items), opened=count).unread_below_folds is remain


def test_the_title_is_without_the_mark_of_a_reply() -> None:
    assert conversation([item(1), item(2, subject="Re: Van")], [], opened=2).subject == "Van"


def writer() -> LetterWriter:
    return LetterWriter(Clock(UTC, datetime(2026, 3, 12, 12, 0, tzinfo=UTC)), "noor@example.com", "in=4")


@pytest.mark.parametrize(
    ("recipients", "to"),
    [
        ({}, "to undisclosed recipients"),
        ({"to": [["Noor", "noor@example.com"]]}, "to me"),
        (
            {"to": [["", "noor@example.com"], ["Marta Oliveira", "m@x.example"]], "cc": [["", "ines@x.example"]]},
            "to me, Marta, ines",
        ),
        ({"to": [["Marta Oliveira", "m@x.example"]] * 5}, "to Marta, Marta and 3 others"),
    ],
)
def test_who_it_went_to(recipients: dict[str, Any], to: str) -> None:
    assert writer().letter(item(1, recipients=recipients), Text()).to == to


def test_details_show_addresses_and_no_posing_names() -> None:
    people = {
        "from": [["boss@bank.example", "thief@evil.example"], ["Wren", "wren@example.org"]],
        "reply_to": [["", "other@evil.example"]],
    }
    letter = writer().letter(item(1, recipients=people, date=datetime(2026, 3, 12, 10, 42, tzinfo=UTC)), Text())
    assert [(line.name, line.value) for line in letter.details] == [
        ("From", "thief@evil.example, Wren <wren@example.org>"),
        ("Reply to", "other@evil.example"),
        ("Date", "Thursday 12 March 2026, 10:42 (UTC)"),
    ]


def test_a_folded_line_links_to_its_message_in_its_list() -> None:
    line = writer().fold(item(3, preview="Float: 150"))
    assert isinstance(line, Folded)
    assert (line.link, line.sender.name, line.preview) == ("/message/3/?in=4", "Tomás Lindqvist", "Float: 150")
