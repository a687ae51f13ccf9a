from django.db import migrations

REFUSALS = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What % holds stays as it was written.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0006_plainer_words")]
    operations = [migrations.RunSQL(REFUSALS, "DROP FUNCTION core_refuse_change;")]
