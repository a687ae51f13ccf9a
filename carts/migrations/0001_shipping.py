import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShippingRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3, unique=True, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount in minor units")),
                ("free_from", models.BigIntegerField(blank=True, null=True, verbose_name="free from, in minor units")),
            ],
            options={
                "verbose_name": "shipping rate",
                "verbose_name_plural": "shipping rates",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="shipping_rate_is_not_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="ShippingRateChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="currency_amount_free_from_events",
                        to="carts.shippingrate",
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
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(verbose_name="amount in minor units")),
                ("free_from", models.BigIntegerField(blank=True, null=True, verbose_name="free from, in minor units")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shippingrate",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."free_from" IS DISTINCT FROM (NEW."free_from"))',
                    func='INSERT INTO "carts_shippingratechange" ("amount", "currency", "free_from", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."amount", OLD."currency", OLD."free_from", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                    hash="512f1de14cf03ef19184e281b5af5fc7bcc39cac",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8f682",
                    table="carts_shippingrate",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shippingrate",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "carts_shippingratechange" ("amount", "currency", "free_from", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."amount", OLD."currency", OLD."free_from", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="c239ca6196a338ed22f4681905b571ab16204d5a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_16ad1",
                    table="carts_shippingrate",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shippingratechange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b89803fdcbf741c8b0a9d8a11ae409785a4701c2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_2d97f",
                    table="carts_shippingratechange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
