"""Jobs that are done to what a search finds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0016_by_message")]

    operations = [
        migrations.AddField("job", "sought", models.JSONField(null=True)),
    ]
