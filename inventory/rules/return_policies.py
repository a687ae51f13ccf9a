"""Which return policy goods are sold under, and what an order line keeps of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NORMAL, FINAL_SALE, HYGIENE = "normal", "final_sale", "hygiene"


@dataclass(frozen=True, slots=True)
class ReturnTerms:
    """
    A return policy. category: the path of the category it is for, empty for all goods; store: by id, None for all.

    days: how long after the hand-over goods come back; statutory_days: within which a buyer at a distance may withdraw
    by law. fees: minor units, by currency.
    """

    name: Mapping[str, str]
    kind: str
    days: int
    statutory_days: int
    category: str = ""
    store: int | None = None
    fees: Mapping[str, int] = field(default_factory=dict)

    def kept_on_line(self, *, currency: str, is_distant: bool) -> dict[str, Any]:
        """Return what an order line keeps of it, in the order's currency. is_distant: no store sells the goods."""
        return {
            "name": dict(self.name),
            "kind": self.kind,
            "days": self.days,
            "statutory_days": self.statutory_days if is_distant else 0,
            "fee": self.fees.get(currency, 0),
        }


def terms_for(policies: Sequence[ReturnTerms], *, category_path: str, store_id: int | None) -> ReturnTerms | None:
    """
    Return the policy of goods in a category that a store sells; None if none applies.

    The nearest category counts, and within it the store's own policy before that of everywhere.
    """
    fitting = [
        terms
        for terms in policies
        if terms.store in (None, store_id)
        and (not terms.category or f"{category_path}/".startswith(f"{terms.category}/"))
    ]
    return max(fitting, key=lambda terms: (len(terms.category), terms.store is not None), default=None)
