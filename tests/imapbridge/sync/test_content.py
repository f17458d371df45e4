"""From what FETCH told to a row's values, whatever it told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from imapbridge.sync.content import FlagValues, content
from imapbridge.terms.envelope import Address, Envelope
from imapbridge.terms.part import Part
from imapbridge.wire.fetched import Fetched

SENT = datetime(2026, 3, 12, 10, 42, tzinfo=UTC)
ENVELOPE = Envelope(
    date=SENT,
    subject="Table plan",
    from_=(Address("Tomás", "tomas@example.com"),),
    to=(Address("", "noor@example.com"),),
    in_reply_to="<a@x>",
    message_id="<b@x>",
)
TEXT = Part("1", "text/plain")
HEADER = b"References: <root@x>\r\n <a@x>\r\nList-Id: Fair <fair.x>\r\n\r\n"
FETCHED = Fetched(
    uid=5,
    flags=frozenset({"\\Seen", "$Forwarded", "fair"}),
    internal_date=SENT + timedelta(seconds=9),
    size=1200,
    envelope=ENVELOPE,
    structure=TEXT,
    sections={"HEADER.FIELDS": HEADER},
)


def test_a_whole_message() -> None:
    row = content(FETCHED, 1, 7, "")
    assert row.uid == 5
    assert row.flags == FlagValues(seen=True, keywords=("$Forwarded", "fair"))
    assert row.sort_at == int(SENT.timestamp())
    assert row.relations.own == "<b@x>"
    assert row.relations.others == ("<root@x>", "<a@x>")
    assert row.columns["sender_address"] == "tomas@example.com"
    assert row.columns["recipients"] == {"from": [["Tomás", "tomas@example.com"]], "to": [["", "noor@example.com"]]}
    assert row.columns["list_id"] == "Fair <fair.x>"


def test_the_server_s_own_conversation_is_taken_for_an_ancestor() -> None:
    gmail = content(replace(FETCHED, gm_thrid=7), 1, 7, "")
    assert gmail.relations.others == ("gm-thrid:7", "<root@x>", "<a@x>")
    assert content(replace(FETCHED, thread_id="T1"), 1, 7, "").relations.others[0] == "thread-id:T1"
    assert (gmail.columns["subject_key"], gmail.columns["stray"]) == (None, False)


def test_a_stray_reply_is_known() -> None:
    def stray(subject: str, in_reply_to: str = "", header: bytes = b"") -> bool:
        envelope = replace(ENVELOPE, subject=subject, in_reply_to=in_reply_to)
        columns = content(replace(FETCHED, envelope=envelope, sections={"HEADER.FIELDS": header}), 1, 7, "").columns
        assert columns["subject_key"] == content(FETCHED, 1, 7, "").columns["subject_key"]
        return bool(columns["stray"])

    assert stray("Re: Table plan")
    assert stray("[fair] AW: Table  plan")
    assert not stray("Table plan")
    assert not stray("Fwd: Table plan")
    assert not stray("Re: Table plan", in_reply_to="<a@x>")
    assert not stray("Re: Table plan", header=HEADER)


def test_a_message_that_cannot_be_read_is_still_a_row() -> None:
    row = content(Fetched(uid=9), 1, 7, "")
    assert (row.uid, row.sort_at, row.columns["subject"], row.columns["structure"]) == (9, 0, "", None)


def test_an_unbelievable_date_does_not_sort() -> None:
    future = replace(ENVELOPE, date=SENT + timedelta(days=4000))
    row = content(Fetched(uid=1, envelope=future, internal_date=SENT, size=1), 1, 7, "")
    assert row.sort_at == int(SENT.timestamp())


def test_copies_share_a_key_and_look_alikes_do_not() -> None:
    key = content(FETCHED, 1, 7, "").content_key
    assert content(FETCHED, 2, 8, "").content_key == key
    other_size = Fetched(uid=5, internal_date=FETCHED.internal_date, size=1201, envelope=ENVELOPE)
    assert content(other_size, 1, 7, "").content_key != key
    nameless = Fetched(uid=5, internal_date=SENT, size=1200, envelope=replace(ENVELOPE, message_id=""))
    assert content(nameless, 1, 7, "").content_key != content(nameless, 2, 7, "").content_key


def test_inline_images_are_no_attachment_and_files_are() -> None:
    image = Part("2", "image/png", disposition="inline", content_id="logo@x")
    paper = Part("2", "application/pdf", disposition="attachment", filename="plan.pdf")
    for part, shown in ((image, False), (paper, True)):
        mixed = Part("", "multipart/mixed", parts=(TEXT, part))
        assert content(Fetched(uid=1, structure=mixed), 1, 7, "").columns["has_attachment"] is shown


@given(st.frozensets(st.sampled_from(["\\Seen", "\\Flagged", "\\Answered", "\\Draft", "\\Deleted", "a", "b"])))
def test_flags_come_back_as_they_went_in(flags: frozenset[str]) -> None:
    assert FlagValues.of(flags).flags() == flags


@given(st.text(max_size=50), st.binary(max_size=200), st.text(max_size=30))
def test_no_text_stops_a_row(text: str, header: bytes, preview: str) -> None:
    envelope = Envelope(subject=text, from_=(Address(text, text),), in_reply_to=text, message_id=text)
    row = content(Fetched(uid=1, envelope=envelope, sections={"HEADER.FIELDS": header}), 1, 7, preview)
    for value in (row.columns["subject"], row.columns["preview"], row.columns["references"]):
        assert "\x00" not in value
        value.encode()
