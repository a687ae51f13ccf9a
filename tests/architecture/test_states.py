"""States are written in one place, and by the statements named here, which do more than that at once."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = (
    "orders_order|orders_fulfilment|orders_payment|orders_paymentattempt|orders_refund|orders_return|accounts_balance"
)
# A state that is set in SQL, on a row, or on many rows.
IN_SQL = re.compile(rf"UPDATE (?:{TABLES})\b(?: AS \w+)?\s+SET (?:state|outcome) =")
ON_ROWS = re.compile(
    r"^ +(?:order|payment|pickup|parcel|fulfilment|refund|attempt|card|goods)\.(?:state|outcome) = ", re.MULTILINE
)
ON_MANY = re.compile(
    r"(?:Order|Fulfilment|Payment|PaymentAttempt|Refund|Return|Balance|TillSession)\.objects[^\n]*\n?[^\n]*"
    r"\.update\(\s*(?:state|outcome|closed_at)="
)
STATEMENTS = {
    "orders/services/cancellation.py": 2,
    "orders/services/outcomes.py": 2,
    "orders/services/payments.py": 2,
    "orders/services/refunds.py": 1,
}


def test_only_the_writer_and_statements_of_hot_paths_write_states():
    found = {}
    for app in ("accounts", "carts", "core", "inventory", "orders", "omnistore"):
        for path in (ROOT / app).rglob("*.py"):
            text = path.read_text()
            writes = sum(len(pattern.findall(text)) for pattern in (IN_SQL, ON_ROWS, ON_MANY))
            if writes and "migrations" not in path.parts:
                found[str(path.relative_to(ROOT))] = writes

    assert found == STATEMENTS
