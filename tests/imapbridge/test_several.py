"""The list of several mailboxes together, against the same done in Python."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imapbridge import queries
from imapbridge.models import Mailbox, MailboxThread
from tests import factories
from tests.examples import examples

ROW = st.tuples(
    st.integers(0, 2), st.integers(-3, 3), st.integers(0, 4), st.booleans(), st.booleans(), st.integers(0, 4)
)
"""Mailbox, conversation, its moment, whether it is unread and has a star, and messages."""


@pytest.mark.django_db
@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(ROW, unique_by=lambda row: row[:2], max_size=20), only=st.sampled_from(["", "unread", "starred"]),
    sort=st.sampled_from(["", "unread"]), limit=st.integers(1, 4),
)  # fmt: skip
def test_pages_are_what_python_finds(
    inboxes: list[Mailbox], rows: list[tuple[int, int, int, bool, bool, int]], only: str, sort: str, limit: int
) -> None:
    MailboxThread.objects.all().delete()
    MailboxThread.objects.bulk_create(
        MailboxThread(
            account_id=inboxes[at].account_id, mailbox=inboxes[at], thread=thread, latest_id=1, sort_at=moment,
            count=count, unread=int(unread), flagged=int(starred), has_attachment=False, senders=[], state=1,
        )
        for at, thread, moment, unread, starred, count in rows
    )  # fmt: skip
    keys = [box.pk for box in inboxes]
    wanted = [
        (bool(sort) and unread, moment, thread, keys[at])
        for at, thread, moment, unread, starred, count in rows
        if count and (only != "unread" or unread) and (only != "starred" or starred)
    ]
    wanted.sort(reverse=True)
    cursors, pages = [""], list[list[tuple[bool, int, int, int]]]()
    while cursors[-1] or not pages:
        page = queries.together(keys, cursors[-1], only, sort, limit)  # type: ignore[arg-type]
        pages.append([(bool(sort) and row.unread > 0, row.sort_at, row.thread, box) for box, row in page.rows])
        above = queries.together_above(keys, cursors[-1], only, sort, limit)  # type: ignore[arg-type]
        assert above == (cursors[-2] if len(cursors) > 1 else "")
        cursors.append(page.next)
    assert [row for page in pages for row in page] == wanted
    assert all(len(page) == limit for page in pages[:-1])


@pytest.mark.parametrize("before", ["", "1", "1.2", "1.2.3.4", "a.b.c", f"1.2.{2**63}", ".u"])
@pytest.mark.django_db
def test_what_is_no_cursor_is_none(inboxes: list[Mailbox], before: str) -> None:
    keys = [box.pk for box in inboxes]
    factories.message(inboxes[0])
    assert len(queries.together(keys, before).rows) == 1
    assert queries.together_above(keys, before) == ""
    assert queries.together([]).rows == []


@pytest.fixture
def inboxes(db: None) -> list[Mailbox]:
    user, account = factories.person()
    return [factories.mailbox(each) for each in (account, factories.another(user), factories.another(user, "c@d.org"))]


def test_what_changed_in_each(inboxes: list[Mailbox]) -> None:
    one, two, three = inboxes
    factories.message(two, "New")
    factories.message(three, "Newer")
    found = queries.together_changes({one.pk: 1, two.pk: 1, three.pk: 2})
    assert [(one.mailbox, one.row.subject) for one in found.rows] == [(two.pk, "New")]
    assert not found.too_many
    assert queries.together_changes({two.pk: 99}).too_many
    assert queries.together_changes({10**9: 0}).too_many
    Mailbox.objects.filter(pk=one.pk).update(changes_from=5)
    assert queries.together_changes({one.pk: 1, two.pk: 1}).too_many
    assert queries.together_changes({}).rows == []
