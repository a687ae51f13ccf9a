"""Categories, products and variants. Triggers write the paths of categories, whoever changes a slug or a parent."""

from django.db import migrations
import core.texts.translated
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

PATHS = """
CREATE FUNCTION inventory_category_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.path := COALESCE((SELECT path || '/' FROM inventory_category WHERE id = NEW.parent_id), '') || NEW.slug;
    IF TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM inventory_category WHERE id = NEW.parent_id AND starts_with(path || '/', OLD.path || '/')
    ) THEN
        RAISE EXCEPTION 'A category cannot lie below itself.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_category_path BEFORE INSERT OR UPDATE ON inventory_category
    FOR EACH ROW EXECUTE FUNCTION inventory_category_path();

-- Writing a child makes its own trigger read the new path, and its children follow in turn.
CREATE FUNCTION inventory_category_subtree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory_category SET slug = slug WHERE parent_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_category_subtree AFTER UPDATE ON inventory_category
    FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION inventory_category_subtree();
"""
NO_PATHS = """
DROP TRIGGER inventory_category_subtree ON inventory_category;
DROP TRIGGER inventory_category_path ON inventory_category;
DROP FUNCTION inventory_category_subtree, inventory_category_path;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_locations"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="inventory.category",
                        verbose_name="belongs to",
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="slug")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                ("path", models.CharField(editable=False, max_length=400, unique=True, verbose_name="path")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "ordering": ["position", "path"],
                "indexes": [models.Index(fields=["path"], name="category_subtree", opclasses=["text_pattern_ops"])],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=120, unique=True, verbose_name="slug")),
                (
                    "kind",
                    models.CharField(
                        choices=[("goods", "Goods"), ("gift_card", "Gift card")],
                        db_default="goods",
                        default="goods",
                        help_text="A gift card is loaded with its price when it is paid.",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "description",
                    core.texts.translated.TranslatedField(blank=True, default=dict, verbose_name="description"),
                ),
                ("brand", models.CharField(blank=True, max_length=120, verbose_name="brand")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="inventory.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "tax_category",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for the standard one.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="inventory.taxcategory",
                        verbose_name="tax category",
                    ),
                ),
                ("attributes", models.JSONField(blank=True, default=dict, verbose_name="attributes")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                ("search_words", models.TextField(default="", editable=False, verbose_name="search words")),
                (
                    "search_vector",
                    django.contrib.postgres.search.SearchVectorField(
                        editable=False, null=True, verbose_name="search vector"
                    ),
                ),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["search_vector"], name="product_full_text"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_words"], name="product_trigrams", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(
                        condition=models.Q(("state", "published")),
                        fields=["-published_at", "-id"],
                        name="product_newest",
                    ),
                    models.Index(
                        condition=models.Q(("state", "published")),
                        fields=["category", "brand"],
                        name="product_by_shelf",
                    ),
                    models.Index(
                        condition=models.Q(("state", "published")),
                        fields=["category", "-published_at"],
                        name="product_newest_of_shelf",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="product_published_has_its_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="slug_kind_name_description_brand_category_tax_category_attributes_state_published_at_events",
                        to="inventory.product",
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
                ("slug", models.SlugField(db_index=False, max_length=120, verbose_name="slug")),
                (
                    "kind",
                    models.CharField(
                        choices=[("goods", "Goods"), ("gift_card", "Gift card")],
                        db_default="goods",
                        default="goods",
                        help_text="A gift card is loaded with its price when it is paid.",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "description",
                    core.texts.translated.TranslatedField(blank=True, default=dict, verbose_name="description"),
                ),
                ("brand", models.CharField(blank=True, max_length=120, verbose_name="brand")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "tax_category",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty for the standard one.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.taxcategory",
                        verbose_name="tax category",
                    ),
                ),
                ("attributes", models.JSONField(blank=True, default=dict, verbose_name="attributes")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published at")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Variant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="variants",
                        to="inventory.product",
                        verbose_name="product",
                    ),
                ),
                ("sku", models.CharField(max_length=64, unique=True, verbose_name="SKU")),
                (
                    "attributes",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='For example {"colour": {"en": "Blue"}}.',
                        verbose_name="attributes",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="on sale")),
                ("low_stock_below", models.PositiveIntegerField(default=0, verbose_name="low stock below")),
            ],
            options={
                "verbose_name": "variant",
                "verbose_name_plural": "variants",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Barcode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="barcodes",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
            ],
            options={
                "verbose_name": "barcode",
                "verbose_name_plural": "barcodes",
            },
        ),
        migrations.CreateModel(
            name="Media",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="media",
                        to="inventory.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="media",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("file", models.FileField(max_length=200, upload_to="products/", verbose_name="file")),
                (
                    "alt",
                    core.texts.translated.TranslatedField(blank=True, default=dict, verbose_name="alternative text"),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "picture",
                "verbose_name_plural": "pictures",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="VariantChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="product_sku_attributes_is_active_low_stock_below_events",
                        to="inventory.variant",
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
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.product",
                        verbose_name="product",
                    ),
                ),
                ("sku", models.CharField(max_length=64, verbose_name="SKU")),
                (
                    "attributes",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='For example {"colour": {"en": "Blue"}}.',
                        verbose_name="attributes",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="on sale")),
                ("low_stock_below", models.PositiveIntegerField(default=0, verbose_name="low stock below")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="dc7fcea8b94e35cef485ac9c15d1ec8a20460deb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_76a2e",
                    table="inventory_productchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."attributes" IS DISTINCT FROM (NEW."attributes") OR OLD."brand" IS DISTINCT FROM (NEW."brand") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."tax_category_id" IS DISTINCT FROM (NEW."tax_category_id"))',
                    func='INSERT INTO "inventory_productchange" ("attributes", "brand", "category_id", "description", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "slug", "state", "tax_category_id") VALUES (OLD."attributes", OLD."brand", OLD."category_id", OLD."description", OLD."kind", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."published_at", OLD."slug", OLD."state", OLD."tax_category_id"); RETURN NULL;',
                    hash="ae2f8668278aee0c6136b0262dcfdaa524864e64",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_23ae4",
                    table="inventory_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_productchange" ("attributes", "brand", "category_id", "description", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "slug", "state", "tax_category_id") VALUES (OLD."attributes", OLD."brand", OLD."category_id", OLD."description", OLD."kind", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."published_at", OLD."slug", OLD."state", OLD."tax_category_id"); RETURN NULL;',
                    hash="bbe45a50d78d44301c736454059ba99f5dac30ba",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c5b0b",
                    table="inventory_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variant",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."attributes" IS DISTINCT FROM (NEW."attributes") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."low_stock_below" IS DISTINCT FROM (NEW."low_stock_below") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."sku" IS DISTINCT FROM (NEW."sku"))',
                    func='INSERT INTO "inventory_variantchange" ("attributes", "is_active", "low_stock_below", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "sku") VALUES (OLD."attributes", OLD."is_active", OLD."low_stock_below", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."product_id", OLD."sku"); RETURN NULL;',
                    hash="2c3c99b5f475a68fc8b52c0a242c54bb9bf443df",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a4cec",
                    table="inventory_variant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variant",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_variantchange" ("attributes", "is_active", "low_stock_below", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "sku") VALUES (OLD."attributes", OLD."is_active", OLD."low_stock_below", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."product_id", OLD."sku"); RETURN NULL;',
                    hash="b29e844217d35104de12e3d958657f0a2542e24d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1d3ee",
                    table="inventory_variant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variantchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b5ec20981f6169a351de106083b12fcb5095d88c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a72e8",
                    table="inventory_variantchange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(PATHS, NO_PATHS),
    ]
