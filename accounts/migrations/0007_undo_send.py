from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_cleaned_links")]

    operations = [
        migrations.AddField(model_name="preferences", name="undo_send", field=models.SmallIntegerField(default=10)),
    ]
