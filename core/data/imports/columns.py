"""The columns of a table that an import does not set."""

import re
from functools import cache

from django.db import connection
from django.db.models import DateTimeField, Field, Model
from django.db.models.fields import NOT_PROVIDED
from psycopg import sql


@cache
def with_defaults(statement: str, *models: type[Model]) -> str:
    """
    Complete INSERT statements with the columns that they do not name, filled with the models' defaults.

    The models' defaults live in Python, not in the table. For each model the statement says
    `INSERT INTO its_table (..., :columns) SELECT ..., :defaults`.
    """
    for model in models:
        table = model._meta.db_table
        insert = re.search(rf"INSERT INTO {table} \(([^)]*), :columns\)(.*?),\s+:defaults", statement, re.DOTALL)
        assert insert, f"the statement leaves no room for the columns of {table}"
        named = {name.strip() for name in insert[1].split(",")}
        rest = {field.column: _default(field) for field in model._meta.concrete_fields if _is_missing(field, named)}
        columns = "".join(f", {column}" for column in rest)
        defaults = "".join(f", {default}" for default in rest.values())
        complete = f"INSERT INTO {table} ({insert[1]}{columns}){insert[2]}{defaults}"
        statement = statement[: insert.start()] + complete + statement[insert.end() :]
    return statement


def _is_missing(field: Field, named: set[str]) -> bool:  # type: ignore[type-arg]
    is_filled_by_the_table = field.primary_key or field.generated or field.db_default is not NOT_PROVIDED
    return field.column not in named and not is_filled_by_the_table and not field.null


def _default(field: Field) -> str:  # type: ignore[type-arg]
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        return "now()"
    value = field.get_default()
    assert value is not None, f"{field} has no default; name it in the statement"
    literal = sql.Literal(field.get_db_prep_save(value, connection)).as_string(connection.connection)
    return literal.replace("%", "%%")
