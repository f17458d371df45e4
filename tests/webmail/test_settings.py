"""Settings that keep a stranger out."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches

from imapbridge import redis_link

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.threat("E6")
def test_nothing_from_redis_or_a_cookie_can_become_code() -> None:
    """E6: what was unpickled was code of whoever could write there."""
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CHANNEL_LAYERS["default"]["CONFIG"]["symmetric_encryption_keys"]
    assert "signed_cookies" not in settings.SESSION_ENGINE


def test_a_redis_that_hangs_is_not_waited_for_long() -> None:
    pools = [caches["default"]._cache.get_client().connection_pool, redis_link.client().connection_pool]
    for pool in pools:
        connection = pool.make_connection()
        assert (connection.socket_timeout, connection.socket_connect_timeout) == (2, 2)
    worker = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert worker["socket_connect_timeout"] == 2
    assert "socket_timeout" not in worker, "it waits in its socket for the next task"


def test_the_host_of_an_ipv6_address_is_answered() -> None:
    program = "from django.conf import settings as s; print(s.ALLOWED_HOSTS[0])"
    assert _printed(program, {"WEBMAIL_BASE_URL": "http://[::1]:8000"}) == "[::1]"


def test_cookies() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Lax"
    assert not settings.SESSION_SAVE_EVERY_REQUEST
    assert not settings.SESSION_COOKIE_DOMAIN


def test_on_https_cookies_are_the_hosts_alone_and_browsers_stay_on_it() -> None:
    said = _settings({"WEBMAIL_BASE_URL": "https://mail.example.org"})
    names = "__Host-stay __Host-known __Host-account __Host-sid __Host-csrf"
    assert said == f"{names} True True 31536000 wss://mail.example.org includeSubDomains"


def _settings(environ: Mapping[str, str]) -> str:
    """What another environment makes of the settings."""
    program = (
        "import django; django.setup()\n"
        "from django.conf import settings as s\n"
        "from webmail import csp, middleware\n"
        "from accounts import known, staying; from webmail.views import whose\n"
        "print(staying.COOKIE, known.COOKIE, whose.COOKIE, s.SESSION_COOKIE_NAME,"
        " s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_HSTS_SECONDS, next(w.rstrip(';') for w in csp.app().split() if w.startswith('ws')),"
        " middleware.ALWAYS['Strict-Transport-Security'].split()[-1])"
    )
    return _printed(program, environ)


def _printed(program: str, environ: Mapping[str, str]) -> str:
    """What a program prints in another environment."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "webmail.settings", **environ}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
