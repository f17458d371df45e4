"""What was to go later, and what did not go as it should."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webmail", "0008_saved_searches")]

    operations = [
        migrations.AddField(model_name="outgoing", name="scheduled", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="outgoing", name="troubled", field=models.BooleanField(default=False)),
    ]
