"""
Database triggers that guard states and ledgers, generated from lifecycles and created by migrations.

A statement that changes no state calls no guard. The check of a move is in a function, which PostgreSQL prepares once
per connection, and not in the trigger's WHEN, which it parses for each statement. A migration spells out its
transitions, so that a database holds what its migrations say; a test compares them with the rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.migrations import RunSQL

from core.states.transitions import Lifecycle


@dataclass(frozen=True, slots=True)
class StateGuard:
    """
    The transitions that the database allows in one table.

    begins, moves: first states, and what may follow each state, for every kind of row; a table without kinds has the
    kind "". is_moment: as for a Lifecycle.
    """

    table: str
    begins: Mapping[str, Sequence[str]]
    moves: Mapping[str, Mapping[str, Sequence[str]]]
    column: str = "state"
    is_moment: bool = False

    def create(self) -> str:
        """Return the statements that create the guard."""
        return f"""
CREATE FUNCTION {self.table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF ({self._begins()}) THEN
            RETURN NEW;
        END IF;
    ELSIF ({self._moves()}) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'No move leads % of % from % to %.', NEW.id, TG_TABLE_NAME,
        coalesce(to_jsonb(OLD) ->> '{self.column}', 'nothing'), NEW.{self.column} USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER {self.table}_begins BEFORE INSERT ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.table}_guard();
CREATE TRIGGER {self.table}_moves BEFORE UPDATE OF {self.column} ON {self.table} FOR EACH ROW
    WHEN (OLD.{self.column} IS DISTINCT FROM NEW.{self.column}) EXECUTE FUNCTION {self.table}_guard();
"""

    def drop(self) -> str:
        """Return the statements that drop the guard."""
        return f"""
DROP TRIGGER {self.table}_begins ON {self.table};
DROP TRIGGER {self.table}_moves ON {self.table};
DROP FUNCTION {self.table}_guard;
"""

    def _begins(self) -> str:
        return " OR ".join(
            f"{_of_kind('NEW', kind)}{self._state('NEW')} IN ({_list(states)})" for kind, states in self.begins.items()
        )

    def _moves(self) -> str:
        rows = [
            f"{_of_kind('NEW', kind)}{self._state('OLD')} = '{present}' AND {self._state('NEW')} IN ({_list(after)})"
            for kind, moves in self.moves.items()
            for present, after in moves.items()
        ]
        return " OR ".join(rows) or "false"

    def _state(self, row: str) -> str:
        column = f"{row}.{self.column}"
        return f"CASE WHEN {column} IS NULL THEN 'open' ELSE 'closed' END" if self.is_moment else column


def guard_of(lifecycles: Iterable[Lifecycle]) -> StateGuard:
    """Return the guard for lifecycles that all belong to one database table."""
    tables = list(lifecycles)
    return StateGuard(
        tables[0].table,
        begins={one.kind: tuple(one.begins) for one in tables},
        moves={one.kind: one.pairs for one in tables},
        column=tables[0].column,
        is_moment=tables[0].is_moment,
    )


def guards_of(lifecycles: Iterable[Lifecycle]) -> list[StateGuard]:
    """Return the guards for lifecycles, one for each database table."""
    by_table: dict[str, list[Lifecycle]] = {}
    for lifecycle in lifecycles:
        by_table.setdefault(lifecycle.table, []).append(lifecycle)
    return [guard_of(tables) for tables in by_table.values()]


def guard_states(guard: StateGuard) -> RunSQL:
    """Return the migration operation that creates a guard."""
    return RunSQL(guard.create(), guard.drop())


def keep_rows(table: str, *, may_change: Sequence[str] = ()) -> RunSQL:
    """
    Return the migration operation that makes a table append-only.

    may_change: columns that record a row's later outcome; all others never change, and no row is deleted.
    """
    changes = f"WHEN (to_jsonb(OLD) - {_keys(may_change)} <> to_jsonb(NEW) - {_keys(may_change)})" if may_change else ""
    return RunSQL(
        f"""
CREATE TRIGGER {table}_is_append_only BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER {table}_is_kept BEFORE UPDATE ON {table} FOR EACH ROW {changes} EXECUTE FUNCTION core_refuse_change();
""",
        f"DROP TRIGGER {table}_is_kept ON {table}; DROP TRIGGER {table}_is_append_only ON {table};",
    )


def _of_kind(row: str, kind: str) -> str:
    return f"{row}.kind = '{kind}' AND " if kind else ""


def _list(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


def _keys(columns: Iterable[str]) -> str:
    return f"ARRAY[{_list(columns)}]"
