"""Lists that show each message by itself: pages, what is done to rows, what changed, and reading one alone."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Preferences
from imapbridge import queries
from imapbridge.actions import whole
from imapbridge.models import Entry, Job, Mailbox, MailboxThread, Message
from imapbridge.search import catching_up
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import rows, tags
from tests.webmail.views.test_acting import DEEDS, LATER, SCRIPT, held
from tests.webmail.views.test_mailboxes import applied, state

AT = 1_700_000_000


@pytest.fixture(autouse=True)
def by_message(alice: Person) -> None:
    Preferences.objects.create(user=alice.user, is_flat=True)


@pytest.fixture
def talk(alice: Person) -> list[Message]:
    """Nine messages in three conversations, written by turns; every second one unread, every third starred."""
    made: list[Message] = []
    for n in range(9):
        thread = made[n % 3].thread if n > 2 else None
        made.append(
            factories.message(
                alice.inbox,
                f"Message {n}",
                seen=n % 2 == 0,
                flagged=n % 3 == 0,
                thread=thread,
                sort_at=AT + n,
                text="x",
            )
        )
    return made


def key(message: Message) -> int:
    return queries.FIRST_MESSAGE + message.pk


def act(person: Person, box: Mailbox, deed: str, *made: Message, **fields: Any) -> Any:
    """As the buttons of such a list do."""
    chosen = {"c": [key(one) for one in made], "do": deed} | fields
    return person.client.post(f"/mailbox/{box.pk}/act?in={box.pk}&flat=1", chosen, headers=SCRIPT)


def walk(person: Person, address: str) -> tuple[list[int], list[str]]:
    """Every row from the top down, and the addresses of the pages."""
    seen, pages = list[int](), list[str]()
    while address:
        html = person.text(address)
        seen, pages = [*seen, *rows(html)], [*pages, address]
        older = tags(html, "a", id="older")
        address = older[0]["href"] if older else ""
    return seen, pages


@pytest.mark.parametrize("choice", ["", "?only=unread", "?only=starred", "?sort=unread"])
def test_every_message_is_a_row_once(alice: Person, choice: str) -> None:
    box = factories.fill_mailbox(alice.account, 230, "Archive", special_use="archive")
    together = [int(one) for one in Entry.objects.filter(mailbox=box).values_list("thread", flat=True)[100:130]]
    Entry.objects.filter(mailbox=box, thread__in=together).update(thread=together[0])
    Message.objects.filter(thread__in=together).update(thread=together[0])
    MailboxThread.objects.filter(mailbox=box, thread__in=together[1:]).update(count=0)
    seen, pages = walk(alice, f"/mailbox/{box.pk}/{choice}")
    filters = {"?only=unread": {"seen": False}, "?only=starred": {"flagged": True}}
    wanted = Entry.objects.filter(mailbox=box, **filters.get(choice, {}))
    order = ["seen", "-sort_at", "-message"] if "sort" in choice else ["-sort_at", "-message"]
    assert seen == [queries.FIRST_MESSAGE + one.message_id for one in wanted.order_by(*order)]
    up = [pages[-1]]
    while newer := [one for one in tags(alice.text(up[-1]), "a", **{"class": "older"}) if "id" not in one]:
        up.append(newer[0]["href"])
    assert up == pages[::-1]


def test_a_row_says_who_wrote_it_or_whom_it_is_for(alice: Person, talk: list[Message]) -> None:
    sent = factories.mailbox(alice.account, "Sent", special_use="sent")
    mine = factories.message(sent, "Mine", sender=("Alice", "alice@example.com"))
    Message.objects.filter(pk=mine.pk).update(recipients={"to": [["Marta", "m@example.org"]]})
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert "Unread, Wren Calloway, Message 7, " in rows(page)[key(talk[7])]
    assert "Marta, Mine" in alice.text(f"/mailbox/{sent.pk}/")


def test_a_message_is_read_without_its_conversation(
    alice: Person, talk: list[Message], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    link = f"/message/{talk[4].pk}/?in={alice.inbox.pk}&flat=1"
    assert link.replace("&", "&amp;") in alice.text(f"/mailbox/{alice.inbox.pk}/")
    with django_assert_max_num_queries(6):
        page = alice.text(link)
    assert f'data-thread="{key(talk[4])}"' in page and page.count('<article class="msg') == 1
    assert page.count("is-open") == 1 and f'is-open" id="c{key(talk[4])}"' in page
    (newer,), (older,) = (tags(page, "button", id=name) for name in ("newer", "older-conversation"))
    assert newer["formaction"] == f"/message/{talk[5].pk}/" and older["formaction"] == f"/message/{talk[3].pk}/"
    assert page.count('name="flat" value="1"') == 1
    first = alice.text(f"/message/{talk[8].pk}/")
    assert f'data-thread="{key(talk[8])}"' in first and f'formaction="/message/{talk[7].pk}/"' in first


def test_marks_are_of_the_message_alone(alice: Person, talk: list[Message]) -> None:
    alice.client.post(f"/message/{talk[7].pk}/flags?in={alice.inbox.pk}&flat=1", {"seen": "1"})
    alice.client.post(f"/message/{talk[6].pk}/flags?in={alice.inbox.pk}&flat=1", {"flagged": "0"})
    assert {one.message_id for one in Entry.objects.filter(seen=False)} == {talk[n].pk for n in (1, 3, 5)}
    assert {one.message_id for one in Entry.objects.filter(flagged=True)} == {talk[n].pk for n in (0, 3)}


@pytest.mark.parametrize("deed", [*DEEDS, "delete"])
def test_a_page_and_its_changes_equal_a_fresh_page(alice: Person, talk: list[Message], deed: str) -> None:
    for use in ("archive", "junk", "trash"):
        factories.mailbox(alice.account, name=use, special_use=use)
    lease = factories.mailbox(alice.account, name="Lease")
    for n, choice in enumerate(("", "&only=unread", "&only=starred", "&sort=unread")):
        page = alice.text(f"/mailbox/{alice.inbox.pk}/?{choice}")
        act(alice, alice.inbox, deed, talk[2 * n], talk[2 * n + 1], to=lease.pk, sure="1", label="Fair", until=LATER)
        fresh = alice.text(f"/mailbox/{alice.inbox.pk}/?{choice}")
        told = alice.text(f"/mailbox/{alice.inbox.pk}/changes?flat=1&since={state(page)}{choice}")
        if "sort" in choice:  # two runs, each of which the script keeps in order
            assert set(applied(rows(page), told).items()) == set(rows(fresh).items())
        else:
            assert applied(rows(page), told) == rows(fresh)
    if deed in ("archive", "trash", "junk", "move", "delete", "snooze"):
        assert held(alice.inbox) == {talk[8].pk}


def test_rows_of_another_page_mean_what_they_meant_there(alice: Person, talk: list[Message]) -> None:
    """A tab that was open when its person chose otherwise."""
    archive = factories.mailbox(alice.account, "Archive", special_use="archive")
    address = f"/mailbox/{alice.inbox.pk}/act?in={alice.inbox.pk}"
    alice.client.post(address, {"do": "archive", "c": [talk[0].thread]})
    assert held(archive) == {talk[n].pk for n in (0, 3, 6)}
    Preferences.objects.update(is_flat=False)
    act(alice, alice.inbox, "archive", talk[1])
    assert held(archive) == {talk[n].pk for n in (0, 1, 3, 6)}


def test_everything_is_each_message_that_the_list_shows(alice: Person, talk: list[Message]) -> None:
    archive = factories.mailbox(alice.account, "Archive", special_use="archive")
    address = f"/mailbox/{alice.inbox.pk}/act?in={alice.inbox.pk}&only=unread&flat=1"
    answer = alice.client.post(address, {"do": "archive", "all": "1"}, headers=SCRIPT)
    assert held(archive) == {talk[n].pk for n in (1, 3, 5, 7)}
    job = Job.objects.get()
    assert (job.total, job.done) == (4, 4) and job.finished_at
    alice.client.post(answer.json()["undo"])
    whole.go_on(Job.objects.latest("pk").pk)
    assert held(alice.inbox) == {one.pk for one in talk}
    alice.client.post(f"/mailbox/{alice.inbox.pk}/act?in={alice.inbox.pk}&flat=1", {"do": "star", "all": "1"})
    assert Entry.objects.filter(flagged=True, expunged=False).count() == 9


def test_a_message_that_is_there_twice_is_one_row(alice: Person, talk: list[Message]) -> None:
    twice = Entry.objects.get(message=talk[8])
    Entry.objects.create(
        account=alice.account, mailbox=alice.inbox, message=talk[8], uid=99, thread=twice.thread, sort_at=AT + 8,
        seen=False, state=twice.state,
    )  # fmt: skip
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert len(rows(page)) == 9 and "is-unread" in rows(page)[key(talk[8])]
    factories.mailbox(alice.account, "Archive", special_use="archive")
    act(alice, alice.inbox, "archive", talk[8])
    told = alice.text(f"/mailbox/{alice.inbox.pk}/changes?flat=1&since={state(page)}")
    assert applied(rows(page), told) == rows(alice.text(f"/mailbox/{alice.inbox.pk}/")) and len(rows(page)) == 9


def test_all_inboxes_too(alice: Person, talk: list[Message], django_assert_max_num_queries: Any) -> None:
    fair = factories.mailbox(factories.another(alice.user))
    other = factories.message(fair, "Stand 14", sort_at=AT + 50)
    page = alice.text("/inbox/")
    assert [one % 10**12 for one in rows(page)] == [fair.pk] + 9 * [alice.inbox.pk]
    archive = factories.mailbox(alice.account, "Archive", special_use="archive")
    chosen = [*rows(page)][1]
    alice.client.post("/inbox/act?flat=1", {"do": "archive", "c": [chosen]})
    assert held(archive) == {talk[8].pk} and held(fair) == {other.pk}
    since = tags(page.replace("mail-list", "li"), "li", id="list")[0]["data-state"]
    told = alice.text(f"/inbox/changes?flat=1&since={since}")
    assert applied(rows(page), told) == rows(alice.text("/inbox/"))


@pytest.mark.parametrize("size", [10, 2_000])
def test_a_page_takes_six_queries_at_any_size_and_depth(
    alice: Person, django_assert_max_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    box = factories.fill_mailbox(alice.account, size, "Archive", special_use="archive")
    oldest = box.entries.order_by("uid").values_list("sort_at", flat=True)[4]
    alice.get("/")
    for choice in ("", f"before={oldest}.0", "sort=unread", f"sort=unread&before={oldest}.0", "only=unread"):
        with django_assert_max_num_queries(6):
            assert rows(alice.text(f"/mailbox/{box.pk}/?{choice}"))
    with django_assert_max_num_queries(6):
        alice.text(f"/mailbox/{box.pk}/changes?flat=1&since=1")


def test_what_a_search_finds_are_messages_as_well(
    alice: Person, talk: list[Message], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sent = factories.mailbox(alice.account, "Sent", special_use="sent")
    mine = factories.message(sent, "Message of mine", thread=talk[0].thread, sort_at=AT + 20)
    archive = factories.mailbox(alice.account, "Archive", special_use="archive")
    catching_up.catch_up(alice.account.pk)
    with django_assert_max_num_queries(6):
        page = alice.text("/search?q=message")
    assert [*rows(page)] == [key(mine), *(key(one) for one in reversed(talk))]
    assert [*rows(alice.text("/search?q=message&sort=best"))] and "&amp;flat=1" in rows(page)[key(talk[0])]
    opened = alice.text(f"/message/{talk[0].pk}/?in={alice.inbox.pk}&q=message&flat=1")
    assert f'data-thread="{key(talk[0])}"' in opened
    answer = alice.client.post(
        "/search/act?q=message&flat=1", {"do": "archive", "c": [key(talk[0]), key(talk[4])]}, headers=SCRIPT
    )
    assert held(archive) == {talk[0].pk, talk[4].pk} and answer.json()["said"] == "Archived 2 messages"
    alice.client.post("/search/act?q=message+is:unread&flat=1", {"do": "archive", "all": "1"}, headers=SCRIPT)
    job = Job.objects.get()
    while whole.go_on(job.pk):
        pass
    assert held(archive) == {talk[n].pk for n in (0, 1, 3, 4, 5, 7)}
    job.refresh_from_db()
    assert job.done == 4
