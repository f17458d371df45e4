"""A copy for Sent that the mail server does not take is kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webmail", "0013_draft_dsn")]

    operations = [
        migrations.AddField("outgoing", "filing", models.BigIntegerField(null=True)),
        migrations.AddField(
            "outgoing", "copy_problem", models.CharField(blank=True, db_default="", default="", max_length=40)
        ),
        migrations.AddField("outgoing", "copy_due_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "outgoing",
            "copy",
            models.CharField(
                blank=True,
                choices=[
                    ("", "None"), ("owed", "Owed"), ("filed", "Filed"), ("held", "Held"), ("server", "Server"),
                    ("nowhere", "Nowhere"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            "outgoing", models.Index(condition=models.Q(("copy", "held")), fields=["account"], name="outgoing_held")
        ),
    ]  # fmt: skip
