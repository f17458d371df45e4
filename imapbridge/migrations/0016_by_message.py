"""For lists of messages by themselves: an index in their order, and jobs that are done to each of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0015_filtering")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["mailbox", "-sort_at", "-message"], condition=models.Q(expunged=False), name="entry_list"
            ),
        ),
        migrations.AddField("job", "by_message", models.BooleanField(default=False, db_default=False)),
    ]
