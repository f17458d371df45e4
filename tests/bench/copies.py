"""A very large mailbox in PostgreSQL in minutes: a smaller one, filled and indexed as ever, and older copies by SQL."""

from __future__ import annotations

from django.db import connection, models

from imapbridge.models import Entry, MailboxThread, Message, MessageText

# What differs in a copy. A key of words is made of the date and the message's key, as `search.document.key_of` does it.
_CHANGED = {
    Message: {
        "id": "id + {ids}", "thread": "thread + {ids}", "content_key": "decode(md5((id + {ids})::text), 'hex')",
        "message_id": "'<' || (id + {ids}) || '@example.org>'",
    },
    Entry: {
        "id": "id + {ids}", "message_id": "message_id + {ids}", "thread": "thread + {ids}", "uid": "uid + {ids}",
        "sort_at": "sort_at - {seconds}",
    },
    MailboxThread: {
        "id": "id + {ids}", "thread": "thread + {ids}", "latest_id": "latest_id + {ids}",
        "sort_at": "sort_at - {seconds}",
    },
    MessageText: {
        "message_id": "message_id + {ids}",
        "key": "(((key >> 24) - {seconds}) << 24) | ((message_id + {ids}) & 16777215)",
    },
}  # fmt: skip


def make(count: int, base: int, seconds: int) -> None:
    """Of `base` messages `count`: each lot older than the one before by `seconds` for each of its messages."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("DROP INDEX imapbridge_words")
        for copy in range(1, count // base):
            for model, changed in _CHANGED.items():
                cursor.execute(_statement(model, changed, base, copy * base, copy * base * seconds))
        cursor.execute("CREATE INDEX imapbridge_words ON imapbridge_messagetext USING gin (words)")


def _statement(model: type[models.Model], changed: dict[str, str], base: int, ids: int, seconds: int) -> str:
    table = model._meta.db_table
    columns = [str(field.column) for field in model._meta.concrete_fields]
    columns += ["words"] * (model is MessageText)
    values = [changed.get(column, f'"{column}"').format(ids=ids, seconds=seconds) for column in columns]
    own = "message_id" if model is MessageText else "id"
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} WHERE {own} <= {base}"
