"""What promotions ask for: each module is one kind, found by its file alone. They import `kinds`, never each other."""

from collections.abc import Mapping
from typing import Any

from carts.rules.kinds.condition import Condition
from carts.rules.kinds.finding import kinds_in, parse_kind


def condition_kinds() -> Mapping[str, type[Condition]]:
    """Return the kinds of conditions by their names, in the order of the back office."""
    return kinds_in(__name__, Condition)


def parse_conditions(value: Any) -> tuple[Condition, ...]:
    """Parse a list of conditions, each an object with its `kind`. Raises PromotionNotValid."""
    kinds = condition_kinds()
    conditions = value if isinstance(value, list) else [value]
    return tuple(parse_kind(each, kinds, of=f"conditions.{place}") for place, each in enumerate(conditions))


def kind_of(condition: Condition) -> str:
    """Return the name of a condition's kind."""
    return type(condition).__module__.rpartition(".")[2]
