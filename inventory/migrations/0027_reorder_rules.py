"""Limits for proposals to order, and an index of the open documents."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0026_purchase_orders"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReorderRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "minimum_units",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="It is ordered when no more than these are there or coming.",
                        verbose_name="minimum",
                    ),
                ),
                (
                    "maximum_units",
                    models.PositiveIntegerField(
                        blank=True, help_text="No proposal goes beyond these units.", null=True, verbose_name="maximum"
                    ),
                ),
                (
                    "is_proposed",
                    models.BooleanField(
                        default=True, help_text="Off for goods that are not bought again.", verbose_name="proposed"
                    ),
                ),
            ],
            options={
                "verbose_name": "reorder rule",
                "verbose_name_plural": "reorder rules",
            },
        ),
        migrations.CreateModel(
            name="ReorderRuleChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "minimum_units",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="It is ordered when no more than these are there or coming.",
                        verbose_name="minimum",
                    ),
                ),
                (
                    "maximum_units",
                    models.PositiveIntegerField(
                        blank=True, help_text="No proposal goes beyond these units.", null=True, verbose_name="maximum"
                    ),
                ),
                (
                    "is_proposed",
                    models.BooleanField(
                        default=True, help_text="Off for goods that are not bought again.", verbose_name="proposed"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="stockdocument",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)), fields=["target"], name="stock_document_open"
            ),
        ),
        migrations.AddField(
            model_name="reorderrule",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="inventory.location",
                verbose_name="location",
            ),
        ),
        migrations.AddField(
            model_name="reorderrule",
            name="variant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="inventory.variant",
                verbose_name="variant",
            ),
        ),
        migrations.AddField(
            model_name="reorderrulechange",
            name="location",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="inventory.location",
                verbose_name="location",
            ),
        ),
        migrations.AddField(
            model_name="reorderrulechange",
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
            model_name="reorderrulechange",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="variant_location_minimum_units_maximum_units_is_proposed_events",
                to="inventory.reorderrule",
            ),
        ),
        migrations.AddField(
            model_name="reorderrulechange",
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
        migrations.AddConstraint(
            model_name="reorderrule",
            constraint=models.UniqueConstraint(
                fields=("variant", "location"),
                name="reorder_rule_one_per_place",
                violation_error_message="This article has a rule at this place already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reorderrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("maximum_units__isnull", True), ("maximum_units__gte", models.F("minimum_units")), _connector="OR"
                ),
                name="reorder_rule_has_a_range",
                violation_error_message="The maximum is at least the minimum.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reorderrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_units__lte", 1000000),
                    models.Q(("maximum_units__isnull", True), ("maximum_units__lte", 1000000), _connector="OR"),
                ),
                name="reorder_rule_has_at_most_a_million",
                violation_error_message="At most a million units.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reorderrule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."is_proposed" IS DISTINCT FROM (NEW."is_proposed") OR OLD."location_id" IS DISTINCT FROM (NEW."location_id") OR OLD."maximum_units" IS DISTINCT FROM (NEW."maximum_units") OR OLD."minimum_units" IS DISTINCT FROM (NEW."minimum_units") OR OLD."variant_id" IS DISTINCT FROM (NEW."variant_id"))',
                    func='INSERT INTO "inventory_reorderrulechange" ("is_proposed", "location_id", "maximum_units", "minimum_units", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant_id") VALUES (OLD."is_proposed", OLD."location_id", OLD."maximum_units", OLD."minimum_units", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."variant_id"); RETURN NULL;',
                    hash="d612cd67dcfc867fd7574d7440b275361bab2751",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bf191",
                    table="inventory_reorderrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reorderrule",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_reorderrulechange" ("is_proposed", "location_id", "maximum_units", "minimum_units", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant_id") VALUES (OLD."is_proposed", OLD."location_id", OLD."maximum_units", OLD."minimum_units", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."variant_id"); RETURN NULL;',
                    hash="f85383d33aa2784d4d01159eefdd5b31d34a7aa8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_64570",
                    table="inventory_reorderrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reorderrulechange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b243400bcee7b5b639cc8adec915d932fc359d4d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_3ede7",
                    table="inventory_reorderrulechange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
