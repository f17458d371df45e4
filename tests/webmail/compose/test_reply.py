"""To whom, from whom, under which subject and in which conversation an answer goes."""

import pytest

from accounts.models import Identity, MailAccount
from imapbridge.models import Message
from webmail.compose import reply
from webmail.compose.asking import mentions_file
from webmail.compose.recipients import written

ME = {"me@example.com", "shop@example.com"}
PLAIN = {"from": [["Ann", "ann@x.org"]], "to": [["", "me@example.com"], ["Bo", "bo@x.org"]], "cc": [["", "cy@x.org"]]}
AUDIENCES = [
    (PLAIN, False, "", "Ann <ann@x.org>", ""),
    (PLAIN, True, "", "Ann <ann@x.org>, Bo <bo@x.org>", "cy@x.org"),
    (PLAIN | {"reply_to": [["", "list@x.org"]]}, False, "", "list@x.org", ""),
    (PLAIN, True, "Team <team@x.org>, me@example.com", "Team <team@x.org>", ""),
    (PLAIN, False, "team@x.org", "Ann <ann@x.org>", ""),
    ({"from": [["", "Me@example.com"]], "to": [["Bo", "bo@x.org"]]}, False, "", "Bo <bo@x.org>", ""),
    ({"from": [["", "me@example.com"]], "to": [["", "me@example.com"]]}, True, "", "me@example.com", ""),
    (PLAIN | {"cc": [["", "BO@x.org"], ["", "shop@example.com"]]}, True, "", "Ann <ann@x.org>, Bo <bo@x.org>", ""),
]


@pytest.mark.parametrize(("found", "everybody", "followup", "to", "cc"), AUDIENCES)
def test_an_answer_goes_to_whom_it_should(
    found: dict[str, list[list[str]]], everybody: bool, followup: str, to: str, cc: str
) -> None:
    audience = reply.answer_to(found, ME, everybody=everybody, followup=followup)
    assert (written(audience.to), written(audience.cc)) == (to, cc)


@pytest.mark.parametrize(
    ("subject", "answered", "forwarded"),
    [
        ("Lease", "Re: Lease", "Fwd: Lease"),
        ("Re: Lease", "Re: Lease", "Fwd: Lease"),
        ("AW: Re: SV: Lease", "Re: Lease", "Fwd: Lease"),
        ("回复:会议", "Re: 会议", "Fwd: 会议"),
        ("Fwd: Lease", "Re: Fwd: Lease", "Fwd: Lease"),
        ("", "Re:", "Fwd:"),
        ("a\r\nBcc: x@y.org", "Re: a Bcc: x@y.org", "Fwd: a Bcc: x@y.org"),
    ],
)
def test_marks_do_not_pile_up(subject: str, answered: str, forwarded: str) -> None:
    assert reply.reply_subject(subject) == answered
    assert reply.forward_subject(subject) == forwarded


def test_references_keep_the_root_and_the_nearest() -> None:
    many = " ".join(f"<{number}@x.org>" for number in range(100))
    found = reply.references(Message(references=many, message_id="<last@x.org>"))
    assert (found[0], found[-1], len(found)) == ("<0@x.org>", "<last@x.org>", reply.MOST_REFERENCES)
    assert reply.references(Message(in_reply_to="<a@x.org>", message_id="<b@x.org>")) == ["<a@x.org>", "<b@x.org>"]


@pytest.mark.parametrize(
    "text", ["Siehe Anhang.", "I attached the plan", "ci-joint le plan", "прикрепила файл", "附件をご覧"]
)
def test_a_file_that_is_spoken_of_is_noticed(text: str) -> None:
    assert mentions_file("", text)


def test_a_file_that_only_the_quote_speaks_of_is_not() -> None:
    assert not mentions_file("Re: plan", "Thanks.\n> I attached the plan")
    assert not mentions_file("", "Detached houses, enclosing walls")


def test_an_identity_is_chosen_by_where_it_came_to() -> None:
    identities = [Identity(pk=1, address="me@example.com", is_default=True), Identity(pk=2, address="shop@example.com")]
    came = Message(sender_address="ann@x.org", recipients={"to": [["", "shop+fair@example.com"]]})
    assert reply._from(came, identities).pk == 2
    mine = Message(sender_address="shop@example.com", recipients={"to": [["", "me@example.com"]]})
    assert reply._from(mine, identities).pk == 2


@pytest.mark.parametrize(
    ("to", "list_id", "blind"),
    [("all@x.org", "", True), ("me+fair@example.com", "", False), ("all@x.org", "<a.x.org>", False)],
)
def test_who_got_it_as_a_blind_copy_is_warned(to: str, list_id: str, blind: bool) -> None:
    account = MailAccount(pk=1, address="me@example.com")
    came = Message(account=account, list_id=list_id, recipients={"from": [["", "ann@x.org"]], "to": [["", to]]})
    draft = reply.begin(came, "all", [Identity(pk=1, address="me@example.com", is_default=True)])
    assert draft.answers.get("blind", False) is blind
