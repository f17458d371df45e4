"""Jobs of every kind, undone by the changes that they made. One that was undoing another by UIDs is given up."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


def _end(apps, schema_editor):
    apps.get_model("imapbridge", "Job").objects.filter(kind="unread").update(finished_at=Now())


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0008_whole_conversations")]

    operations = [
        migrations.RunPython(_end, migrations.RunPython.noop),
        migrations.RemoveField(model_name="job", name="uids"),
        migrations.AddField(model_name="job", name="keyword", field=models.CharField(blank=True, max_length=255)),
        migrations.AddField(model_name="job", name="only", field=models.CharField(blank=True, max_length=8)),
        migrations.AddField(
            model_name="job",
            name="target",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="imapbridge.mailbox"
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="undone",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="imapbridge.job"
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("read", "Read"),
                    ("empty", "Empty"),
                    ("unread", "Unread"),
                    ("star", "Star"),
                    ("unstar", "Unstar"),
                    ("move", "Move"),
                    ("copy", "Copy"),
                    ("label", "Label"),
                    ("unlabel", "Unlabel"),
                    ("undo", "Undo"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="pendingchange",
            name="job",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="changes", to="imapbridge.job"
            ),
        ),
    ]
