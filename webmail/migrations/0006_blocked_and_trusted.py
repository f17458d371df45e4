from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webmail", "0005_templates")]

    operations = [
        migrations.AddField(model_name="correspondent", name="is_blocked", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="correspondent", name="is_trusted", field=models.BooleanField(default=False)),
    ]
