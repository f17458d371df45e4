"""The project's settings under a test run's environment. Differs from what people run only where said below."""

from tests.environment import prepare

prepare()

from webmail.settings import *  # noqa: E402, F403
from webmail.settings import DATABASES, ENV, INSTALLED_APPS, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and the two-connection tests see one database, as people have it.
    DATABASES["default"]["TEST"] = {"NAME": str(ENV.data_path / "test.sqlite3")}

INSTALLED_APPS = [*INSTALLED_APPS, "tests.flushing"]

# Operators' passwords: to make them slow to guess costs half a second at every sign-in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Without `collectstatic` before every run.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
# Files are looked for when they are asked for: each test's client makes the middleware anew, and a list takes long.
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = ENV.data_path / "static"
STATIC_ROOT.mkdir(exist_ok=True)
