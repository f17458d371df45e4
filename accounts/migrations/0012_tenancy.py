import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_audit_log"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="maildomain",
            options={"ordering": ["name"]},
        ),
        migrations.AddField(
            model_name="maildomain",
            name="accent",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Such as #00687e. Its hue is taken; how light it is follows the theme, "
                "so that it can be read.",
                max_length=7,
                verbose_name="accent colour",
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="brand_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="title"),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="domain_messages_per_day",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="messages of the domain within a day"
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="domain_messages_per_hour",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="messages of the domain within an hour"
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="domain_recipients_per_day",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="recipients of the domain within a day"
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="domain_recipients_per_hour",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="recipients of the domain within an hour"
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="hosts",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Host names under which the sign-in page is this domain's, separated by spaces. "
                "The web server has to pass them on, "
                "and WEBMAIL_ALLOWED_HOSTS has to name them.",
                max_length=1000,
                verbose_name="web addresses",
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="is_declared",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="least_tls",
            field=models.CharField(
                choices=[("1.2", "TLS 1.2"), ("1.3", "TLS 1.3")],
                db_default="1.2",
                default="1.2",
                max_length=3,
                verbose_name="oldest TLS",
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="logo",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="logo_digest",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="message_megabytes",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="With its files, as it is sent.",
                null=True,
                verbose_name="megabytes of one message",
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="person_messages_per_day",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="messages of a person within a day"),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="person_messages_per_hour",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="messages of a person within an hour"
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="person_recipients_per_day",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="recipients of a person within a day"
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="person_recipients_per_hour",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="recipients of a person within an hour"
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="recipients_per_message",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="recipients of one message"),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="sieve_host",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Filters are kept there. Empty: there are none.",
                max_length=253,
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="sieve_port",
            field=models.PositiveIntegerField(
                db_default=4190,
                default=4190,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(65535),
                ],
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="sieve_security",
            field=models.CharField(
                choices=[("tls", "TLS"), ("starttls", "STARTTLS"), ("plain", "none (only on the same machine)")],
                db_default="starttls",
                default="starttls",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="storage_megabytes",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="megabytes of all files of an account's drafts"
            ),
        ),
        migrations.AddField(
            model_name="maildomain",
            name="upload_megabytes",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="megabytes of one file"),
        ),
    ]
