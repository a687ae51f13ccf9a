"""States are written in one place, and by the statements named here, which do more than that at once."""

import ast
import re

import pytest

from accounts.rules.lifecycle import LIFECYCLES as OF_ACCOUNTS
from inventory.rules.stock_documents import LIFECYCLES as OF_STOCK
from orders.rules.lifecycle import LIFECYCLES as OF_ORDERS
from tests.architecture.files import ROOT

LIFECYCLES = (*OF_ACCOUNTS, *OF_STOCK, *OF_ORDERS)
TABLES = "|".join(sorted({one.table for one in LIFECYCLES}))
COLUMNS = {one.column for one in LIFECYCLES if not one.is_moment}
# What an UPDATE sets ends where the rows are chosen.
SETS = re.compile(rf"UPDATE (?:ONLY )?(?:{TABLES})\b(?: AS \w+| \w+)? SET (.*?)(?: FROM | WHERE | RETURNING |$)")
SETS_STATE = re.compile(rf"(?:^|, )\"?(?:{'|'.join(sorted(COLUMNS))})\"? =")
# Files without any of these are not read any further, which saves seconds.
MAY_WRITE = re.compile(rf"UPDATE|\b(?:{'|'.join(sorted(COLUMNS))})\b")
# Apps whose code may hold rows with a lifecycle; the models of the others have states of their own.
ON_ROWS = ("accounts", "orders")
STATEMENTS = {
    # Two statements, and the order in memory that follows one of them.
    "orders/services/fulfilment/cancellation.py": 3,
    "orders/services/payments/outcomes.py": 2,
    "orders/services/settlement/payments.py": 2,
    "orders/services/payments/refunding/refund_outcomes.py": 1,
    # The bench's order by hand, which is what the shop's own work is compared with.
    "omnistore/tools/bench/callers/sql_caller.py": 1,
    # The test provider's own charges, and webhook events: they have no lifecycle.
    "orders/providers/sandbox/provider.py": 2,
    "orders/services/settlement/webhook_events.py": 1,
    # What became of a carrier's event, which has no lifecycle.
    "orders/services/settlement/tracking.py": 1,
}


def in_sql(tree):
    """Statements in SQL that set a state, on one row or many."""
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return sum(
        bool(SETS_STATE.search(sets)) for text in texts for sets in SETS.findall(re.sub(r"\s+", " ", text).strip())
    )


def on_rows(tree):
    """States that are set on a row, or by update(), save() and bulk_update()."""
    return sum(is_set_on_rows(node) for node in ast.walk(tree))


def is_set_on_rows(node):
    if isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in getattr(target, "elts", [target])]
        return any(isinstance(target, ast.Attribute) and target.attr in COLUMNS for target in targets)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in ("update", "aupdate"):
        return any(keyword.arg in COLUMNS for keyword in node.keywords)
    if node.func.attr in ("save", "bulk_update"):
        named = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
        return bool(COLUMNS & {name for name in named if isinstance(name, str)})
    return False


def test_only_the_writer_and_statements_of_hot_paths_write_states():
    found = {}
    for app in ("accounts", "carts", "core", "inventory", "orders", "omnistore"):
        for path in (ROOT / app).rglob("*.py"):
            text = path.read_text()
            if "migrations" in path.parts or not MAY_WRITE.search(text):
                continue
            tree = ast.parse(text)
            writes = in_sql(tree) + (on_rows(tree) if app in ON_ROWS else 0)
            if writes:
                found[str(path.relative_to(ROOT))] = writes

    assert found == STATEMENTS


@pytest.mark.parametrize(
    "code",
    [
        "sql.execute('UPDATE orders_order SET state = %s')",
        "X = '''UPDATE orders_payment AS payment\n  SET captured_at = now(),\n state = 'captured' WHERE true'''",
        "X = 'WITH a AS (SELECT 1) UPDATE orders_paymentattempt SET outcome = 1 FROM a'",
        "payment.state = Payment.CAPTURED",
        "order.closed_at, order.state = now, 'completed'",
        "Order.objects.filter(pk=1).update(closed_at=now, state='placed')",
        "refund.save(update_fields=['done_at', 'state'])",
        "Fulfilment.objects.bulk_update(rows, ['state'])",
    ],
)
def test_each_way_to_write_a_state_would_be_seen(code):
    """Negative control: if this fails, the test above has shown nothing."""
    tree = ast.parse(code)

    assert in_sql(tree) + on_rows(tree) == 1


@pytest.mark.parametrize(
    "code",
    [
        "X = \"UPDATE orders_payment SET refunded = 1 WHERE state = 'captured'\"",
        "state = row['state']",
        "Payment.objects.filter(state='held').update(amount=1)",
        "pickup.save(update_fields=['wrong_codes'])",
    ],
)
def test_what_only_reads_a_state_is_not_taken_for_writing(code):
    tree = ast.parse(code)

    assert in_sql(tree) + on_rows(tree) == 0
