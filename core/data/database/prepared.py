"""
Hand-written statements on one connection, bound and prepared on the server and run without a cursor.

A cursor serves every kind of use, and it causes most of what a short statement costs the client. Statements here are
constants with named parameters, and each result is fetched whole.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

MOST_PREPARED = 400

_PARAMETER = re.compile(r"%(?:%|\((\w+)\)s)")
_NOT_ALIKE = re.compile(rb"[\\\[{]")
_SUCCESSES = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}


class _JsonLoader(Loader):
    """Reads jsonb as Python values; Django's own loader leaves it as text for its JSONField to read."""

    load = staticmethod(orjson.loads)  # type: ignore[assignment]  # Called for each value, so without a step between.


class _TimeLoader(Loader):
    """Reads timestamptz, which every session here writes in UTC; psycopg's loader looks up the zone for each result."""

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(str(data, "ascii"))


class _ListDumper(Dumper):
    """
    Writes a list as an array whose element type the statement names, e.g. `%(ids)s::bigint[]`.

    psycopg's own dumper examines every element to find their smallest common type, and PostgreSQL then prepares the
    statement once for each such type.
    """

    oid = 0

    def dump(self, obj: list[Any]) -> bytes:
        # JSON writes a plain list as PostgreSQL does except for the brackets; only escapes and nesting differ.
        written = orjson.dumps(obj, default=str)
        if _NOT_ALIKE.search(written, 1):
            written = _array_element(obj).encode()
        return b"{%b}" % written[1:-1]


def _array_element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return f"{{{','.join(map(_array_element, value))}}}"
    if isinstance(value, int):
        return str(value)
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Answer:
    """The result of a statement: rows as dictionaries, or how many rows it affected."""

    __slots__ = ("_result", "_shape")

    def __init__(self, result: PGresult, shape: "_Shape") -> None:
        self._result = result
        self._shape = shape

    def rows(self) -> list[dict[str, Any]]:
        """Return every row."""
        result = self._result
        return self._shape.read(result) if result.ntuples else []

    def touched(self) -> int:
        """Return how many rows the statement affected."""
        return self._result.command_tuples or 0


class _Shape:
    """How to read the rows of one statement: column names, and a loader for each column; the same at every run."""

    def __init__(self, adapters: Any) -> None:
        self._transformer = Transformer(adapters)
        self._names: list[str] | None = None

    def read(self, result: PGresult) -> list[dict[str, Any]]:
        names = self._names
        if names is None:
            self._transformer.set_pgresult(result)
            names = self._names = [(result.fname(place) or b"").decode() for place in range(result.nfields)]
        else:
            self._transformer.set_pgresult(result, set_loaders=False)
        return [
            dict(zip(names, values, strict=True)) for values in self._transformer.load_rows(0, result.ntuples, tuple)
        ]


class PreparedStatements:
    """The hand-written statements of one connection, and which of them are prepared on its server."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self.connection = connection
        self._pgconn = connection.pgconn
        self._adapters = psycopg.adapt.AdaptersMap(connection.adapters)
        self._adapters.register_dumper(list, _ListDumper)
        self._adapters.register_loader("jsonb", _JsonLoader)
        self._adapters.register_loader("timestamptz", _TimeLoader)
        self._writer = Transformer(self._adapters)
        self._prepared: dict[tuple[str, tuple[int, ...]], tuple[bytes, _Shape]] = {}

    def run(self, statement: str, parameters: Mapping[str, Any], *, prepared: bool) -> Answer:
        """
        Run a statement, beginning a transaction where one is required. Raises psycopg's errors.

        Values go as text or binary, each with the type that psycopg chooses for it. A statement is prepared once per
        combination of types, so a statement that names its types itself (`::bigint`) is prepared once.
        """
        if not prepared:
            return self._run_for_these_values(statement, parameters)
        text, names, formats = _NUMBERED.get(statement) or _number(statement)
        writer = self._writer
        values = writer.dump_sequence(list(map(parameters.__getitem__, names)), formats)
        types = writer.types or ()
        if self._pgconn.transaction_status == TransactionStatus.IDLE:
            self._begin()
        name, shape = self._prepared.get((statement, types)) or self._prepare(statement, text, types)
        result = self._pgconn.exec_prepared(name, values, writer.formats)  # type: ignore[arg-type]  # None is NULL.
        return Answer(result if result.status in _SUCCESSES else self._checked(result), shape)

    def _run_for_these_values(self, statement: str, parameters: Mapping[str, Any]) -> Answer:
        # Values are written into the statement because PostgreSQL is told to make generic plans for parameters.
        text = psycopg.ClientCursor(self.connection).mogrify(statement, parameters)
        if self._pgconn.transaction_status == TransactionStatus.IDLE:
            self._begin()
        return Answer(self._checked(self._pgconn.exec_(text.encode())), _Shape(self._adapters))

    def commit(self) -> None:
        """Commit the transaction, if there is one. Raises psycopg's errors."""
        if self._pgconn.transaction_status != TransactionStatus.IDLE:
            self._command(b"COMMIT")

    def _begin(self) -> None:
        if not self.connection.autocommit:
            self._command(b"BEGIN")

    def _command(self, command: bytes) -> None:
        self._checked(self._pgconn.exec_(command))

    def _prepare(self, statement: str, text: bytes, types: Sequence[int]) -> tuple[bytes, _Shape]:
        if len(self._prepared) >= MOST_PREPARED:
            self._prepared.clear()
            self._command(b"DEALLOCATE ALL")
        name = b"hand_%d" % len(self._prepared)
        self._checked(self._pgconn.prepare(name, text, types))
        known = self._prepared[statement, tuple(types)] = name, _Shape(self._adapters)
        return known

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in _SUCCESSES:
            return result
        # The first statement after the server is lost gets a result without a state, on a connection that looks
        # healthy.
        if self._pgconn.status == ConnStatus.BAD or result.error_field(DiagnosticField.SQLSTATE) is None:
            raise psycopg.OperationalError(self._pgconn.error_message.decode(errors="replace").strip())
        raise error_from_result(result)


class _Numbered(NamedTuple):
    """A statement with `$1`, `$2` for its named parameters, with their names in that order, and their formats."""

    text: bytes
    names: list[str]
    formats: list[PyFormat]


_NUMBERED: dict[str, _Numbered] = {}


def _number(statement: str) -> _Numbered:
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "%"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    text = _PARAMETER.sub(number, statement).encode()
    numbered = _Numbered(text, names, [PyFormat.AUTO] * len(names))
    if len(_NUMBERED) < MOST_PREPARED:
        _NUMBERED[statement] = numbered
    return numbered
