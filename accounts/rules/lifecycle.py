"""
The lifecycle of gift cards, credit and points (see orders/rules/lifecycle.py).

Credit and points belong to a person and are never closed; a gift card belongs to whoever knows its code.
"""

from core.states.transitions import STAFF, SYSTEM, Lifecycle, moves

GIFT_CARD = Lifecycle(
    "gift card",
    "accounts_balance",
    kind="gift_card",
    begins={"active": "issued"},
    moves=moves(
        ("active", "blocked", "blocked", {STAFF}),
        ("active", "replaced, or its purchase paid back", "closed", {STAFF, SYSTEM}),
        ("blocked", "unblocked", "active", {STAFF}),
        ("blocked", "replaced, or its purchase paid back", "closed", {STAFF, SYSTEM}),
    ),
)
CREDIT = Lifecycle("credit", "accounts_balance", kind="credit", begins={"active": "opened"}, moves=())
POINTS = Lifecycle("points", "accounts_balance", kind="points", begins={"active": "opened"}, moves=())

LIFECYCLES = (GIFT_CARD, CREDIT, POINTS)
