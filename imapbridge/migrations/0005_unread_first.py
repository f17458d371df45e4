"""An index for the list with what is unread first, whose second part are the conversations that are read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0004_filing")]

    operations = [
        migrations.AddIndex(
            model_name="mailboxthread",
            index=models.Index(
                fields=["mailbox", "-sort_at", "-thread"],
                condition=models.Q(count__gt=0, unread=0),
                name="mt_read",
            ),
        ),
    ]
