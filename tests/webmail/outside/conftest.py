"""A web server that the operator vouches for, since it is on loopback."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.servers.process import running
from tests.servers.web_host import WebHost


@pytest.fixture(scope="session")
def _web_host() -> Iterator[WebHost]:
    with running(WebHost()) as host:
        yield host


@pytest.fixture
def web_host(_web_host: WebHost, settings: Any) -> WebHost:
    _web_host.clear()
    settings.ENV = replace(settings.ENV, tls_ca_file=str(_web_host.authority.path))
    return _web_host
