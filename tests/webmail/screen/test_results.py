"""What was found is marked in texts of any script, letter by letter as it stands there."""

import pytest

from imapbridge.search.query import parse
from webmail.screen.results import Hits, sought, tagged

MARKED = {
    ("cafe", "Un café noir, cafe\u0301s, CAFÉ"): "Un [café] noir, [cafe\u0301]s, [CAFÉ]",
    ("grusse", "Grüße, Grusse"): "[Grüße], [Grusse]",
    ("straß", "STRASSE"): "[STRASS]E",
    ("محمد", "قال مُحَمَّد اليوم"): "قال [مُحَمَّد] اليوم",
    ("שלום", "שָׁלוֹם לכם"): "[שָׁלוֹם] לכם",
    ("東京", "来月の東京都"): "来月の[東京]都",
    ("회의", "다음 회의록"): "다음 [회의]록",
    ("👍", "ok 👍🏽 yes"): "ok [👍🏽] yes",
    ("isik", "IŞIK ışık"): "[IŞIK] [ışık]",
    ("aeble", "et æble"): "et [æble]",
    ('"green van"', "the GREEN  van"): "the [GREEN  van]",
    ("van -old", "Vanity evan, old"): "[Van]ity evan, old",
}  # fmt: skip


@pytest.mark.parametrize(("said", "marked"), MARKED.items())
def test_marks(said: tuple[str, str], marked: str) -> None:
    hits = Hits(parse(said[0]).tree)
    shown = tagged(hits.marked(said[1], hits.text))
    assert shown.replace("<mark>", "[").replace("</mark>", "]") == marked


def test_a_long_text_is_shown_from_shortly_before_what_was_found() -> None:
    hits = Hits(parse("zeppelin").tree)
    cut = "Nothing of note was said, before the Zeppelin came" + " and went" * 99
    shown = {text: tagged(hits.excerpt(text)) for text in ("No word of it", "A zeppelin", cut, f"{'x' * 99}-zeppelin")}
    assert shown["No word of it"] == ""
    assert shown["A zeppelin"] == "A <mark>zeppelin</mark>"
    assert shown[cut].startswith("…before the <mark>Zeppelin</mark> came and went")
    assert shown[cut].endswith("…")
    assert shown[f"{'x' * 99}-zeppelin"] == "…<mark>zeppelin</mark>"


def test_pages_are_told_what_stands_in_texts() -> None:
    assert sought(parse('"Green Van" 🦊 東京都 from:ann -old').tree) == [["green", "van"], ["🦊"], ["東京都"]]
