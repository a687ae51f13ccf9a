"""Returns and refunds, with the numbers that people see."""

from django.db import migrations
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NUMBERS = "CREATE SEQUENCE orders_return_number START 100001;"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("inventory", "0003_catalogue"),
        ("orders", "0005_receipts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Return",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("received", "Received"),
                            ("refunded", "Refunded"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("store", "Store"), ("ship", "Ship")], max_length=10, verbose_name="method"
                    ),
                ),
                (
                    "refund_to",
                    models.CharField(
                        choices=[("original", "Original tender"), ("credit", "Store credit")],
                        max_length=10,
                        verbose_name="refund to",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till"), ("system", "System")],
                        max_length=40,
                        verbose_name="channel",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="value in minor units")),
                ("external_id", models.CharField(blank=True, max_length=80, verbose_name="number elsewhere")),
                ("requested_at", models.DateTimeField(verbose_name="requested at")),
            ],
            options={
                "verbose_name": "return",
                "verbose_name_plural": "returns",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("external_id",),
                        name="return_external_id_unique",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="return_value_is_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "parent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="orders.return",
                        verbose_name="belongs to",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_lines",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("sku", models.CharField(max_length=64, verbose_name="SKU")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
            ],
            options={
                "verbose_name": "return line",
                "verbose_name_plural": "return lines",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="return_line_of_at_least_one")
                ],
            },
        ),
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE orders_return_number;"),
    ]
