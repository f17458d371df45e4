"""The Celery application. Work is rows; a task only says: now."""

from __future__ import annotations

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

from webmail import work

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmail.settings")

app = Celery("whimbrel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def look_for_garbage_seldom(**_signal: Any) -> None:
    """A sync makes a hundred thousand small values a second, of which none is in a circle: looking costs a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


worker_ready.connect(look_for_garbage_seldom)
work.listen()
