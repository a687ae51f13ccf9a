"""
State machines as tables of allowed moves.

A table is data: services check it before every move, the database refuses moves outside it (core/states/guards.py), and
docs/lifecycles.md is generated from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.actors import SYSTEM as SYSTEM_CHANNEL
from core.actors import Actor
from core.errors import Refusal
from core.errors import gettext_noop as _

TransitionTable = Mapping[str, frozenset[str]]

# Who causes a move. A move that follows from something else belongs to the system, whoever caused that.
SHOPPER, STAFF, SYSTEM = "shopper", "staff", "system"


class IllegalTransition(Refusal):
    """The row cannot move from its present state to the requested one."""

    code = "illegal_transition"


@dataclass(frozen=True, slots=True)
class Move:
    """One move from a state to the next: the event, and who may cause it."""

    present: str
    event: str
    next: str
    who: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """
    The states of one kind of row: the first ones, and the moves between them.

    table, column: where the state is stored. kind: the value of the column `kind` that these rows have; empty for all
    rows. is_moment: the column holds the moment of the end, so the state is open while it is NULL, and closed
    afterwards. begins: each first state with the event that creates such a row. A state that no move leaves is final.
    """

    name: str
    table: str
    begins: Mapping[str, str]
    moves: tuple[Move, ...]
    column: str = "state"
    kind: str = ""
    is_moment: bool = False

    @property
    def states(self) -> list[str]:
        """All states, first states first."""
        return list(
            dict.fromkeys([*self.begins, *(state for move in self.moves for state in (move.present, move.next))])
        )

    @property
    def pairs(self) -> dict[str, tuple[str, ...]]:
        """Each state that is not final, with the states that may follow it, for any actor."""
        following: dict[str, list[str]] = {}
        for move in self.moves:
            following.setdefault(move.present, []).append(move.next)
        return {present: tuple(dict.fromkeys(after)) for present, after in following.items()}

    def state_in(self, row: object) -> str:
        """Return the state of a row of this kind as it was read."""
        value = getattr(row, self.column)
        return ("closed" if value else "open") if self.is_moment else str(value)

    def sources(self, to: str, *, by: Actor) -> list[str]:
        """Return the states from which this actor may move a row to a state."""
        who = who_is(by)
        return list(dict.fromkeys(move.present for move in self.moves if move.next == to and who in move.who))

    def allowed(self, present: str, *, by: Actor) -> list[str]:
        """Return the states to which this actor may move a row."""
        who = who_is(by)
        return list(dict.fromkeys(move.next for move in self.moves if move.present == present and who in move.who))

    def check(self, *, present: str, to: str, by: Actor) -> None:
        """
        Refuse a move that the table does not have, or that this actor may not make.

        Raises IllegalTransition.
        """
        check_transition({present: frozenset(self.allowed(present, by=by))}, present=present, to=to)


def check_transition(table: TransitionTable, *, present: str, to: str) -> None:
    """
    Refuse a move that the table does not allow.

    table: each state with the states that may follow it; a state without a row is final.
    Raises IllegalTransition.
    """
    allowed = table.get(present, frozenset())
    if to not in allowed:
        raise IllegalTransition(
            _("The state %(state)s cannot change to %(wanted)s. Reload to see what is possible."),
            state=present,
            wanted=to,
            allowed=sorted(allowed),
        )


def who_is(by: Actor) -> str:
    """Return the role in which this actor moves states."""
    return STAFF if by.staff_id is not None else SYSTEM if by.channel == SYSTEM_CHANNEL else SHOPPER


def moves(*rows: tuple[str, str, str, Iterable[str]]) -> tuple[Move, ...]:
    """Parse the rows of a table: present state, event, next state, who may."""
    return tuple(Move(present, event, after, frozenset(who)) for present, event, after, who in rows)
