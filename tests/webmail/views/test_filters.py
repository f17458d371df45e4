"""Filters in the settings, by plain forms, on a real Dovecot Pigeonhole by way of the bridge."""

import re
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import AuditEntry, MailAccount
from imapbridge import scripts
from imapbridge.actions import whole
from imapbridge.models import Entry, Job, Mailbox
from imapbridge.scripts import Shelf
from imapbridge.sieve.rules import Action, Condition, Deed, Field, How, Rule
from tests import factories
from tests.servers.bridge import Bridge, account_of
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import wait_until
from tests.webmail.views.conftest import confirm
from webmail import tasks
from webmail.filters import following, standing
from webmail.views import filter_scripts

pytestmark = pytest.mark.django_db(transaction=True)

FILTERS = "/settings/filters"
NEWS = {
    "name": "News", "on": "on", "of": "all", "if-0": "from", "if-0-how": "contains", "if-0-value": "news@example.net",
    "do-0": "file", "do-0-folder": "Größe/x", "do-1": "star", "save": "1",
}  # fmt: skip


@dataclass
class Owner:
    """Somebody with mail on the Dovecot, at a browser."""

    user: User
    account: MailAccount
    inbox: Mailbox
    client: Client

    @property
    def shelf(self) -> Shelf:
        return scripts.read(self.account.pk, "old", "other")

    @property
    def rules(self) -> tuple[Rule, ...]:
        return standing.of(self.shelf).filters.rules

    @property
    def mark(self) -> str:
        return f"{self.account.pk}-{standing.of(self.shelf).mark}"

    def page(self, address: str = FILTERS, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, answer.content.decode()[-3000:]
        return str(answer.content.decode())

    def send(self, address: str, /, **values: str) -> Any:
        """By the form of this page: with the mark that it has."""
        if "of=" not in address:
            mark = self.mark
            address += f"{'&' if '?' in address else '?'}of={mark}"
        return self.client.post(address, values)

    def saves(self, address: str, /, **values: str) -> None:
        answer = self.send(address, **values)
        assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[-1500:]


@pytest.fixture
def owner(bridge: Bridge, mail_user: User) -> Owner:
    account = account_of(mail_user)
    inbox = factories.mailbox(account)
    factories.mailbox(account, "Größe")
    factories.mailbox(account, "Größe/x")
    factories.mailbox(account, "Trash", special_use="trash")
    client = Client()
    client.force_login(account.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    confirm(client)
    return Owner(mail_user, account, inbox, client)


def test_a_rule_is_made_and_the_server_follows_it(owner: Owner, dovecot: Dovecot) -> None:
    assert "There are none." in owner.page()
    owner.saves(f"{FILTERS}/new", **NEWS)
    assert owner.shelf.active == "whimbrel"
    page = owner.page()
    assert "From contains “news@example.net”" in page
    assert "move to Größe / x, star" in page
    dovecot.deliver(owner.user, b"From: News <news@example.net>\r\nSubject: today\r\n\r\nx\r\n")
    with dovecot.client(owner.user) as phone:
        wait_until(lambda: "Gr&APYA3w-e/x" in phone.mailboxes(), "it is filed")
        assert any("\\Flagged" in flags for flags in phone.flags("Gr&APYA3w-e/x").values())


def test_rules_are_ordered_switched_and_removed(owner: Owner) -> None:
    for name in "abc":
        owner.saves(f"{FILTERS}/new", **NEWS | {"name": name})
    owner.saves(f"{FILTERS}/2/place", to="0")
    owner.saves(f"{FILTERS}/1/switch")
    owner.saves(f"{FILTERS}/2/", **NEWS | {"name": "B"})
    assert [(rule.name, rule.is_on) for rule in owner.rules] == [("c", True), ("a", False), ("B", True)]
    assert "Mail that it has filed stays" in owner.page(f"{FILTERS}/0/remove")
    owner.saves(f"{FILTERS}/0/remove")
    assert [rule.name for rule in owner.rules] == ["a", "B"]
    assert 'value="B"' in owner.page(f"{FILTERS}/1/")
    for address in (f"{FILTERS}/7/", f"{FILTERS}/7/remove"):
        owner.page(address, 404)


WRONG: list[tuple[dict[str, str], str]] = [
    ({"name": ""}, "Enter a name for the rule."),
    ({"if-0-value": ""}, "Say which messages the rule is for."),
    ({"if-0": "size", "if-0-how": "over", "if-0-value": "big"}, "Enter a size as a whole number"),
    ({"if-0": "size"}, "This cannot be asked of it."),
    ({"do-0-folder": "nowhere"}, "Choose a folder."),
    ({"do-0": "", "do-1": ""}, "Choose what is done"),
    ({"do-1": "forward", "do-1-value": "nobody"}, "Enter one mail address"),
]


def test_what_is_wrong_with_a_rule(owner: Owner) -> None:
    mark = owner.mark
    for values, said in WRONG:
        answer = owner.client.post(f"{FILTERS}/new?of={mark}", NEWS | values)
        assert answer.status_code == 422, values
        assert said in answer.content.decode(), values
    assert owner.shelf.names == ()


def test_rows_come_and_go_without_scripts(owner: Owner) -> None:
    page = owner.send(f"{FILTERS}/new", **NEWS | {"more": "condition"}).content.decode()
    assert 'name="if-1-value"' in page
    assert 'value="news@example.net"' in page
    page = owner.send(f"{FILTERS}/new", **NEWS | {"drop": "do-0"}).content.decode()
    assert 'name="do-1"' not in page
    form = page[page.index('<form class="card rule"') :]
    assert "Save rule" in form.partition("</button>")[0]  # Enter presses the first one


def test_one_like_a_message(owner: Owner) -> None:
    listed = factories.message(owner.inbox, list_id="The News <news.example.net>")
    page = owner.page(f"{FILTERS}/new?message={listed.pk}")
    assert 'value="news.example.net"' in page
    assert 'value="The News"' in page
    single = factories.message(owner.inbox, sender=("Ann", "ann@example.net"))
    assert 'value="ann@example.net"' in owner.page(f"{FILTERS}/new?message={single.pk}")
    assert owner.client.get(f"{FILTERS}/new?message=999999").status_code == 404


def test_one_like_a_message_is_for_the_account_of_that(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which may have been opened from the list of all inboxes, while another account is the one used last."""
    other = factories.another(owner.account.user)
    theirs = factories.message(factories.mailbox(other), sender=("Ann", "ann@example.net"))
    monkeypatch.setattr(standing, "read", lambda *_asked: standing.of(Shelf()))
    page = owner.page(f"{FILTERS}/new?message={theirs.pk}")
    assert f"For mail that arrives for {other.address}." in page
    (action,) = re.findall(r'<form class="card rule" action="([^"]*)"', page)
    assert f"of={other.pk}-" in action and action.endswith(f"message={theirs.pk}")
    assert owner.client.cookies["account"].value == str(other.pk)


def test_a_rule_is_tried_on_what_is_there(owner: Owner) -> None:
    for sender in ("news@example.net", "ann@example.net"):
        factories.message(owner.inbox, f"by {sender}", sender=("", sender))
    page = owner.send(f"{FILTERS}/new", **NEWS | {"try": "1"}).content.decode()
    assert "It holds for 1 of the last 2 messages" in page
    assert "by news@example.net" in page
    assert "by ann@example.net" not in page
    body = {"if-0": "body"}
    assert "cannot be told here" in owner.send(f"{FILTERS}/new", **NEWS | body | {"try": "1"}).content.decode()
    assert owner.shelf.names == ()


@pytest.mark.threat("F4")
def test_a_session_alone_has_no_mail_sent_on(owner: Owner) -> None:
    confirm(owner.client, ago=601)
    values = {"address": "me@elsewhere.example", "keeps": "on", "confirmed": "1"}
    asked = owner.send(f"{FILTERS}/forwarding", **values)
    assert (asked.status_code, asked.content.count(b"Show that it is you")) == (422, 1)
    script = {"new-name": "mine", "text": 'redirect "me@elsewhere.example";', "run": "on", "save": "1"}
    asked = owner.send(f"{FILTERS}/script?name=", **script)
    assert asked.status_code == 422
    assert "redirect &quot;me@elsewhere.example&quot;" in asked.content.decode(), "what was typed is there"
    assert owner.client.post(f"{FILTERS}/script/run?name=").headers["Location"].startswith("/confirm?")
    assert owner.shelf.names == ()


def test_mail_is_sent_on_only_when_that_was_confirmed(owner: Owner) -> None:
    asked = owner.send(f"{FILTERS}/forwarding", address="me@elsewhere.example", keeps="on")
    assert asked.status_code == 422
    assert "<b>me@elsewhere.example</b>" in asked.content.decode()
    assert owner.shelf.names == ()
    owner.saves(f"{FILTERS}/forwarding", address="me@elsewhere.example", keeps="on", confirmed="1")
    assert 'redirect :copy "me@elsewhere.example";' in owner.shelf.texts["whimbrel"]
    told = AuditEntry.objects.get(kind="forwarding-changed")
    assert (told.facts["to"], told.address) == ("me@elsewhere.example", owner.user.address)
    owner.saves(f"{FILTERS}/new", **NEWS)  # nothing new: nothing is asked
    owner.saves(f"{FILTERS}/forwarding", address="")
    assert AuditEntry.objects.filter(kind="forwarding-changed").count() == 2


def test_a_vacation_reply_with_dates(owner: Owner) -> None:
    wrong = owner.send(f"{FILTERS}/reply", is_on="on", days="7", first="2030-02-01", last="2030-01-01")
    assert wrong.status_code == 422
    assert "Write what is answered." in wrong.content.decode()
    assert "This is before the first day." in wrong.content.decode()
    values = {"is_on": "on", "days": "3", "first": "2030-01-01", "subject": "Away", "text": "I am\r\nout."}
    owner.saves(f"{FILTERS}/reply", **values, addresses="Ann <ann@example.org>")
    text = owner.shelf.texts["whimbrel"]
    assert 'currentdate :zone "+0000" :value "ge" "date" "2030-01-01"' in text
    assert 'vacation :days 3 :subject "Away" :addresses "ann@example.org" "I am\r\nout.";' in text
    assert "From Jan. 1, 2030" in owner.page()
    assert "I am\nout." in owner.page(f"{FILTERS}/reply")


def test_a_script_of_another_program_is_kept_and_goes_first(owner: Owner) -> None:
    scripts.change(owner.account.pk, [("put", "old", "keep;\r\n"), ("activate", "old")], Shelf())
    assert "The script “old” of another program is what runs now" in owner.page()
    owner.saves(f"{FILTERS}/new", **NEWS)
    assert owner.shelf.active == "whimbrel"
    assert owner.shelf.texts["old"] == "keep;\r\n"
    assert 'include :personal :optional "old";' in owner.shelf.texts["whimbrel"]
    assert "The script “old” of another program runs first." in owner.page()


def test_a_script_of_another_program_that_includes_ours_goes_on_doing_so(owner: Owner, dovecot: Dovecot) -> None:
    """Ours is not made to include it in turn: of two that include each other the server runs neither."""
    theirs = 'require "include";\r\n# first\r\ninclude :personal :optional "whimbrel";\r\n'
    scripts.change(owner.account.pk, [("put", "old", theirs), ("activate", "old")], Shelf())
    owner.saves(f"{FILTERS}/new", **NEWS)
    assert (owner.shelf.active, owner.shelf.texts["old"]) == ("old", theirs)
    assert "include :personal" not in owner.shelf.texts["whimbrel"]
    page = owner.page()
    assert "The script “old” of another program runs, and these rules within it." in page
    assert "is what runs now" not in page
    dovecot.deliver(owner.user, b"From: News <news@example.net>\r\nSubject: today\r\n\r\nx\r\n")
    with dovecot.client(owner.user) as phone:
        wait_until(lambda: "Gr&APYA3w-e/x" in phone.mailboxes(), "it is filed")


def test_where_none_can_be_included_its_person_is_asked(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts.change(owner.account.pk, [("put", "old", "# <mine>\r\nkeep;\r\n"), ("activate", "old")], Shelf())
    read = scripts.read

    def without_include(account_id: int, *names: str) -> Shelf:
        shelf = read(account_id, *names)
        return replace(shelf, extensions=shelf.extensions - {"include"})

    monkeypatch.setattr("webmail.filters.standing.scripts.read", without_include)
    asked = owner.send(f"{FILTERS}/new", **NEWS)
    assert asked.status_code == 422
    assert "# &lt;mine&gt;" in asked.content.decode()
    assert owner.shelf.active == "old"
    owner.saves(f"{FILTERS}/new", **NEWS | {"replaces": "1"})
    assert owner.shelf.active == "whimbrel"
    assert "old" in owner.shelf.names


def test_a_script_of_ours_that_was_changed_elsewhere_is_theirs(owner: Owner) -> None:
    owner.saves(f"{FILTERS}/new", **NEWS)
    changed = owner.shelf.texts["whimbrel"].replace("Flagged", "Seen")
    scripts.change(owner.account.pk, [("put", "whimbrel", changed)], owner.shelf)
    assert "Another program has changed a script of this webmail" in owner.page()
    owner.saves(f"{FILTERS}/new", **NEWS | {"name": "Again"})
    assert owner.shelf.texts["whimbrel"] == changed
    assert owner.shelf.active == "whimbrel-2"
    assert 'include :personal :optional "whimbrel";' in owner.shelf.texts["whimbrel-2"]
    assert [rule.name for rule in owner.rules] == ["Again"]


def test_a_page_that_is_too_old_changes_nothing(owner: Owner) -> None:
    owner.saves(f"{FILTERS}/new", **NEWS)
    answer = owner.send(f"{FILTERS}/new?of={owner.account.pk}-0123456789abcdef", **NEWS)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Another program has changed the filters" in page
    assert "your filters run, with 1 rule." in page


def test_a_page_of_another_account_changes_nothing(owner: Owner) -> None:
    """A browser looks at another one in another tab by the time the form is sent: empty filters look the same."""
    elsewhere = f"of={owner.account.pk + 1}-{standing.of(owner.shelf).mark}"
    values = {"on": "on", "text": "keep;", "new-name": "other", "is_on": "on", "days": "7"}
    for page in ("new?", "reply?", "script?", "script/run?name=&"):
        assert owner.send(f"{FILTERS}/{page}{elsewhere}", **NEWS | values).status_code == 409, page
    assert owner.shelf.names == ()


def test_scripts_are_checked_kept_run_and_removed(owner: Owner) -> None:
    script = f"{FILTERS}/script"
    wrong = owner.send(script, **{"new-name": "other", "text": "keep;\r\nfoo;\r\n", "save": "1"})
    assert wrong.status_code == 422
    assert "<mark>foo;</mark>" in wrong.content.decode()
    fine = owner.send(script, **{"text": "keep;", "check": "1"}).content.decode()
    assert "The mail server takes it as it is." in fine
    owner.saves(script, **{"new-name": "other", "text": "keep;\r\n", "run": "on", "save": "1"})
    assert (owner.shelf.active, owner.shelf.texts["other"]) == ("other", "keep;\r\n")
    taken = owner.send(script, **{"new-name": "other", "text": "keep;", "save": "1"})
    assert "Another script has this name." in taken.content.decode()
    assert "keep;" in owner.page(f"{script}?name=other")
    assert "Runs" in owner.page(f"{FILTERS}/scripts")
    owner.saves(f"{script}/run?name=")
    assert owner.shelf.active == ""
    owner.saves(f"{script}/remove?name=other")
    assert owner.shelf.names == ()


def test_a_script_that_is_too_large_is_left_as_it_is(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"{FILTERS}/script"
    owner.saves(script, **{"new-name": "other", "text": "keep;", "save": "1"})
    long = owner.send(f"{script}?name=other", **{"text": "#" * (filter_scripts.LARGEST + 1), "save": "1"})
    assert long.status_code == 422 and "too large for the mail server" in long.content.decode()
    assert owner.shelf.texts["other"] == "keep;"
    read = standing.read
    monkeypatch.setattr(standing, "read", lambda *_asked: standing.of(replace(read(owner.account.pk).shelf, texts={})))
    assert owner.client.get(f"{script}?name=other").status_code >= 400


def test_where_there_is_no_such_server(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bridge has its own environment; the error is what it answers with."""
    from imapbridge import client
    from imapbridge.errors import NoFilters, OverQuota, ServerUnreachable

    def none(*_arguments: object) -> None:
        raise NoFilters

    def away(*_arguments: object) -> None:
        raise ServerUnreachable(server="mail.example.org")

    def full(*_arguments: object) -> None:
        raise OverQuota

    monkeypatch.setattr(client, "sieve", none)
    page = owner.page(FILTERS, 404)
    assert "There are no filters here" in page
    assert "Open the filters" not in page
    monkeypatch.setattr(client, "sieve", away)
    assert "mail.example.org cannot be reached" in owner.page(FILTERS, 503)
    monkeypatch.setattr(client, "sieve", full)
    assert "no room for another script" in owner.page(FILTERS, 409)
    monkeypatch.setattr(client, "sieve", away)
    answer = owner.client.post(f"{FILTERS}/0/switch")
    assert "it is not known whether the change was made" in answer.content.decode()


def test_the_form_of_a_rule_has_what_it_was_made_of(owner: Owner) -> None:
    owner.saves(f"{FILTERS}/new", **NEWS)
    assert owner.rules == (
        Rule("News", (Condition(Field.FROM, How.CONTAINS, "news@example.net"),),
             (Action(Deed.FILE, "Größe/x"), Action(Deed.STAR))),
    )  # fmt: skip


def test_a_rule_is_applied_to_what_is_there_and_undone(owner: Owner) -> None:
    """By a job, which does not send anything on."""
    found = factories.message(owner.inbox, "one", sender=("", "news@example.net"))
    factories.message(owner.inbox, "two", sender=("", "ann@example.net"))
    owner.saves(f"{FILTERS}/new", **NEWS | {"do-2": "forward", "do-2-value": "b@example.org"}, confirmed="1")
    owner.saves(f"{FILTERS}/0/apply")
    places = Entry.objects.filter(message=found, expunged=False).values_list("mailbox__name", "flagged")
    assert list(places) == [("Größe/x", True)]
    assert Entry.objects.filter(mailbox=owner.inbox, expunged=False).count() == 1
    assert "Applied the rule News: looked at 2 messages in Inbox" in owner.page()
    at = re.search(r'id="jobs" data-at="([^"]+)"', owner.page())
    assert at and "looked at 2 messages" in owner.page(at[1]), "a script asks for it while it is under way"
    job = Job.objects.get()
    assert owner.client.post(f"/jobs/{job.pk}/undo").status_code == 302
    while whole.go_on(Job.objects.get(kind="undo").pk):
        pass
    assert list(places.all()) == [("INBOX", False)]


def test_rules_go_along_with_a_folder(owner: Owner) -> None:
    owner.saves(f"{FILTERS}/new", **NEWS)
    owner.saves(f"{FILTERS}/new", **NEWS | {"do-0": "trash"})
    tasks.follow_folder(owner.account.pk, "Größe", "Maße", "/")
    assert [rule.actions[0].value for rule in owner.rules] == ["Maße/x", "Trash"]
    page = owner.page()
    assert "The folder Größe was renamed to Maße" in page
    assert "The folder Maße/x is not there any more" in page  # the index was not told in this test
    owner.saves(f"{FILTERS}/read")
    assert "was renamed" not in owner.page()
    assert not following.follow(owner.account.pk, "Größe", "Maße", "/")


def test_a_folder_that_is_renamed_is_followed(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(tasks.follow_folder, "apply_async", lambda *values, **_options: asked.append(values[0]))
    box = Mailbox.objects.get(account=owner.account, name="Größe")
    owner.client.post(f"/folders/{box.pk}/rename", {"name": "Maße"})
    assert asked == [(owner.account.pk, "Größe", "Maße", "/")]
    assert following.is_owed(owner.account.pk, "Maße")


@pytest.mark.parametrize(
    ("old", "status"),
    [
        ('require ["vacation"];\r\nvacation "away";\r\n', 422),
        ('require ["vacation"];\r\n# vacation\r\nif header :is "Subject" "vacation" { keep; }\r\n', 302),
    ],
)
def test_nobody_is_answered_twice(owner: Owner, old: str, status: int) -> None:
    scripts.change(owner.account.pk, [("put", "old", old), ("activate", "old")], Shelf())
    for _time in range(2):  # while it runs by itself, and while it is included
        answer = owner.send(f"{FILTERS}/reply", is_on="on", days="7", text="I am out.")
        assert answer.status_code == status
        owner.saves(f"{FILTERS}/new", **NEWS)


def test_other_headers_are_asked_of_the_mail_server(owner: Owner, dovecot: Dovecot) -> None:
    with dovecot.client(owner.user) as phone:
        Mailbox.objects.filter(pk=owner.inbox.pk).update(uid_validity=phone.status("INBOX")["UIDVALIDITY"])
    for subject, field in (("sold", "X-Kind: Offer\r\n"), ("kept", "")):
        dovecot.append(owner.user, "INBOX", f"{field}Subject: {subject}\r\n\r\nx\r\n".encode())
        factories.message(owner.inbox, subject)
    wanted = {"if-0": "header", "if-0-header": "X-Kind", "if-0-how": "is", "if-0-value": "offer", "try": "1"}
    page = owner.send(f"{FILTERS}/new", **NEWS | wanted).content.decode()
    assert "It holds for 1 of the last 2 messages" in page
    assert "sold" in page
    assert "cannot be told here" not in page
