from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_identities")]

    operations = [
        migrations.AddField(model_name="preferences", name="cleans_links", field=models.BooleanField(default=False)),
    ]
