"""The mailbox list into the index: what each mailbox is for, and who stays who."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import MailAccount, Notifications, PushSubscription
from imapbridge.actions import folders
from imapbridge.errors import MailboxGone
from imapbridge.models import Mailbox, MailboxThread, PendingChange
from imapbridge.sync import mailboxes, namespaces
from imapbridge.wire import names
from imapbridge.wire.results import ListedMailbox, MailboxStatus
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def account() -> MailAccount:
    return factories.person()[1]


def listed(name: str, *attributes: str, **values: Any) -> ListedMailbox:
    status = MailboxStatus(messages=0, unseen=0, uid_next=1, uid_validity=1)
    return ListedMailbox(values.get("raw_name", names.encode(name)), name, "/", frozenset(attributes), True, status)


INBOX = listed("INBOX")


def uses(account: MailAccount, *boxes: ListedMailbox) -> dict[str, str]:
    mailboxes.apply(account.pk, [INBOX, *boxes])
    rows = Mailbox.objects.filter(account=account).exclude(special_use="")
    return dict(rows.exclude(special_use="inbox").values_list("special_use", "name"))


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("INBOX", [True, True, True]),
        ("Sent", [True, True, False]),
        ("INBOX.Sent", [True, True, True]),
        ("shared/bob/Sent", [True, False, False]),
        ("shared", [True, True, False]),
        ("#shared.Sent", [True, True, False]),
    ],
)
def test_the_longest_prefix_says_whose_a_mailbox_is(name: str, own: list[bool]) -> None:
    told: list[list[namespaces.Namespace]] = [
        [],
        [(b"", True), (b"shared/", False), (b"", False)],
        [(b"INBOX.", True), (b"user.", False), (b"", False)],  # as Cyrus has it
    ]
    assert [namespaces.owned(each)(name.encode()) for each in told] == own


def test_nobody_else_s_mailbox_is_taken_for_one_s_own(account: MailAccount) -> None:
    boxes = [INBOX, listed("shared/bob/Sent", "\\sent"), listed("shared/Trash"), listed("Archive")]
    is_own = namespaces.owned([(b"", True), (b"shared/", False)])
    mailboxes.apply(account.pk, boxes, is_own)
    rows = Mailbox.objects.filter(account=account)
    assert set(rows.values_list("name", "special_use")) == {
        ("INBOX", "inbox"), ("shared/bob/Sent", ""), ("shared/Trash", ""), ("Archive", "archive"),
    }  # fmt: skip
    MailAccount.objects.filter(pk=account.pk).update(special_uses={"sent": "shared/bob/Sent"})
    mailboxes.apply(account.pk, boxes, is_own)
    assert rows.get(name="shared/bob/Sent").special_use == "sent"


@pytest.mark.parametrize(
    ("chosen", "boxes", "expected"),
    [
        # By name, in many languages, wherever in the tree; the highest wins.
        ({}, [listed("Gesendet"), listed("Корзина"), listed("下書き")],
         {"sent": "Gesendet", "trash": "Корзина", "drafts": "下書き"}),
        ({}, [listed("Alt/Sent"), listed("Sent")], {"sent": "Sent"}),
        ({}, [listed("[Mail]/Papierkorb")], {"trash": "[Mail]/Papierkorb"}),
        # The server's word is better than a name, and each use is given once.
        ({}, [listed("Sent"), listed("Outgoing", "\\sent")], {"sent": "Outgoing"}),
        ({}, [listed("A", "\\trash"), listed("B", "\\trash")], {"trash": "A"}),
        ({}, [listed("Sent", "\\junk")], {"junk": "Sent"}),
        ({}, [listed("Sent", "\\noselect"), listed("Sent Items")], {"sent": "Sent Items"}),
        # The person's word is better than both.
        ({"sent": "Post/Out"}, [listed("Post/Out"), listed("Sent", "\\sent")], {"sent": "Post/Out"}),
        ({"sent": "Trash"}, [listed("Trash", "\\trash"), listed("Bin")], {"sent": "Trash", "trash": "Bin"}),
        ({"sent": "Gone"}, [listed("Sent")], {"sent": "Sent"}),
        ({"junk": ""}, [listed("Spam"), listed("Junk", "\\junk")], {}),
        ({"sent": "INBOX"}, [listed("Sent")], {"sent": "Sent"}),
    ],
)  # fmt: skip
def test_what_a_mailbox_is_for(
    account: MailAccount, chosen: dict[str, str], boxes: list[ListedMailbox], expected: dict[str, str]
) -> None:
    MailAccount.objects.filter(pk=account.pk).update(special_uses=chosen)
    assert uses(account, *boxes) == expected


def test_another_use_shows_other_people(account: MailAccount) -> None:
    """In what was sent the list shows who it went to."""
    assert uses(account, listed("Out")) == {}
    out = Mailbox.objects.get(name="Out")
    letter = factories.message(out, "Hello")
    letter.recipients = {"to": [["Ines", "ines@law.example"]]}
    letter.save()
    before = Mailbox.objects.get(pk=out.pk).state
    call_command("specialuse", account.address, "sent", "Out")
    assert uses(account, listed("Out"), listed("Sent", "\\sent")) == {"sent": "Out"}
    [row] = MailboxThread.objects.filter(mailbox=out)
    assert [person[1] for person in row.senders] == ["ines@law.example"]
    assert Mailbox.objects.get(pk=out.pk).state == row.state == before + 1
    call_command("specialuse", account.address, "sent")
    assert uses(account, listed("Out"), listed("Sent", "\\sent")) == {"sent": "Sent"}
    assert "ines@law.example" not in str(MailboxThread.objects.get(mailbox=out).senders)


def test_the_choice_is_of_mailboxes_that_are_there(account: MailAccount) -> None:
    uses(account)
    with pytest.raises(CommandError, match="no mailbox 'Nowhere'"):
        call_command("specialuse", account.address, "sent", "Nowhere")
    call_command("specialuse", account.address, "junk", "--none")
    assert MailAccount.objects.get().special_uses == {"junk": ""}


def test_what_was_chosen_by_name_goes_with_a_mailbox_that_is_renamed(account: MailAccount) -> None:
    def number(name: str, uid_validity: int) -> ListedMailbox:
        status = MailboxStatus(messages=3, unseen=0, uid_next=9, uid_validity=uid_validity)
        return replace(listed(name), status=status)

    assert uses(account, number("Plans", 5), number("Out", 6), number("Sent", 7)) == {"sent": "Sent"}
    for name, uid_validity in (("Plans", 5), ("Out", 6), ("Sent", 7)):
        Mailbox.objects.filter(name=name).update(uid_validity=uid_validity, uid_next=9)
    MailAccount.objects.filter(pk=account.pk).update(special_uses={"sent": "Out", "junk": ""})
    Notifications.objects.create(account=account, mailboxes=["INBOX", "Plans"])
    signed_in = account.user.sign_ins.create(session_digest="x", expires_at=timezone.now())
    told = {f"{account.pk} INBOX": [1, 1], f"{account.pk} Plans": [5, 8], "77 Plans": [5, 4]}
    browser = PushSubscription.objects.create(sign_in=signed_in, endpoint="https://push.example/1", told=told)

    renamed = uses(account, number("Schemes", 5), number("Old/Out", 6), number("Sent", 7))
    assert renamed == {"sent": "Old/Out"}, "at once, not with the next list"
    assert MailAccount.objects.get(pk=account.pk).special_uses == {"sent": "Old/Out", "junk": ""}
    assert Notifications.objects.get().mailboxes == ["INBOX", "Schemes"]
    browser.refresh_from_db()
    assert browser.told == {f"{account.pk} INBOX": [1, 1], f"{account.pk} Schemes": [5, 8], "77 Plans": [5, 4]}


def test_the_inbox_has_no_case(account: MailAccount) -> None:
    mailboxes.apply(account.pk, [INBOX])
    inbox = Mailbox.objects.get()
    factories.message(inbox, "Stays")
    mailboxes.apply(account.pk, [listed("INBOX", raw_name=b"Inbox")])
    again = Mailbox.objects.get()
    assert (again.pk, bytes(again.raw_name), again.entries.count()) == (inbox.pk, b"Inbox", 1)


def test_whether_there_was_new_mail_is_no_news_of_a_mailbox(account: MailAccount) -> None:
    """`\\Marked` comes and goes with every message, and STATUS says it better."""
    mailboxes.apply(account.pk, [INBOX, listed("Plans", "\\hasnochildren", "\\unmarked")])
    with CaptureQueriesContext(connection) as queries:
        mailboxes.apply(account.pk, [INBOX, listed("Plans", "\\hasnochildren", "\\marked")])
    assert not [query for query in queries.captured_queries if query["sql"].startswith("UPDATE")]
    assert Mailbox.objects.get(name="Plans").attributes == ["\\hasnochildren"]


def test_a_list_without_an_inbox_deletes_nothing(account: MailAccount) -> None:
    mailboxes.apply(account.pk, [INBOX, listed("Plans")])
    mailboxes.apply(account.pk, [listed("Plans")])
    assert Mailbox.objects.count() == 2
    mailboxes.apply(account.pk, [INBOX])
    assert Mailbox.objects.get().name == "INBOX"


@pytest.mark.parametrize("name", ['say "hi"', "R & D", "Entwürfe", "台北", "back\\slash", "50 %"])
def test_odd_names_are_kept(account: MailAccount, name: str) -> None:
    for utf8 in (False, True):
        raw = names.encode(name, utf8)
        mailboxes.apply(account.pk, [INBOX, listed(name, raw_name=raw)])
        box = Mailbox.objects.exclude(name="INBOX").get()
        assert (box.name, bytes(box.raw_name), names.decode(raw, utf8)) == (name, raw, name)


@pytest.mark.parametrize("wanted", [False, True])
def test_a_list_that_knows_no_better_does_not_show_what_was_hidden(account: MailAccount, wanted: bool) -> None:
    """Nor hide what was shown: the server has not been told yet."""
    before = replace(listed("Plans"), subscribed=not wanted)
    mailboxes.apply(account.pk, [INBOX, before])
    plans = Mailbox.objects.get(name="Plans")
    folders.subscribe(account.pk, plans.pk, wanted)
    mailboxes.apply(account.pk, [INBOX, before])
    plans.refresh_from_db()
    assert plans.subscribed is wanted
    PendingChange.objects.update(confirmed_at=timezone.now())
    mailboxes.apply(account.pk, [INBOX, before])
    plans.refresh_from_db()
    assert plans.subscribed is not wanted, "what comes after it is the server's word"


def test_what_a_sync_has_removed_meanwhile_is_gone(account: MailAccount) -> None:
    mailboxes.apply(account.pk, [INBOX, listed("Plans")])
    plans, gone = Mailbox.objects.get(name="Plans").pk, Mailbox.objects.get(name="Plans").pk + 1000
    for act in (
        lambda: folders.create(account.pk, "New", gone),
        lambda: folders.rename(account.pk, gone, "Schemes"),
        lambda: folders.move(account.pk, gone, None),
        lambda: folders.move(account.pk, plans, gone),
        lambda: folders.delete(account.pk, gone),
        lambda: folders.subscribe(account.pk, gone, False),
        lambda: folders.family(account.pk, gone),
    ):
        with pytest.raises(MailboxGone):
            act()
    assert not PendingChange.objects.exists()
