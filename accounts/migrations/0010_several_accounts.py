from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A person may have several mail accounts, and two people may read the same one, each in their own."""

    safe_because = "The version before has each address once, so that it cannot have it twice for one person."

    dependencies = [
        ("accounts", "0009_labels_and_swipes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="mailaccount",
            name="title",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField(
            model_name="mailaccount",
            name="hue",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="mailaccount",
            name="position",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="mailaccount",
            name="address",
            field=models.EmailField(db_index=True, max_length=254),
        ),
        migrations.AddConstraint(
            model_name="mailaccount",
            constraint=models.UniqueConstraint(fields=("user", "address"), name="account_of_person"),
        ),
    ]
