"""Every page in every language; and in one that marks what went through gettext, so that what did not stands out."""

import re
from collections.abc import Iterator
from gettext import NullTranslations
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from accounts.models import Preferences
from tests import factories
from tests.webmail.views.conftest import Person
from webmail import languages

PAGES = (
    "/mailbox/{inbox}/", "/message/{message}/", "/search?q=from%3Aann", "/compose/", "/settings",
    "/settings/identities", "/settings/signatures", "/settings/templates", "/settings/notifications",
    "/settings/contacts", "/settings/activity", "/settings/security", "/contacts", "/folders", "/labels", "/outbox",
    "/refusals", "/shortcuts", "/settings/accounts/new", "/contacts/duplicates", "/settings/identities/new",
    "/inbox/", "/mailbox/{inbox}/dialogs", "/folders/new", "/contacts/new", "/contacts/import",
    "/message/{message}/headers",
)  # fmt: skip
OPEN, CLOSE = "⟦", "⟧"
MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
HIDDEN = re.compile(r"<!doctype[^>]*>|<(script|style|svg|option)\b.*?</\1>|<!--.*?-->", re.S | re.I)
SPOKEN = re.compile(r'\s(?:aria-label|title|placeholder|alt|aria-valuetext)="([^"]*)"')
OF_PEOPLE = re.compile(
    r"Hello|Alice|Whimbrel|alice@example\.com|example\.(com|org)|from:ann|ann\b|Wren Calloway|wren@example\.org|UTC"
    r"|INBOX"
    r"|[\w.]+@[\w.]+|Message-ID|Dock"
)
"""What people wrote and what they are called; names of programs and standards."""
OF_KEYS = re.compile(r"\b(Enter|Ctrl|Esc|Control|F6|Shift|[a-zA-Z])\b")
"""What stands on a keyboard."""
OF_NAMES = re.compile(
    r"from:|https://dav\.|\b(English|Deutsch|Fran.ais|Espa.ol|HTML|PNG|IMAP|SMTP|CSV|vCard|kB|KB|MB)\b"
)


class Marking(NullTranslations):
    """Gives every text back in brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message.rpartition(chr(4))[2]}{CLOSE}"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)

    def to_language(self) -> str:
        return "eo"


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    translation.deactivate()


def _pages(alice: Person) -> Iterator[tuple[str, str]]:
    factories.mailbox(alice.account, "Archive", special_use="archive")
    message = factories.message(alice.inbox)
    for page in PAGES:
        address = page.format(inbox=alice.inbox.pk, message=message.pk)
        yield address, alice.client.get(address, follow=True).content.decode()


def test_everything_that_is_seen_or_read_out_can_be_translated(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "SPOKEN", frozenset({"eo"}))
    monkeypatch.setitem(trans_real._translations, "eo", Marking())
    Preferences.objects.create(user=alice.user, language="eo")
    bare = {f"{address}: {word}" for address, page in _pages(alice) for word in _bare(page)}
    assert "\n".join(sorted(bare)) == ""


def _bare(page: str) -> set[str]:
    """Words outside of the brackets."""
    shown = HIDDEN.sub("", page)
    texts = [re.sub(r"<[^>]*>", "\n", shown), *SPOKEN.findall(shown)]
    return {word for text in texts for word in _words(unescape(text))}


def _words(text: str) -> list[str]:
    while MARKED.search(text):
        text = MARKED.sub(" ", text)
    for known in (OF_PEOPLE, OF_KEYS, OF_NAMES):
        text = known.sub(" ", text)
    return [line.strip() for line in text.splitlines() if re.search(r"[^\W\d_]{2}", line)]


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_pages_speak_the_language_and_leave_nothing_unfilled(alice: Person, language: str) -> None:
    Preferences.objects.create(user=alice.user, language=language)
    for address, page in _pages(alice):
        if "<html" in page:
            assert f'<html lang="{language}"' in page, address
            assert ('dir="rtl"' in page.partition(">\n<head>")[0]) == (language == "ar"), address
        shown = re.sub(r' data-[\w-]+="[^"]*"', "", HIDDEN.sub("", page))
        assert not re.search(r"%\(\w+\)s", shown), address


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("de", "Anmelden"), ("ja", "ログイン"), ("ar", "تسجيل الدخول")])
def test_the_page_for_signing_in(language: str, words: str) -> None:
    answer: Any = Client(headers={"Accept-Language": language}).get("/sign-in")
    assert words in answer.content.decode()
