from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webmail", "0012_sending_tallies"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="dsn",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
