from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_undo_send")]

    operations = [
        migrations.AddField(
            model_name="preferences", name="images_of_contacts", field=models.BooleanField(default=False)
        ),
    ]
