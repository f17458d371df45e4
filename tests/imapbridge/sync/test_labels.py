"""Labels: in the index at once, keywords on the server after."""

import pytest

from accounts.models import MailAccount
from imapbridge import actions, queries
from imapbridge.actions import labelling, labels, whole
from imapbridge.models import Entry, PendingChange
from imapbridge.sync.labelling import learn_since
from tests import factories
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import letters, nothing_is_owed

pytestmark = [pytest.mark.servers, pytest.mark.database]


def on_server(story: Story, mailbox: str = "INBOX") -> list[set[str]]:
    """The keywords of each message there."""
    found = story.phone.flags(mailbox)
    return [{word for word in found[uid] if not word.startswith("\\")} for uid in sorted(found)]


def test_a_label_is_given_everywhere_and_taken(story: Story) -> None:
    messages = letters(story, 3)
    actions.copy(story.account.pk, messages[:1], story.mailbox().pk, story.mailbox("Archive").pk)
    story.sync()
    actions.set_label(story.account.pk, messages[:2], "Fair", True)
    assert queries.labels(story.account.pk) == ["Fair"]
    story.sync()
    assert on_server(story) == [{"Fair"}, {"Fair"}, set()]
    assert on_server(story, "Archive") == [{"Fair"}]
    story.assert_equal()
    actions.set_label(story.account.pk, messages, "Fair", False)
    assert queries.labels(story.account.pk) == []
    story.sync()
    assert on_server(story) == [set(), set(), set()]
    assert nothing_is_owed(story)
    story.assert_equal()


@pytest.mark.parametrize("replayed", [False, True])
def test_undo(story: Story, replayed: bool) -> None:
    messages = letters(story, 3)
    first = actions.set_label(story.account.pk, messages[:1], "Fair", True)
    both = actions.set_label(story.account.pk, messages[:2], "Fair", True)
    if replayed:
        story.sync()
    assert actions.undo(story.account.pk, both)
    story.sync()
    assert on_server(story) == [{"Fair"}, set(), set()], "only what that one had given"
    assert actions.undo(story.account.pk, first)
    story.sync()
    assert on_server(story) == [set(), set(), set()]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_nothing_is_owed_for_what_is_so_already(story: Story) -> None:
    messages = letters(story, 1)
    assert actions.set_label(story.account.pk, messages, "Fair", False) == []
    assert not PendingChange.objects.exists()
    assert not Entry.objects.exclude(keywords=[]).exists()


def test_what_other_programs_give_is_the_account_s(story: Story) -> None:
    letters(story, 2)
    story.phone.flag("INBOX", story.phone.uids("INBOX")[:1], "Fair $Forwarded \\Seen")
    story.sync()
    account = MailAccount.objects.get(pk=story.account.pk)
    assert account.labels == {"Fair": {}}


def test_a_name_that_is_being_given_up_is_not_learned_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync finds it on messages that the job has not come to yet; and then it is wanted back."""
    monkeypatch.setattr(whole, "AT_ONCE", 1)
    _person, account = factories.person()
    box = factories.mailbox(account)
    first = factories.message(box)
    made = [first.pk, factories.message(box, thread=first.thread).pk, factories.message(box).pk]
    labels.set_label(account.pk, made, "Fair", True)

    def known() -> set[str]:
        account.refresh_from_db()
        learn_since(account, {box.pk: 0})
        account.refresh_from_db()
        return set(account.labels)

    assert known() == {"Fair"}
    [job] = labelling.rename(account.pk, "Fair", "Van")
    assert known() == {"Van"} and job.finished_at is None
    [back] = labelling.rename(account.pk, "Van", "Fair")
    assert known() == {"Fair"}
    while whole.go_on(back.pk):
        pass
    assert known() == {"Fair"}
    assert {word for words in Entry.objects.values_list("keywords", flat=True) for word in words} == {"Fair"}
