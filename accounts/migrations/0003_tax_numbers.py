import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_addresses"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaxNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tax_number",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                ("country", models.CharField(max_length=2, verbose_name="country")),
                ("number", models.CharField(max_length=40, verbose_name="VAT number")),
                ("checked_at", models.DateTimeField(verbose_name="checked at")),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="checked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "VAT number",
                "verbose_name_plural": "VAT numbers",
            },
        ),
        migrations.CreateModel(
            name="TaxNumberChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="customer_country_number_events",
                        to="accounts.taxnumber",
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
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                ("country", models.CharField(max_length=2, verbose_name="country")),
                ("number", models.CharField(max_length=40, verbose_name="VAT number")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxnumber",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."number" IS DISTINCT FROM (NEW."number"))',
                    func='INSERT INTO "accounts_taxnumberchange" ("country", "customer_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."country", OLD."customer_id", OLD."number", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                    hash="76347151565b9519c2cefd72951961f209071181",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_048e7",
                    table="accounts_taxnumber",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxnumber",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_taxnumberchange" ("country", "customer_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."country", OLD."customer_id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="1abd5670a595cd2729ddc0a2d67e105d72c59f8a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_50d84",
                    table="accounts_taxnumber",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxnumberchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0b9052fd8de857929419fbc9f046dc4285426e37",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_048e1",
                    table="accounts_taxnumberchange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
