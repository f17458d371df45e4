"""Our key and what is signed with it."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.servers.push_service import check_sender, text
from webmail.env import EnvironmentFaults, read
from webmail.push import vapid

SECRETS = {"WEBMAIL_SECRET_KEY": "s" * 40, "WEBMAIL_CREDENTIAL_KEYS": "c" * 40}


def test_a_push_service_believes_it() -> None:
    check_sender(vapid.authorization("https://push.example"), "https://push.example")


@pytest.mark.parametrize(
    ("base", "contact"),
    [
        ("https://mail.example.com", "https://mail.example.com"),
        ("http://localhost:8000", "mailto:postmaster@localhost"),
    ],
)
def test_whom_to_complain_to(settings: Any, base: str, contact: str) -> None:
    settings.ENV = replace(settings.ENV, base_url=base)
    assert check_sender(vapid.authorization("https://a.example"), "https://a.example")["sub"] == contact


def test_the_key_of_the_environment(settings: Any) -> None:
    settings.ENV = replace(settings.ENV, vapid_key=text(b"\x01" * 32))
    first = vapid.public_key()
    settings.ENV = replace(settings.ENV, vapid_key=text(b"\x02" * 32))
    assert vapid.public_key() != first
    assert len(first) == 87


def test_a_key_is_made_once_and_for_its_owner_only(settings: Any, tmp_path: Path) -> None:
    settings.ENV = replace(settings.ENV, data_dir=str(tmp_path / "new"))
    first = vapid.public_key()
    kept = tmp_path / "new" / vapid.FILE
    assert kept.stat().st_mode & 0o777 == 0o600
    vapid._kept.cache_clear()
    assert vapid.public_key() == first
    assert [path.name for path in kept.parent.iterdir()] == [vapid.FILE]


def test_processes_agree_on_one(tmp_path: Path) -> None:
    made: set[str] = set()
    start = threading.Barrier(8)

    def one() -> None:
        start.wait()
        made.add(vapid._kept.__wrapped__(tmp_path / vapid.FILE))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == 1


@pytest.mark.parametrize("value", ["short", "not base64!" * 4, text(b"x" * 33)])
def test_what_is_no_key(value: str) -> None:
    with pytest.raises(EnvironmentFaults, match="WEBMAIL_VAPID_KEY"):
        read({**SECRETS, "WEBMAIL_VAPID_KEY": value})
