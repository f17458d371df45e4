"""What is found at once. These run on SQLite, and once more on PostgreSQL: see `test_postgres.py`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as trying

from imapbridge.models import Body, Entry, Message, MessageText, Mirror, ThreadRef
from imapbridge.search import catching_up, checking, index, ranking
from imapbridge.search.query import parse
from imapbridge.terms.part import Part
from imapbridge.terms.refs import digest
from tests import factories
from tests.examples import examples
from tests.imapbridge.search.conftest import Shelf
from tests.imapbridge.search.test_query import TEXTS

FEBRUARY = 1_770_000_000
"""The 2nd of February 2026."""
REPORT = Part("2", "application/pdf", filename="Rapport-2026.pdf", disposition="attachment")
TWO_PARTS = Part("", "multipart/mixed", parts=(factories.PLAIN, REPORT))

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Letter = Callable[..., int]


def _message_id(message: int) -> str:
    return Message.objects.get(pk=message).message_id


def _refer(message: int) -> None:
    """As the sync does."""
    one = Message.objects.get(pk=message)
    ThreadRef.objects.create(account=one.account, ref=digest(one.message_id), thread=one.thread)


def test_each_operator_finds_its_own(shelf: Shelf, letter: Letter) -> None:
    travel = factories.mailbox(shelf.account, "Co-op/Travel")
    trash = factories.mailbox(shelf.account, "Bin", special_use="trash")
    van = letter("The green van", sort_at=FEBRUARY + 3, preview="Booked from 07:30 for Müller", seen=False)
    rail = letter(
        "Your booking", box=travel, sort_at=FEBRUARY + 2, sender=("Northline Rail", "bookings@northline.example"),
        structure=TWO_PARTS, has_attachment=True, flagged=True, list_id="<news.northline.example>",
    )  # fmt: skip
    tokyo = letter("来月の東京ワークショップ", sort_at=FEBRUARY + 1, sender=("佐藤 美咲", "misaki@example.jp"))
    gone = letter("An old van", box=trash, sort_at=FEBRUARY)
    people = {
        "from": [["Northline Rail", "bookings@northline.example"]],
        "to": [["Ines", "ines@law.example"]],
        "cc": [["Wren", "wren@example.org"]],
    }
    Message.objects.filter(pk=rail).update(size=6 * 2**20, recipients=people)
    Entry.objects.filter(message=tokyo).update(answered=True, keywords=["Fair", "Needs_reply"])
    _refer(van)
    searches = {
        f"rfc822msgid:{_message_id(van)}": [van],
        f"rfc822msgid:{_message_id(van).strip('<>')} green": [van],
        f"van -rfc822msgid:{_message_id(van)}": [],
        "rfc822msgid:nobody@example.org": [],
        "van": [van],
        "va": [van],
        '"va"': [],
        "VAN": [van],
        "green van": [van],
        '"green van"': [van],
        '"van green"': [],
        "muller": [van],
        "mül": [van],
        "07:30": [van],
        "from:northline": [rail],
        "from:northline.example": [rail],
        "from:van": [],
        "to:ines": [rail],
        "to:me": [van, tokyo],
        "cc:wren": [rail],
        "subject:booking": [rail],
        "subject:booked": [],
        "body:booked": [van],
        "body:green": [],
        "filename:rapport": [rail],
        "filename:pdf": [rail],
        "rapport": [rail],
        "list:news": [rail],
        "has:attachment": [rail],
        "-has:attachment": [van, tokyo],
        "東京": [tokyo],
        "京ワ": [tokyo],
        "東": [tokyo],
        "京東": [],
        "ワークショップ": [tokyo],
        "from:佐藤": [tokyo],
        "is:unread": [van],
        "is:starred": [rail],
        "is:answered": [tokyo],
        "label:fair": [tokyo],
        'label:"needs reply"': [tokyo],
        "label:f": [],
        "label:f%": [],
        "larger:5M": [rail],
        "smaller:5M": [van, tokyo],
        "in:co-op/travel": [rail],
        "in:travel": [rail],
        "in:inbox": [van, tokyo],
        "-in:travel": [van, tokyo],
        "in:nowhere": [],
        "in:trash": [gone],
        "in:trash van": [gone],
        "in:anywhere van": [van, gone],
        "van OR booking": [van, rail],
        "{van 東京}": [van, tokyo],
        "-van": [rail, tokyo],
        "booking -northline": [],
        "from:northline has:attachment": [rail],
        "(is:unread OR is:starred)": [van, rail],
        "booked (van OR is:starred)": [van],
        "?!": [],
        "?! van": [van],
        '"…" in:inbox': [van, tokyo],
        "(van OR is:starred) -is:unread": [rail],
        "-(van OR is:starred)": [tokyo],
        "after:2026-01-01": [van, rail, tokyo],
        "before:2026-01-01": [],
        "older:1w": [van, rail, tokyo],
        "newer:1w": [],
        "!!! van": [van],
        "": [van, rail, tokyo],
        "me@elsewhere": [],
        "from:(wren OR northline) -subject:old": [van, rail],
    }
    assert {text: shelf.found(text) for text in searches} == searches
    assert shelf.found("van", everywhere=True) == [van, gone]
    # A page that is full at once is read by another way than one that is not.
    first = {text: shelf.found(text, limit=1) for text in searches}
    assert first == {text: found[:1] for text, found in searches.items()}


def test_one_conversation_is_one_result(shelf: Shelf, letter: Letter) -> None:
    first = letter("The van", sort_at=FEBRUARY, thread=77)
    letter("A van", sort_at=FEBRUARY + 1)
    last = letter("Re: The van", sort_at=FEBRUARY + 2, thread=77)
    assert shelf.found("van")[:1] == [last]
    assert first not in shelf.found("van")


def test_pages_follow_each_other_without_a_gap(shelf: Shelf) -> None:
    factories.fill_mailbox(shelf.account, 130)
    everything, cursor = [], ""
    shelf.found("x")
    for _ in range(7):
        found = index.page(shelf.scope(), parse("print").tree, cursor, limit=20)
        everything += [hit.message for hit in found.hits]
        cursor = found.next
    assert len(everything) == len(set(everything)) == 130
    assert cursor == ""
    assert everything == sorted(everything, reverse=True)


def test_the_best_stands_first_on_every_page(shelf: Shelf, letter: Letter) -> None:
    once = letter("Minutes", sort_at=FEBRUARY + 6, preview="Somebody parked a van in front of the gate")
    often = letter("Keys", sort_at=FEBRUARY + 2, preview="The van: who has the van keys, and where is the van?")
    longer = letter("Vanity", sort_at=FEBRUARY + 5, preview="Mirrors")
    titled = letter("A van", sort_at=FEBRUARY, preview="Green")
    sender = letter("Hello", sort_at=FEBRUARY + 3, sender=("Van Morrison", "m@example.org"))
    letter("Nothing", sort_at=FEBRUARY + 7)
    again = letter("Re: A van", sort_at=FEBRUARY + 1, preview="No van", thread=Message.objects.get(pk=titled).thread)
    shelf.found("x")

    def best(text: str, limit: int) -> list[list[int]]:
        pages, cursor = [], ""
        while True:
            found = ranking.page(shelf.scope(), parse(text).tree, cursor, limit)
            pages.append([hit.message for hit in found.hits])
            if not (cursor := found.next):
                return pages

    [whole] = best("van", 50)
    assert whole[0] == again  # the better one of its conversation
    assert set(whole) == {again, longer, sender, often, once}
    assert whole.index(often) < whole.index(once)
    assert whole.index(sender) < whole.index(once)
    assert [one for page in best("van", 2) for one in page] == whole
    assert best("from:van", 50) == [[sender]]
    assert best('"van keys" OR mirrors', 1) == [[one] for one in best('"van keys" OR mirrors', 9)[0]]
    assert len(best("-van", 50)[0]) == 1
    assert [hit.message for hit in ranking.page(shelf.scope(), parse("van").tree, "1.x.-2").hits] == whole


def test_nobody_finds_what_is_not_theirs(shelf: Shelf, letter: Letter) -> None:
    mine = letter("The van")
    other = Shelf(factories.person("bob@example.com")[1])
    factories.message(factories.mailbox(other.account), "The van")
    other.found("x")
    assert shelf.found("van OR -van") == [mine]
    assert shelf.found(f"in/{other.account.pk}") == []


def test_a_body_is_found_once_it_was_read(shelf: Shelf, letter: Letter) -> None:
    opened = letter("Minutes", text="we agreed to share the van")
    assert shelf.found("agreed") == [opened]
    later = letter("Guillotine", preview="Moving it")
    assert shelf.found("blankets") == []
    body = Body.objects.create(account_id=shelf.account.pk, message_id=later, section="1", data=b"on two blankets")
    assert shelf.found("blankets") == []  # just written: lower keys may be on their way
    Body.objects.filter(pk=body.pk).update(fetched_at=timezone.now() - timedelta(minutes=1))
    assert shelf.found("blankets") == [later]
    assert shelf.found("guillotine") == [later]


def test_bodies_are_left_out_for_who_wants_that(shelf: Shelf, letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENV", replace(settings.ENV, index_bodies=False))
    letter("Minutes", text="we agreed to share the van")
    assert shelf.found("agreed") == []


def test_what_others_have_is_not_read_each_time(shelf: Shelf, letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "FAR", 1)
    letter("The van")
    shelf.found("x")
    other = factories.mailbox(factories.person("bob@example.com")[1])
    last = [factories.message(other, "Theirs").pk for _ in range(3)][-1]
    shelf.found("x")
    assert Mirror.objects.get(account=shelf.account).messages_read == last
    assert shelf.found("another") == []
    again = letter("Another van")
    assert shelf.found("another") == [again]


def test_words_go_with_their_message(shelf: Shelf, letter: Letter) -> None:
    van = letter("The van")
    assert shelf.found("van") == [van]
    Message.objects.filter(pk=van).delete()
    assert not MessageText.objects.exists()
    again = letter("Another van")
    call_command("searchindex", shelf.account.address)
    assert MessageText.objects.count() == 1
    assert shelf.found("van") == [again]


def test_words_that_are_not_those_of_the_messages_are_told(shelf: Shelf, letter: Letter) -> None:
    first, _second = letter("The van"), letter("A tram")
    shelf.found("x")
    letter("Not yet read")
    assert list(checking.faults(shelf.account.pk)) == []
    MessageText.objects.filter(message=first).delete()
    [said] = checking.faults(shelf.account.pk)
    assert said == "words: 1 messages have none"
    MessageText.objects.update(message=first + 10_000)
    assert "words: 1 are of no message" in list(checking.faults(shelf.account.pk))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO imapbridge_words (rowid, heads, text) VALUES (5, 'astray', '')")
        else:
            cursor.execute("UPDATE imapbridge_messagetext SET words = ''")
    assert len(list(checking.faults(shelf.account.pk))) == 3


@given(text=TEXTS)
@trying(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_search(shelf: Shelf, text: str) -> None:
    for module in (index, ranking):
        module.page(shelf.scope(), parse(text).tree)


@pytest.mark.parametrize(
    "text",
    ["larger:999999999999G", "a" * 10_000, "( " * 5000, '"' * 9999, "from:x OR " * 1000, "-" * 10_000, "東" * 10_000],
)
def test_long_texts_are_searches_too(shelf: Shelf, letter: Letter, text: str) -> None:
    letter("The van")
    shelf.found(text)
