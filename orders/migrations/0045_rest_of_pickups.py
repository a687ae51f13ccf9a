"""What waits of a pickup that was collected in part ends in a fulfilment of its own."""

from django.db import migrations

from core.states.guards import StateGuard

_SHIP_AND_CARRY_OUT = {
    "ship": {
        "pending": ("placed", "cancelled"),
        "placed": ("picking", "shipped", "cancelled"),
        "picking": ("shipped", "cancelled"),
        "shipped": ("delivered",),
    },
    "carry_out": {"pending": ("collected", "cancelled")},
}
_PICKUP = {
    "pending": ("placed", "cancelled"),
    "placed": ("accepted", "cancelled"),
    "accepted": ("picking", "ready", "cancelled"),
    "picking": ("ready", "cancelled"),
    "ready": ("collected", "expired", "cancelled"),
}
_BEGINS = {"ship": ("pending", "placed"), "carry_out": ("pending", "collected")}
BEFORE = StateGuard(
    "orders_fulfilment",
    begins={"pickup": ("pending", "placed"), **_BEGINS},
    moves={"pickup": _PICKUP, **_SHIP_AND_CARRY_OUT},
)
AFTER = StateGuard(
    "orders_fulfilment",
    begins={"pickup": ("pending", "placed", "ready"), **_BEGINS},
    moves={"pickup": _PICKUP, **_SHIP_AND_CARRY_OUT},
)
# Until now such goods stood among those that were collected.
PART = """
DO $$
DECLARE
    mixed record;
    rest bigint;
BEGIN
    FOR mixed IN
        SELECT * FROM orders_fulfilment AS pickup
        WHERE kind = 'pickup' AND state = 'collected'
          AND EXISTS (SELECT FROM orders_fulfilmentline WHERE fulfilment_id = pickup.id AND handed_over_at IS NULL)
          AND EXISTS (SELECT FROM orders_fulfilmentline WHERE fulfilment_id = pickup.id AND handed_over_at IS NOT NULL)
    LOOP
        INSERT INTO orders_fulfilment (order_id, kind, location_id, state, address, promised_at, accepted_at, ready_at,
                                       expires_at, finished_at, tracking, wrong_codes, reject_reason)
        VALUES (mixed.order_id, mixed.kind, mixed.location_id,
                CASE WHEN mixed.finished_at > mixed.expires_at THEN 'expired' ELSE 'cancelled' END, mixed.address,
                mixed.promised_at, mixed.accepted_at, mixed.ready_at, mixed.expires_at, mixed.finished_at, '', 0,
                mixed.reject_reason)
        RETURNING id INTO rest;
        UPDATE orders_fulfilmentline SET fulfilment_id = rest
        WHERE fulfilment_id = mixed.id AND handed_over_at IS NULL;
        UPDATE orders_fulfilment SET reject_reason = '' WHERE id = mixed.id;
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0044_pieces")]

    operations = [
        migrations.RunSQL(BEFORE.drop(), BEFORE.create()),
        migrations.RunSQL(PART, migrations.RunSQL.noop),
        migrations.RunSQL(AFTER.create(), AFTER.drop()),
    ]
