"""
Moving a thing from one state to another, by a table of what is allowed.

A table is data: services ask it before they move anything, the database refuses what it does not hold
(core/state_guards.py), and docs/lifecycles.md is drawn from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.actors import SYSTEM as SYSTEM_CHANNEL
from core.actors import Actor
from core.errors import Refusal
from core.errors import gettext_noop as _

TransitionTable = Mapping[str, frozenset[str]]

# Who brings a move about. What follows by itself from something else is the system's, whoever that was.
SHOPPER, STAFF, SYSTEM = "shopper", "staff", "system"


class IllegalTransition(Refusal):
    """The thing cannot go from its present state to the one asked for."""

    code = "illegal_transition"


@dataclass(frozen=True, slots=True)
class Move:
    """One way from a state to the next: what happens, and who may bring it about."""

    present: str
    event: str
    next: str
    who: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """
    The states of one kind of row: in which it may begin, and what leads from one to another.

    table, column: where the state is written. kind: for which rows of the table, by their column `kind`; empty for all.
    is_moment: the column holds the moment of the end, so that the state is open until it is filled, and closed then.
    begins: each first state with what makes such a row. A state that no move leaves is final.
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
        """Every state, those in which a row may begin first."""
        return list(
            dict.fromkeys([*self.begins, *(state for move in self.moves for state in (move.present, move.next))])
        )

    @property
    def pairs(self) -> dict[str, tuple[str, ...]]:
        """Each state that can be left, with those that may follow it, whoever brings it about."""
        following: dict[str, list[str]] = {}
        for move in self.moves:
            following.setdefault(move.present, []).append(move.next)
        return {present: tuple(dict.fromkeys(after)) for present, after in following.items()}

    def state_in(self, row: object) -> str:
        """Return the state of a row of this kind, as it was read."""
        value = getattr(row, self.column)
        return ("closed" if value else "open") if self.is_moment else str(value)

    def sources(self, to: str, *, by: Actor) -> list[str]:
        """Return the states from which somebody may bring a row to a state."""
        who = who_is(by)
        return list(dict.fromkeys(move.present for move in self.moves if move.next == to and who in move.who))

    def allowed(self, present: str, *, by: Actor) -> list[str]:
        """Return what may follow a state if somebody brings it about."""
        who = who_is(by)
        return list(dict.fromkeys(move.next for move in self.moves if move.present == present and who in move.who))

    def check(self, *, present: str, to: str, by: Actor) -> None:
        """
        Refuse a move that the table does not hold, or that somebody else must bring about.

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
    """Return as whom somebody acts on states."""
    return STAFF if by.staff_id is not None else SYSTEM if by.channel == SYSTEM_CHANNEL else SHOPPER


def moves(*rows: tuple[str, str, str, Iterable[str]]) -> tuple[Move, ...]:
    """Read a table as it is written down: present state, event, next state, who may."""
    return tuple(Move(present, event, after, frozenset(who)) for present, event, after, who in rows)
