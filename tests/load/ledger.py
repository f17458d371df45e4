"""What a person did, and was told that it is done: what the mail server must have at the end. Asks nobody."""

from dataclasses import dataclass, field


@dataclass
class Expected:
    """Of one message: its mailbox, and its flags as far as they were looked at or changed."""

    mailbox: str = "INBOX"
    seen: bool | None = None
    flagged: bool = False


@dataclass
class Ledger:
    """By the numbers of the letters. What got no answer is `doubtful`: it may be so or not, but
    the message is there once."""

    expected: dict[int, Expected] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    letters: dict[str, bool] = field(default_factory=dict)
    """Subjects of what was sent, and whether that was acknowledged."""
    drafts: set[str] = field(default_factory=set)
    """Subjects of those that were acknowledged."""
    delivered: dict[int, bool] = field(default_factory=dict)
    """New mail, and whether the server said that it has it."""
    acknowledged: int = 0

    def of(self, number: int) -> Expected:
        return self.expected.setdefault(number, Expected())

    def did(self, number: int, **became: object) -> None:
        """It was acknowledged."""
        one = self.of(number)
        for name, value in became.items():
            setattr(one, name, value)
        self.acknowledged += 1
