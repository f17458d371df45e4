"""A password that the submission server refused is not tried again by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webmail", "0009_outgoing_troubles")]

    operations = [
        migrations.AddField(
            model_name="outgoing", name="refused_secret", field=models.PositiveIntegerField(null=True)
        )
    ]
