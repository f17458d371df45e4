"""Lines of logs: plain ones for people, or one JSON object a line for machines that gather them. Never what mail says.

A fault is told by its kind and by where it happened, not by its words: those may hold what somebody wrote, or a
password. Only with WEBMAIL_DEBUG are they told. Ids that stand in a message (`account=12`) are fields of their own.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from imapbridge import asked

IDS = re.compile(r"\b(account|mailbox|message|draft|outgoing|job|change|push|search|user|book|status|ms)=(\d+)\b")
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(9), *range(10, 32), *range(127, 160), 0x2028, 0x2029)}
_written = json.JSONEncoder(ensure_ascii=False, default=str).encode
Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Away(logging.Filter):
    """What Django tells as an error, though a person reads a sentence that is true and nothing is to be mended here: a
    mail server, the database or Redis is away (503)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 0) == 503:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


class Plain(logging.Formatter):
    """A line, and below it where a fault came from. `words`: tell what the fault says as well."""

    def __init__(self, *, words: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._words = words

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record if self._words else _without_words(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """In one line: what strangers said, as a name or a server's words, shall look like no line of ours."""
        line = super().formatMessage(record)
        if self._words or line.isprintable():
            return line
        return line.rstrip().translate(_CONTROLS)

    def formatException(self, ei: Fault) -> str:  # noqa: N802 - logging's name
        return super().formatException(ei) if self._words else "\n".join(_told(ei))


class Json(logging.Formatter):
    """An object with `time` (UTC), `level`, `logger` and `message`; `request`, `user`, `account`, other ids and figures
    where known."""

    def __init__(self, *, words: bool = False) -> None:
        super().__init__()
        self._words = words

    def format(self, record: logging.LogRecord) -> str:
        record = record if self._words else _without_words(record)
        message = record.getMessage()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
            **_of_request(),
            **{name: int(number) for name, number in IDS.findall(message)},
        }
        if record.exc_info:
            fault = record.exc_info
            line["fault"] = self.formatException(fault).splitlines() if self._words else _told(fault)
        return _written(line)


def _of_request() -> dict[str, str | int]:
    request = asked.current()
    if request is None:
        return {}
    known = {"user": request.who(), "account": request.account}
    return {"request": request.name, **{name: key for name, key in known.items() if key is not None}}


def _without_words(record: logging.LogRecord) -> logging.LogRecord:
    """Celery puts the words of a fault into its message."""
    if isinstance(record.args, dict) and "exc" in record.args and record.exc_info and record.exc_info[0]:
        values = {**record.args, "exc": record.exc_info[0].__name__, "traceback": ""}
        record = logging.makeLogRecord({**vars(record), "args": values, "exc_text": None})
    elif record.exc_text:  # written down by another formatter
        record = logging.makeLogRecord({**vars(record), "exc_text": None})
    return record


def _told(fault: Fault) -> list[str]:
    """From the outermost call to the innermost, of the fault and of those that it came from."""
    lines: list[str] = []
    error = fault[1]
    while error is not None and len(lines) < 200:
        kind = type(error)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines
