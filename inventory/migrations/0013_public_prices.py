"""Price ranges and the history of prices follow what everybody pays: the public lists in force, else the price."""

from django.db import migrations

PUBLIC = """
CREATE OR REPLACE FUNCTION inventory_public_amount(bigint, text, bigint, timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    -- variant, currency, its ordinary price, moment; the rule is inventory/rules/price_lists.py, for one unit of nobody.
    SELECT coalesce((
        SELECT step.amount
        FROM inventory_listprice AS step JOIN inventory_pricelist AS list ON list.id = step.price_list_id
        WHERE step.variant_id = $1 AND list.currency = $2 AND step.min_quantity = 1 AND list.is_active
          AND list.segment_id IS NULL AND list.store_id IS NULL AND list.channel = ''
          AND list.starts_at <= $4 AND (list.ends_at IS NULL OR list.ends_at > $4)
        ORDER BY list.priority, step.amount LIMIT 1), $3)
$$;

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

CREATE OR REPLACE FUNCTION inventory_refresh_price_ranges(products bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory_refresh_price_ranges(products, clock_timestamp());
END $$;

CREATE OR REPLACE FUNCTION inventory_price_kept() RETURNS trigger LANGUAGE plpgsql AS $$
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

-- What these variants cost everybody at a moment is kept in their history, if that is something else than before.
CREATE FUNCTION inventory_keep_public_prices(variants bigint[], moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
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
    PERFORM inventory_keep_public_prices(ARRAY(SELECT DISTINCT variant_id FROM changed), clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_list_price_inserted AFTER INSERT ON inventory_listprice
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_list_price_changed();
CREATE TRIGGER inventory_list_price_updated AFTER UPDATE ON inventory_listprice
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_list_price_changed();
CREATE TRIGGER inventory_list_price_deleted AFTER DELETE ON inventory_listprice
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_list_price_changed();

-- A list may hold a hundred thousand prices: what a change of it does to them is worked in by the next turn.
CREATE FUNCTION inventory_price_list_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.turned_at := NULL;
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
NOTHING_PUBLIC = """
DROP TRIGGER inventory_price_list_changed ON inventory_pricelist;
DROP TRIGGER inventory_list_price_deleted ON inventory_listprice;
DROP TRIGGER inventory_list_price_updated ON inventory_listprice;
DROP TRIGGER inventory_list_price_inserted ON inventory_listprice;
DROP FUNCTION inventory_price_list_changed, inventory_list_price_changed, inventory_keep_public_prices;

CREATE OR REPLACE FUNCTION inventory_public_amount(bigint, text, bigint, timestamptz) RETURNS bigint
    LANGUAGE sql STABLE AS $$ SELECT $3 $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0012_price_lists"),
    ]

    operations = [
        migrations.RunSQL(PUBLIC, NOTHING_PUBLIC),
    ]
