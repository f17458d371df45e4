"""Which script of another program has ours run within it (RFC 6609)."""

import pytest

from webmail.filters import standing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('include "whimbrel";', True),
        ('INCLUDE :once :personal\r\n "whimbrel";', True),
        ('include :global "whimbrel";', False),
        ('# include "whimbrel";\r\nkeep;', False),
        ('/* include "whimbrel"; */', False),
        ('addheader "X" "say include \\"whimbrel\\" here"; include "other";', False),
        ('fileinto "x"; include "other"; include "whimbrel";', True),
    ],
)
def test_what_includes_ours(text: str, found: bool) -> None:
    assert standing.includes(text, "whimbrel") is found
