"""What is said when somebody cannot sign in."""

import pytest
from django.utils.translation import override

from accounts.problems import SENTENCES, CannotSignIn, explain, time_words
from imapbridge.errors import BY_CODE


@pytest.mark.parametrize("code", sorted(SENTENCES.keys() | BY_CODE.keys() | {"something new"}))
def test_every_problem_has_a_whole_sentence(code: str) -> None:
    with override("en"):
        told = explain(CannotSignIn(code, server="mail.example.org", domain="example.org", wait=40))
    assert told.sentence.endswith(".")
    assert "%" not in told.sentence
    assert 400 <= told.status < 600 or (code, told.status) == ("found", 200)  # servers to look at are no fault
    assert told.status != 500


@pytest.mark.parametrize(
    "code",
    ["unreachable", "timed-out", "busy", "certificate-refused", "sign-in-refused", "bridge-down", "not-permitted"],
)
def test_what_a_mail_server_causes_has_words_of_its_own(code: str) -> None:
    assert code in SENTENCES
    assert code in BY_CODE


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (40, "40 seconds"),
        (90, "90 seconds"),
        (91, "2 minutes"),
        (180, "3 minutes"),
        (181, "4 minutes"),
    ],
)
def test_time_words(seconds: int, words: str) -> None:
    assert time_words(seconds) == words
