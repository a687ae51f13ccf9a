import core.texts.translated
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("carts", "0001_shipping"),
        ("inventory", "0001_taxes"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaxZone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                ("country", models.CharField(help_text="Two letters, like DE.", max_length=2, verbose_name="country")),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        help_text="As in addresses; empty for all of them.",
                        max_length=200,
                        verbose_name="state or province",
                    ),
                ),
                (
                    "postcode_prefixes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        help_text="Separated by commas; empty for all of them.",
                        size=None,
                        verbose_name="beginnings of postcodes",
                    ),
                ),
                ("is_included", models.BooleanField(default=True, verbose_name="tax is in the price")),
            ],
            options={
                "verbose_name": "tax zone",
                "verbose_name_plural": "tax zones",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="tax_zone_country_has_two_letters"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rates",
                        to="carts.taxzone",
                        verbose_name="tax zone",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.taxcategory",
                        verbose_name="tax category",
                    ),
                ),
                (
                    "basis_points",
                    models.PositiveIntegerField(
                        help_text="1900 is 19 %.", verbose_name="rate in hundredths of a percent"
                    ),
                ),
                ("starts_date", models.DateField(verbose_name="from")),
                ("ends_date", models.DateField(blank=True, null=True, verbose_name="until (excluded)")),
            ],
            options={
                "verbose_name": "tax rate",
                "verbose_name_plural": "tax rates",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("basis_points__lte", 10000)), name="tax_rate_at_most_everything"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_date__isnull", True), ("ends_date__gt", models.F("starts_date")), _connector="OR"
                        ),
                        name="tax_rate_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("zone", "="),
                            ("category", "="),
                            (models.Func("starts_date", "ends_date", function="daterange"), "&&"),
                        ],
                        name="tax_rate_one_at_a_time",
                        violation_error_message="Another rate of this zone and category is already valid on some of these days.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxZoneChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="code_name_country_region_postcode_prefixes_is_included_events",
                        to="carts.taxzone",
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
                ("country", models.CharField(help_text="Two letters, like DE.", max_length=2, verbose_name="country")),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        help_text="As in addresses; empty for all of them.",
                        max_length=200,
                        verbose_name="state or province",
                    ),
                ),
                (
                    "postcode_prefixes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        help_text="Separated by commas; empty for all of them.",
                        size=None,
                        verbose_name="beginnings of postcodes",
                    ),
                ),
                ("is_included", models.BooleanField(default=True, verbose_name="tax is in the price")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TaxRateChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="zone_category_basis_points_starts_date_ends_date_events",
                        to="carts.taxrate",
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
                    "zone",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="carts.taxzone",
                        verbose_name="tax zone",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.taxcategory",
                        verbose_name="tax category",
                    ),
                ),
                (
                    "basis_points",
                    models.PositiveIntegerField(
                        help_text="1900 is 19 %.", verbose_name="rate in hundredths of a percent"
                    ),
                ),
                ("starts_date", models.DateField(verbose_name="from")),
                ("ends_date", models.DateField(blank=True, null=True, verbose_name="until (excluded)")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxzone",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."is_included" IS DISTINCT FROM (NEW."is_included") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."postcode_prefixes" IS DISTINCT FROM (NEW."postcode_prefixes") OR OLD."region" IS DISTINCT FROM (NEW."region"))',
                    func='INSERT INTO "carts_taxzonechange" ("code", "country", "is_included", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode_prefixes", "region") VALUES (OLD."code", OLD."country", OLD."is_included", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."postcode_prefixes", OLD."region"); RETURN NULL;',
                    hash="528905fab0dd0d97108f8d1df4a123d3ea6fa920",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e908f",
                    table="carts_taxzone",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxzone",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "carts_taxzonechange" ("code", "country", "is_included", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode_prefixes", "region") VALUES (OLD."code", OLD."country", OLD."is_included", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postcode_prefixes", OLD."region"); RETURN NULL;',
                    hash="75592accf76659b2ab8a4e87d0a453de5cdcaaa2",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7dabb",
                    table="carts_taxzone",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxratechange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fc2f740b3589e0281ae7d01736a1ee3e05110ecb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9c459",
                    table="carts_taxratechange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxrate",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."basis_points" IS DISTINCT FROM (NEW."basis_points") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."ends_date" IS DISTINCT FROM (NEW."ends_date") OR OLD."starts_date" IS DISTINCT FROM (NEW."starts_date") OR OLD."zone_id" IS DISTINCT FROM (NEW."zone_id"))',
                    func='INSERT INTO "carts_taxratechange" ("basis_points", "category_id", "ends_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_date", "zone_id") VALUES (OLD."basis_points", OLD."category_id", OLD."ends_date", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."starts_date", OLD."zone_id"); RETURN NULL;',
                    hash="37e465323e591d97bfcdff346093b2624162518e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_63bd8",
                    table="carts_taxrate",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxrate",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "carts_taxratechange" ("basis_points", "category_id", "ends_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_date", "zone_id") VALUES (OLD."basis_points", OLD."category_id", OLD."ends_date", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts_date", OLD."zone_id"); RETURN NULL;',
                    hash="423e44f76184c53c43f6f52736a1ccedb2294d7f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6f7fb",
                    table="carts_taxrate",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxzonechange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="973c58c21b6bb082c26697f5853a0a00461d2872",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_d0123",
                    table="carts_taxzonechange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
