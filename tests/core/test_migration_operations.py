"""Grouped operations do what they would do one after the other."""

from collections import Counter
from collections.abc import Sequence

import pytest
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.state import ProjectState

from core.migration_operations import Together

SHELVES = Together(
    [
        migrations.CreateModel("Room", [("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            "Shelf",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("room", models.ForeignKey("trial.Room", models.CASCADE)),
                ("height", models.IntegerField(db_index=True)),
            ],
        ),
    ]
)
CHANGES = Together(
    [
        migrations.AddField("shelf", "width", models.IntegerField(default=1)),
        migrations.AlterField("shelf", "height", models.IntegerField("height")),
        migrations.AddConstraint(
            "shelf", models.CheckConstraint(condition=models.Q(width__gt=0), name="trial_shelf_has_width")
        ),
    ]
)


@pytest.mark.django_db
def test_grouped_operations_change_the_database_and_are_reverted() -> None:
    nothing = ProjectState()
    made = after(SHELVES, nothing)
    changed = after(CHANGES, made)

    with connection.schema_editor() as editor:
        SHELVES.database_forwards("trial", editor, nothing, made)
    shelves_as_made = columns_and_constraints()
    with connection.schema_editor() as editor:
        CHANGES.database_forwards("trial", editor, made, changed)
    columns, constraints = columns_and_constraints()
    assert columns == {"id", "room_id", "height", "width"}
    assert "trial_shelf_has_width" in constraints
    assert shelves_as_made[1] - constraints == {"trial_shelf_height_88032b49"}  # Its index.

    with connection.schema_editor() as editor:
        CHANGES.database_backwards("trial", editor, changed, made)
    assert columns_and_constraints() == shelves_as_made
    with connection.schema_editor() as editor:
        SHELVES.database_backwards("trial", editor, made, nothing)
    assert not {"trial_room", "trial_shelf"} & set(connection.introspection.table_names())


def test_no_operation_depends_on_another_of_its_group() -> None:
    graph = MigrationLoader(None).graph
    groups = [
        (f"{key[0]}.{key[1]}", operation.operations)
        for key, migration in graph.nodes.items()
        for operation in migration.operations
        if isinstance(operation, Together)
    ]
    assert groups
    assert not [name for name, operations in groups if builds_on_itself(operations)]


def test_an_operation_that_depends_on_its_group_is_detected() -> None:
    wider = migrations.AlterField("shelf", "width", models.BigIntegerField(default=1))

    assert builds_on_itself([*SHELVES.operations, *CHANGES.operations])
    assert builds_on_itself([*CHANGES.operations, wider])
    assert not builds_on_itself([wider])


@pytest.mark.django_db
def test_a_migration_may_idle_longer_between_two_statements_than_a_request():
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '10s'")

    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")

    assert idle_limit() == "0"


def idle_limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        return str(cursor.fetchone()[0])


def builds_on_itself(operations: Sequence[Operation]) -> bool:
    """Return whether a model is created and changed, or a field is changed twice."""
    made = {operation.name_lower for operation in operations if isinstance(operation, migrations.CreateModel)}
    fields = [
        (operation.model_name_lower, operation.name_lower)
        for operation in operations
        if isinstance(operation, FieldOperation)
    ]
    changed = {operation.model_name.lower() for operation in operations if hasattr(operation, "model_name")}
    return bool(made & changed) or max(Counter(fields).values(), default=0) > 1


def after(operation: Together, state: ProjectState) -> ProjectState:
    """Return the state after an operation."""
    changed = state.clone()
    operation.state_forwards("trial", changed)
    return changed


def columns_and_constraints() -> tuple[set[str], set[str]]:
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, "trial_shelf")}
        return columns, set(connection.introspection.get_constraints(cursor, "trial_shelf"))
