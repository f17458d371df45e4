from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_second_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="FoundServers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(max_length=253, unique=True)),
                ("servers", models.JSONField()),
                ("source", models.CharField(blank=True, max_length=253)),
                ("found_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "found servers",
            },
        ),
    ]
