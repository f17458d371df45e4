"""Rows say how many messages a conversation has in all mailboxes. Those that are there get it, and who wrote it in
other mailboxes, when the conversation next changes."""

from django.db import migrations, models


def _count(apps, schema_editor):
    apps.get_model("imapbridge", "MailboxThread").objects.update(whole=models.F("count"))


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0007_job_cursor")]

    operations = [
        migrations.AddField(model_name="mailboxthread", name="whole", field=models.IntegerField(default=0)),
        migrations.RunPython(_count, migrations.RunPython.noop),
    ]
