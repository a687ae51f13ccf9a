"""Every migration can be reverted and applied again, one after the other, and makes the same of the tables each time."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

OURS = ("core", "accounts", "inventory", "carts", "orders", "engagement")

# Whatever migrations create. Extensions own their functions; the names of languages beyond the first are indexed after
# all migrations, by a signal.
EVERYTHING = """
SELECT 'column ' || attrelid::regclass || '.' || attname,
       concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, pg_get_expr(adbin, adrelid))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S') AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND NOT starts_with(indexname, 'product_by_name_')
UNION ALL SELECT 'constraint ' || conname || ' of ' || conrelid::regclass, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger ' || tgname || ' of ' || tgrelid::regclass, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function ' || pg_proc.oid::regprocedure, pg_get_functiondef(pg_proc.oid)
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND NOT EXISTS (
    SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


def definitions():
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING)
        return dict(cursor.fetchall())


def differences(before, after):
    names = sorted(before.keys() | after.keys())
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


@pytest.mark.django_db(transaction=True)
def test_each_migration_goes_back_and_forth():
    now, back, forth = [definitions()], {}, {}

    def watch(action, migration=None, fake=False):
        if action in ("unapply_success", "apply_success"):
            former, now[0] = now[0], definitions()
            name = (migration.app_label, migration.name)
            if action == "unapply_success":
                back[name] = differences(now[0], former)
            else:
                forth[name] = differences(former, now[0])

    MigrationExecutor(connection, watch).migrate([(app, None) for app in OURS])
    # The user's own tables are the first to be made, so hardly anything of others is left either.
    assert not [name for name in now[0] if name.split(" ", 1)[1].startswith(tuple(f"{app}_" for app in OURS))]

    executor = MigrationExecutor(connection, watch)
    executor.migrate(executor.loader.graph.leaf_nodes())

    assert {name: forth[name] for name in forth if name[0] in OURS and forth[name] != back[name]} == {}
    assert {app for app, _name in back} >= set(OURS)


def test_a_migration_that_leaves_something_behind_is_found():
    """Negative control."""
    assert differences({"column a.b": "text"}, {"column a.b": "text", "index c": "on b"}) == [("index c", None, "on b")]
