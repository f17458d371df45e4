from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webmail", "0011_drafts_of_others"),
    ]

    operations = [
        migrations.CreateModel(
            name="SendingTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=300, unique=True)),
                ("slots", models.JSONField(default=dict)),
                ("usual", models.FloatField(default=0)),
                ("day", models.PositiveIntegerField(default=0)),
                ("today", models.PositiveIntegerField(default=0)),
                ("limited_at", models.DateTimeField(null=True)),
                ("burst_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="outgoing",
            name="counted",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
