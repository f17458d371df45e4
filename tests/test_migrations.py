"""Each migration since the baseline runs while the version before serves; and the rules find what would break it."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from tests.migration_rules import EXCUSE, faults

BASELINE = {"accounts": "0009", "imapbridge": "0014", "webmail": "0011"}
"""What was there before anybody served more than themselves. Moved on with each release, to its last migrations."""
TEXT, WORD = models.TextField(), models.CharField(max_length=10)


def test_the_version_before_lives_with_all_that_came_since() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found, new = [], dict[str, set[str]]()
    for app, name in sorted(key for key in loader.graph.nodes if key[0] in BASELINE):
        migration = loader.get_migration(app, name)
        if name[:4] > BASELINE[app] and not getattr(migration, EXCUSE, ""):
            before = loader.project_state((app, name), at_end=False)
            told = faults(migration.operations, before, app, new.setdefault(app, set()))
            found += [f"{app}.{name}: {fault}" for fault in told]
    assert found == [], "CONTRIBUTING.md says how to do it in two versions"


def test_a_baseline_names_migrations_that_are_there() -> None:
    nodes = MigrationLoader(None, ignore_no_migrations=True).graph.nodes
    for app, number in BASELINE.items():
        assert any(name.startswith(number) for place, name in nodes if place == app)


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_an_index_whose_making_was_cut_is_made_again() -> None:
    """Without a transaction around it, what was done of it is there when the migration is begun again."""
    nodes = MigrationLoader(None, ignore_no_migrations=True).graph.nodes
    cut = {key: one.operations for key, one in nodes.items() if key[0] in BASELINE and not one.atomic}
    assert cut
    state = ProjectState.from_apps(apps)
    for (app, name), operations in cut.items():
        first, *rest = operations
        assert isinstance(first, migrations.AddIndex), name
        assert not any(isinstance(one, migrations.AddIndex) for one in rest), name
        with connection.schema_editor(atomic=False) as editor:
            first.database_forwards(app, editor, state, state)


def told(*operations: Operation) -> list[str]:
    """Of a table `letter` with a text, a word that may be missing, and a word with a default in the database."""
    state = ProjectState()
    fields: list[tuple[str, Any]] = [
        ("id", models.BigAutoField(primary_key=True)), ("text", models.TextField()),
        ("word", models.CharField(max_length=10, null=True)), ("kind", models.CharField(max_length=10, db_default="")),
    ]  # fmt: skip
    state.add_model(ModelState("webmail", "Letter", fields))
    return list(faults(operations, state, "webmail", set()))


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (migrations.RemoveField("letter", "text"), "still reads"),
        (migrations.RenameField("letter", "text", "body"), "still reads"),
        (migrations.DeleteModel("Letter"), "still reads"),
        (migrations.RenameModel("Letter", "Post"), "still reads"),
        (migrations.AddField("letter", "more", models.TextField()), "without it"),
        (migrations.AddField("letter", "more", models.TextField(default="")), "without it"),
        (migrations.AlterField("letter", "word", models.CharField(max_length=10)), "writes NULL"),
        (migrations.AlterField("letter", "kind", models.CharField(max_length=9, db_default="")), "longer"),
        (migrations.AlterField("letter", "kind", models.CharField(max_length=10)), "leave it out"),
        (migrations.AlterField("letter", "text", models.IntegerField()), "TextField"),
        (migrations.AlterField("letter", "text", models.TextField(unique=True)), "twice"),
        (migrations.AddConstraint("letter", models.UniqueConstraint(fields=["text"], name="u")), "forbids"),
        (migrations.RunSQL("DROP TABLE letter"), "nobody can tell"),
        (migrations.SeparateDatabaseAndState([migrations.DeleteModel("Letter")]), "still reads"),
    ],
)
def test_what_breaks_the_version_before_is_found(operation: Operation, why: str) -> None:
    [fault] = told(operation)
    assert why in fault


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("letter", "more", models.TextField(db_default=""))],
        [migrations.AddField("letter", "more", models.TextField(null=True))],
        [migrations.AlterField("letter", "kind", models.CharField(max_length=20, db_default=""))],
        [migrations.AlterField("letter", "text", models.TextField(null=True))],
        [migrations.AddIndex("letter", models.Index(fields=["word"], name="by_word"))],
        [
            migrations.CreateModel("Stamp", [("id", models.BigAutoField(primary_key=True)), ("text", TEXT)]),
            migrations.AddField("stamp", "word", WORD),
            migrations.RemoveField("stamp", "text"),
        ],
    ],
)
def test_what_only_adds_may_be_done(operations: list[Operation]) -> None:
    assert told(*operations) == []
