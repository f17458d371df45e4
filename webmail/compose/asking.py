"""PURE: what is asked before a message goes. Whether a file is meant that is not there, in several languages."""

from __future__ import annotations

import re

CROWD = 30
"""Recipients beyond which a person is asked whether all of them are meant."""

# Stems, so that endings do not matter. Whoever writes them mostly means a file that goes along.
_LATIN = (
    "attach(?:ed|ment|ments|ing)?|enclosed|enclosure|"  # English
    "angehängt|anhang|anhänge|anbei|beigefügt|beiliegend|im anhang|"  # German
    "ci-joint\\w*|en pièce jointe|pièces? jointes?|joint à ce|"  # French
    "adjunto\\w*|adjunta\\w*|en anexo|anexo\\w*|em anexo|anexad\\w+|"  # Spanish, Portuguese
    "allegat[oaie]|in allegato|"  # Italian
    "bijlage\\w*|bijgevoegd|bijgesloten|"  # Dutch
    "bifoga[dtr]\\w*|bilaga\\w*|vedlagt\\w*|vedlegg\\w*|vedhæft\\w+|liitteen\\w*|liitteenä|"  # Nordic
    "załącz\\w+|w załączniku|příloh\\w+|přikládám|prílo[hž]\\w+|melléklet\\w*|csatol\\w+|ataşat\\w*|atașat\\w*|"
    "ekte|ekteki|ekli|ilişikte"  # Turkish
)
_OTHERS = "вложен|прикреп|прилага|вкладен|συνημμέν|επισυνάπτ|مرفق|צירפתי|מצורף|添付|附件|첨부"
_MENTION = re.compile(rf"\b(?:{_LATIN})\b|(?:{_OTHERS})", re.IGNORECASE)
_LOOKED_AT = 50_000


def mentions_file(subject: str, text: str) -> bool:
    """Whether what was typed speaks of a file that goes along. What is quoted is not asked about."""
    own = "\n".join(line for line in text[:_LOOKED_AT].splitlines() if not line.startswith(">"))
    return bool(_MENTION.search(f"{subject[:1000]}\n{own}"))
