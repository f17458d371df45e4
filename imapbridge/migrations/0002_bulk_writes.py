"""Writing many rows at once: keys are checked once and not four times, and stray replies have an index of their own."""

import django.db.models.deletion
from django.db import migrations, models

LEADING = {
    "imapbridge_message": "account_id",
    "imapbridge_threadref": "account_id",
    "imapbridge_entry": "mailbox_id",
    "imapbridge_mailboxthread": "mailbox_id",
}


def owner():
    """Where the mailbox or the message is checked, its account need not be, row by row."""
    return models.ForeignKey(
        "accounts.MailAccount",
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
    )


def without_statistics(apps, schema_editor):
    """Statistics are from before a new account, which they say has no rows: PostgreSQL then thinks that any index which
    begins with the account is as good as the right one, and reads all of the account for each row it looks up.
    """
    if schema_editor.connection.vendor == "postgresql":
        for table, column in LEADING.items():
            schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def with_statistics(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table, column in LEADING.items():
            schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_subject"),
        *(
            migrations.AlterField(model_name=model, name="account", field=owner())
            for model in ("entry", "mailboxthread", "message", "threadref")
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["account", "subject_key"],
                condition=models.Q(subject_key__isnull=False),
                name="message_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["account", "subject_key"], condition=models.Q(stray=True), name="message_stray"
            ),
        ),
        migrations.RunPython(without_statistics, with_statistics),
    ]
