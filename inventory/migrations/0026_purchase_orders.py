"""Suppliers, their terms, and purchase orders as stock documents."""

import core.texts.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from core.states.guards import StateGuard

_BEGINS = {"transfer": ("draft",), "receipt": ("received",), "adjustment": ("approved",), "count": ("draft",)}
_MOVES = {
    "transfer": {
        "draft": ("dispatched", "cancelled"),
        "dispatched": ("partly_received", "received", "cancelled"),
        "partly_received": ("received",),
    },
    "receipt": {},
    "adjustment": {},
    "count": {"draft": ("submitted", "cancelled"), "submitted": ("approved", "cancelled")},
}
BEFORE = StateGuard("inventory_stockdocument", begins=_BEGINS, moves=_MOVES)
AFTER = StateGuard(
    "inventory_stockdocument",
    begins=_BEGINS | {"purchase_order": ("draft",)},
    moves=_MOVES
    | {
        "purchase_order": {
            "draft": ("ordered", "cancelled"),
            "ordered": ("partly_received", "received", "cancelled"),
            "partly_received": ("received", "closed"),
        }
    },
)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0025_weights_and_sizes"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Supplier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", core.texts.fields.NameField(max_length=120, verbose_name="name")),
                ("email", core.texts.fields.PlainEmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "lead_time_days",
                    models.PositiveIntegerField(
                        default=7,
                        help_text="From the order to the goods.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="lead time in days",
                    ),
                ),
                (
                    "review_days",
                    models.PositiveIntegerField(
                        default=7,
                        help_text="An order lasts until the next one.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="days between orders",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "supplier",
                "verbose_name_plural": "suppliers",
            },
        ),
        migrations.CreateModel(
            name="SupplierChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("code", models.SlugField(db_index=False, max_length=40, verbose_name="code")),
                ("name", core.texts.fields.NameField(max_length=120, verbose_name="name")),
                ("email", core.texts.fields.PlainEmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "lead_time_days",
                    models.PositiveIntegerField(
                        default=7,
                        help_text="From the order to the goods.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="lead time in days",
                    ),
                ),
                (
                    "review_days",
                    models.PositiveIntegerField(
                        default=7,
                        help_text="An order lasts until the next one.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="days between orders",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SupplierProduct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "supplier_sku",
                    core.texts.fields.SpelledField(blank=True, max_length=64, verbose_name="supplier's SKU"),
                ),
                ("pack_size", models.PositiveIntegerField(default=1, verbose_name="units in a pack")),
                (
                    "minimum_units",
                    models.PositiveIntegerField(
                        default=1, help_text="Of this article in one order.", verbose_name="least units of an order"
                    ),
                ),
                ("cost", models.BigIntegerField(blank=True, null=True, verbose_name="cost of a unit in minor units")),
                (
                    "is_preferred",
                    models.BooleanField(
                        default=False,
                        help_text="Proposals order this article here. One supplier can be preferred.",
                        verbose_name="preferred",
                    ),
                ),
            ],
            options={
                "verbose_name": "supplier's product",
                "verbose_name_plural": "suppliers' products",
            },
        ),
        migrations.CreateModel(
            name="SupplierProductChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "supplier_sku",
                    core.texts.fields.SpelledField(blank=True, max_length=64, verbose_name="supplier's SKU"),
                ),
                ("pack_size", models.PositiveIntegerField(default=1, verbose_name="units in a pack")),
                (
                    "minimum_units",
                    models.PositiveIntegerField(
                        default=1, help_text="Of this article in one order.", verbose_name="least units of an order"
                    ),
                ),
                ("cost", models.BigIntegerField(blank=True, null=True, verbose_name="cost of a unit in minor units")),
                (
                    "is_preferred",
                    models.BooleanField(
                        default=False,
                        help_text="Proposals order this article here. One supplier can be preferred.",
                        verbose_name="preferred",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="stockdocument",
            name="currency",
            field=models.CharField(blank=True, db_default="", default="", max_length=3, verbose_name="currency"),
        ),
        migrations.AddField(
            model_name="stockdocument",
            name="purchase_order",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="inventory.stockdocument",
                verbose_name="purchase order",
            ),
        ),
        migrations.AddField(
            model_name="stockdocumentline",
            name="damaged",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="of them damaged"),
        ),
        migrations.AddField(
            model_name="stockdocumentline",
            name="surplus",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="beyond the order"),
        ),
        migrations.AddField(
            model_name="stockdocumentline",
            name="unit_cost",
            field=models.BigIntegerField(null=True, verbose_name="cost of a unit in minor units"),
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
                    ("closed", "Closed"),
                    ("cancelled", "Cancelled"),
                ],
                max_length=20,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocumentline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "damaged__lte",
                        django.db.models.expressions.CombinedExpression(models.F("received"), "+", models.F("surplus")),
                    )
                ),
                name="stock_document_line_damaged_units_came",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocumentline",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_cost__isnull", True), ("unit_cost__gte", 0), _connector="OR"),
                name="stock_document_line_costs_are_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplier",
            constraint=models.CheckConstraint(
                condition=models.Q(("lead_time_days__lte", 365), ("review_days__range", (1, 365))),
                name="supplier_delivers_within_a_year",
                violation_error_message="Days are from 1 to 365; the lead time may be 0.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplier",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="supplier_has_a_currency"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supplier",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."lead_time_days" IS DISTINCT FROM (NEW."lead_time_days") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."review_days" IS DISTINCT FROM (NEW."review_days"))',
                    func='INSERT INTO "inventory_supplierchange" ("code", "currency", "email", "is_active", "lead_time_days", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_days") VALUES (OLD."code", OLD."currency", OLD."email", OLD."is_active", OLD."lead_time_days", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."review_days"); RETURN NULL;',
                    hash="96a7ccd16fc136691012dabc9dd6139fbad5572c",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e4c20",
                    table="inventory_supplier",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supplier",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_supplierchange" ("code", "currency", "email", "is_active", "lead_time_days", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "review_days") VALUES (OLD."code", OLD."currency", OLD."email", OLD."is_active", OLD."lead_time_days", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."review_days"); RETURN NULL;',
                    hash="7d36503191ee7f0418e79fdb9ec71dbdae16ac62",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_56640",
                    table="inventory_supplier",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="stockdocument",
            name="supplier",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inventory.supplier",
                verbose_name="supplier",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "purchase_order"), _negated=True),
                    models.Q(("supplier__isnull", False), models.Q(("currency", ""), _negated=True)),
                    _connector="OR",
                ),
                name="stock_document_of_purchase_names_the_supplier",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("purchase_order__isnull", True), ("kind", "receipt"), _connector="OR"),
                name="stock_document_that_delivers_is_a_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("purchase_order__isnull", False)),
                fields=("purchase_order", "reference"),
                name="stock_document_one_receipt_per_delivery_note",
            ),
        ),
        migrations.AddField(
            model_name="supplierchange",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="supplierchange",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="code_name_email_currency_lead_time_days_review_days_is_active_events",
                to="inventory.supplier",
            ),
        ),
        migrations.AddField(
            model_name="supplierproduct",
            name="supplier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="products",
                to="inventory.supplier",
                verbose_name="supplier",
            ),
        ),
        migrations.AddField(
            model_name="supplierproduct",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="supplier_products",
                to="inventory.variant",
                verbose_name="variant",
            ),
        ),
        migrations.AddField(
            model_name="supplierproductchange",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="supplierproductchange",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="supplier_variant_supplier_sku_pack_size_minimum_units_cost_is_preferred_events",
                to="inventory.supplierproduct",
            ),
        ),
        migrations.AddField(
            model_name="supplierproductchange",
            name="supplier",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="inventory.supplier",
                verbose_name="supplier",
            ),
        ),
        migrations.AddField(
            model_name="supplierproductchange",
            name="variant",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="inventory.variant",
                verbose_name="variant",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supplierchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f3a33c76c219237d09736a836129a08fe046311e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e70b5",
                    table="inventory_supplierchange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierproduct",
            constraint=models.UniqueConstraint(
                fields=("supplier", "variant"),
                name="supplier_product_one_per_variant",
                violation_error_message="This supplier has terms for this article already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierproduct",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_preferred", True)),
                fields=("variant",),
                name="supplier_product_one_is_preferred",
                violation_error_message="Another supplier is preferred for this article.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(("minimum_units__range", (1, 1000000)), ("pack_size__range", (1, 1000000))),
                name="supplier_product_is_sold_in_units",
                violation_error_message="A pack and an order have at least one unit, and a million at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost__isnull", True), ("cost__gte", 0), _connector="OR"),
                name="supplier_product_costs_nothing_or_more",
                violation_error_message="A cost is not negative.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supplierproduct",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."cost" IS DISTINCT FROM (NEW."cost") OR OLD."is_preferred" IS DISTINCT FROM (NEW."is_preferred") OR OLD."minimum_units" IS DISTINCT FROM (NEW."minimum_units") OR OLD."pack_size" IS DISTINCT FROM (NEW."pack_size") OR OLD."supplier_id" IS DISTINCT FROM (NEW."supplier_id") OR OLD."supplier_sku" IS DISTINCT FROM (NEW."supplier_sku") OR OLD."variant_id" IS DISTINCT FROM (NEW."variant_id"))',
                    func='INSERT INTO "inventory_supplierproductchange" ("cost", "is_preferred", "minimum_units", "pack_size", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "supplier_id", "supplier_sku", "variant_id") VALUES (OLD."cost", OLD."is_preferred", OLD."minimum_units", OLD."pack_size", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."supplier_id", OLD."supplier_sku", OLD."variant_id"); RETURN NULL;',
                    hash="f30e4237c4cd5144c46c4293c05751e2a133a765",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7be5e",
                    table="inventory_supplierproduct",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supplierproduct",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_supplierproductchange" ("cost", "is_preferred", "minimum_units", "pack_size", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "supplier_id", "supplier_sku", "variant_id") VALUES (OLD."cost", OLD."is_preferred", OLD."minimum_units", OLD."pack_size", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."supplier_id", OLD."supplier_sku", OLD."variant_id"); RETURN NULL;',
                    hash="99dc81a785daa1f4c2d4b8a2eb116ff34162d1b0",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4d439",
                    table="inventory_supplierproduct",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supplierproductchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f3b93e314fddc1415bf51b7a4f9566f77ac4ca13",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_3d20f",
                    table="inventory_supplierproductchange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(BEFORE.drop() + AFTER.create(), AFTER.drop() + BEFORE.create()),
    ]
