"""The way to the cached bodies of one account, made while others write."""

from importlib import import_module

from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("imapbridge", "0020_whose_bodies")]

    operations = [
        import_module("imapbridge.migrations.0016_by_message").AddIndexBeside(
            model_name="body", index=models.Index(fields=["account_id", "id"], name="body_account")
        ),
    ]
