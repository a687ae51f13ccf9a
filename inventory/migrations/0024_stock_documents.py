"""Transfers, receipts, adjustments and counts, in one shape."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from core.states.guards import StateGuard, guard_states

GUARD = StateGuard(
    "inventory_stockdocument",
    begins={"transfer": ("draft",), "receipt": ("received",), "adjustment": ("approved",), "count": ("draft",)},
    moves={
        "transfer": {
            "draft": ("dispatched", "cancelled"),
            "dispatched": ("partly_received", "received", "cancelled"),
            "partly_received": ("received",),
        },
        "receipt": {},
        "adjustment": {},
        "count": {"draft": ("submitted", "cancelled"), "submitted": ("approved", "cancelled")},
    },
)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0023_ledger_of_held_stock"),
    ]

    operations = [
        migrations.AlterField(
            model_name="heldstock",
            name="state",
            field=models.CharField(
                choices=[
                    ("damaged", "Damaged"),
                    ("on_hold", "Quality hold"),
                    ("to_supplier", "Goes to the supplier"),
                    ("put_away", "To be put away"),
                    ("in_transit", "In transit"),
                ],
                max_length=20,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="held_state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("damaged", "Damaged"),
                    ("on_hold", "Quality hold"),
                    ("to_supplier", "Goes to the supplier"),
                    ("put_away", "To be put away"),
                    ("in_transit", "In transit"),
                ],
                db_default="",
                default="",
                max_length=20,
                verbose_name="held as",
            ),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("adjusted", "Adjusted"),
                    ("reserved", "Reserved"),
                    ("released", "Released"),
                    ("sold", "Sold in the store"),
                    ("handed_over", "Handed over"),
                    ("shipped", "Shipped"),
                    ("returned", "Returned"),
                    ("moved", "Moved to another state"),
                    ("written_off", "Written off"),
                    ("dispatched", "Dispatched"),
                    ("called_back", "Called back"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="StockDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("transfer", "Transfer"),
                            ("receipt", "Receipt"),
                            ("adjustment", "Adjustment"),
                            ("count", "Stock count"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("dispatched", "Dispatched"),
                            ("partly_received", "Partly received"),
                            ("received", "Received"),
                            ("submitted", "Submitted"),
                            ("approved", "Approved"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=64, verbose_name="delivery note")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("due_date", models.DateField(null=True, verbose_name="due on")),
                ("acts", models.PositiveIntegerField(default=0, verbose_name="acts")),
                ("created_by", models.BigIntegerField(null=True, verbose_name="staff")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                (
                    "source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.location",
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.location",
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock document",
                "verbose_name_plural": "stock documents",
            },
        ),
        migrations.CreateModel(
            name="StockDocumentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                ("box", models.CharField(blank=True, max_length=40, verbose_name="box")),
                ("quantity", models.IntegerField(default=0, verbose_name="quantity")),
                ("received", models.PositiveIntegerField(default=0, verbose_name="received")),
                ("missing", models.PositiveIntegerField(default=0, verbose_name="missing")),
                ("restocked", models.PositiveIntegerField(default=0, verbose_name="restocked")),
                ("counted", models.PositiveIntegerField(null=True, verbose_name="counted")),
                ("counted_at", models.DateTimeField(null=True, verbose_name="counted at")),
                ("is_recounted", models.BooleanField(default=False, verbose_name="recounted")),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("damaged", "Damaged"),
                            ("lost", "Lost"),
                            ("stolen", "Stolen"),
                            ("found", "Found"),
                            ("expired", "Expired"),
                            ("own_use", "Own use or sample"),
                            ("mistake", "Booked by mistake"),
                            ("never_sent", "Never sent"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="inventory.stockdocument",
                        verbose_name="document",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a stock document",
                "verbose_name_plural": "lines of stock documents",
            },
        ),
        migrations.AddIndex(
            model_name="stockdocument",
            index=models.Index(fields=["kind", "id"], name="stock_document_by_kind"),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "transfer"),
                        ("source__isnull", False),
                        models.Q(("source", models.F("target")), _negated=True),
                    ),
                    models.Q(models.Q(("kind", "transfer"), _negated=True), ("source__isnull", True)),
                    _connector="OR",
                ),
                name="stock_document_of_transfer_has_two_places",
            ),
        ),
        migrations.AddIndex(
            model_name="stockdocumentline",
            index=models.Index(
                condition=models.Q(("box", ""), _negated=True), fields=["box"], name="stock_document_line_by_box"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocumentline",
            constraint=models.UniqueConstraint(
                fields=("document", "position"), name="stock_document_line_one_per_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocumentline",
            constraint=models.UniqueConstraint(
                fields=("document", "variant", "box"), name="stock_document_line_names_goods_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocumentline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("missing", 0), ("received", 0), ("restocked", 0)),
                    (
                        "quantity__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("received"), "+", models.F("missing")
                            ),
                            "+",
                            models.F("restocked"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="stock_document_line_settles_what_was_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocumentline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("counted__isnull", True), ("counted_at__isnull", True)),
                    models.Q(("counted__isnull", False), ("counted_at__isnull", False)),
                    _connector="OR",
                ),
                name="stock_document_line_is_counted_at_a_moment",
            ),
        ),
        guard_states(GUARD),
    ]
