from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webmail", "0010_outgoing_refused_secret")]

    operations = [
        migrations.AddField(model_name="draft", name="mirrored_size", field=models.BigIntegerField(default=0)),
    ]
