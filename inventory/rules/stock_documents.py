"""The lifecycles of stock documents, and what follows from their figures (see orders/rules/lifecycle.py)."""

from dataclasses import dataclass

from core.states.transitions import STAFF, Lifecycle, moves

TABLE = "inventory_stockdocument"

TRANSFER = Lifecycle(
    "transfer",
    TABLE,
    kind="transfer",
    begins={"draft": "planned"},
    moves=moves(
        ("draft", "the goods leave", "dispatched", {STAFF}),
        ("draft", "given up", "cancelled", {STAFF}),
        ("dispatched", "a part arrives", "partly_received", {STAFF}),
        ("dispatched", "all of it arrived, or will not arrive", "received", {STAFF}),
        ("dispatched", "called back: restocked or written off", "cancelled", {STAFF}),
        ("partly_received", "the rest arrived, or will not arrive", "received", {STAFF}),
    ),
)
RECEIPT = Lifecycle("receipt", TABLE, kind="receipt", begins={"received": "booked"}, moves=())
ADJUSTMENT = Lifecycle("adjustment", TABLE, kind="adjustment", begins={"approved": "booked"}, moves=())
COUNT = Lifecycle(
    "count",
    TABLE,
    kind="count",
    begins={"draft": "planned"},
    moves=moves(
        ("draft", "everything is counted", "submitted", {STAFF}),
        ("draft", "given up", "cancelled", {STAFF}),
        ("submitted", "the difference is booked", "approved", {STAFF}),
        ("submitted", "not believed", "cancelled", {STAFF}),
    ),
)
PURCHASE_ORDER = Lifecycle(
    "purchase order",
    TABLE,
    kind="purchase_order",
    begins={"draft": "planned"},
    moves=moves(
        ("draft", "sent to the supplier", "ordered", {STAFF}),
        ("draft", "given up", "cancelled", {STAFF}),
        ("ordered", "a part arrives", "partly_received", {STAFF}),
        ("ordered", "all of it arrived", "received", {STAFF}),
        ("ordered", "none of it comes", "cancelled", {STAFF}),
        ("partly_received", "the rest arrived", "received", {STAFF}),
        ("partly_received", "the rest does not come", "closed", {STAFF}),
    ),
)
SUPPLIER_RETURN = Lifecycle(
    "return to the supplier",
    TABLE,
    kind="supplier_return",
    begins={"draft": "planned"},
    moves=moves(
        ("draft", "the goods leave", "sent", {STAFF}),
        ("draft", "given up", "cancelled", {STAFF}),
        ("sent", "the supplier gives money for them", "credited", {STAFF}),
        ("sent", "settled without money", "closed", {STAFF}),
        ("sent", "the goods came back", "cancelled", {STAFF}),
    ),
)
LIFECYCLES = (TRANSFER, RECEIPT, ADJUSTMENT, COUNT, PURCHASE_ORDER, SUPPLIER_RETURN)


@dataclass(frozen=True, slots=True)
class RecountLimit:
    """How far a count may be from the books of a place: a line that differs by more than both is counted again."""

    units: int = 2
    percent: int = 5

    def is_met(self, *, expected: int, counted: int) -> bool:
        """Return whether a count differs so much from the books that it has to be made again."""
        difference = abs(counted - expected)
        return difference > self.units and difference * 100 > self.percent * max(expected, 0)
