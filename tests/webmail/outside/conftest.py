"""A web server whose authority the operator trusts."""

from dataclasses import replace
from typing import Any

import pytest

from tests.servers.web_host import WebHost


@pytest.fixture
def web_host(web_host: WebHost, settings: Any) -> WebHost:
    settings.ENV = replace(settings.ENV, tls_ca_file=str(web_host.authority.path))
    return web_host
