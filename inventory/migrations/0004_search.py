"""The search of products, kept by triggers, and their order by name in each language's own alphabet."""

from django.db import migrations
from django.db import migrations

# A word is letters and digits; everything between words, and how they are written, does not count. A vocabulary of
# the words in use lets a search correct a word that nobody uses: comparing it with some thousand words is a hundred
# times cheaper than comparing it with the texts of every product.
SEARCH = """

CREATE FUNCTION inventory_texts(translated jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(value, ' '), '') FROM jsonb_each_text(translated)
$$;

CREATE FUNCTION inventory_words(texts text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT trim(regexp_replace(public.core_normalise(texts), '[^[:alnum:]]+', ' ', 'g'))
$$;

CREATE FUNCTION inventory_product_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text := inventory_words(inventory_texts(NEW.name));
    brand text := inventory_words(NEW.brand);
    skus text := inventory_words(coalesce(
        (SELECT string_agg(sku, ' ' ORDER BY id) FROM inventory_variant WHERE product_id = NEW.id), ''));
BEGIN
    NEW.search_words := concat_ws(' ', nullif(names, ''), nullif(brand, ''), nullif(skus, ''));
    NEW.search_vector :=
        setweight(to_tsvector('simple', names || ' ' || skus), 'A')
        || setweight(to_tsvector('simple', brand), 'B')
        || setweight(to_tsvector('simple', inventory_words(inventory_texts(NEW.description))), 'C');
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_product_search BEFORE INSERT OR UPDATE OF name, description, brand, search_words
    ON inventory_product FOR EACH ROW EXECUTE FUNCTION inventory_product_search();

-- Writing search_words makes the product's own trigger read the SKUs again.
CREATE FUNCTION inventory_variant_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory_product SET search_words = '' WHERE id IN (SELECT DISTINCT product_id FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_variant_search_inserted AFTER INSERT ON inventory_variant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_variant_search();
CREATE TRIGGER inventory_variant_search_updated AFTER UPDATE ON inventory_variant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION inventory_variant_search();

CREATE TABLE inventory_searchword (word text PRIMARY KEY);
CREATE INDEX inventory_searchword_trigrams ON inventory_searchword USING gin (word gin_trgm_ops);

CREATE FUNCTION inventory_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Sorted, so that two writers of the same new words wait for each other instead of deadlocking.
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

-- The query of a text: every word, or the beginning of one, has to occur. A word of letters with which no word in use
-- begins is replaced by the most similar words in use.
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
"""
NO_SEARCH = """
DROP TRIGGER inventory_learn_words_inserted ON inventory_product;
DROP TRIGGER inventory_learn_words_updated ON inventory_product;
DROP TRIGGER inventory_variant_search_inserted ON inventory_variant;
DROP TRIGGER inventory_variant_search_updated ON inventory_variant;
DROP TRIGGER inventory_product_search ON inventory_product;
DROP FUNCTION inventory_query, inventory_learn_words, inventory_variant_search, inventory_product_search;
DROP FUNCTION inventory_words, inventory_texts;
DROP TABLE inventory_searchword;
"""

# Whatever the database's own collation, and without ICU: Latin letters sort without case and accents; Persian has four
# more letters than Arabic and reverses the last two, so each alphabet is laid out in its own order. Functions in
# indexes are called by the schema's name, since PostgreSQL builds indexes with an empty search path.
NAMES = """
CREATE FUNCTION inventory_sort_name(name jsonb, language text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
    SELECT translate(
        public.inventory_words(coalesce(nullif(name->>language, ''), name->>'en', '')),
        CASE language WHEN 'ar' THEN 'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنهوی' ELSE 'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی' END,
        U&'\\E000\\E001\\E002\\E003\\E004\\E005\\E006\\E007\\E008\\E009\\E00A\\E00B\\E00C\\E00D\\E00E\\E00F\\E010\\E011\\E012\\E013\\E014\\E015\\E016\\E017\\E018\\E019\\E01A\\E01B\\E01C\\E01D\\E01E\\E01F'
    )
$$;
-- The names of a language without an index of its own are sorted too, only more slowly.
CREATE INDEX product_by_name_en ON inventory_product ((inventory_sort_name(name, 'en') COLLATE "C"), id) WHERE state = 'published';
CREATE INDEX product_by_name_ar ON inventory_product ((inventory_sort_name(name, 'ar') COLLATE "C"), id) WHERE state = 'published';
CREATE INDEX product_by_name_fa ON inventory_product ((inventory_sort_name(name, 'fa') COLLATE "C"), id) WHERE state = 'published';
"""
# With the indexes of all languages: those that were added in the settings have theirs as well.
NO_NAMES = "DROP FUNCTION inventory_sort_name CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_journal"),
        ("inventory", "0003_catalogue"),
    ]

    operations = [
        migrations.RunSQL(SEARCH, NO_SEARCH),
        migrations.RunSQL(NAMES, NO_NAMES),
    ]
