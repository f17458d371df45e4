"""Whose a cached body is, so that its words are found for search without looking at everybody's.

What the version before has cached meanwhile is not read for that: the mail server is asked for its words.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0019_muting_all")]

    operations = [migrations.AddField("body", "account_id", models.BigIntegerField(null=True))]
