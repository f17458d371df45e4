"""All that a list shows is muted, or heard again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0018_ascii_only")]

    operations = [
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
                    ("relabel", "Relabel"),
                    ("mute", "Mute"),
                    ("unmute", "Unmute"),
                    ("filter", "Filter"),
                    ("undo", "Undo"),
                ],
                max_length=8,
            ),
        ),
    ]
