"""What a server found by the very words, told from what its own index takes for the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0021_bodies_by_account")]

    operations = [
        migrations.AddField("searchhit", "exact", models.BooleanField(db_default=False, default=False)),
    ]
