"""What a run says of itself: which answers are wrong, and when all was well again after a fault."""

from http.client import HTTPMessage

import pytest

from tests.load import clicks, faults, record
from tests.load.faults import Fault
from tests.load.ledger import Ledger
from tests.load.record import Asked, Record
from tests.load.watch import Health
from tests.servers.visitor import Answer

FAULT = Fault("redis restarted", began=100.0, back=101.0, ended=160.0)
PAGE = "<html><h1>That did not work</h1><p>Your mail is safe.</p></html>"


def answer(status: int, text: str = "", location: str = "") -> Answer:
    headers = HTTPMessage()
    headers["Location"] = location
    return Answer(status, headers, text.encode(), len(text))


@pytest.mark.parametrize(
    ("given", "said", "is_dishonest"),
    [
        (answer(200), "", False),
        (answer(503, PAGE), "503 That did not work: Your mail is safe.", False),
        (answer(500, PAGE), "500 That did not work: Your mail is safe.", True),
        (answer(503, "<pre>Traceback"), "503 A FAULT'S OWN WORDS", True),
        (answer(502, ""), "502 without a sentence", True),
        (answer(302, location="/sign-in?next=/"), "302 /sign-in", True),
    ],
)
def test_what_is_wrong_with_an_answer(given: Answer, said: str, is_dishonest: bool) -> None:
    assert record.wrong(given, (200,)) == said
    assert record.is_dishonest(said) is is_dishonest


def test_the_end_of_a_fault_is_the_last_of_its_traces() -> None:
    quick = [Asked("list", 100.0 + at / 10, 20.0) for at in range(600)]
    slow = [Asked("list", 104.0 + at / 10, 900.0) for at in range(10)]
    cut = [Asked("archive", 102.0, 5000.0, "cut: RemoteDisconnected")]
    healths = [Health(101.0, "redis", 50), Health(103.0, "", 49), Health(104.0, "", 50, 10.5)]
    found = faults.story(FAULT, [*quick, *slow, *cut], healths, 250.0, 50)
    assert found == faults.Story(errors=7.0, slow=5.0, health=1.0, sockets=3.0, owed=4.0)
    assert found.well == 7.0
    assert faults.story(FAULT, quick, [], 250.0, 50).well == 0.0


def test_the_table_counts_by_kind_and_takes_no_time_of_what_went_wrong() -> None:
    asked = [Asked("list", 0.0, 10.0), Asked("list", 0.0, 90.0, "503 x"), Asked("undo", 0.0, 30.0)]
    lines = record.table(asked).splitlines()
    assert [line.split()[-5:] for line in lines[1:]] == [
        ["2", "10", "10", "10", "1"], ["1", "30", "30", "30", "0"], ["3", "20", "29", "30", "1"],
    ]  # fmt: skip
    assert record.errors(asked) == "        1  list: 503 x"


def test_rows_are_read_as_they_are_printed_and_what_is_acknowledged_is_expected() -> None:
    row = '<li class="row" id="c-9"><a href="/message/7/?a=1&amp;b=2" dir="auto">Letter 41 of the house</a></li>'
    assert clicks.rows(row * 2 + '<li class="x">Letter 5 of the house</li>') == {41: ("-9", "/message/7/?a=1&b=2")}
    ledger = Ledger()
    ledger.did(41, seen=True)
    ledger.did(41, mailbox="Archive")
    assert (ledger.expected[41].seen, ledger.expected[41].mailbox, ledger.acknowledged) == (True, "Archive", 2)


def test_a_record_is_cut_by_when_things_began() -> None:
    notes = Record()
    notes.all += [Asked("list", at, 1.0) for at in (1.0, 2.0, 3.0)]
    assert [one.at for one in notes.between(1.5, 3.0)] == [2.0]
