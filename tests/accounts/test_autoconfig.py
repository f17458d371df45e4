"""From an address to its servers."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from accounts.autoconfig import Endpoint, NoServers, PlaintextForbidden, Servers, servers_for
from accounts.models import MailDomain, domain_name

Change = Callable[..., None]
pytestmark = pytest.mark.django_db


def test_without_a_row_the_environments_servers(environment: Change) -> None:
    environment(
        imap_host="mail.example.org", imap_port=143, imap_security="starttls", smtp_port=587, smtp_security="starttls"
    )
    expected = Servers(Endpoint("mail.example.org", 143, "starttls"), Endpoint("mail.example.org", 587, "starttls"))
    assert servers_for("ann@anywhere.example") == expected


def test_the_submission_server_may_have_its_own_host(environment: Change) -> None:
    environment(smtp_host="out.example.org")
    assert servers_for("ann@example.org").smtp == Endpoint("out.example.org", 465, "tls")


def test_the_domains_row_comes_first(environment: Change) -> None:
    MailDomain.objects.create(
        name="example.net", imap_host="imap.example.net", smtp_host="smtp.example.net", smtp_port=587
    )
    servers = servers_for("ann@example.net")
    assert (servers.imap.host, servers.smtp.host, servers.smtp.port) == ("imap.example.net", "smtp.example.net", 587)
    assert servers_for("ann@sub.example.net").imap.host == "mail.example.org"


@pytest.mark.parametrize("address", ["ann@BÜCHER.example", "ann@xn--bcher-kva.example", "ann@bücher.example."])
def test_a_domain_is_found_however_it_is_written(environment: Change, address: str) -> None:
    MailDomain.objects.create(name=domain_name("Bücher.example"), imap_host="imap.buecher.example")
    assert servers_for(address).imap.host == "imap.buecher.example"


def test_nobody_told(environment: Change) -> None:
    environment(imap_host="")
    with pytest.raises(NoServers) as caught:
        servers_for("ann@example.org")
    assert caught.value.domain == "example.org"


@pytest.mark.parametrize("field", ["imap_security", "smtp_security"])
def test_a_row_without_encryption_needs_the_operators_word(environment: Change, field: str) -> None:
    domain = MailDomain(name="example.net", imap_host="localhost", **{field: "plain"})
    with pytest.raises(ValidationError) as caught:
        domain.full_clean()
    assert list(caught.value.message_dict) == [field]
    domain.save()  # as if it were older than the operator's decision
    with pytest.raises(PlaintextForbidden):
        servers_for("ann@example.net")
    environment(allow_plaintext=True)
    domain.full_clean()
    assert servers_for("ann@example.net").imap.host == "localhost"


@pytest.mark.parametrize("port", [0, 65536])
def test_a_port_is_a_port(port: int) -> None:
    with pytest.raises(ValidationError):
        MailDomain(name="example.net", imap_host="localhost", imap_port=port).full_clean()


@pytest.mark.parametrize("domain", ["", "x" * 70 + ".example", "..", "a b", "é" * 300])
def test_no_domain_is_too_odd(domain: str) -> None:
    assert isinstance(domain_name(domain), str)
