import pytest

from imapbridge.terms.special_use import SpecialUse, from_attributes, from_name


@pytest.mark.parametrize(
    ("attributes", "use"),
    [
        ({"\\hasnochildren", "\\Sent"}, SpecialUse.SENT),
        (["\\JUNK"], SpecialUse.JUNK),
        (["\\AllMail"], SpecialUse.ALL),
        (["\\hasnochildren"], None),
        ([], None),
    ],
)
def test_from_attributes(attributes, use):
    assert from_attributes(attributes) == use


@pytest.mark.parametrize(
    ("name", "delimiter", "use"),
    [
        ("INBOX", "/", SpecialUse.INBOX),
        ("inbox", ".", SpecialUse.INBOX),
        ("Work/INBOX", "/", None),
        ("Drafts", "/", SpecialUse.DRAFTS),
        ("INBOX.Sent", ".", SpecialUse.SENT),
        ("[Gmail]/Papierkorb", "/", SpecialUse.TRASH),
        ("Entwürfe", "/", SpecialUse.DRAFTS),
        ("ENTWÜRFE", "/", SpecialUse.DRAFTS),
        ("Éléments envoyés", "/", SpecialUse.SENT),
        ("Elements envoyes", "/", SpecialUse.SENT),
        ("Correo no deseado", "/", SpecialUse.JUNK),
        ("Posta inviata", "/", SpecialUse.SENT),
        ("Lixeira", "/", SpecialUse.TRASH),
        ("Verwijderde items", "/", SpecialUse.TRASH),
        ("Skräppost", "/", SpecialUse.JUNK),
        ("Papirkurv", "/", SpecialUse.TRASH),
        ("Sendte elementer", "/", SpecialUse.SENT),
        ("Roskakori", "/", SpecialUse.TRASH),
        ("Elementy wysłane", "/", SpecialUse.SENT),
        ("Koncepty", "/", SpecialUse.DRAFTS),
        ("Отправленные", "|", SpecialUse.SENT),
        ("Спам", "/", SpecialUse.JUNK),
        ("下書き", "/", SpecialUse.DRAFTS),
        ("ゴミ箱", "/", SpecialUse.TRASH),
        ("已发送", "/", SpecialUse.SENT),
        ("垃圾邮件", "/", SpecialUse.JUNK),
        ("보낸편지함", "/", SpecialUse.SENT),
        ("휴지통", "/", SpecialUse.TRASH),
        ("المسودات", "/", SpecialUse.DRAFTS),
        ("Çöp Kutusu", "/", SpecialUse.TRASH),
        ("GÖNDERİLMİŞ ÖĞELER", "/", SpecialUse.SENT),
        ("Junk-E-Mail", "/", SpecialUse.JUNK),
        ("junk_mail", "/", SpecialUse.JUNK),
        ("Sent.Items", "/", SpecialUse.SENT),
        ("Sent/2024", "/", None),
        ("Sentinel", "/", None),
        ("Archive", "", SpecialUse.ARCHIVE),
        ("", "/", None),
    ],
)
def test_from_name(name, delimiter, use):
    assert from_name(name, delimiter) == use


def test_the_values_are_stored():
    assert [use.value for use in SpecialUse] == [
        "inbox", "drafts", "sent", "archive", "junk", "trash", "all", "flagged", "important", "snoozed",
    ]  # fmt: skip
