"""Reports of policies that were broken: told in our own words, seldom, and never refused."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from prometheus_client import REGISTRY
from redis.exceptions import ConnectionError as Away

from accounts import throttle
from webmail.views import broken

pytestmark = pytest.mark.django_db

GIVEN = {
    "document-uri": "http://testserver/message/4711/?secret=word",
    "referrer": "http://testserver/secret",
    "effective-directive": "script-src-elem",
    "blocked-uri": "https://evil.example:444/secret?word",
    "script-sample": "a secret word",
}
LINE = "policy broken: directive=script-src-elem blocked=evil.example page=/message/<int:message_id>/"


@pytest.fixture(autouse=True)
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "time", lambda: 20_000 * 86_400.0)


def send(body: Any, network: str = "192.0.2.1", media_type: str = broken.TYPE) -> None:
    """As a browser does, without any form's token."""
    text = body if isinstance(body, str | bytes) else json.dumps({"csp-report": body})
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/csp", text, content_type=media_type, REMOTE_ADDR=network).status_code == 204


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == broken.log.name]


def counted() -> float:
    return REGISTRY.get_sample_value("whimbrel_csp_reports_total", {"directive": "script-src-elem"}) or 0


def test_one_is_a_line_and_a_count(caplog: pytest.LogCaptureFixture) -> None:
    before = counted()
    send(GIVEN)
    assert lines(caplog) == [LINE]
    assert counted() == before + 1


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "directive=other blocked=other page=other"),
        ({"violated-directive": "style-src 'self'"}, "directive=style-src blocked=other page=other"),
        ({"effective-directive": "x\nERROR a line"}, "directive=other blocked=other page=other"),
        ({"blocked-uri": "trusted-types-sink"}, "directive=other blocked=trusted-types-sink page=other"),
        ({"blocked-uri": "Dear Ann"}, "directive=other blocked=other page=other"),
        ({"blocked-uri": "https://[x/"}, "directive=other blocked=other page=other"),
        ({"blocked-uri": "https://a\u2028b.example/"}, "directive=other blocked=other page=other"),
        ({"blocked-uri": ["https://a.example/"], "referrer": "x"}, "directive=other blocked=other page=other"),
        ({"document-uri": "http://testserver/search?q=secret"}, "directive=other blocked=other page=/search"),
        ({"document-uri": "http://testserver/secret"}, "directive=other blocked=other page=other"),
    ],
)
def test_nothing_is_told_in_words_of_strangers(given: Any, line: str, caplog: pytest.LogCaptureFixture) -> None:
    send(given or {"referrer": "x"})
    assert lines(caplog) == [f"policy broken: {line}"]


@pytest.mark.parametrize(
    "body",
    ["", "nothing", "[]", "1", '{"csp-report": 1}', '{"other": {}}', b"\xff\xfe", "[" * 8000,
     json.dumps({"csp-report": GIVEN | {"script-sample": "x" * broken.LARGEST}})],
)  # fmt: skip
def test_what_is_no_report_is_no_line(body: str | bytes, caplog: pytest.LogCaptureFixture) -> None:
    send(body)
    send(GIVEN, media_type="text/plain")
    assert Client().get("/csp").status_code == 204
    assert lines(caplog) == []


@pytest.mark.threat("E9")
def test_few_are_told(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(8):
        for _ in range(7):
            send(GIVEN, f"192.0.{number}.7")
    assert lines(caplog) == [LINE] * broken.OF_ALL


def test_a_stream_of_them_is_told_of_again_and_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(3):
        monkeypatch.setattr(throttle, "time", lambda minute=minute: 20_000 * 86_400.0 + 60 * minute + 50)
        before = len(lines(caplog))
        for _ in range(3 * broken.OF_A_NETWORK):
            send(GIVEN, "192.0.2.7")
        assert len(lines(caplog)) > before


def test_one_network_does_not_silence_the_others(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(broken.OF_ALL + 5):
        send(GIVEN)
    send(GIVEN, "198.51.100.7")
    assert len(lines(caplog)) == broken.OF_A_NETWORK + 1


def test_without_redis_none_is_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def away(*_: Any) -> None:
        raise Away

    monkeypatch.setattr(cache, "add", away)
    send(GIVEN)
    assert lines(caplog) == []
