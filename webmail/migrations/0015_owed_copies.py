"""An index of the copies that are owed, for the clock looks for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webmail", "0014_held_copies")]

    operations = [
        migrations.AddIndex(
            "outgoing",
            models.Index(condition=models.Q(("filing__isnull", False)), fields=["filing"], name="outgoing_owed"),
        ),
    ]
