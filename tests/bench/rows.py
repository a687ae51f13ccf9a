"""
Reads which rows of all tables an action writes. The tables come from PostgreSQL's catalogue, so new ones are included.

Values that differ from run to run are replaced by names: ids of new rows by table and number, times, keys.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.rows import dict_row

from accounts.models import Customer

_TABLES = """
SELECT class.oid::regclass::text AS name,
       (SELECT array_agg(attname::text) FROM pg_index JOIN pg_attribute ON attrelid = class.oid AND attnum = ANY(indkey)
        WHERE indrelid = class.oid AND indisprimary) AS key
FROM pg_class AS class JOIN pg_namespace AS place ON place.oid = class.relnamespace
WHERE class.relkind IN ('r', 'p') AND NOT class.relispartition AND place.nspname = 'public'
ORDER BY 1
"""
_REFERENCES = """
SELECT conrelid::regclass::text AS name, attname::text AS column, confrelid::regclass::text AS to
FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
WHERE contype = 'f' AND conparentid = 0
"""
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{32,64}(?![0-9a-f])")
# Keys of JSON documents whose names do not tell the table.
_TABLE_OF_KEY = {"lines": "orders_orderline", "line": "orders_orderline", "fulfilments": "orders_fulfilment"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")

Key = tuple[Any, ...]
Rows = dict[str, dict[Key, dict[str, Any]]]


def read_everything() -> Rows:
    """Return every row of every table, by its key."""
    everything: Rows = {}
    # Django's own connection would return JSON as text.
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, row_factory=dict_row) as own:
        for table in own.execute(_TABLES).fetchall():
            rows, key = own.execute(f"SELECT * FROM {table['name']}").fetchall(), table["key"]
            # A row without a key is identified by its content.
            everything[table["name"]] = {tuple(row[part] for part in key) if key else (repr(row),): row for row in rows}
    return everything


def changes(before: Rows, after: Rows, *, buyer: Customer) -> list[str]:
    """
    Return what was written (+), changed (~) and deleted (-) between two readings, one line per row.

    buyer: the customer of the action, whose id and e-mail address are replaced too. A changed number is a difference.
    """
    names = _Names(before, after, buyer)
    lines = []
    for table, rows in after.items():
        was = before[table]
        lines += [f"{table} + {names.row(table, rows[key])}" for key in rows.keys() - was.keys()]
        lines += [f"{table} - {names.row(table, was[key])}" for key in was.keys() - rows.keys()]
        lines += [
            f"{table} ~ {names.change(table, was[key], rows[key])}"
            for key in rows.keys() & was.keys()
            if was[key] != rows[key]
        ]
    return sorted(lines)


class _Names:
    """The names that replace values that differ from run to run."""

    def __init__(self, before: Rows, after: Rows, buyer: Customer) -> None:
        self._of: dict[tuple[str, Any], str] = {("accounts_customer", buyer.pk): "the buyer"}
        for table, rows in after.items():
            fresh = sorted(rows.keys() - before[table].keys())
            # Random keys have no order, so they cannot be numbered.
            are_counted = all(isinstance(key[0], int) for key in fresh)
            for number, key in enumerate(fresh, 1):
                self._of[table, key[0]] = f"{table} {number}" if are_counted else f"{table}, new"
        with connection.cursor() as cursor:
            cursor.execute(_REFERENCES)
            self._to = {(table, column): to for table, column, to in cursor.fetchall()}
        self._buyer = re.compile(rf"(?<=customer:){buyer.pk}\b|{re.escape(buyer.email)}")
        fresh_orders = after["orders_order"].keys() - before["orders_order"].keys()
        self._numbers = {after["orders_order"][key]["number"] for key in fresh_orders}

    def row(self, table: str, row: Mapping[str, Any]) -> str:
        return _text({column: self._value(table, column, value) for column, value in row.items()})

    def change(self, table: str, was: Mapping[str, Any], row: Mapping[str, Any]) -> str:
        changed = {}
        for column in row:
            old, new = (self._value(table, column, version[column]) for version in (was, row))
            if old != new:
                are_numbers = isinstance(old, int) and isinstance(new, int) and not isinstance(new, bool)
                changed[column] = f"by {new - old}" if are_numbers else [old, new]
        return _text(changed)

    def _value(self, table: str, column: str, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if (table, column) in self._to:
            return self._of.get((self._to[table, column], value), value)
        if column in ("id", "xid"):
            return "an id"
        if (table, column) == ("carts_cartcode", "code"):
            return "a random code"
        if isinstance(value, bytes | memoryview):
            value = json.loads(bytes(value))
        return self._plain(value, column)

    def _plain(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._plain(item, name if key == "id" else key) for key, item in value.items()}
        if isinstance(value, list):
            return [self._plain(item, name) for item in value]
        if isinstance(value, datetime | date):
            return "a time"
        if isinstance(value, UUID):
            return "a key"
        if (name in (*_TABLE_OF_KEY, "customer") or name.endswith("_id")) and str(value).isdigit():
            return self._row_name(name, int(value))
        return self._text(value) if isinstance(value, str) else value

    def _row_name(self, name: str, value: int) -> Any:
        """Return the name for an id without a foreign key; in JSON some ids are text."""
        suffix = f"_{name.removesuffix('_id')}"
        tables = [table for table, known in self._of if known == value and table.endswith(suffix)]
        return self._of.get((_TABLE_OF_KEY.get(name, "".join(tables[:1])), value), value)

    def _text(self, text: str) -> str:
        if text in self._numbers:
            return "the number"
        for pattern, word in ((_UUID, "a key"), (_TIME, "a time"), (_DIGEST, "a digest")):
            text = pattern.sub(word, text)
        return self._buyer.sub("the buyer", text)


def _text(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=repr)
