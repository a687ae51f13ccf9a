"""Returns to suppliers as stock documents."""

from django.db import migrations, models

from core.states.guards import StateGuard

_BEGINS = {
    "transfer": ("draft",),
    "receipt": ("received",),
    "adjustment": ("approved",),
    "count": ("draft",),
    "purchase_order": ("draft",),
}
_MOVES = {
    "transfer": {
        "draft": ("dispatched", "cancelled"),
        "dispatched": ("partly_received", "received", "cancelled"),
        "partly_received": ("received",),
    },
    "receipt": {},
    "adjustment": {},
    "count": {"draft": ("submitted", "cancelled"), "submitted": ("approved", "cancelled")},
    "purchase_order": {
        "draft": ("ordered", "cancelled"),
        "ordered": ("partly_received", "received", "cancelled"),
        "partly_received": ("received", "closed"),
    },
}
BEFORE = StateGuard("inventory_stockdocument", begins=_BEGINS, moves=_MOVES)
AFTER = StateGuard(
    "inventory_stockdocument",
    begins=_BEGINS | {"supplier_return": ("draft",)},
    moves=_MOVES | {"supplier_return": {"draft": ("sent", "cancelled"), "sent": ("credited", "closed", "cancelled")}},
)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0027_reorder_rules"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="stockdocument",
            name="stock_document_of_transfer_has_two_places",
        ),
        migrations.RemoveConstraint(
            model_name="stockdocument",
            name="stock_document_of_purchase_names_the_supplier",
        ),
        migrations.RemoveConstraint(
            model_name="stockdocumentline",
            name="stock_document_line_names_goods_once",
        ),
        migrations.AddField(
            model_name="stockdocument",
            name="credit_note",
            field=models.CharField(blank=True, db_default="", default="", max_length=64, verbose_name="credit note"),
        ),
        migrations.AddField(
            model_name="stockdocument",
            name="credited_amount",
            field=models.BigIntegerField(null=True, verbose_name="credited in minor units"),
        ),
        migrations.AddField(
            model_name="stockdocumentline",
            name="taken_from",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sellable", "Sellable"),
                    ("damaged", "Damaged"),
                    ("on_hold", "Quality hold"),
                    ("to_supplier", "Goes to the supplier"),
                    ("put_away", "To be put away"),
                ],
                db_default="",
                default="",
                max_length=20,
                verbose_name="taken from",
            ),
        ),
        migrations.AlterField(
            model_name="stockdocument",
            name="kind",
            field=models.CharField(
                choices=[
                    ("transfer", "Transfer"),
                    ("receipt", "Receipt"),
                    ("adjustment", "Adjustment"),
                    ("count", "Stock count"),
                    ("purchase_order", "Purchase order"),
                    ("supplier_return", "Return to the supplier"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="stockdocument",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("ordered", "Ordered"),
                    ("dispatched", "Dispatched"),
                    ("partly_received", "Partly received"),
                    ("received", "Received"),
                    ("submitted", "Submitted"),
                    ("approved", "Approved"),
                    ("sent", "Sent"),
                    ("credited", "Credited"),
                    ("closed", "Closed"),
                    ("cancelled", "Cancelled"),
                ],
                max_length=20,
                verbose_name="state",
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
                    ("sent_back", "Sent back to the supplier"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
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
                    models.Q(("kind", "supplier_return"), ("source", models.F("target"))),
                    models.Q(
                        models.Q(("kind__in", ("transfer", "supplier_return")), _negated=True), ("source__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="stock_document_of_transfer_has_two_places",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ("purchase_order", "supplier_return")), _negated=True),
                    models.Q(("supplier__isnull", False), models.Q(("currency", ""), _negated=True)),
                    _connector="OR",
                ),
                name="stock_document_of_purchase_names_the_supplier",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credited_amount__isnull", True),
                    models.Q(("credited_amount__gte", 0), ("kind", "supplier_return")),
                    _connector="OR",
                ),
                name="stock_document_credits_what_went_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocumentline",
            constraint=models.UniqueConstraint(
                fields=("document", "variant", "box", "taken_from"), name="stock_document_line_names_goods_once"
            ),
        ),
        migrations.RunSQL(BEFORE.drop() + AFTER.create(), AFTER.drop() + BEFORE.create()),
    ]
