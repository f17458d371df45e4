"""The Celery application. Work is rows; a task only says: now."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

from webmail import garbage, work

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmail.settings")

app = Celery("whimbrel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _ready(**_signal: Any) -> None:
    garbage.look_for_seldom()


worker_ready.connect(_ready, weak=False)
work.listen()
