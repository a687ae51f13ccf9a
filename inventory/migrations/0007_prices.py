import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_reservations"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "variant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount in minor units")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
            ],
            options={
                "verbose_name": "price",
                "verbose_name_plural": "prices",
                "constraints": [
                    models.UniqueConstraint(fields=("variant", "currency"), name="price_one_per_variant_and_currency"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="price_is_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceHistory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "variant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount in minor units")),
                ("since", models.DateTimeField(verbose_name="since")),
            ],
            options={
                "verbose_name": "former price",
                "verbose_name_plural": "former prices",
                "indexes": [models.Index(fields=["variant", "currency", "-since", "-id"], name="price_history_latest")],
            },
        ),
        migrations.CreateModel(
            name="PriceRange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_ranges",
                        to="inventory.product",
                        verbose_name="product",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("lowest", models.BigIntegerField(verbose_name="lowest")),
                ("highest", models.BigIntegerField(verbose_name="highest")),
            ],
            options={
                "verbose_name": "price range",
                "verbose_name_plural": "price ranges",
                "indexes": [models.Index(fields=["currency", "lowest", "product"], name="price_range_by_price")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "currency"), name="price_range_one_per_product_and_currency"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="variant_currency_amount_events",
                        to="inventory.price",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount in minor units")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pricechange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="370c44f020775c355468655dd76318baa7c69536",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4e403",
                    table="inventory_pricechange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="price",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."variant_id" IS DISTINCT FROM (NEW."variant_id"))',
                    func='INSERT INTO "inventory_pricechange" ("amount", "currency", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant_id") VALUES (OLD."amount", OLD."currency", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."variant_id"); RETURN NULL;',
                    hash="b23e7924b9065e242a0d40c14d1268403ab8d5af",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9b6ae",
                    table="inventory_price",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="price",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_pricechange" ("amount", "currency", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant_id") VALUES (OLD."amount", OLD."currency", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."variant_id"); RETURN NULL;',
                    hash="12a86f0bb73495dbef2f5ed8a44a0652dc475c70",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f8fe1",
                    table="inventory_price",
                    when="AFTER",
                ),
            ),
        ),
    ]
