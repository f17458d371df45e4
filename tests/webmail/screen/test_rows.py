"""What a row of the list says."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.safestring import SafeString

from imapbridge.queries import Conversation
from webmail import partials
from webmail.screen.clock import Clock
from webmail.screen.rows import Place, RowWriter

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def conversation(**fields: Any) -> Conversation:
    values: dict[str, Any] = {
        "thread": 8, "message": 21, "subject": "Van", "senders": '[["Wren Calloway", "wren@example.org"]]',
        "total": 1, "unread": 0, "flagged": 0, "has_attachment": False, "preview": "At 07:30",
        "sort_at": int(NOW.timestamp()) - 600, "state": 1,
    }  # fmt: skip
    return Conversation(**values | fields)


def writer() -> RowWriter:
    return RowWriter(Clock(UTC, NOW), Place(4), "noor@example.com")


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({}, "Wren Calloway, Van, 11:50"),
        ({"unread": 1}, "Unread, Wren Calloway, Van, 11:50"),
        ({"has_attachment": True}, "Wren Calloway, Van, has attachment, 11:50"),
        ({"total": 5, "has_attachment": True}, "Wren Calloway, Van, 5 messages, has attachment, 11:50"),
        ({"total": 2, "unread": 2}, "Unread, Wren Calloway, Van, 2 messages, 11:50"),
        (
            {"total": 2, "unread": 2, "has_attachment": True},
            "Unread, Wren Calloway, Van, 2 messages, has attachment, 11:50",
        ),
        ({"unread": 1, "has_attachment": True}, "Unread, Wren Calloway, Van, has attachment, 11:50"),
        ({"total": 3}, "Wren Calloway, Van, 3 messages, 11:50"),
        ({"subject": "{0} {names} %s"}, "Wren Calloway, {0} {names} %s, 11:50"),
        ({"subject": ""}, "Wren Calloway, (no subject), 11:50"),
    ],
)
def test_the_accessible_name(fields: dict[str, Any], label: str) -> None:
    assert writer().row(conversation(**fields)).label == label


def test_an_unread_starred_row() -> None:
    row = writer().row(conversation(unread=1, flagged=True))
    assert row.css == "row is-unread"
    assert (row.starred, row.star, row.star_label) == ("true", "0", "Star: Van")
    assert (row.seen, row.seen_label) == ("1", "Mark as read: Van")


def test_a_read_row_that_is_open() -> None:
    row = writer().row(conversation(), current=True)
    assert (row.css, row.current) == ("row is-open", "true")
    assert (row.starred, row.star, row.seen, row.seen_label) == ("false", "1", "0", "Mark as unread: Van")


def test_links_carry_the_way_back() -> None:
    place = Place(4, before="177.8", only="unread")
    row = RowWriter(Clock(UTC, NOW), place, "").row(conversation())
    assert row.link == "/message/21/?in=4&before=177.8&only=unread"
    assert row.flags == "/message/21/flags?in=4&before=177.8&only=unread"
    assert place.address == "/mailbox/4/?before=177.8&only=unread"
    assert Place(4).address == "/mailbox/4/"


HOSTILE = '"><script>alert(1)</script>{{ x }}{% y %}{0}&amp;'


@pytest.mark.threat("B1")
def test_hostile_text_is_escaped_in_every_field() -> None:
    row = writer().row(
        conversation(subject=HOSTILE, preview=HOSTILE, senders=json.dumps([[HOSTILE, f"{HOSTILE}@example.org"]]))
    )
    html = partials.printed([row])
    assert isinstance(html, SafeString)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 6
    assert "{{ x }}{% y %}{0}&amp;amp;" in html


@pytest.mark.parametrize(("hours", "date"), [(1, "11:00"), (24, "Wed 11 Mar"), (24 * 7, "Thu 5 Mar")])
def test_a_row_under_no_heading_of_a_day_names_its_day(hours: int, date: str) -> None:
    item = conversation(sort_at=int(NOW.timestamp()) - hours * 3600)
    row = RowWriter(Clock(UTC, NOW), Place(4, sort="unread"), "noor@example.com").row(item)
    assert row.date == date
    assert row.label.endswith(f", {date}")


def test_labels_stand_before_the_preview() -> None:
    words = ["$Forwarded", "$label2", "Extra", "Fair", "Needs_reply", "NonJunk"]
    html = partials.printed([writer().row(conversation(keywords=json.dumps(words)))])
    assert re.findall(r'class="chip"[^>]*>([^<]*)<', html) == ["Extra", "Fair", "Needs reply"], (
        "as many as there is room"
    )
    assert 'data-labels="Extra Fair Needs_reply $label2"' in html
    assert html.index("Needs reply") < html.index("At 07:30")
    plain = partials.printed([writer().row(conversation(keywords='["$Forwarded"]'))])
    assert plain == partials.printed([writer().row(conversation())])


def test_a_hostile_label_is_escaped() -> None:
    row = writer().row(conversation(keywords=json.dumps(["<script>&ADwAcw-"])))
    assert "<script" not in partials.printed([row])
