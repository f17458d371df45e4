from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_images_of_contacts")]

    operations = [
        migrations.AddField(model_name="mailaccount", name="labels", field=models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            model_name="preferences", name="swipe_start", field=models.CharField(blank=True, max_length=8)
        ),
        migrations.AddField(
            model_name="preferences", name="swipe_end", field=models.CharField(blank=True, max_length=8)
        ),
    ]
