"""Moving a thing from one state to another, by a table of what is allowed."""

from collections.abc import Mapping

from core.errors import Refusal
from core.errors import gettext_noop as _

TransitionTable = Mapping[str, frozenset[str]]


class IllegalTransition(Refusal):
    """The thing cannot go from its present state to the one asked for."""

    code = "illegal_transition"


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
