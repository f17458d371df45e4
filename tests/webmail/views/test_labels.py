"""Labels themselves: made, renamed, coloured and removed; and beside the mailboxes."""

from typing import Any

import pytest

from accounts.models import MailAccount
from imapbridge import actions
from imapbridge.actions import whole
from imapbridge.models import Entry, Job, PendingChange
from imapbridge.search import catching_up
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import rows, tags


@pytest.fixture
def labelled(alice: Person) -> list[Any]:
    """Two conversations with the label Fair, one of them in two mailboxes, and one without."""
    made = [factories.message(alice.inbox, f"Van {n}") for n in range(3)]
    plans = factories.mailbox(alice.account, "Plans")
    actions.copy(alice.account.pk, [made[0].pk], alice.inbox.pk, plans.pk)
    actions.set_label(alice.account.pk, [one.pk for one in made[:2]], "Fair", True)
    return made


def keywords() -> list[list[str]]:
    return [*Entry.objects.order_by("message", "mailbox").values_list("keywords", flat=True)]


def known(person: Person) -> dict[str, Any]:
    return dict(MailAccount.objects.get(pk=person.account.pk).labels)


def test_beside_the_mailboxes(alice: Person, labelled: list[Any]) -> None:
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    links = [each["href"] for each in tags(page, "a") if each.get("href", "").startswith("/search?q=label")]
    assert links == ["/search?q=label%3AFair"]
    catching_up.catch_up(alice.account.pk)
    found = alice.text(links[0])
    assert set(rows(found)) == {one.thread for one in labelled[:2]}
    (current,) = [each for each in tags(found, "a", href=links[0]) if "aria-current" in each]
    assert current["aria-current"] == "page"


def test_the_stars_of_all_mailboxes(alice: Person) -> None:
    plans = factories.mailbox(alice.account, "Plans")
    made = [factories.message(alice.inbox, flagged=True), factories.message(plans, flagged=True)]
    factories.message(plans)
    catching_up.catch_up(alice.account.pk)
    (link,) = tags(alice.text(f"/mailbox/{alice.inbox.pk}/"), "a", aria_keyshortcuts="g s")
    assert set(rows(alice.text(link["href"]))) == {one.thread for one in made}


def test_made(alice: Person) -> None:
    assert alice.client.post("/labels/new", {"name": " Größe 2 "}).headers["Location"] == "/labels"
    assert known(alice) == {"Gr&APYA3w-e_2": {}}
    page = alice.text("/labels")
    assert tags(page, "input", name="name", value="Größe 2")
    for name in ("", "größe 2", "Größe 2"):
        answer = alice.client.post("/labels/new", {"name": name})
        assert (answer.status_code, name == "größe 2") in {(422, False), (302, True), (422, True)}
    assert alice.client.post("/labels/new", {"name": "Größe 2"}).status_code == 422


@pytest.mark.usefixtures("labelled")
def test_renamed_on_all_messages_and_undone(alice: Person) -> None:
    before = keywords()
    alice.client.post("/labels/change", {"keyword": "Fair", "name": "Print fair", "hue": ""})
    assert keywords() == [["Print_fair"], ["Print_fair"], ["Print_fair"], []]
    assert list(known(alice)) == ["Print_fair"]
    assert "Renamed the label" in alice.text("/labels")
    for job in Job.objects.exclude(kind="undo"):
        alice.client.post(f"/jobs/{job.pk}/undo")
    for job in Job.objects.filter(kind="undo"):
        while whole.go_on(job.pk):
            pass
    assert keywords() == before
    assert PendingChange.objects.count() == 3, "the copy, and the label in two mailboxes"


@pytest.mark.usefixtures("labelled")
def test_the_page_undoes_a_renaming(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while it is under way: what it has not come to keeps the name that is wanted back."""
    before = keywords()
    monkeypatch.setattr(whole, "AT_ONCE", 1)
    address = alice.client.post("/labels/change", {"keyword": "Fair", "name": "Print fair", "hue": "7"})["Location"]
    assert address == "/labels?renamed=Print_fair&was=Fair" and before != keywords()
    page = alice.text(address)
    assert "Renamed “Fair” to “Print fair”." in page
    values = {name: tags(page, "input", name=name)[0]["value"] for name in ("keyword", "name", "hue")}
    assert values == {"keyword": "Print_fair", "name": "Fair", "hue": "7"}
    alice.client.post("/labels/change", values)
    for job in Job.objects.all():
        while whole.go_on(job.pk):
            pass
    assert keywords() == before and known(alice) == {"Fair": {"hue": 7}}
    assert "Renamed “" not in alice.text("/labels?renamed=Other&was=Fair")


@pytest.mark.usefixtures("labelled")
def test_removed_from_all_messages(alice: Person) -> None:
    alice.client.post("/labels/remove", {"keyword": "Fair"})
    assert keywords() == [[], [], [], []]
    assert known(alice) == {}
    assert alice.client.post("/labels/remove", {"keyword": "Fair"}).status_code == 404


def test_coloured(alice: Person, labelled: list[Any]) -> None:
    alice.client.post("/labels/change", {"keyword": "Fair", "name": "Fair", "hue": "7"})
    assert known(alice) == {"Fair": {"hue": 7}}
    row = rows(alice.text(f"/mailbox/{alice.inbox.pk}/"))[labelled[0].thread]
    assert 'data-k="Fair" data-hue="7"' in row
    catching_up.catch_up(alice.account.pk)
    assert 'data-k="Fair" data-hue="7"' in alice.text("/search?q=is:read")
    alice.client.post("/labels/change", {"keyword": "Fair", "name": "Fair", "hue": "12"})
    assert known(alice) == {"Fair": {}}


def test_a_name_that_is_taken_is_not_given(alice: Person, labelled: list[Any]) -> None:
    alice.client.post("/labels/new", {"name": "Van"})
    answer = alice.client.post("/labels/change", {"keyword": "Fair", "name": "Van"})
    assert "already there" in answer.content.decode()
    assert keywords()[-2] == ["Fair"]


@pytest.mark.usefixtures("labelled")
def test_nobody_s_but_one_s_own(alice: Person, bob: Person) -> None:
    for name in ("change", "remove"):
        assert bob.client.post(f"/labels/{name}", {"keyword": "Fair", "name": "x"}).status_code == 404
    assert list(known(alice)) == ["Fair"]
