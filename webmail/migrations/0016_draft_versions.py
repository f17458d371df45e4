import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webmail", "0015_owed_copies"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="is_open",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="DraftVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("to", models.TextField(blank=True)),
                ("cc", models.TextField(blank=True)),
                ("bcc", models.TextField(blank=True)),
                ("subject", models.TextField(blank=True)),
                ("text", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                ("is_rich", models.BooleanField(default=True)),
                ("quote", models.TextField(blank=True)),
                ("quote_text", models.TextField(blank=True)),
                ("is_foreign", models.BooleanField(default=False)),
                ("kept_at", models.DateTimeField(auto_now_add=True)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="webmail.draft"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
    ]
