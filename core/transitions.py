"""Moving a thing from one state to another, by a table of what is allowed."""

from collections.abc import Mapping

from core.errors import Refusal

TransitionTable = Mapping[str, frozenset[str]]


class IllegalTransition(Refusal):
    """The thing cannot go from its present state to the one asked for."""

    code = "illegal_transition"


def check_transition(table: TransitionTable, *, what: str, present: str, to: str) -> None:
    """
    Refuse a move that the table does not allow.

    table: each state with the states that may follow it; a state without a row is final.
    what: how people call the thing, for the message.
    Raises IllegalTransition.
    """
    allowed = table.get(present, frozenset())
    if to not in allowed:
        raise IllegalTransition(
            f"This {what} is {present} and cannot become {to}.",
            state=present,
            wanted=to,
            allowed=sorted(allowed),
        )
