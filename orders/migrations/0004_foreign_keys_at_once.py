"""
Foreign keys of the hot tables are checked by the statement that writes them, not again at commit.

Django makes them deferrable, which queues a check for every row until the commit. The rows pointed to are always
written first, or by the same statement; only a fulfilment line is written before its reservation, and stays as it was.
"""

from django.db import migrations

AT_ONCE = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS on_table, conname FROM pg_constraint
        WHERE contype = 'f' AND condeferrable AND conrelid::regclass::text IN (
            'carts_cart', 'carts_cartline', 'orders_order', 'orders_orderline', 'orders_fulfilment',
            'orders_fulfilmentline', 'orders_payment', 'orders_paymentattempt', 'inventory_reservation',
            'inventory_stockmovement')
          AND confrelid <> 'inventory_reservation'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', found.on_table, found.conname);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_tills_and_receipts"),
        ("carts", "0001_initial"),
        ("inventory", "0001_initial"),
    ]
    operations = [migrations.RunSQL(AT_ONCE, migrations.RunSQL.noop)]
