"""What a person reads when something went wrong."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from redis.exceptions import RedisError

from imapbridge import errors
from imapbridge.errors import BY_CODE, MailError
from tests import factories
from webmail import error_pages
from webmail.middleware import MailErrors

KINDS = sorted(BY_CODE.values(), key=lambda kind: kind.code)
EVIL = "<script>alert(1)</script>"


def request(method: str = "GET", path: str = "/message/7/?only=unread", **headers: str) -> HttpRequest:
    made = RequestFactory().generic(method, path, headers=headers)
    made.user = AnonymousUser()
    return made


def words(answer: HttpResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def links(answer: HttpResponse) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'<a [^>]*href="([^"]*)"', answer.content.decode())]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_partial", [False, True])
def test_every_mail_error_is_a_sentence_with_a_way_out(kind: type[MailError], is_partial: bool) -> None:
    headers = {"Region": "reader"} if is_partial else {}
    answer = error_pages.mail_error(request(**headers), kind(EVIL, server="mail.example.org"))
    assert 400 <= answer.status_code < 600
    assert answer.status_code != 500
    assert ("<html" in answer.content.decode()) is not is_partial
    assert EVIL.encode() not in answer.content
    assert "%(" not in words(answer)
    assert len(links(answer)) == 1
    assert not is_partial or 'role="alert"' in answer.content.decode()


@pytest.mark.threat("B1")
def test_the_servers_name_is_told_and_escaped() -> None:
    error = errors.ServerTimedOut(server=EVIL)
    answer = error_pages.mail_error(request(), error)
    assert EVIL in words(answer) or "alert(1)" in words(answer)
    assert EVIL.encode() not in answer.content


@pytest.mark.parametrize(
    ("error", "method", "link"),
    [
        (errors.ServerBusy(), "GET", "/message/7/?only=unread"),
        (errors.ServerBusy(), "POST", "/"),
        (errors.SignInRefused(), "GET", "/sign-in?next=%2Fmessage%2F7%2F%3Fonly%3Dunread"),
        (errors.SignInRefused(), "POST", "/sign-in?next=%2F"),
        (errors.MessageGone(), "GET", "/"),
    ],
)
def test_the_way_out(error: MailError, method: str, link: str) -> None:
    assert links(error_pages.mail_error(request(method), error)) == [link]


@pytest.mark.django_db
def test_of_several_mailboxes_the_one_that_is_refused_is_asked_about() -> None:
    user, own = factories.person("ann@example.org")
    desk = factories.another(user, "desk@example.net")
    someone = factories.person("bob@example.org")[1]
    asked, error = request(), errors.SignInRefused(server="mail.example.net")
    asked.user = user
    for account, way in ((desk, f"/settings/accounts/{desk.pk}/password"), (own, "/sign-in?"), (someone, "/sign-in?")):
        error.account = account.pk
        answer = error_pages.mail_error(asked, error)
        assert links(answer)[0].startswith(way)
        assert ("read desk@example.net any more" in words(answer)) == (account == desk)


def test_the_middleware_answers_mail_errors_alone() -> None:
    middleware = MailErrors(lambda request: HttpResponse())
    answer = middleware.process_exception(request(), errors.TooLarge())
    assert answer is not None
    assert answer.status_code == 413
    assert middleware.process_exception(request(), ValueError()) is None


@pytest.mark.parametrize("code", [*BY_CODE, "of another version"])
def test_a_stored_code_has_words(code: str) -> None:
    heading, sentence = error_pages.words(code, "mail.example.org")
    assert heading
    assert sentence.endswith(".")
    assert "%" not in sentence


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nowhere", "/mailbox/x/", "/%00", "/message/" + "9" * 500 + "/", "/ü"])
def test_not_found(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in {302, 404}
    if answer.status_code == 404:
        assert "This page is not here" in words(answer)


def test_an_unknown_host_is_told_nothing(client: Client) -> None:
    answer = client.get("/health/live", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil" not in answer.content


def test_our_own_fault_needs_nothing_that_may_be_down() -> None:
    answer = error_pages.server_error(request())
    assert answer.status_code == 500
    assert "Something went wrong" in words(answer)
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("fault", [OperationalError(EVIL), InterfaceError(EVIL), RedisError(EVIL)])
@pytest.mark.parametrize("is_partial", [False, True])
def test_a_database_or_redis_that_is_away_is_no_fault_and_asks_neither(fault: Exception, is_partial: bool) -> None:
    """No database is to be had in this test."""
    asked = request(**({"Region": "reader"} if is_partial else {}))
    answers = [MailErrors(lambda request: HttpResponse()).process_exception(asked, fault)]
    try:
        raise fault  # where no view has begun, such as while the session is read
    except type(fault):
        answers.append(error_pages.server_error(asked))
    for answer in answers:
        assert answer is not None
        assert answer.status_code == 503
        assert "not running at the moment" in words(answer)
        assert EVIL.encode() not in answer.content
        assert links(answer) == ["/message/7/?only=unread"]
        assert ("<html" in answer.content.decode()) is not is_partial


@pytest.mark.parametrize("answerer", [error_pages.bad_request, error_pages.forbidden, error_pages.not_found])
def test_djangos_own(answerer: Any) -> None:
    answer = answerer(request(), ValueError(EVIL))
    assert EVIL.encode() not in answer.content
    assert links(answer) == ["/"]


def test_no_template_prints_anything_unescaped() -> None:
    templates = Path(__file__).parent.parent.parent / "templates"
    for folder in ("accounts", "errors"):
        for template in (templates / folder).glob("*.html"):
            assert not re.search(r"\|\s*safe|autoescape off", template.read_text()), template
