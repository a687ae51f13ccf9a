"""The journal counts its transactions on from where another server stopped (docs/decisions/0110)."""

from django.db import migrations

# A constant function costs a statement nothing: PostgreSQL writes its value into the plan, and plans anew once the
# function is replaced. Zero until a dump is restored (core/data/rebasing.py).
OFFSET = """
CREATE FUNCTION core_journal_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 0::bigint';
ALTER TABLE core_journal ALTER COLUMN xid SET DEFAULT (pg_current_xact_id()::text::bigint + core_journal_offset());

-- What happened never changes. Only the place of an entry in the order of commit may be raised.
CREATE OR REPLACE FUNCTION core_journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.xid > OLD.xid AND to_jsonb(NEW) - 'xid' = to_jsonb(OLD) - 'xid' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is append-only.' USING ERRCODE = 'restrict_violation';
END $$;
"""
NO_OFFSET = """
ALTER TABLE core_journal ALTER COLUMN xid SET DEFAULT (pg_current_xact_id()::text::bigint);
DROP FUNCTION core_journal_offset();
CREATE OR REPLACE FUNCTION core_journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal is append-only.' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_fewer_checks"),
    ]

    operations = [migrations.RunSQL(OFFSET, NO_OFFSET)]
