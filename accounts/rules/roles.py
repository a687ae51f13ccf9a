"""Roles of staff and their rights; the stores where they apply are assignments (inventory)."""

CLERK, MANAGER, HEAD_OFFICE = "clerk", "manager", "head_office"

SELL = "sell"
HAND_OVER = "hand_over"
SEE_CUSTOMERS = "see_customers"
SEE_ALL_STORES = "see_all_stores"
CLOSE_SESSION_WITH_DIFFERENCE = "close_session_with_difference"
UNLOCK_PICKUP = "unlock_pickup"
CANCEL_ORDER = "cancel_order"
MERGE_CUSTOMERS = "merge_customers"
MOVE_STOCK = "move_stock"
CORRECT_STOCK = "correct_stock"
PURCHASE = "purchase"
EDIT_CATALOGUE = "edit_catalogue"
CORRECT_BALANCES = "correct_balances"
TAKE_RETURNS = "take_returns"
OVERRIDE_RETURN_RULES = "override_return_rules"
RETURN_WITHOUT_RECEIPT = "return_without_receipt"
TAKE_WITHOUT_REFUND = "take_without_refund"
CHOOSE_RESTOCK = "choose_restock"
REDUCE_PRICE = "reduce_price"
REDUCE_ABOVE_LIMIT = "reduce_above_limit"

_CLERK = frozenset({SELL, HAND_OVER, SEE_CUSTOMERS, CORRECT_STOCK, TAKE_RETURNS})
_RETURNS = frozenset({OVERRIDE_RETURN_RULES, RETURN_WITHOUT_RECEIPT, TAKE_WITHOUT_REFUND, CHOOSE_RESTOCK})
_STOCK = frozenset({MOVE_STOCK, PURCHASE})
_MANAGER = _CLERK | _RETURNS | _STOCK | {CLOSE_SESSION_WITH_DIFFERENCE, UNLOCK_PICKUP, CANCEL_ORDER, REDUCE_PRICE}
_HEAD_OFFICE = _MANAGER | {SEE_ALL_STORES, MERGE_CUSTOMERS, EDIT_CATALOGUE, CORRECT_BALANCES, REDUCE_ABOVE_LIMIT}

ROLES: dict[str, frozenset[str]] = {CLERK: _CLERK, MANAGER: _MANAGER, HEAD_OFFICE: _HEAD_OFFICE}


def may(role: str, right: str) -> bool:
    """Return whether the role has the right; an unknown role has none."""
    return right in ROLES.get(role, frozenset())
