"""What is sealed for a browser: the RFC's own example to the octet, and anything opens again by the RFC's formulas."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.push_service import Browser, octets
from webmail.push.encryption import LARGEST, KeyUnusable, encrypt, point

# RFC 8291 appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = octets("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
KEY = octets("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
SECRET = octets("BTBZMqHH6r4Tts7J_aSIgg")
SALT = octets("DGv6ra1nlYgDCS1FRnbzlw")
SEALED = octets(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7"
    "A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc() -> None:
    own = ec.derive_private_key(int.from_bytes(SENDER), ec.SECP256R1())
    assert encrypt(PLAIN, KEY, SECRET, own=own, salt=SALT) == SEALED


@given(st.binary(max_size=LARGEST), st.integers(0, LARGEST))
def test_what_is_sealed_opens(message: bytes, padded_to: int) -> None:
    browser = Browser("https://push.example/")
    body = encrypt(message, octets(browser.key), octets(browser.secret), padded_to=padded_to)
    assert browser.opened(body) == message
    assert len(body) <= 4096
    assert len(body) == 16 + 4 + 1 + 65 + max(len(message), padded_to) + 1 + 16


def test_nothing_is_used_twice() -> None:
    assert encrypt(PLAIN, KEY, SECRET)[:86] != encrypt(PLAIN, KEY, SECRET)[:86]


COMPRESSED = b"\x02" + KEY[1:33]


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        (b"", SECRET), (KEY[:-1], SECRET), (KEY[:-1] + b"\0", SECRET), (b"\x04" + b"\0" * 64, SECRET),
        (COMPRESSED, SECRET), (KEY, SECRET[:-1]), (KEY, b""),
    ],
)  # fmt: skip
def test_a_key_that_is_none(key: bytes, secret: bytes) -> None:
    with pytest.raises(KeyUnusable):
        encrypt(PLAIN, key, secret)


def test_a_point_is_sixty_five_octets() -> None:
    assert len(point(ec.generate_private_key(ec.SECP256R1()).public_key())) == 65
