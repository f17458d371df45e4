"""Folders as pages: plain forms, one folder at a time, and what the mail server would not do to them."""

from imapbridge.models import Notice
from tests.webmail.views.conftest import Person


def test_what_the_server_would_not_do_to_folders_has_its_sentences(alice: Person) -> None:
    refused = {"create": "sorry", "rename": "name-taken", "delete": "mail-arrived", "subscribe": "sorry"}
    for kind, code in refused.items():
        Notice.objects.create(account=alice.account, kind=kind, code=code, source="Plans", target="Old")
    page = alice.client.get("/refusals").content.decode()
    assert "The folder Old was not made." in page
    assert "The folder Plans was not renamed to Old; it is where it was. There is a folder with this name" in page
    assert "The folder Plans was not deleted; all of it is still there. New mail has come to it meanwhile" in page
    assert "Whether the folder Plans is shown" in page
