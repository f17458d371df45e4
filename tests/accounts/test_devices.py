"""A browser in words."""

import pytest
from django.utils import translation

from accounts.devices import device_words, in_words


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/18.1 Safari/605.1",
            "Safari on macOS",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1 CriOS/131.0 Mobile Safari/604.1",
            "Chrome on iPhone",
        ),
        ("curl/8.5 (Linux)", "Linux"),
        ("", "Unknown browser"),
        ("\r\n<script>" * 1000, "Unknown browser"),
    ],
)
def test_device_words(user_agent: str, words: str) -> None:
    assert device_words(user_agent) == words


def test_said_in_the_readers_language_whatever_the_writers_was() -> None:
    with translation.override("de"):
        written = [device_words("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"), device_words(""), "Safari"]
    with translation.override("fr"):
        assert [in_words(each) for each in written] == ["Firefox sur Windows", "Navigateur inconnu", "Safari"]
