"""The words of messages, and searches on the server.

On SQLite an FTS5 table has the words of `imapbridge_messagetext`, which it reads back from there when a row goes; the
triggers are all that keeps the two equal, and a migration that makes that table anew has to make them anew.
"""

import django.db.models.deletion
from django.db import migrations, models

SQLITE = (
    """CREATE VIRTUAL TABLE imapbridge_words USING fts5(
           heads, text, content='imapbridge_messagetext', content_rowid='key',
           tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*' tokenchars '/'",
           prefix='2 3')""",
    """CREATE TRIGGER imapbridge_words_in AFTER INSERT ON imapbridge_messagetext BEGIN
           INSERT INTO imapbridge_words (rowid, heads, text) VALUES (new.key, new.heads, new.text);
       END""",
    """CREATE TRIGGER imapbridge_words_out AFTER DELETE ON imapbridge_messagetext BEGIN
           INSERT INTO imapbridge_words (imapbridge_words, rowid, heads, text)
           VALUES ('delete', old.key, old.heads, old.text);
       END""",
    """CREATE TRIGGER imapbridge_words_anew AFTER UPDATE ON imapbridge_messagetext BEGIN
           INSERT INTO imapbridge_words (imapbridge_words, rowid, heads, text)
           VALUES ('delete', old.key, old.heads, old.text);
           INSERT INTO imapbridge_words (rowid, heads, text) VALUES (new.key, new.heads, new.text);
       END""",
)
POSTGRESQL = (
    "ALTER TABLE imapbridge_messagetext ADD COLUMN words tsvector NOT NULL DEFAULT ''",
    "CREATE INDEX imapbridge_words ON imapbridge_messagetext USING gin (words)",
)


def _make(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def _unmake(apps, schema_editor):
    """The rest goes with the table."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE imapbridge_words", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("imapbridge", "0009_jobs_of_all_kinds"),
    ]

    operations = [
        migrations.AddField(
            model_name="mirror", name="messages_read", field=models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            model_name="mirror", name="bodies_read", field=models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.CreateModel(
            name="MessageText",
            fields=[
                ("key", models.BigIntegerField(primary_key=True, serialize=False)),
                ("heads", models.TextField(default="")),
                ("text", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.mailaccount",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="imapbridge.message",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["account", "key"], name="text_account")]},
        ),
        migrations.RunPython(_make, _unmake),
        migrations.CreateModel(
            name="ServerSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(db_index=True, max_length=32)),
                ("query", models.TextField()),
                ("everywhere", models.BooleanField(default=False)),
                ("mailbox", models.CharField(blank=True, max_length=1000)),
                ("special_use", models.CharField(blank=True, max_length=12)),
                ("done", models.IntegerField(default=0)),
                ("total", models.IntegerField(default=0)),
                ("skipped", models.IntegerField(default=0)),
                ("stopped", models.BooleanField(default=False)),
                ("error", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="searches",
                        to="accounts.mailaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchHit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message", models.BigIntegerField()),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hits",
                        to="imapbridge.serversearch",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("search", "message"), name="search_hit")],
            },
        ),
    ]
