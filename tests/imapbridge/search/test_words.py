"""Words as they are written into the index and looked for there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.search.document import Facts, document
from imapbridge.search.words import goes_on, looked_for, meant, words

WORDS = {
    "Grüße, Tomás!": ["grusse", "tomas"],
    "東京都": ["東京", "京都", "都"],
    "が東": ["が東", "東"],
    "회의록 2026": ["회의", "의록", "록", "2026"],
    "ann@example.org": ["ann", "example", "org"],
    "under_score": ["under", "score"],
    "ＡＢＣ İstanbul": ["abc", "istanbul"],
    "हिन्दी": ["हिन्दी"],
    "مُحَمَّد مـحمد שָׁלוֹם": ["محمد", "محمد", "שלום"],
    "Ἀθῆναι Ἑλλάς": ["αθηναι", "ελλασ"],
    "IŞIK ışık": ["isik", "isik"],
    "København Łódź Đorđe": ["kobenhavn", "lodz", "dorde"],
    "zep\u00adpelin cafe\u0301s": ["zeppelin", "cafes"],
    "\x00'\"*:()&|!<->": [],
}


@pytest.mark.parametrize(("text", "found"), WORDS.items())
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_emoji_are_words_whatever_their_colour() -> None:
    fox, thumb, fox_again = words("a🦊b 👍🏽 🦊️")[1::2] + words("🦊")
    assert (meant(fox), meant(thumb), fox_again) == ("🦊", "👍", fox)
    assert looked_for("👍") == [thumb]


def test_what_is_looked_for_ends_with_a_pair() -> None:
    assert looked_for("東京都") == ["東京", "京都"]
    assert looked_for("都") == ["都"]
    assert looked_for("東京2026") == words("東京2026") == ["東京", "京", "2026"]
    assert [goes_on(word) for word in ("van", "v", "東京", "都")] == [True, False, False, True]


@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=40))
def test_a_word_is_found_in_any_text_that_has_it(before: str, word: str, after: str) -> None:
    """What is looked for stands together in the words of the text: the last one perhaps goes on."""
    wanted, there = looked_for(word), words(f"{before} {word} {after}")
    size = len(wanted)
    runs = [there[at : at + size] for at in range(len(there) + 1 - size)]
    assert not wanted or any(run[:-1] == wanted[:-1] and run[-1].startswith(wanted[-1]) for run in runs)


@given(st.text(max_size=80))
def test_words_hold_no_marks_of_a_database(text: str) -> None:
    assert not set("".join(words(text))) & set("'\"\\*:()&|!<>/^-+ \t\r\n\0")


def test_there_is_room_for_the_words_of_any_header() -> None:
    """PostgreSQL takes no more than a million octets for a message; letters of four octets are the dearest."""
    some = iter(range(10**6))

    def said(count: int) -> str:
        return "".join(chr(0x20000 + next(some) * 7 % 40_000) for _ in range(count))

    people = {
        name: [[said(400), f"{said(300)}@example.org"] for _ in range(50)] for name in ("from", "to", "cc", "bcc")
    }
    files = ["", "multipart", "mixed", "", "", "", "", 0, "", [["1", "", "", "", "", "", said(250), 0, "", []]] * 5000]
    facts = Facts(
        5, 7, 1_700_000_000, "", "", json.dumps(people), said(50_000), "", json.dumps(files), True, said(50_000)
    )
    made = document(facts)
    assert made.heads.endswith("in/7 has/attachment")
    assert sum(len(word.encode()) + 6 for word in made.heads.split()) < 800_000
