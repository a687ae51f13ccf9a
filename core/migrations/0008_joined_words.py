"""One spelling for what is written with a blank, a joiner, a hyphen or in one word."""

from django.db import migrations

# Those marks alone: a letter's own marks are not counted as letters by every locale, and a name without them is another.
JOINED = """
CREATE FUNCTION core_joined(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(public.core_normalise(words), U&' \\00A0\\200B-\\00AD\\05BE_.\\00B7\\30FB''\\2019\\02BC', '')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0007_production_mark")]

    operations = [migrations.RunSQL(JOINED, "DROP FUNCTION core_joined;")]
