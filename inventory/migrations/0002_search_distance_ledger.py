"""What the tables need beyond Django's model language: search columns, distance, and an append-only ledger."""

from django.db import migrations

SEARCH = """
CREATE FUNCTION inventory_texts(translated jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(value, ' '), '') FROM jsonb_each_text(translated)
$$;

CREATE FUNCTION inventory_product_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := core_normalise(inventory_texts(NEW.name));
    skus text := core_normalise(coalesce(
        (SELECT string_agg(sku, ' ') FROM inventory_variant WHERE product_id = NEW.id), ''));
BEGIN
    NEW.search_words := trim(names || ' ' || core_normalise(NEW.brand) || ' ' || skus);
    NEW.search_vector :=
        setweight(to_tsvector('simple', names || ' ' || skus), 'A')
        || setweight(to_tsvector('simple', core_normalise(NEW.brand)), 'B')
        || setweight(to_tsvector('simple', core_normalise(inventory_texts(NEW.description))), 'C');
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_product_search BEFORE INSERT OR UPDATE OF name, description, brand, search_words
    ON inventory_product FOR EACH ROW EXECUTE FUNCTION inventory_product_search();

-- Touching search_words makes the product's own trigger read the SKUs again.
CREATE FUNCTION inventory_variant_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory_product SET search_words = '' WHERE id IN (SELECT DISTINCT product_id FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_variant_search_inserted AFTER INSERT ON inventory_variant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_variant_search();
CREATE TRIGGER inventory_variant_search_updated AFTER UPDATE ON inventory_variant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_variant_search();
"""

DISTANCE = """
CREATE INDEX location_on_the_globe ON inventory_location USING gist (ll_to_earth(latitude, longitude));
"""

LEDGER = """
CREATE FUNCTION inventory_stockmovement_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The stock ledger is append-only.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER inventory_stockmovement_is_append_only BEFORE UPDATE OR DELETE ON inventory_stockmovement
    FOR EACH ROW EXECUTE FUNCTION inventory_stockmovement_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SEARCH,
            """
            DROP TRIGGER inventory_variant_search_inserted ON inventory_variant;
            DROP TRIGGER inventory_variant_search_updated ON inventory_variant;
            DROP TRIGGER inventory_product_search ON inventory_product;
            DROP FUNCTION inventory_variant_search, inventory_product_search, inventory_texts;
            """,
        ),
        migrations.RunSQL(DISTANCE, "DROP INDEX location_on_the_globe;"),
        migrations.RunSQL(
            LEDGER,
            """
            DROP TRIGGER inventory_stockmovement_is_append_only ON inventory_stockmovement;
            DROP FUNCTION inventory_stockmovement_is_append_only;
            """,
        ),
    ]
