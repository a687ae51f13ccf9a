"""
Foreign keys of the hot tables are checked by the statement that writes them, not again at commit.

Django makes them deferrable, which queues a check for every row until the commit. The rows they point to are always
written first, or by the same statement. Only a fulfilment line is written before its reservation: that key stays as
Django made it.
"""

from django.db import migrations
from django.db import migrations

ALTER = """
DO $$
DECLARE
    foreign_key record;
BEGIN
    FOR foreign_key IN
        SELECT conrelid::regclass AS on_table, conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid::regclass::text IN (
            'carts_cart', 'carts_cartline', 'orders_order', 'orders_orderline', 'orders_fulfilment',
            'orders_fulfilmentline', 'orders_payment', 'orders_paymentattempt', 'inventory_reservation',
            'inventory_stockmovement')
          AND confrelid <> 'inventory_reservation'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I {checked}', foreign_key.on_table, foreign_key.conname);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("carts", "0004_carts"),
        ("inventory", "0005_stock"),
        ("inventory", "0006_reservations"),
        ("orders", "0008_states"),
    ]

    operations = [
        migrations.RunSQL(
            ALTER.replace("{checked}", "NOT DEFERRABLE"), ALTER.replace("{checked}", "DEFERRABLE INITIALLY DEFERRED")
        ),
    ]
