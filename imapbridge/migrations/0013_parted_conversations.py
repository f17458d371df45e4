from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0012_filing_from_files")]

    operations = [
        migrations.AddField(
            model_name="threadref",
            name="said",
            field=models.CharField(db_default="", default="", max_length=1),
        ),
    ]
