"""The lifecycles of stock documents, and what follows from their figures (see orders/rules/lifecycle.py)."""

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

# A line that differs by more than both is counted a second time before anybody may approve it.
RECOUNT_ABOVE_UNITS = 2
RECOUNT_ABOVE_PERCENT = 5


def needs_recount(*, expected: int, counted: int) -> bool:
    """Return whether a count differs so much from the books that it has to be made again."""
    difference = abs(counted - expected)
    return difference > RECOUNT_ABOVE_UNITS and difference * 100 > RECOUNT_ABOVE_PERCENT * max(expected, 0)
