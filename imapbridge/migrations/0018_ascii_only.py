"""Searches on servers that look for no letters but ASCII."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0017_sought")]

    operations = [
        migrations.AddField("serversearch", "ascii_only", models.BooleanField(db_default=False, default=False)),
    ]
