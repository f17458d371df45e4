from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0013_parted_conversations")]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("read", "Read"),
                    ("empty", "Empty"),
                    ("unread", "Unread"),
                    ("star", "Star"),
                    ("unstar", "Unstar"),
                    ("move", "Move"),
                    ("copy", "Copy"),
                    ("label", "Label"),
                    ("unlabel", "Unlabel"),
                    ("relabel", "Relabel"),
                    ("undo", "Undo"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(model_name="job", name="keyword", field=models.CharField(blank=True, max_length=511)),
    ]
