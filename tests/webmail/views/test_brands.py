"""A domain's name, logo and colour: by the web address for strangers, by the sign-in for its people."""

from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from accounts import brands
from accounts.forms import SignInForm
from accounts.models import MailDomain
from tests.webmail.views.conftest import Person


@pytest.fixture
def press(db: None, settings: Settings) -> Iterator[MailDomain]:
    settings.ALLOWED_HOSTS = ["testserver", "mail.press.example"]
    picture = BytesIO()
    Image.new("RGB", (60, 20), "teal").save(picture, "PNG")
    brands.forget()
    yield MailDomain.objects.create(
        name="press.example", imap_host="imap.press.example", hosts="mail.press.example", brand_name="Press Mail",
        accent="#7a1f5c", logo=picture.getvalue(),
    )  # fmt: skip
    brands.forget()


def page(client: Client, address: str = "/sign-in", host: str = "mail.press.example") -> Any:
    return client.get(address, headers={"host": host})


def test_the_web_address_chooses_for_strangers(press: MailDomain, client: Client) -> None:
    found = page(client).content.decode()
    brand = brands.of_id(press.pk)
    assert brand is not None
    assert "<title>Sign in – Press Mail</title>" in found
    assert f'<link rel="stylesheet" href="/brand/{press.pk}/{brand.digest}.css">' in found
    assert f'<img class="logo brand" src="/brand/{press.pk}/{brand.digest}.png" alt="Press Mail">' in found
    assert "what stands before @press.example" in found
    assert page(client, "/manifest.webmanifest").json()["name"] == "Press Mail"
    elsewhere = page(client, host="testserver").content.decode()
    assert "Press Mail" not in elsewhere
    assert "/brand/" not in elsewhere


def test_sheet_and_logo_are_kept_by_the_browser_and_allowed_by_our_policy(press: MailDomain, client: Client) -> None:
    brand = brands.of_id(press.pk)
    assert brand is not None
    sheet = client.get(f"/brand/{press.pk}/{brand.digest}.css")
    assert sheet.content.decode().startswith("@layer tokens{:root:not([data-accent]){--accent-h:")
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "Set-Cookie" not in sheet.headers
    logo = client.get(f"/brand/{press.pk}/{brand.digest}.png")
    assert logo.content.startswith(b"\x89PNG")
    assert client.get(f"/brand/{press.pk}/older.css").headers["Cache-Control"] == "public, max-age=60"
    assert client.get("/brand/999999/x.png").status_code == 404


def test_who_is_signed_in_has_their_domains_looks_under_any_address(press: MailDomain, alice: Person) -> None:
    assert "Press Mail" not in alice.text("/settings")
    session = alice.client.session
    brands.choose(SimpleNamespace(session=session), "bob@example.org")  # type: ignore[arg-type]
    assert brands.FIELD not in session
    brands.choose(SimpleNamespace(session=session), "alice@press.example")  # type: ignore[arg-type]
    session.save()
    assert "– Press Mail</title>" in alice.text("/settings")
    press.delete()
    brands.forget()
    assert "Press Mail" not in alice.text("/settings")


@pytest.mark.parametrize(
    ("typed", "domain", "address"),
    [
        ("Wren", "press.example", "wren@press.example"),
        ("wren@example.org", "press.example", "wren@example.org"),
        ("wren", "", ""),
        ("wren@", "press.example", ""),
        ("a b", "press.example", ""),
        ("x" * 250, "press.example", ""),
    ],
)
def test_the_part_before_the_at_is_enough_at_a_domains_own_address(typed: str, domain: str, address: str) -> None:
    form = SignInForm({"address": typed, "password": "x"}, domain=domain)
    assert form.is_valid() == bool(address)
    assert form.cleaned_data.get("address", "") == address
