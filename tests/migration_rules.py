"""What a migration may do while the version before it serves (CONTRIBUTING.md): read from its operations, without a
database. Knows nothing of what the code does with the tables."""

from collections.abc import Iterator, Sequence

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.constraints import BaseConstraint
from django.db.models.fields import NOT_PROVIDED

EXCUSE = "safe_because"
"""An attribute of a migration: one sentence on why nothing that serves is in its way. It is taken at its word."""
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
    migrations.AlterUniqueTogether,
)
NARROWS = (models.UniqueConstraint, models.CheckConstraint)


def faults(operations: Sequence[Operation], before: ProjectState, app: str, new: set[str]) -> Iterator[str]:
    """One sentence for each thing that the version before could not live with. `new` has the models that it does not
    know, in lower case, and gets those that are made here."""
    state = before.clone()
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from faults(operation.database_operations, state, app, new)
        elif isinstance(operation, migrations.CreateModel):
            new.add(operation.name.lower())
        elif _model(operation) not in new:
            yield from _faults_of(operation, state, app)
        operation.state_forwards(app, state)


def _model(operation: Operation) -> str:
    name: str = getattr(operation, "model_name", "") or getattr(operation, "name", "") or ""
    return name.lower()


def _faults_of(operation: Operation, state: ProjectState, app: str) -> Iterator[str]:
    what = operation.describe()
    if isinstance(operation, TAKES_AWAY):
        yield f"{what}: the version before still reads and writes it"
    elif isinstance(operation, migrations.AddField) and not _can_be_left_out(operation.field):
        yield f"{what}: the version before writes rows without it, so it needs null=True or a db_default"
    elif isinstance(operation, migrations.AlterField):
        yield from _narrowed(operation, state, app)
    elif isinstance(operation, migrations.AddConstraint) and _narrows(operation.constraint):
        yield f"{what}: the version before may write what it forbids"
    elif isinstance(operation, migrations.RunSQL):
        yield f"{what}: nobody can tell what it does"


def _can_be_left_out(field: models.Field) -> bool:
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


def _narrows(constraint: BaseConstraint) -> bool:
    return isinstance(constraint, NARROWS)


def _narrowed(operation: migrations.AlterField, state: ProjectState, app: str) -> Iterator[str]:
    was, becomes = state.models[app, operation.model_name_lower].fields[operation.name], operation.field
    what = operation.describe()
    if was.get_internal_type() != becomes.get_internal_type():
        yield f"{what}: the version before knows it as {was.get_internal_type()}"
    if was.null and not becomes.null:
        yield f"{what}: the version before writes NULL"
    if becomes.unique and not was.unique:
        yield f"{what}: the version before may write the same twice"
    if (was.max_length or 0) > (becomes.max_length or was.max_length or 0):
        yield f"{what}: the version before writes longer ones"
    if was.db_default is not NOT_PROVIDED and becomes.db_default is NOT_PROVIDED and not becomes.null:
        yield f"{what}: the version before may leave it out"
