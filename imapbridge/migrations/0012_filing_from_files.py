"""Messages that are to be filed may lie in a file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0011_snoozed")]

    operations = [
        migrations.AddField(
            model_name="pendingchange", name="file", field=models.CharField(blank=True, max_length=40)
        )
    ]
