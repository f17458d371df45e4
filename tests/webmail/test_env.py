"""The environment: every fault is told at once, defaults are sensible, and the documents tell of every variable."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.http.request import split_domain_port

from webmail.env import VARIABLES, EnvironmentFaults, Variable, read

ROOT = Path(__file__).resolve().parent.parent.parent
SECRETS = {"WEBMAIL_SECRET_KEY": "s" * 40, "WEBMAIL_CREDENTIAL_KEYS": "c" * 40}


def faults(environ: dict[str, str]) -> list[str]:
    with pytest.raises(EnvironmentFaults) as told:
        read(environ)
    return told.value.faults


def test_two_secrets_are_all_it_needs() -> None:
    env = read(SECRETS)
    assert (env.imap_port, env.imap_security, env.smtp_port, env.smtp_security) == (993, "tls", 465, "tls")
    assert not env.allow_plaintext
    assert not env.debug
    assert not env.secure
    assert env.data_path == Path(".data").absolute()
    assert env.bridge_address == str(env.data_path / "bridge.sock")


def test_all_faults_are_told_at_once() -> None:
    told = faults(
        {
            "WEBMAIL_SECRET_KEY": "short",
            "WEBMAIL_IMAP_PORT": "99999",
            "WEBMAIL_SMTP_PORT": "smtp",
            "WEBMAIL_IMAP_SECURITY": "ssl",
            "WEBMAIL_BASE_URL": "mail.example.com",
            "WEBMAIL_DEBUG": "maybe",
            "WEBMAIL_TIME_ZONE": "Europe/Atlantis",
            "WEBMAIL_IMAP_TIMEOUT": "0",
            "DATABASE_URL": "mysql://root@localhost/mail",
            "WEBMAIL_TLS_CA_FILE": "/nowhere/ca.pem",
            "WEBMAIL_IMPA_HOST": "imap.example.com",
        }
    )
    for name in (
        "WEBMAIL_SECRET_KEY", "WEBMAIL_CREDENTIAL_KEYS", "WEBMAIL_IMAP_PORT", "WEBMAIL_SMTP_PORT", "WEBMAIL_BASE_URL",
        "WEBMAIL_IMAP_SECURITY", "WEBMAIL_DEBUG", "DATABASE_URL", "WEBMAIL_TLS_CA_FILE", "WEBMAIL_IMPA_HOST",
        "WEBMAIL_TIME_ZONE", "WEBMAIL_IMAP_TIMEOUT",
    ):  # fmt: skip
        assert sum(fault.startswith(name) for fault in told) == 1, name


@pytest.mark.parametrize("name", ["Europe", "../UTC", "/etc/localtime", "nul\0"])
def test_what_is_no_time_zone(name: str) -> None:
    (fault,) = faults({**SECRETS, "WEBMAIL_TIME_ZONE": name})
    assert fault.startswith("WEBMAIL_TIME_ZONE must be a time zone")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://mail.example.com:8443", "mail.example.com"),
        ("http://[::1]:8000", "[::1]"),
        ("https://[2001:db8::1]", "[2001:db8::1]"),
    ],
)
def test_the_host_that_it_answers_to(address: str, host: str) -> None:
    env = read({**SECRETS, "WEBMAIL_BASE_URL": address})
    assert env.host == host
    assert split_domain_port(urlsplit(address).netloc)[0] == host, "what Django holds against ALLOWED_HOSTS"


def test_no_fault_repeats_a_secret() -> None:
    assert "hunter2" not in str(EnvironmentFaults(faults({**SECRETS, "WEBMAIL_SECRET_KEY": "hunter2"})))


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"WEBMAIL_IMAP_SECURITY": "plain"}, "WEBMAIL_ALLOW_PLAINTEXT"),
        ({"WEBMAIL_SMTP_SECURITY": "plain"}, "WEBMAIL_ALLOW_PLAINTEXT"),
        ({"WEBMAIL_BRIDGE": "bridge.internal:9000"}, "WEBMAIL_BRIDGE_SECRET"),
        ({"WEBMAIL_LOG_LEVEL": "chatty"}, "WEBMAIL_LOG_LEVEL"),
    ],
)
def test_what_contradicts_itself(environ: dict[str, str], said: str) -> None:
    (fault,) = faults({**SECRETS, **environ})
    assert said in fault


def test_contradictions_are_told_along_with_other_faults() -> None:
    told = faults(
        {
            "WEBMAIL_SECRET_KEY": "short",
            "WEBMAIL_IMAP_SECURITY": "plain",
            "WEBMAIL_BRIDGE": "bridge.internal:9000",
            "WEBMAIL_LOG_LEVEL": "chatty",
        }
    )
    wanted = ("SECRET_KEY", "CREDENTIAL_KEYS", "LOG_LEVEL", "IMAP_SECURITY", "BRIDGE_SECRET")
    assert sorted(fault.split()[0] for fault in told) == sorted(f"WEBMAIL_{name}" for name in wanted)


def test_what_cannot_be_read_contradicts_nothing() -> None:
    (fault,) = faults({**SECRETS, "WEBMAIL_IMAP_SECURITY": "plain", "WEBMAIL_ALLOW_PLAINTEXT": "perhaps"})
    assert fault.startswith("WEBMAIL_ALLOW_PLAINTEXT")


def test_a_misspelt_name_is_told_also_when_all_else_is_right() -> None:
    (fault,) = faults({**SECRETS, "WEBMAIL_IMPA_HOST": "imap.example.com"})
    assert fault.startswith("WEBMAIL_IMPA_HOST")


def test_keys_rotate_by_listing_the_old_after_the_new() -> None:
    env = read({**SECRETS, "WEBMAIL_CREDENTIAL_KEYS": f"{'n' * 40}, {'o' * 40}"})
    assert env.credential_keys == ("n" * 40, "o" * 40)
    assert faults({**SECRETS, "WEBMAIL_CREDENTIAL_KEYS": f"{'n' * 40}, short"})


def test_an_empty_variable_is_an_unset_one() -> None:
    assert read({**SECRETS, "WEBMAIL_IMAP_PORT": "", "WEBMAIL_DEBUG": ""}).imap_port == 993


def test_the_base_url_loses_its_path() -> None:
    env = read({**SECRETS, "WEBMAIL_BASE_URL": "https://mail.example.com/inbox"})
    assert env.base_url == "https://mail.example.com"
    assert env.secure


def test_the_manual_lists_exactly_the_variables_with_their_defaults() -> None:
    table = (ROOT / "docs/install.md").read_text().split("## All variables")[1].split("`./run` itself")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", table, re.MULTILINE)
    assert rows == [(variable.name, _shown(variable), variable.about) for variable in VARIABLES]


def test_the_example_lists_exactly_the_variables_with_their_defaults() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    found = [line for line in lines if re.match(r"#?[A-Z_]+=", line)]
    assert found == [f"{v.name}=" if v.default is None else f"#{v.name}={v.default}" for v in VARIABLES]


def _shown(variable: Variable) -> str:
    return "required" if variable.default is None else f"`{variable.default}`" if variable.default else ""
