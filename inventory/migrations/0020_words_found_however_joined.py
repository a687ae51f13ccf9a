"""Products are found however the parts of their words are joined."""

from importlib import import_module

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# The words are normalised already; core_joined() would do it again for each product that it compares.
JOINED = """
CREATE OR REPLACE FUNCTION inventory_joined(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT replace(words, ' ', '')
$$;
"""

# What is typed in one word may be stored in parts: t-shirt for tshirt. The parts must follow each other, and each must
# be a word in use, or the beginning of one if it is the last; single letters stand at an end, and a number is one part.
PARTS = """
CREATE OR REPLACE FUNCTION inventory_parts(typed text) RETURNS text LANGUAGE sql STABLE STRICT AS $$
    WITH RECURSIVE parted(parts, rest, cuts) AS (
        SELECT '', CASE WHEN length(typed) BETWEEN 3 AND 40 AND typed ~ '[[:alpha:]]' THEN typed ELSE '' END, 0
        UNION ALL
        SELECT parts || part || ' <-> ', substr(rest, place + 1), cuts + 1
        FROM parted, generate_series(1, length(rest) - 1) AS place, left(rest, place) AS part
        WHERE cuts < 2 AND substr(rest, place, 2) !~ '[0-9]{2}'
          AND (part ~ '^[0-9]+$' OR (cuts = 0 AND length(part) = 1)
               OR EXISTS (SELECT FROM inventory_searchword AS known WHERE known.word = part))
    )
    SELECT string_agg(parts || rest || ending, ' | ') FROM (
        SELECT parts, rest, ending
        FROM parted, LATERAL (SELECT CASE WHEN length(rest) > 2 THEN ':*' ELSE '' END) AS last(ending)
        WHERE cuts > 0 AND (length(rest) = 1 OR rest ~ '^[0-9]+$' OR EXISTS (
            SELECT FROM inventory_searchword AS known
            WHERE known.word LIKE rest || CASE WHEN ending = '' THEN '' ELSE '%' END))
        ORDER BY cuts, length(parts), parts LIMIT 4
    ) AS choice
$$;
"""

# Every word, or the beginning of one, has to occur, or its parts, or what it makes together with its neighbours, if that is
# in use. A word of letters with which no word in use begins, and whose parts no product has, is replaced by the most
# similar words in use.
QUERY = """
CREATE OR REPLACE FUNCTION inventory_query(texts text) RETURNS tsquery LANGUAGE sql STABLE STRICT AS $$
    WITH typed AS MATERIALIZED (
        -- A long text is no product's name: its first words alone may be joined and parted, which takes the longest.
        SELECT word, place, place <= 8 AS may_vary, word || lead(word) OVER line AS two,
               word || lead(word) OVER line || lead(word, 2) OVER line AS three
        FROM regexp_split_to_table(inventory_words(texts), ' ') WITH ORDINALITY AS found(word, place)
        WHERE word <> ''
        WINDOW line AS (ORDER BY place)
    ), joined AS MATERIALIZED (
        SELECT run.word, place AS begins, place + run.words - 1 AS ends
        FROM typed, LATERAL (VALUES (2, two), (3, three)) AS run(words, word)
        WHERE may_vary AND run.word IS NOT NULL AND (run.word !~ '^[[:alpha:]]+$' OR EXISTS (
            SELECT FROM inventory_searchword AS known WHERE known.word LIKE run.word || '%'))
    ), parted AS MATERIALIZED (
        SELECT word, place, CASE WHEN may_vary THEN inventory_parts(word) END AS parts FROM typed
    ), wanted AS MATERIALIZED (
        -- Counted, so that PostgreSQL takes the index: it would read all products for the first of them.
        SELECT word, place, parts, CASE WHEN length(word) > 1 THEN ':*' ELSE '' END AS rest,
               word ~ '^[[:alpha:]]{3,40}$' AND NOT EXISTS (
                   SELECT FROM inventory_searchword AS known WHERE known.word LIKE parted.word || '%')
               AND (parts IS NULL OR (
                   SELECT count(*) FROM inventory_product WHERE search_vector @@ parts::tsquery) = 0) AS is_unknown
        FROM parted
    )
    SELECT coalesce(string_agg('(' || concat_ws(' | ',
        coalesce(alike.words, wanted.word || wanted.rest),
        parts,
        (SELECT string_agg(joined.word || ':*', ' | ' ORDER BY joined.word) FROM joined
         WHERE wanted.place BETWEEN begins AND ends)
    ) || ')', ' & ' ORDER BY place), '')::tsquery
    FROM wanted
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
_SEARCH = import_module("inventory.migrations.0004_search").SEARCH
FORMER_QUERY = _SEARCH[_SEARCH.index("CREATE FUNCTION inventory_query") :].replace("CREATE", "CREATE OR REPLACE", 1)


class Migration(migrations.Migration):
    # The shop is open meanwhile: products change, and are searched.
    atomic = False

    dependencies = [
        ("inventory", "0019_price_files_say_how_they_are_read"),
    ]

    operations = [
        migrations.RunSQL(JOINED, "DROP FUNCTION inventory_joined;"),
        migrations.RunSQL(PARTS, "DROP FUNCTION inventory_parts;"),
        migrations.RunSQL(QUERY, FORMER_QUERY),
        # It waits for every open transaction, which may take longer than a lock may elsewhere. A build that was stopped
        # leaves an index that nothing uses.
        migrations.RunSQL("SET lock_timeout = 0", "RESET lock_timeout"),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS product_joined_trigrams", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "product",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    models.Func(models.F("search_words"), function="inventory_joined"), "gin_trgm_ops"
                ),
                name="product_joined_trigrams",
            ),
        ),
        RemoveIndexConcurrently("product", "product_trigrams"),
        migrations.RunSQL("RESET lock_timeout", "SET lock_timeout = 0"),
    ]
