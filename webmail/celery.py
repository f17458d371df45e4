"""The Celery application. Work is rows; a task only says: now."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmail.settings")

app = Celery("whimbrel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
