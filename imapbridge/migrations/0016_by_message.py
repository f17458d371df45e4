"""For lists of messages by themselves: an index in their order, and jobs that are done to each of them.

The largest table is written to all the time: PostgreSQL makes the index beside that, which takes no transaction around
it. So the index comes first: whoever is cut while it is made begins the migration again.
"""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexBeside(migrations.AddIndex):
    """Where the database can, without keeping anybody from writing. What was cut leaves an index that is not valid:
    another is made in its place. First or alone in its migration, for what was done before it would be done twice."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        beside = schema_editor.connection.vendor == "postgresql"
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"DROP INDEX {'CONCURRENTLY ' * beside}IF EXISTS {name}")
        if not beside:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        editor: Any = schema_editor
        editor.add_index(to_state.apps.get_model(app_label, self.model_name), self.index, concurrently=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("imapbridge", "0015_filtering")]

    operations = [
        AddIndexBeside(
            model_name="entry",
            index=models.Index(
                fields=["mailbox", "-sort_at", "-message"], condition=models.Q(expunged=False), name="entry_list"
            ),
        ),
        migrations.AddField("job", "by_message", models.BooleanField(default=False, db_default=False)),
    ]
