"""Where a push service may be, by its address alone."""

from dataclasses import replace
from typing import Any

import pytest

from webmail.outside.places import NotAllowed
from webmail.push.destinations import service


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    "endpoint",
    [
        "", "push.example", "http://push.example/x", "https://a@push.example/", "https://push.example:8443/x",
        "https://pu\u015fh.example/", "https://push.example/" + "x" * 1000, "https://localhost:6379/",
    ],
)  # fmt: skip
def test_what_is_no_push_service(endpoint: str) -> None:
    with pytest.raises(NotAllowed):
        service(endpoint)


def test_what_is_one() -> None:
    found = service("https://push.example/wpush/v2/abc?x=1")
    assert (found.host, found.port, found.target) == ("push.example", 443, "/wpush/v2/abc?x=1")
    assert found.origin == "https://push.example"


def test_a_service_of_the_operators(settings: Any) -> None:
    settings.ENV = replace(settings.ENV, push_hosts=("localhost",))
    found = service("https://localhost:8443/x")
    assert found.origin == "https://localhost:8443"
    assert found.address() in {"127.0.0.1", "::1"}
