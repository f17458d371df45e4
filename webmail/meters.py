"""What web and workers count for their operator, besides what `imapbridge.meters` does, and by the same rules."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from imapbridge.meters import QUICK

page_seconds = Histogram("whimbrel_page_seconds", "From a request to its answer.", buckets=QUICK)
_answers = Counter("whimbrel_answers_total", "Answers to requests, by the first digit of their status.", ["status"])
sockets = Gauge("whimbrel_sockets", "Open pages that are told of changes.")
_sends = Counter("whimbrel_sends_total", "Outgoing mail, by what became of it: for each recipient.", ["fate"])
_notices = Counter(
    "whimbrel_web_push_total", "Notifications handed to push services, by what they answered.", ["answer"]
)
_broken = Counter("whimbrel_csp_reports_total", "Reports of pages' policies being broken.", ["directive"])
_by_digit = {digit: _answers.labels(f"{digit}xx") for digit in range(1, 6)}


def answered(status: int, seconds: float) -> None:
    page_seconds.observe(seconds)
    _by_digit[status // 100].inc()


def sent(fate: str, recipients: int = 1) -> None:
    """`accepted`, `refused`, `unknown`, or `waiting`: to be tried again."""
    _sends.labels(fate).inc(recipients)


def notified(answer: str) -> None:
    _notices.labels(answer).inc()


def policy_broken(directive: str) -> None:
    _broken.labels(directive).inc()
