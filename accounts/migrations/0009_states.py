"""Which states may follow which, and which tables are append-only."""

from django.db import migrations
from core.states.guards import StateGuard, guard_states, keep_rows
from django.db import migrations

GUARDS = [
    StateGuard(
        "accounts_balance",
        begins={"gift_card": ("active",), "credit": ("active",), "points": ("active",)},
        moves={
            "gift_card": {"active": ("blocked", "closed"), "blocked": ("active", "closed")},
            "credit": {},
            "points": {},
        },
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_loyalty"),
        ("core", "0001_journal"),
    ]

    operations = [
        *(guard_states(guard) for guard in GUARDS),
        keep_rows("accounts_balanceentry"),
        keep_rows("accounts_consent"),
        keep_rows("accounts_pointredemption", may_change=("restored",)),
    ]
