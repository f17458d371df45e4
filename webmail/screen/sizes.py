"""Sizes of files as people read them."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def size(octets: int) -> str:
    """`248 KB`, `1.2 MB`: powers of 1000, one digit after the point below ten."""
    units = (_("{n} bytes"), _("{n} KB"), _("{n} MB"), _("{n} GB"))
    amount, step = float(max(octets, 0)), 0
    while amount >= 999.5 and step < len(units) - 1:
        amount, step = amount / 1000, step + 1
    digits = 1 if step and amount < 9.95 else 0
    return units[step].format(n=number_format(round(amount, digits), digits))
