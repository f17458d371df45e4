from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imapbridge", "0014_relabel")]

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
                    ("filter", "Filter"),
                    ("undo", "Undo"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(model_name="job", name="rule", field=models.TextField(blank=True, db_default="")),
    ]
