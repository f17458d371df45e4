"""Django's settings, made from the checked environment. Nothing here reads `os.environ` but through `env.read`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import dj_database_url

from webmail.env import EnvironmentFaults, read

BASE_DIR = Path(__file__).resolve().parent.parent

try:
    ENV = read(os.environ)
except EnvironmentFaults as faults:
    sys.exit(str(faults))

SECRET_KEY, *SECRET_KEY_FALLBACKS = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = [ENV.host, "localhost", "127.0.0.1", *ENV.allowed_hosts]
CSRF_TRUSTED_ORIGINS = [ENV.base_url]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
"""Each conversation that is chosen is a field of its own, and so is each change that is undone."""
ROOT_URLCONF = "webmail.urls"
WSGI_APPLICATION = "webmail.wsgi.application"
ASGI_APPLICATION = "webmail.asgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "accounts.admin_config.StaffAdminConfig",
    "channels",
    "accounts",
    "imapbridge",
    "webmail",
]

MIDDLEWARE = [
    "webmail.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "webmail.compression.Compress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "webmail.staying.Staying",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "webmail.languages.PersonAndLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "webmail.middleware.MailErrors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            # The cached loader also in debug: a list page is timed the way people get it.
            "loaders": [
                (
                    "webmail.templates.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        ENV.database_url or f"sqlite:///{ENV.data_path / 'whimbrel.sqlite3'}", conn_max_age=600, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "webmail.postgresql"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;"
        "PRAGMA mmap_size=268435456;",
    }
elif ENV.prepared_statements:
    # Planning a short statement is half of what it costs. And the list is read along its index: by default PostgreSQL
    # thinks of disks that turn, and would rather read thousands of rows and sort them than fifty in their order.
    DATABASES["default"]["OPTIONS"] = {
        "options": "-c random_page_cost=1.1",
        "server_side_binding": True,
        "prepare_threshold": 5,
        **DATABASES["default"].get("OPTIONS", {}),
    }

REDIS_URL = ENV.redis_url or f"unix://{ENV.data_path / 'redis.sock'}"
REDIS_TIMEOUT = 2
"""Seconds: a Redis that hangs must not hold the threads of pages, which do without it."""
CACHES = {
    "default": {
        "BACKEND": "webmail.cache.OneRedis",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "whimbrel",
        "OPTIONS": {
            "serializer": "webmail.cache.JsonSerializer",
            "socket_timeout": REDIS_TIMEOUT,
            "socket_connect_timeout": REDIS_TIMEOUT,
        },
    }
}
CHANNEL_LAYERS = {
    "default": {
        # The pub/sub layer survives a restarted Redis; the core layer drops its sockets.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "whimbrel", "symmetric_encryption_keys": list(ENV.secret_key)},
    }
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "fast"
CELERY_TASK_ROUTES = {"*.sweep_*": {"queue": "bulk"}}
CELERY_WORKER_CONSUMER = "webmail.consuming.Consumer"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# By default each task connects to the database anew, which costs PostgreSQL a process; `webmail.work` sees to them.
CELERY_DB_REUSE_MAX = 10**9
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "whimbrel:",
    "visibility_timeout": 600,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    # No `socket_timeout`: a worker waits in its socket for the next task.
    "socket_connect_timeout": REDIS_TIMEOUT,
}
CELERY_BEAT_SCHEDULE = {
    # `expires`: of those that a pause has heaped up not all are needed. Longer than workers are ever behind, or none is
    # done just when there is much to do. Everybody is synced within two minutes.
    "sync-some": {"task": "imapbridge.tasks.sync_some", "schedule": 2, "options": {"expires": 30}},
    "expect-mail": {"task": "imapbridge.tasks.expect_mail", "schedule": 60, "options": {"expires": 60}},
    "resume-jobs": {"task": "imapbridge.tasks.resume_jobs", "schedule": 15, "options": {"expires": 120}},
    "sync-books": {"task": "webmail.tasks.sync_everyones_books", "schedule": 900, "options": {"expires": 600}},
    "sweep-contacts": {"task": "webmail.tasks.sweep_contacts", "schedule": 3600, "options": {"expires": 600}},
    "count-acquaintances": {
        "task": "webmail.tasks.count_everyones_acquaintances",
        "schedule": 600,
        "options": {"expires": 300},
    },
    "wake-snoozed": {"task": "imapbridge.tasks.wake_snoozed", "schedule": 30, "options": {"expires": 120}},
    "sweep-mirror": {"task": "imapbridge.tasks.sweep_mirror", "schedule": 86_400, "options": {"expires": 3600}},
    "mirror-drafts": {"task": "webmail.tasks.mirror_rested_drafts", "schedule": 60, "options": {"expires": 300}},
    "sweep-drafts": {"task": "webmail.tasks.sweep_drafts", "schedule": 3600, "options": {"expires": 600}},
    "look-at-outbox": {"task": "webmail.tasks.look_at_outbox", "schedule": 10, "options": {"expires": 120}},
    "sweep-outbox": {"task": "webmail.tasks.sweep_outbox", "schedule": 3600, "options": {"expires": 600}},
    "sweep-audit": {"task": "webmail.tasks.sweep_audit", "schedule": 86_400, "options": {"expires": 3600}},
    "return-tokens": {"task": "webmail.tasks.return_tokens", "schedule": 60, "options": {"expires": 300}},
    "sweep-sign-ins": {"task": "webmail.tasks.sweep_sign_ins", "schedule": 3600, "options": {"expires": 600}},
}

AUTHENTICATION_BACKENDS = [
    "imapbridge.login.MailboxBackend",
    "imapbridge.token_login.TokenBackend",
    "django.contrib.auth.backends.ModelBackend",
]
WEB_DOOR = "webmail.outside.services.exchange"
"""How rooms below `webmail` ask services on the web that the operator chose."""
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

SESSION_ENGINE = "webmail.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_NAME = "__Host-sid" if ENV.secure else "sid"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = ENV.session_hours * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrf" if ENV.secure else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "webmail.error_pages.stale"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
SECURE_HSTS_SECONDS = 31_536_000 if ENV.secure else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
# With `no-referrer` browsers send `Origin: null` on form posts, which the CSRF check must refuse.
SECURE_REFERRER_POLICY = "same-origin"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ja", "日本語"),
]
"""Each by its own name, for those who read no other. docs/translating.md tells how to add one."""
FORMAT_MODULE_PATH = ["webmail.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = ENV.time_zone

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "webmail.storage.StaticStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": f"webmail.logs.{ENV.log_format.capitalize()}", "words": ENV.debug}},
    "filters": {"away": {"()": "webmail.logs.Away"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Their own handlers would tell the words of faults.
    "loggers": {
        **{name: {"handlers": [], "propagate": True} for name in ("uvicorn", "uvicorn.error", "django")},
        "django.request": {"filters": ["away"]},
        # It would tell addresses with what people search for; the web server in front has its own.
        "uvicorn.access": {"handlers": [], "propagate": False},
    },
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
}
