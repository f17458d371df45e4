"""Recipients that may be a mistake."""

import pytest

from webmail.contacts.mistaken import taken_for

KNOWN = ["bob@example.com", "margaret@example.com", "anna1@example.com", "zoe@gmail.com", "li@x.org"]


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("bob@examp1e.com", "bob@example.com"),
        ("bob@exmaple.com", "bob@example.com"),
        ("carol@exmaple.com", "anna1@example.com"),  # nobody of that name, but the domain is a trap
        ("margarte@example.com", "margaret@example.com"),
        ("bobby@example.com", ""),
        ("rob@example.com", ""),
        ("anna2@example.com", ""),
        ("bob@example.org", ""),  # another country's, mostly of the same owner
        ("zoe@gmial.com", ""),  # five letters are too few to tell
        ("li@y.org", ""),
        ("", ""),
        ("@", ""),
    ],
)
def test_taken_for(address: str, meant: str) -> None:
    assert taken_for(address, KNOWN) == meant
