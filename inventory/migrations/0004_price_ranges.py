"""What a product costs from and to, kept by triggers; and a search that corrects words nobody uses."""

import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = """
-- Rows of the products are locked first, so that two prices of one product set at once see each other.
CREATE FUNCTION inventory_refresh_price_ranges(products bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM inventory_product WHERE id = ANY(products) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM inventory_pricerange AS range
    WHERE range.product_id = ANY(products) AND NOT EXISTS (
        SELECT FROM inventory_variant AS variant JOIN inventory_price AS price ON price.variant_id = variant.id
        WHERE variant.product_id = range.product_id AND variant.is_active AND price.currency = range.currency);
    INSERT INTO inventory_pricerange AS range (product_id, currency, lowest, highest)
    SELECT variant.product_id, price.currency, min(price.amount), max(price.amount)
    FROM inventory_variant AS variant JOIN inventory_price AS price ON price.variant_id = variant.id
    WHERE variant.product_id = ANY(products) AND variant.is_active
    GROUP BY variant.product_id, price.currency
    ON CONFLICT (product_id, currency) DO UPDATE SET lowest = excluded.lowest, highest = excluded.highest
    WHERE (range.lowest, range.highest) IS DISTINCT FROM (excluded.lowest, excluded.highest);
END $$;

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

SELECT inventory_refresh_price_ranges(ARRAY(SELECT id FROM inventory_product));
"""

# Words are what letters and digits make up; everything between them, and how they are written, does not count.
# A vocabulary of the words in use lets a search correct a word nobody uses: comparing it with some thousand words is
# a hundred times cheaper than comparing it with the texts of every product.
SEARCH = """
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE OR REPLACE FUNCTION inventory_words(texts text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT trim(regexp_replace(public.core_normalise(texts), '[^[:alnum:]]+', ' ', 'g'))
$$;

CREATE OR REPLACE FUNCTION inventory_product_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := inventory_words(inventory_texts(NEW.name));
    brand text := inventory_words(NEW.brand);
    skus text := inventory_words(coalesce(
        (SELECT string_agg(sku, ' ') FROM inventory_variant WHERE product_id = NEW.id), ''));
BEGIN
    NEW.search_words := concat_ws(' ', nullif(names, ''), nullif(brand, ''), nullif(skus, ''));
    NEW.search_vector :=
        setweight(to_tsvector('simple', names || ' ' || skus), 'A')
        || setweight(to_tsvector('simple', brand), 'B')
        || setweight(to_tsvector('simple', inventory_words(inventory_texts(NEW.description))), 'C');
    RETURN NEW;
END $$;

CREATE TABLE inventory_searchword (word text PRIMARY KEY);
CREATE INDEX inventory_searchword_trigrams ON inventory_searchword USING gin (word gin_trgm_ops);

CREATE FUNCTION inventory_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In order, so that two writers of the same new words wait for each other instead of deadlocking.
    INSERT INTO inventory_searchword (word)
    SELECT DISTINCT term.word FROM changed, unnest(tsvector_to_array(changed.search_vector)) AS term(word)
    WHERE term.word ~ '^[[:alpha:]]{2,40}$' AND NOT EXISTS (
        SELECT FROM inventory_searchword AS known WHERE known.word = term.word)
    ORDER BY term.word
    ON CONFLICT (word) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_learn_words_inserted AFTER INSERT ON inventory_product
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_learn_words();
CREATE TRIGGER inventory_learn_words_updated AFTER UPDATE ON inventory_product
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_learn_words();

-- What to look for: every word, or the beginning of one, has to occur. A word of letters with which no word in use
-- begins is replaced by the words in use most like it.
CREATE FUNCTION inventory_query(texts text) RETURNS tsquery LANGUAGE sql STABLE STRICT AS $$
    SELECT coalesce(string_agg(coalesce('(' || alike.words || ')', wanted.word || wanted.rest), ' & '), '')::tsquery
    FROM (
        SELECT word, CASE WHEN length(word) > 1 THEN ':*' ELSE '' END AS rest,
               word ~ '^[[:alpha:]]{3,40}$' AND NOT EXISTS (
                   SELECT FROM inventory_searchword AS known WHERE known.word LIKE found.word || '%') AS is_unknown
        FROM regexp_split_to_table(inventory_words(texts), ' ') AS found(word) WHERE word <> ''
    ) AS wanted
    LEFT JOIN LATERAL (
        SELECT string_agg(word, ' | ') AS words FROM (
            SELECT word FROM (
                SELECT word FROM inventory_searchword WHERE word % wanted.word
                UNION
                SELECT word FROM inventory_searchword
                WHERE word LIKE left(wanted.word, 1) || '%'
                  AND length(word) BETWEEN length(wanted.word) - 1 AND length(wanted.word) + 1
                  AND levenshtein_less_equal(word, wanted.word, 2) <= 2
            ) AS candidate
            WHERE wanted.is_unknown
            ORDER BY levenshtein(word, wanted.word), similarity(word, wanted.word) DESC, word
            LIMIT 3
        ) AS choice
    ) AS alike ON true
$$;

UPDATE inventory_product SET search_words = '';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0003_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="PriceRange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("lowest", models.BigIntegerField(verbose_name="lowest")),
                ("highest", models.BigIntegerField(verbose_name="highest")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="price_ranges", to="inventory.product"
                    ),
                ),
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
        migrations.RunSQL(
            TRIGGERS,
            """
            DROP TRIGGER inventory_variant_changed ON inventory_variant;
            DROP TRIGGER inventory_price_inserted ON inventory_price;
            DROP TRIGGER inventory_price_updated ON inventory_price;
            DROP TRIGGER inventory_price_deleted ON inventory_price;
            DROP FUNCTION inventory_variant_changed, inventory_price_changed, inventory_refresh_price_ranges;
            """,
        ),
        migrations.RunSQL(
            SEARCH,
            """
            DROP TRIGGER inventory_learn_words_inserted ON inventory_product;
            DROP TRIGGER inventory_learn_words_updated ON inventory_product;
            DROP FUNCTION inventory_query, inventory_learn_words;
            DROP TABLE inventory_searchword;
            """,
        ),
    ]
