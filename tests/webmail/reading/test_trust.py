"""What speaks for and against a sender."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.lookalikes import looks_like
from webmail.reading.trust import Leaving, Trust, trust

ME = "noor@northline.example"
SERVERS = ("mx.northline.example",)
FROM = "From: Tomas <tomas@press.example>"


def read(*lines: str, me: str = ME) -> Trust:
    return trust("\r\n".join((*lines, "", "")).encode(), me, SERVERS)


def results(text: str, server: str = "mx.northline.example") -> str:
    return f"Authentication-Results: {server}; {text}"


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ("dmarc=pass header.from=press.example", "verified"),
        ("dmarc=pass (p=reject dis=none) header.from=press.example; spf=fail", "verified"),
        ("dkim=pass header.d=press.example", "verified"), ("dkim=pass header.i=@press.example", "verified"),
        ("DKIM = PASS (2048-bit key; unprotected) header.d=PRESS.example", "verified"),
        ("dkim/1=pass header.d=\"press.example\"", "verified"),
        ("spf=pass smtp.mailfrom=bounce@press.example", "verified"),
        ("spf=pass smtp.mailfrom=press.example", "verified"),
        ("dmarc=fail; dkim=pass header.d=press.example", "failed"), ("dmarc=fail", "failed"),
        ("spf=fail; dkim=fail", "failed"), ("spf=fail", "unverified"), ("spf=softfail; dkim=none", "unverified"),
        ("spf=pass smtp.mailfrom=bounce@bulk.example", "unverified"), ("dkim=pass header.d=bulk.example", "unverified"),
        ("dkim=pass header.d=example", "unverified"), ("dkim=pass header.d=evilpress.example", "unverified"),
        ("dkim=pass header.d=evil.press.example", "unverified"),
        ("dkim=pass header.i=@evil.press.example", "unverified"),
        ("spf=pass smtp.mailfrom=x@evil.press.example", "unverified"),
        ("spf=pass smtp.helo=press.example", "unverified"),
        ("dkim=pass", "unverified"), ("none", "unverified"), ("", "unverified"), (";;=;dmarc", "unverified"),
        ("x=y (dmarc=pass header.from=press.example)", "unverified"),
    ],
)  # fmt: skip
def test_what_the_server_found(said: str, standing: str) -> None:
    found = read(results(said), FROM)
    assert (found.standing, found.server, found.sender_domain) == (standing, SERVERS[0], "press.example")


@pytest.mark.parametrize("said", ["dkim=pass header.d=press.example", "spf=pass smtp.mailfrom=x@press.example"])
def test_a_domain_speaks_for_those_below_it(said: str) -> None:
    assert read(results(said), "From: Tomas <tomas@news.press.example>").standing == "verified"


def test_only_a_named_server_is_believed_and_only_its_last_word() -> None:
    forged = results("dmarc=pass", "mx.evil.example")
    assert read(forged, FROM).standing == "unknown"
    assert read(results("dmarc=fail"), forged, results("dmarc=pass"), FROM).standing == "failed"
    assert trust(f"{results('dmarc=pass')}\r\n{FROM}\r\n\r\n".encode(), ME, ()).standing == "unknown"
    assert read(FROM, "", results("dmarc=pass")).standing == "unknown"  # in the text


@pytest.mark.parametrize(
    "domain",
    ["northl1ne.example", "northIine.example", "n0rthline.example", "north-line.example", "northlime.example",
     "northine.example", "northllne.example", "nrothline.example", "northl1ne.test", "nоrthline.example",
     "xn--nrthline-nbh.example", "northlíne.example"],
)  # fmt: skip
def test_domains_that_pass_for_another(domain: str) -> None:
    assert looks_like(domain, "northline.example")


@pytest.mark.parametrize(
    "domain",
    [
        "northline.example",
        "northline.test",
        "mail.northline.example",
        "press.example",
        "southline.example",
        "",
        "line.example",
    ],
)
def test_domains_that_do_not(domain: str) -> None:
    assert not looks_like(domain, "northline.example")


def test_pairs_of_letters() -> None:
    assert looks_like("rnail.example", "mail.example")
    assert not looks_like("abd.example", "abc.example"), "short names are one letter apart by nature"


@pytest.mark.threat("B4")
@pytest.mark.parametrize(
    ("sender", "claims"),
    [('"ceo@northline.example" <x@evil.example>', "ceo@northline.example"), ("a@b.example <A@B.example>", ""),
     ("Tomas <tomas@press.example>", ""), ("me (at) home <a@b.example>", "")],
)  # fmt: skip
def test_names_that_show_another_address(sender: str, claims: str) -> None:
    assert read(f"From: {sender}").claims == claims


@pytest.mark.parametrize(
    ("sender", "shown", "claims", "standing"),
    [
        ("bank@bank.example <x@press.example>", "bank@bank.example", "bank@bank.example", "unverified"),
        ('"a@b.example," <x@press.example>, bank@bank.example', "bank@bank.example", "bank@bank.example", "unverified"),
        ("Tomas <tomas@press.example>", "tomas@Press.example.", "", "verified"),
        ("Tomas <tomas@press.example>", "", "", "verified"),
    ],
)
def test_a_sender_that_two_readers_read_differently(sender: str, shown: str, claims: str, standing: str) -> None:
    header = f"{results('dmarc=pass')}\r\nFrom: {sender}\r\n\r\n"
    found = trust(header.encode(), ME, SERVERS, shown)
    assert (found.claims, found.standing) == (claims, standing)


@pytest.mark.parametrize(
    ("lines", "address"),
    [(["Reply-To: x@evil.example"], "x@evil.example"), (["Reply-To: desk@mail.press.example"], ""),
     (["Reply-To: x@evil.example", "List-Id: <l.example>"], ""), (["Reply-To: "], ""), ([], "")],
)  # fmt: skip
def test_answers_that_go_elsewhere(lines: list[str], address: str) -> None:
    assert read(FROM, *lines).replies_to == address


WAYS = "List-Unsubscribe: <mailto:leave@press.example?subject=x>,\r\n <https://press.example/leave/1>"
POST = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
SIGNED = "DKIM-Signature: v=1; d=press.example; h=from:list-unsubscribe:\r\n List-Unsubscribe-Post; b=x"
GOOD = results("dkim=pass header.d=press.example")
PAGE = "https://press.example/leave/1"


@pytest.mark.threat("D6")
@pytest.mark.parametrize(
    ("lines", "one_click"),
    [([GOOD, SIGNED, WAYS, POST], PAGE), ([SIGNED, WAYS, POST], ""), ([GOOD, WAYS, POST], ""),
     ([GOOD, SIGNED, WAYS], ""),
     ([results("dkim=fail header.d=press.example"), SIGNED, WAYS, POST], ""),
     ([results("dkim=pass header.d=bulk.example"), SIGNED, WAYS, POST], ""),
     ([GOOD, SIGNED.replace("list-unsubscribe:", ""), WAYS, POST], "")],
)  # fmt: skip
def test_one_click_only_where_a_verified_signature_covers_it(lines: list[str], one_click: str) -> None:
    assert read(FROM, *lines).leaving == Leaving(one_click, PAGE, "leave@press.example", "x")


@pytest.mark.parametrize(
    "ways", ["<http://press.example/x>", "<javascript:alert(1)>", "<mailto:>", "https://x.example", "<https:///x>", ""]
)
def test_what_is_no_way_out(ways: str) -> None:
    assert read(FROM, f"List-Unsubscribe: {ways}").leaving == Leaving()


def test_it_survives_a_cache() -> None:
    found = read(GOOD, SIGNED, WAYS, POST, FROM)
    assert Trust.from_json(found.to_json()) == found


@given(st.binary(max_size=500), st.text(max_size=40))
def test_nothing_raises(header: bytes, me: str) -> None:
    trust(header, me, SERVERS)
    trust(b"Authentication-Results: mx.northline.example;" + header + b"\r\nFrom: " + header, me, SERVERS)


def test_it_is_linear() -> None:
    trust(b"Authentication-Results: mx.northline.example; " + b"(" * 100_000 + b"\r\n\r\n", ME, SERVERS)
    trust(
        b"DKIM-Signature: " + b"h=a;" * 50_000 + b"\r\nList-Unsubscribe: " + b"<" * 100_000 + b"\r\n\r\n", ME, SERVERS
    )
