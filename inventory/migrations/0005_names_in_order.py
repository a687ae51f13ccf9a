"""Lists by name, each language in its own alphabet's order; and counts for each shelf from an index alone."""

from django.db import migrations, models

# Whatever the database's own collation, and without ICU: Latin letters sort without case and accents; Persian has four
# letters more than Arabic and the last two the other way round, so each alphabet is laid out in its order. Functions
# in indexes are called by the schema's name, since PostgreSQL builds indexes with an empty search path.
NAMES = """
CREATE FUNCTION inventory_sort_name(name jsonb, language text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
    SELECT translate(
        public.inventory_words(coalesce(nullif(name->>language, ''), name->>'en', '')),
        CASE language WHEN 'ar' THEN 'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنهوی' ELSE 'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی' END,
        U&'\\E000\\E001\\E002\\E003\\E004\\E005\\E006\\E007\\E008\\E009\\E00A\\E00B\\E00C\\E00D\\E00E\\E00F\\E010\\E011\\E012\\E013\\E014\\E015\\E016\\E017\\E018\\E019\\E01A\\E01B\\E01C\\E01D\\E01E\\E01F'
    )
$$;
-- A language without an index of its own is sorted too, only slower.
CREATE INDEX product_by_name_en ON inventory_product ((inventory_sort_name(name, 'en') COLLATE "C"), id) WHERE state = 'published';
CREATE INDEX product_by_name_ar ON inventory_product ((inventory_sort_name(name, 'ar') COLLATE "C"), id) WHERE state = 'published';
CREATE INDEX product_by_name_fa ON inventory_product ((inventory_sort_name(name, 'fa') COLLATE "C"), id) WHERE state = 'published';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0004_price_ranges"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("state", "published")), fields=["category", "brand"], name="product_by_shelf"
            ),
        ),
        migrations.RunSQL(
            NAMES,
            """
            -- With the indexes of all languages: those that were added in the settings have theirs as well.
            DROP FUNCTION inventory_sort_name CASCADE;
            """,
        ),
    ]
