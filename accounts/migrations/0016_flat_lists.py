from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_found_servers")]

    operations = [
        migrations.AddField("preferences", "is_flat", models.BooleanField(default=False, db_default=False)),
    ]
