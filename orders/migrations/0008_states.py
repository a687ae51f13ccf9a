"""Which states may follow which, and which tables are append-only."""

from django.db import migrations
from core.states.guards import StateGuard, guard_states, keep_rows
from django.db import migrations

GUARDS = [
    StateGuard(
        "orders_order",
        begins={"": ("pending", "placed", "completed")},
        moves={"": {"pending": ("placed", "completed", "failed"), "placed": ("completed", "cancelled")}},
    ),
    StateGuard(
        "orders_fulfilment",
        begins={"pickup": ("pending", "placed"), "ship": ("pending", "placed"), "carry_out": ("pending", "collected")},
        moves={
            "pickup": {
                "pending": ("placed", "cancelled"),
                "placed": ("accepted", "cancelled"),
                "accepted": ("picking", "ready", "cancelled"),
                "picking": ("ready", "cancelled"),
                "ready": ("collected", "expired", "cancelled"),
            },
            "ship": {
                "pending": ("placed", "cancelled"),
                "placed": ("picking", "shipped", "cancelled"),
                "picking": ("shipped", "cancelled"),
                "shipped": ("delivered",),
            },
            "carry_out": {"pending": ("collected", "cancelled")},
        },
    ),
    StateGuard(
        "orders_payment",
        begins={"": ("pending", "held", "captured")},
        moves={
            "": {
                "pending": ("needs_action", "authorised", "captured", "declined", "voided"),
                "needs_action": ("authorised", "captured", "declined", "voided"),
                "held": ("captured", "voided"),
                "authorised": ("capturing", "captured", "declined", "voided"),
                "capturing": ("captured", "declined"),
                "declined": ("captured", "authorised"),
                "voided": ("captured", "authorised"),
            }
        },
    ),
    StateGuard(
        "orders_paymentattempt",
        begins={"": ("asked",)},
        moves={
            "": {
                "asked": ("approved", "authorised", "needs_action", "declined"),
                "needs_action": ("approved", "authorised", "declined"),
                "authorised": ("approved", "declined", "released"),
                "declined": ("approved", "authorised"),
            }
        },
        column="outcome",
    ),
    StateGuard(
        "orders_refund",
        begins={"": ("pending", "done")},
        moves={"": {"pending": ("done", "failed"), "done": ("failed",)}},
    ),
    StateGuard(
        "orders_return",
        begins={"": ("requested", "refunded")},
        moves={"": {"requested": ("received", "rejected", "cancelled"), "received": ("refunded",)}},
    ),
    StateGuard(
        "orders_tillsession",
        begins={"": ("open",)},
        moves={"": {"open": ("closed",)}},
        column="closed_at",
        is_moment=True,
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_journal"),
        ("orders", "0007_loyalty"),
    ]

    operations = [
        *(guard_states(guard) for guard in GUARDS),
        keep_rows("orders_balancedueentry"),
        keep_rows("orders_refund", may_change=("state", "provider_ref", "done_at", "till_session_id", "rounding")),
    ]
