"""What the columns of CSV files mean, by their headings alone: Google's, Thunderbird's, Outlook's in some languages,
and such as people name themselves. Pure.
"""

from __future__ import annotations

import re

_FIELDS = {
    "name": ("name", "full name", "display name", "file as", "anzeigename", "nom complet", "nombre completo"),
    "given": ("given name", "first name", "vorname", "prénom", "nombre", "名"),
    "middle": ("middle name", "additional name", "weitere vornamen", "deuxième prénom", "segundo nombre"),
    "family": ("family name", "last name", "surname", "nachname", "nom", "apellidos", "apellido", "姓"),
    "before": ("name prefix", "anrede"),
    "after": ("name suffix", "suffix"),
    "company": ("organization name", "organization 1 - name", "company", "organization", "firma", "société",
                "organización", "empresa", "会社", "会社名"),
    "title": ("organization title", "organization 1 - title", "job title", "position", "fonction", "puesto", "cargo",
              "役職"),
    "title?": ("title",),
    "birthday": ("birthday", "date of birth", "geburtstag", "anniversaire", "cumpleaños", "誕生日"),
    "year": ("birth year",),
    "month": ("birth month",),
    "day": ("birth day",),
    "note": ("notes", "note", "notizen", "notas", "メモ"),
    "categories": ("labels", "group membership", "categories", "kategorien", "catégories", "categorías", "分類項目"),
}  # fmt: skip
_KINDS = {word: kind for kind, words in _FIELDS.items() for word in words}
_ADDRESS = re.compile(r"e-?mail(?: (\d+))?:?(?: ?-?adress)?(?:e| address)?(?: ?- ?(?:value|1))?|(?:e-?mail )?address|"
                      r"(?:primary|secondary) e-?mail|(\w+) e-?mail")  # fmt: skip
_PHONE = re.compile(r"phone(?: (\d+))?(?: ?- ?value)?|phone number|telephone|(\w+) phone(?: (\d))?")
_LABEL = re.compile(r"(e-?mail|phone) (\d+) - (?:label|type)")
_ADDRESSES = ("adresse de messagerie", "adresse e-mail", "courriel", "dirección de correo electrónico",
              "correo electrónico", "電子メール アドレス", "メール アドレス")  # fmt: skip
_PHONES = {
    "mobile": ("mobile", "mobile number", "mobiltelefon", "téléphone mobile", "tél. mobile", "teléfono móvil",
               "携帯電話"),
    "work": ("telefon geschäftlich", "telefon (geschäftlich)", "téléphone (bureau)", "téléphone bureau",
             "teléfono del trabajo", "会社電話"),
    "home": ("telefon privat", "telefon (privat)", "téléphone (domicile)", "téléphone domicile", "particular",
             "自宅電話"),
    "": ("telefon", "téléphone", "teléfono", "電話"),
}  # fmt: skip
_PHONE_LABELS = {word: label for label, words in _PHONES.items() for word in words}


def columns(heading: list[str]) -> dict[int, tuple[str, str]]:
    """By its place what a column is: (field, the number or word that it has in its heading); others are left out."""
    found = {at: meant for at, words in enumerate(heading) if (meant := _meant(" ".join(words.lower().split())))}
    has_title = any(kind == "title" for kind, _ in found.values())
    # Outlook calls what is said before a name a title, when it has another column for the job.
    return {at: (_titled(kind, has_title), which) for at, (kind, which) in found.items()}


def _titled(kind: str, has_title: bool) -> str:
    return ("before" if has_title else "title") if kind == "title?" else kind


def _meant(word: str) -> tuple[str, str] | None:
    if word in _KINDS:
        return _KINDS[word], ""
    if word in _ADDRESSES:
        return "email", ""
    if word in _PHONE_LABELS:
        return "phone", _PHONE_LABELS[word]
    if label := _LABEL.fullmatch(word):
        return "label " + label[1].replace("-", ""), label[2]
    for kind, pattern in (("email", _ADDRESS), ("phone", _PHONE)):
        if match := pattern.fullmatch(word):
            return kind, next(filter(None, match.groups()), "")
    return None
