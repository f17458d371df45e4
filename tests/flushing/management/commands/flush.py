"""What empties the database after every test that commits: a `flush` that touches only what the test has filled.

Django's own empties every table and then makes content types and permissions anew, in hundreds of queries; on
PostgreSQL each TRUNCATE writes new files besides. Both stay here as the migrations have left them: no test changes
them. Sequences go on, as they do for Django's tests.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction

KEPT = {"django_content_type", "auth_permission"}


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        names = {table: connection.ops.quote_name(table) for table in tables if table not in KEPT}
        looks = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name})" for table, name in names.items())
        # Foreign keys are looked at when the transaction ends, so the order does not matter.
        with transaction.atomic(using=options["database"]), connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(looks))
            for (table,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {names[table]}")
