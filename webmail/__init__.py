"""What the browser sees, and the project's settings."""

from webmail.celery import app as celery_app

__all__ = ["celery_app"]
