"""
Price lists. Triggers write price ranges and the history of prices by what everybody pays: the lists in force that are
for everybody, else the price.
"""

from django.db import migrations
from core.states.guards import keep_rows
import core.texts.translated
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# A price that did not change is not recorded again, and none lies before the one that it follows.
PUBLIC = """
CREATE FUNCTION inventory_public_amount(bigint, text, bigint, timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    -- variant, currency, its ordinary price, moment; the rule is inventory/rules/price_lists.py, for one unit and no customer.
    SELECT coalesce((
        SELECT step.amount
        FROM inventory_listprice AS step JOIN inventory_pricelist AS list ON list.id = step.price_list_id
        WHERE step.variant_id = $1 AND list.currency = $2 AND step.min_quantity = 1 AND list.is_active
          AND list.segment_id IS NULL AND list.store_id IS NULL AND list.channel = ''
          AND list.starts_at <= $4 AND (list.ends_at IS NULL OR list.ends_at > $4)
        ORDER BY list.priority, step.amount LIMIT 1), $3)
$$;

-- Rows of the products are locked first, so that two prices of one product set at once see each other.
CREATE FUNCTION inventory_refresh_price_ranges(products bigint[], moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM inventory_product WHERE id = ANY(products) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM inventory_pricerange AS range
    WHERE range.product_id = ANY(products) AND NOT EXISTS (
        SELECT FROM inventory_variant AS variant JOIN inventory_price AS price ON price.variant_id = variant.id
        WHERE variant.product_id = range.product_id AND variant.is_active AND price.currency = range.currency);
    INSERT INTO inventory_pricerange AS range (product_id, currency, lowest, highest)
    SELECT product_id, currency, min(amount), max(amount) FROM (
        SELECT variant.product_id, price.currency,
               inventory_public_amount(variant.id, price.currency, price.amount, moment) AS amount
        FROM inventory_variant AS variant JOIN inventory_price AS price ON price.variant_id = variant.id
        WHERE variant.product_id = ANY(products) AND variant.is_active) AS public
    GROUP BY product_id, currency
    ON CONFLICT (product_id, currency) DO UPDATE SET lowest = excluded.lowest, highest = excluded.highest
    WHERE (range.lowest, range.highest) IS DISTINCT FROM (excluded.lowest, excluded.highest);
END $$;

CREATE FUNCTION inventory_refresh_price_ranges(products bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory_refresh_price_ranges(products, clock_timestamp());
END $$;

CREATE FUNCTION inventory_record_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO inventory_pricehistory (variant_id, currency, amount, since)
    SELECT changed.variant_id, changed.currency, public.amount,
           CASE WHEN last.since IS NULL OR changed.updated_at > last.since THEN changed.updated_at
                ELSE greatest(now(), last.since) END
    FROM changed
    CROSS JOIN LATERAL (SELECT inventory_public_amount(
        changed.variant_id, changed.currency, changed.amount, greatest(changed.updated_at, clock_timestamp())) AS amount) AS public
    LEFT JOIN LATERAL (
        SELECT former.amount, former.since FROM inventory_pricehistory AS former
        WHERE former.variant_id = changed.variant_id AND former.currency = changed.currency
        ORDER BY former.since DESC, former.id DESC LIMIT 1
    ) AS last ON true
    WHERE last.amount IS DISTINCT FROM public.amount;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_price_recorded_inserted AFTER INSERT ON inventory_price
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_record_price();
CREATE TRIGGER inventory_price_recorded_updated AFTER UPDATE ON inventory_price
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_record_price();

CREATE FUNCTION inventory_price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory_refresh_price_ranges(ARRAY(
        SELECT DISTINCT variant.product_id FROM changed JOIN inventory_variant AS variant ON variant.id = changed.variant_id));
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_price_inserted AFTER INSERT ON inventory_price
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_price_changed();
CREATE TRIGGER inventory_price_updated AFTER UPDATE ON inventory_price
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_price_changed();
CREATE TRIGGER inventory_price_deleted AFTER DELETE ON inventory_price
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_price_changed();

CREATE FUNCTION inventory_variant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory_refresh_price_ranges(ARRAY(
        SELECT DISTINCT unnest(ARRAY[before.product_id, after.product_id]) FROM before JOIN after USING (id)
        WHERE (before.is_active, before.product_id) IS DISTINCT FROM (after.is_active, after.product_id)));
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_variant_changed AFTER UPDATE ON inventory_variant
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_variant_changed();

-- Records what these variants cost everybody at a moment in their history, if that differs from before.
CREATE FUNCTION inventory_record_public_prices(variants bigint[], moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO inventory_pricehistory (variant_id, currency, amount, since)
    SELECT price.variant_id, price.currency, public.amount, greatest(moment, last.since)
    FROM inventory_price AS price
    CROSS JOIN LATERAL (SELECT inventory_public_amount(
        price.variant_id, price.currency, price.amount, moment) AS amount) AS public
    LEFT JOIN LATERAL (
        SELECT former.amount, former.since FROM inventory_pricehistory AS former
        WHERE former.variant_id = price.variant_id AND former.currency = price.currency
        ORDER BY former.since DESC, former.id DESC LIMIT 1
    ) AS last ON true
    WHERE price.variant_id = ANY(variants) AND last.amount IS DISTINCT FROM public.amount;
    PERFORM inventory_refresh_price_ranges(ARRAY(
        SELECT DISTINCT product_id FROM inventory_variant WHERE id = ANY(variants)), greatest(moment, clock_timestamp()));
END $$;

CREATE FUNCTION inventory_list_price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory_record_public_prices(ARRAY(SELECT DISTINCT variant_id FROM changed), clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_list_price_inserted AFTER INSERT ON inventory_listprice
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_list_price_changed();
CREATE TRIGGER inventory_list_price_updated AFTER UPDATE ON inventory_listprice
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_list_price_changed();
CREATE TRIGGER inventory_list_price_deleted AFTER DELETE ON inventory_listprice
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_list_price_changed();

-- A list may hold a hundred thousand prices: the next run of the task applies a change of the list to them.
CREATE FUNCTION inventory_price_list_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.applied_until := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_price_list_changed
    BEFORE UPDATE OF currency, segment_id, channel, store_id, starts_at, ends_at, priority, is_active
    ON inventory_pricelist FOR EACH ROW
    WHEN ((OLD.currency, OLD.segment_id, OLD.channel, OLD.store_id, OLD.starts_at, OLD.ends_at, OLD.priority,
           OLD.is_active) IS DISTINCT FROM (NEW.currency, NEW.segment_id, NEW.channel, NEW.store_id, NEW.starts_at,
           NEW.ends_at, NEW.priority, NEW.is_active))
    EXECUTE FUNCTION inventory_price_list_changed();
"""
NO_PUBLIC = """
DROP TRIGGER inventory_price_list_changed ON inventory_pricelist;
DROP TRIGGER inventory_list_price_deleted ON inventory_listprice;
DROP TRIGGER inventory_list_price_updated ON inventory_listprice;
DROP TRIGGER inventory_list_price_inserted ON inventory_listprice;
DROP TRIGGER inventory_variant_changed ON inventory_variant;
DROP TRIGGER inventory_price_inserted ON inventory_price;
DROP TRIGGER inventory_price_updated ON inventory_price;
DROP TRIGGER inventory_price_deleted ON inventory_price;
DROP TRIGGER inventory_price_recorded_updated ON inventory_price;
DROP TRIGGER inventory_price_recorded_inserted ON inventory_price;
DROP FUNCTION inventory_price_list_changed, inventory_list_price_changed, inventory_record_public_prices;
DROP FUNCTION inventory_variant_changed, inventory_price_changed, inventory_record_price;
DROP FUNCTION inventory_refresh_price_ranges(bigint[]), inventory_refresh_price_ranges(bigint[], timestamptz);
DROP FUNCTION inventory_public_amount;
"""

# What only shops with price lists need stays out of the statements of all others: PostgreSQL prepares every part of a
# statement before it runs the first, the skipped parts as well; it prepares a function's body when it is called.
FUNCTIONS = """
CREATE FUNCTION inventory_price_tiers(variant bigint, currency text, segments text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT jsonb_agg(jsonb_build_array(
            list.id, step.amount, step.min_quantity, list.channel, at_store.code, of_segment.code, list.priority,
            list.starts_at, list.ends_at, list.is_tax_included))
        FROM inventory_listprice AS step
        JOIN inventory_pricelist AS list ON list.id = step.price_list_id
        LEFT JOIN inventory_location AS at_store ON at_store.id = list.store_id
        LEFT JOIN accounts_segment AS of_segment ON of_segment.id = list.segment_id
        WHERE step.variant_id = $1 AND list.is_active AND list.currency = $2
          AND (list.segment_id IS NULL OR of_segment.code = ANY($3))
          AND (list.ends_at IS NULL OR list.ends_at > now() - interval '31 days'));
END $$;
CREATE FUNCTION inventory_price_segments(person bigint, moment timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(segment.code)
        FROM accounts_customer AS customer
        JOIN accounts_segmentmembership AS membership ON membership.customer_id = customer.id
        JOIN accounts_segment AS segment ON segment.id = membership.segment_id
        WHERE (customer.id = $1 OR customer.merged_into_id = $1) AND membership.since <= $2
          AND (membership.until IS NULL OR membership.until > $2));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("accounts", "0004_segments"),
        ("core", "0001_journal"),
        ("inventory", "0007_prices"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="PriceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                ("currency", models.CharField(default="EUR", max_length=3, verbose_name="currency")),
                (
                    "is_tax_included",
                    models.BooleanField(
                        blank=True,
                        help_text="Whether its amounts include tax. Unknown: as in the tax zone of the delivery.",
                        null=True,
                        verbose_name="tax included",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for everybody.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.segment",
                        verbose_name="segment",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till")],
                        help_text="Empty for all of them.",
                        max_length=40,
                        verbose_name="channel",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for all of them.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.location",
                        verbose_name="store",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        help_text="A price of a single channel or store needs a reason and an end.",
                        max_length=200,
                        verbose_name="reason for a single channel or store",
                    ),
                ),
                ("starts_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="starts at")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends at")),
                (
                    "priority",
                    models.PositiveIntegerField(
                        default=100,
                        help_text="Among lists of one kind the smaller number wins; among equal numbers the lower price.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="priority",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "registered_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="registered by",
                    ),
                ),
                ("applied_until", models.DateTimeField(editable=False, null=True, verbose_name="applied until")),
            ],
            options={
                "verbose_name": "price list",
                "verbose_name_plural": "price lists",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="price_list_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("channel", ""), _negated=True),
                                ("store__isnull", False),
                                _connector="OR",
                                _negated=True,
                            ),
                            models.Q(("ends_at__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="price_list_of_one_door_has_reason_and_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="inventory.pricelist",
                        verbose_name="price list",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="list_prices",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "min_quantity",
                    models.PositiveIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="from this quantity",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount in minor units")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
            ],
            options={
                "verbose_name": "price of a list",
                "verbose_name_plural": "prices of lists",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("variant", "price_list", "min_quantity"),
                        name="list_price_one_per_quantity",
                        violation_error_message="The list already has a price for this variant and quantity.",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="list_price_is_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("min_quantity__gte", 1)), name="list_price_from_one_unit"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceListChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="code_name_currency_is_tax_included_segment_channel_store_reason_starts_at_ends_at_priority_is_active_registered_by_events",
                        to="inventory.pricelist",
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
                ("currency", models.CharField(default="EUR", max_length=3, verbose_name="currency")),
                (
                    "is_tax_included",
                    models.BooleanField(
                        blank=True,
                        help_text="Whether its amounts include tax. Unknown: as in the tax zone of the delivery.",
                        null=True,
                        verbose_name="tax included",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty for everybody.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.segment",
                        verbose_name="segment",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till")],
                        help_text="Empty for all of them.",
                        max_length=40,
                        verbose_name="channel",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty for all of them.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.location",
                        verbose_name="store",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        help_text="A price of a single channel or store needs a reason and an end.",
                        max_length=200,
                        verbose_name="reason for a single channel or store",
                    ),
                ),
                ("starts_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="starts at")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends at")),
                (
                    "priority",
                    models.PositiveIntegerField(
                        default=100,
                        help_text="Among lists of one kind the smaller number wins; among equal numbers the lower price.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="priority",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "registered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="registered by",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ListPriceChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="price_list_variant_min_quantity_amount_events",
                        to="inventory.listprice",
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
                    "price_list",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.pricelist",
                        verbose_name="price list",
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
                (
                    "min_quantity",
                    models.PositiveIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="from this quantity",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount in minor units")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pricelist",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_tax_included" IS DISTINCT FROM (NEW."is_tax_included") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."registered_by_id" IS DISTINCT FROM (NEW."registered_by_id") OR OLD."segment_id" IS DISTINCT FROM (NEW."segment_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."store_id" IS DISTINCT FROM (NEW."store_id"))',
                    func='INSERT INTO "inventory_pricelistchange" ("channel", "code", "currency", "ends_at", "is_active", "is_tax_included", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reason", "registered_by_id", "segment_id", "starts_at", "store_id") VALUES (OLD."channel", OLD."code", OLD."currency", OLD."ends_at", OLD."is_active", OLD."is_tax_included", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."priority", OLD."reason", OLD."registered_by_id", OLD."segment_id", OLD."starts_at", OLD."store_id"); RETURN NULL;',
                    hash="8775f6133b819fab09da56db7d3be9dc845689bc",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a0d8b",
                    table="inventory_pricelist",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pricelist",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_pricelistchange" ("channel", "code", "currency", "ends_at", "is_active", "is_tax_included", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reason", "registered_by_id", "segment_id", "starts_at", "store_id") VALUES (OLD."channel", OLD."code", OLD."currency", OLD."ends_at", OLD."is_active", OLD."is_tax_included", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."priority", OLD."reason", OLD."registered_by_id", OLD."segment_id", OLD."starts_at", OLD."store_id"); RETURN NULL;',
                    hash="b60a848f947529887b6e290e82e8ff266e47f9aa",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_00d8f",
                    table="inventory_pricelist",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pricelistchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4038a0b9713273d8ac2829a12a330deec60ba1e4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5de9a",
                    table="inventory_pricelistchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listpricechange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6c7061f583eeed6f482f6188ed541f2e48cf2d2c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_59450",
                    table="inventory_listpricechange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."min_quantity" IS DISTINCT FROM (NEW."min_quantity") OR OLD."price_list_id" IS DISTINCT FROM (NEW."price_list_id") OR OLD."variant_id" IS DISTINCT FROM (NEW."variant_id"))',
                    func='INSERT INTO "inventory_listpricechange" ("amount", "min_quantity", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_list_id", "variant_id") VALUES (OLD."amount", OLD."min_quantity", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."price_list_id", OLD."variant_id"); RETURN NULL;',
                    hash="0f597881ca30798d96d45176bc13c6dd0c26a3bd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7cf11",
                    table="inventory_listprice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "inventory_listpricechange" ("amount", "min_quantity", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_list_id", "variant_id") VALUES (OLD."amount", OLD."min_quantity", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."price_list_id", OLD."variant_id"); RETURN NULL;',
                    hash="ad83731435437a97ded447e2e34ea1624632f818",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_406e9",
                    table="inventory_listprice",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(PUBLIC, NO_PUBLIC),
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION inventory_price_tiers, inventory_price_segments;"),
        keep_rows("inventory_pricehistory"),
    ]
