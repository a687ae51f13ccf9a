"""Goods are taken back: where, by whom, in which condition; and the states have the names that the API gives them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.states.guards import StateGuard, keep_rows


BEFORE = StateGuard(
    "orders_return",
    begins={"": ("requested", "refunded")},
    moves={"": {"requested": ("received", "rejected", "cancelled"), "received": ("refunded",)}},
)
# The release before still writes rejected and cancelled while this one starts.
AFTER = StateGuard(
    "orders_return",
    begins={"": ("requested", "received", "refunded")},
    moves={
        "": {
            "requested": ("approved", "refused", "withdrawn", "received", "rejected", "cancelled"),
            "approved": ("received", "withdrawn"),
            "received": ("inspected",),
            "inspected": ("refunded", "exchanged", "closed"),
        }
    },
)
RENAME = """
UPDATE orders_return SET state = CASE state WHEN 'rejected' THEN 'refused' ELSE 'withdrawn' END
WHERE state IN ('rejected', 'cancelled');
"""
# What the release before does not know goes back to the nearest state that it does.
RENAME_BACK = """
UPDATE orders_return SET state = CASE state WHEN 'refused' THEN 'rejected' WHEN 'withdrawn' THEN 'cancelled'
    WHEN 'approved' THEN 'requested' WHEN 'inspected' THEN 'received' ELSE 'refunded' END
WHERE state IN ('refused', 'withdrawn', 'approved', 'inspected', 'exchanged', 'closed');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0023_ledger_of_held_stock"),
        ("orders", "0022_late_sales"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnedUnits",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("as_new", "As new"),
                            ("opened", "Opened"),
                            ("damaged", "Damaged"),
                            ("wrong", "Wrong goods"),
                            ("incomplete", "Parts are missing"),
                        ],
                        max_length=10,
                        verbose_name="condition",
                    ),
                ),
                (
                    "goes_to",
                    models.CharField(
                        choices=[("sellable", "Sold again here"), ("on_hold", "Quality hold"), ("damaged", "Damaged")],
                        max_length=20,
                        verbose_name="goes to",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
            ],
            options={
                "verbose_name": "returned units",
                "verbose_name_plural": "returned units",
            },
        ),
        migrations.AddField(
            model_name="refund",
            name="for_return",
            field=models.ForeignKey(
                blank=True,
                help_text="The goods that came back, if any did.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="orders.return",
                verbose_name="return",
            ),
        ),
        migrations.AddField(
            model_name="return",
            name="due_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Until when it is to be answered, or the goods are expected.",
                null=True,
                verbose_name="due at",
            ),
        ),
        migrations.AddField(
            model_name="return",
            name="location",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returns",
                to="inventory.location",
                verbose_name="taken back at",
            ),
        ),
        migrations.AddField(
            model_name="return",
            name="override_reason",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Why staff took back what the rules refuse; empty otherwise.",
                max_length=200,
                verbose_name="why against the rules",
            ),
        ),
        migrations.AddField(
            model_name="return",
            name="received_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="received at"),
        ),
        migrations.AddField(
            model_name="return",
            name="received_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="received by",
            ),
        ),
        migrations.AddField(
            model_name="returnline",
            name="quantity_received",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="received"),
        ),
        migrations.AlterField(
            model_name="return",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "Requested"),
                    ("approved", "Approved"),
                    ("received", "Received"),
                    ("inspected", "Inspected"),
                    ("refunded", "Refunded"),
                    ("exchanged", "Exchanged"),
                    ("closed", "Taken without a refund"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                    ("rejected", "Refused"),
                    ("cancelled", "Withdrawn"),
                ],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                condition=models.Q(("state__in", ("requested", "approved"))), fields=["due_at"], name="return_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.CheckConstraint(
                condition=models.Q(("received_at__isnull", True), ("location__isnull", False), _connector="OR"),
                name="return_received_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity_received__isnull", True),
                    ("quantity_received__lte", models.F("quantity")),
                    _connector="OR",
                ),
                name="return_line_received_within_quantity",
            ),
        ),
        migrations.AddField(
            model_name="returnedunits",
            name="line",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="units",
                to="orders.returnline",
                verbose_name="return line",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedunits",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="returned_units_of_at_least_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnedunits",
            constraint=models.UniqueConstraint(
                fields=("line", "condition", "goes_to"), name="returned_units_once_per_condition"
            ),
        ),
        migrations.RunSQL(BEFORE.drop(), BEFORE.create()),
        migrations.RunSQL(RENAME, RENAME_BACK),
        migrations.RunSQL(AFTER.create(), AFTER.drop()),
        keep_rows("orders_returnedunits"),
    ]
