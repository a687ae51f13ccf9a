from django.db import migrations

from core.state_guards import StateGuard, guard_states, keep_rows

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
    dependencies = [("core", "0007_state_guards"), ("accounts", "0011_plainer_words")]
    operations = [
        *(guard_states(guard) for guard in GUARDS),
        keep_rows("accounts_balanceentry"),
        keep_rows("accounts_consent"),
        keep_rows("accounts_pointdraw", may_change=("restored",)),
    ]
