"""Lines of logs: what they tell, of whom, and that nothing of what mail says gets into them."""

import json
import logging
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import Resolver404, resolve
from django.utils.log import log_response

from accounts.models import User
from imapbridge import asked
from imapbridge.tasks import sync_account
from tests.servers.redis import Redis
from webmail import logs, work, wsgi
from webmail.tasks import count_searches

MARKER = "marker-of-a-secret"


class TurnedAway(Exception):
    pass


def record(message: str, *args: object, fault: bool = False) -> logging.LogRecord:
    info = sys.exc_info() if fault else None
    return logging.LogRecord("webmail.tasks", logging.ERROR, __file__, 1, message, args, info)  # type: ignore[arg-type]


def failing() -> logging.LogRecord:
    """A fault whose words, and whose cause's words, tell a secret."""
    try:
        try:
            int(MARKER)
        except ValueError as error:
            raise TurnedAway(MARKER) from error
    except TurnedAway:
        return record("account=%d failed", 12, fault=True)


@pytest.mark.parametrize(("status", "level"), [(503, "WARNING"), (500, "ERROR"), (404, "WARNING")])
def test_a_sentence_that_is_true_is_no_error(status: int, level: str, caplog: pytest.LogCaptureFixture) -> None:
    log_response("%s: /", "It is said", response=HttpResponse(status=status))
    assert [line.levelname for line in caplog.records if line.name == "django.request"] == [level]


def test_a_line_is_an_object_with_the_ids_that_it_names() -> None:
    asked.begin("front-17", lambda: 5)
    line = json.loads(logs.Json().format(record('mailbox=%s of account=%d is\n"gone"', 3, 12)))
    assert {name: line[name] for name in ("level", "logger", "message", "request", "user", "account", "mailbox")} == {
        "level": "ERROR", "logger": "webmail.tasks", "message": 'mailbox=3 of account=12 is\n"gone"',
        "request": "front-17", "user": 5, "account": 12, "mailbox": 3,
    }  # fmt: skip
    assert line["time"].endswith("+00:00")


def told(path: str, status: int, seconds: float, caplog: pytest.LogCaptureFixture) -> logging.LogRecord | None:
    """The line about a request, if there is one at INFO."""
    request = RequestFactory().get(path, {"q": MARKER})
    with suppress(Resolver404):
        request.resolver_match = resolve(path)
    caplog.clear()
    with caplog.at_level(logging.INFO, "webmail.requests"):
        wsgi.tell(request, status, seconds)
    return caplog.records[0] if caplog.records else None


def test_a_request_has_a_line_by_its_route(caplog: pytest.LogCaptureFixture) -> None:
    """And not by its address, in which what somebody looked for may stand."""
    asked.begin("front-17", lambda: 5)
    asked.about(12)
    record = told("/message/12/part/1.2", 200, 0.0126, caplog)
    assert record
    line = json.loads(logs.Json().format(record))
    assert {name: line[name] for name in line if name != "time"} == {
        "level": "INFO", "logger": "webmail.requests", "request": "front-17", "user": 5, "account": 12,
        "message": "done: GET /message/<int:message_id>/part/<str:section> status=200 ms=12", "status": 200, "ms": 12,
    }  # fmt: skip
    assert MARKER not in logs.Plain().format(record)


@pytest.mark.parametrize(
    ("path", "status", "seconds", "level", "said"),
    [
        ("/search", 503, 2.5, logging.WARNING, "slow: GET /search status=503 ms=2500"),
        (f"/{MARKER}", 404, 0.0, logging.INFO, "done: GET /none status=404 ms=0"),
        ("/static/app.css", 200, 0.0, None, ""),
        ("/health/live", 200, 0.0, None, ""),
    ],
)
def test_what_is_slow_is_a_warning_and_files_and_probes_are_no_news(
    path: str, status: int, seconds: float, level: int | None, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    record = told(path, status, seconds, caplog)
    assert (record.levelno, record.getMessage()) == (level, said) if record else level is None


@pytest.mark.threat("E7")
@pytest.mark.parametrize("kind", [logs.Json, logs.Plain])
def test_a_fault_is_told_by_kind_and_place_and_never_by_its_words(kind: Any) -> None:
    told = kind().format(failing())
    assert MARKER not in told
    assert "TurnedAway" in told
    assert "builtins.ValueError" in told
    assert "test_logs.py" in told
    assert MARKER in kind(words=True).format(failing())


def test_what_strangers_said_looks_like_no_line_of_ours() -> None:
    line = logs.Plain().format(record("said: %s", "a\r\n2026-01-01 sign-in outcome=ok\x1b[2K\u2028ü\tb"))
    assert line.endswith("said: a\\x0d\\x0a2026-01-01 sign-in outcome=ok\\x1b[2K\\x2028ü\tb")
    assert logs.Plain().format(failing()).count("\n") > 3, "where a fault came from stands below"


@pytest.mark.parametrize("kind", [logs.Json, logs.Plain])
def test_celerys_words_of_a_fault_are_not_told_either(kind: Any) -> None:
    try:
        int(MARKER)
    except ValueError as error:
        values = {"name": "sync", "exc": repr(error), "traceback": f"... {MARKER}"}
        line = record("Task %(name)s raised: %(exc)s\n%(traceback)s", values, fault=True)
    told = kind().format(line)
    assert MARKER not in told
    assert "Task sync raised: ValueError" in told


@pytest.mark.parametrize("name", ["a b", "a\nERROR b", "x" * 101, 'a","user":1', "ü", ""])
def test_a_name_that_could_forge_a_line_is_replaced(name: str) -> None:
    given = asked.begin(name).name
    assert given not in {name, ""}
    assert asked.name() == given, "and stays"


def answer(path: str, proxies: int, **headers: str) -> dict[str, str]:
    """The headers of an answer, through the handler that serves pages."""
    found: list[Any] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
               "wsgi.input": BytesIO(), **headers}  # fmt: skip
    django_settings.ENV = replace(django_settings.ENV, trusted_proxies=proxies)
    for _piece in wsgi.application(environ, lambda _status, pairs: found.extend(pairs)):
        pass
    return dict(found)


@pytest.mark.django_db
def test_only_a_proxy_of_ours_names_requests(settings: Any, settings_redis: Redis) -> None:
    settings.ENV = django_settings.ENV
    named = {"HTTP_X_REQUEST_ID": "front-18"}
    assert "X-Request-ID" not in answer("/health/live", 0, **named)
    assert asked.name() != "front-18"
    assert answer("/health/live", 1, **named)["X-Request-ID"] == "front-18"
    assert asked.name() == "front-18"
    assert len(answer("/health/live", 1)["X-Request-ID"]) == 16


def test_a_line_about_somebodys_request_says_whose_when_that_is_known_already() -> None:
    request: Any = RequestFactory().get("/")
    asked.begin("", partial(wsgi._person, request))
    assert "user" not in json.loads(logs.Json().format(record("hello")))
    request._cached_user = User(pk=7)
    assert json.loads(logs.Json().format(record("hello")))["user"] == 7
    request._cached_user = AnonymousUser()
    assert "user" not in json.loads(logs.Json().format(record("hello")))


def test_a_task_goes_by_the_name_of_the_request_that_asked_for_it() -> None:
    asked.begin("front-19")
    headers: dict[str, Any] = {}
    work.stamp(headers)
    assert headers["asked_by"] == "front-19"


def test_a_task_is_about_the_account_that_it_takes() -> None:
    assert account_of(sync_account, 12) == 12
    assert account_of(count_searches, 12) is None, "a task of another kind, on the same thread"


def account_of(task: Any, key: int) -> int | None:
    work.begins(task, (key,))
    request = asked.current()
    assert request
    return request.account
