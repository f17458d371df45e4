from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_tenancy"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeftToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=32)),
                ("token", models.TextField(editable=False)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("left_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name="mailaccount",
            name="provider",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=32),
        ),
    ]
