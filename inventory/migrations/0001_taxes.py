import core.texts.translated
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
            name="TaxCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "is_standard",
                    models.BooleanField(
                        default=False, help_text="For goods without a category.", verbose_name="standard"
                    ),
                ),
            ],
            options={
                "verbose_name": "tax category",
                "verbose_name_plural": "tax categories",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_standard", True)),
                        fields=("is_standard",),
                        name="tax_category_one_standard",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxCategoryChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="code_name_is_standard_events",
                        to="inventory.taxcategory",
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
                ("code", models.SlugField(db_index=False, max_length=40, verbose_name="code")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "is_standard",
                    models.BooleanField(
                        default=False, help_text="For goods without a category.", verbose_name="standard"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."is_standard" IS DISTINCT FROM (NEW."is_standard") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                    func='INSERT INTO "inventory_taxcategorychange" ("code", "is_standard", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."code", OLD."is_standard", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                    hash="98574d025b7f15501777126c46e44d30d3d7bd53",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ca125",
                    table="inventory_taxcategory",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_taxcategorychange" ("code", "is_standard", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."code", OLD."is_standard", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="3ed34c461f8c1d819f2e19e40336e2b5179e993e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_608aa",
                    table="inventory_taxcategory",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxcategorychange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="71fff037f304562c9d5818dac185087bdd9bb505",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_06f44",
                    table="inventory_taxcategorychange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
