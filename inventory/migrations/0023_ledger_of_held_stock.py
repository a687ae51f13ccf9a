"""
The ledger's constraints count held units, too.

The new index is built while the shop is open, and takes the place of the old one in a moment; the checks are added at
once and proved afterwards.
"""

from django.db import migrations, models
from django.db.models import Q

ONCE = "stock_movement_once_per_cause"
MOVES = "stock_movement_moves_something"
NAMES = "stock_movement_of_held_units_names_their_state"

TABLE = "inventory_stockmovement"
_BUILD = f"CREATE UNIQUE INDEX CONCURRENTLY {ONCE}_anew ON {TABLE}"
_SWAP = f"ALTER TABLE {TABLE} DROP CONSTRAINT {ONCE}, ADD CONSTRAINT {ONCE} UNIQUE USING INDEX {ONCE}_anew"


def _checks(moves: str, names: str) -> str:
    return f"ALTER TABLE {TABLE} DROP CONSTRAINT {MOVES}, ADD CONSTRAINT {MOVES} CHECK ({moves}) NOT VALID{names}"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("inventory", "0022_held_stock"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                # A build that was interrupted leaves an invalid index behind.
                migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {ONCE}_anew", migrations.RunSQL.noop),
                migrations.RunSQL(
                    f"{_BUILD} (level_id, cause_kind, cause_id, kind, held_state)", migrations.RunSQL.noop
                ),
                migrations.RunSQL(_SWAP, _SWAP),
                migrations.RunSQL(migrations.RunSQL.noop, f"{_BUILD} (level_id, cause_kind, cause_id, kind)"),
                migrations.RunSQL(migrations.RunSQL.noop, f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {MOVES}"),
                migrations.RunSQL(
                    _checks(
                        "NOT (held_change = 0 AND on_hand_change = 0 AND reserved_change = 0)",
                        f", ADD CONSTRAINT {NAMES} CHECK (held_change = 0 AND held_state = ''"
                        " OR (NOT held_state = '' AND NOT held_change = 0)) NOT VALID",
                    ),
                    _checks("NOT (on_hand_change = 0 AND reserved_change = 0)", f", DROP CONSTRAINT {NAMES}"),
                ),
                migrations.RunSQL(
                    f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {MOVES}, VALIDATE CONSTRAINT {NAMES}",
                    migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="stockmovement", name=ONCE),
                migrations.RemoveConstraint(model_name="stockmovement", name=MOVES),
                migrations.AddConstraint(
                    model_name="stockmovement",
                    constraint=models.UniqueConstraint(
                        fields=["level", "cause_kind", "cause_id", "kind", "held_state"], name=ONCE
                    ),
                ),
                migrations.AddConstraint(
                    model_name="stockmovement",
                    constraint=models.CheckConstraint(
                        condition=~Q(on_hand_change=0, reserved_change=0, held_change=0), name=MOVES
                    ),
                ),
                migrations.AddConstraint(
                    model_name="stockmovement",
                    constraint=models.CheckConstraint(
                        condition=Q(held_state="", held_change=0) | (~Q(held_state="") & ~Q(held_change=0)), name=NAMES
                    ),
                ),
            ],
        ),
    ]
