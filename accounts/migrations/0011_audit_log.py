import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = (
    "CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON accounts_auditentry "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION audit_is_fixed() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit log is not changed'; END $$",
    "CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON accounts_auditentry FOR EACH ROW EXECUTE FUNCTION audit_is_fixed()",
)


def fix(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Rows are added and removed; the database itself refuses to change one."""
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def loosen(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_is_fixed")
    else:
        schema_editor.execute("DROP FUNCTION audit_is_fixed() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_several_accounts")]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("kind", models.CharField(editable=False, max_length=40)),
                ("address", models.CharField(blank=True, db_index=True, editable=False, max_length=320)),
                ("network", models.CharField(blank=True, editable=False, max_length=64)),
                ("facts", models.JSONField(default=dict, editable=False)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit log",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.RunPython(fix, loosen),
    ]
