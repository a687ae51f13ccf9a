"""The running numbers that people see on orders and returns."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            CREATE SEQUENCE orders_order_number START 100001;
            CREATE SEQUENCE orders_return_number START 100001;
            """,
            "DROP SEQUENCE orders_order_number; DROP SEQUENCE orders_return_number;",
        ),
    ]
