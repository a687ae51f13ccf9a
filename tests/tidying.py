"""
Putting the database back as it was before a test that commits.

Django empties every table then and fills in again what it makes after migrations, which takes most of a second. Here
a function in the test database deletes rows where there are any, and touches what the migrations wrote only where a
test changed it: some milliseconds, and each test finds exactly what the migrations left.
"""

from typing import Any

from django.db import connection
from django.test import TransactionTestCase

# Rows go without their triggers, as the tables are all emptied together; only a superuser may do that.
_REMEMBER = """
CREATE SCHEMA kept;

DO $$
DECLARE
    name text;
    is_filled bool;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO is_filled;
        IF is_filled THEN
            EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', name);
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION kept.put_back() RETURNS void LANGUAGE plpgsql
SET session_replication_role = replica SET lock_timeout = '30s' AS $$
DECLARE
    place record;
    differs bool;
BEGIN
    -- A request that is still at work is waited for, or it would write behind our back.
    EXECUTE (SELECT format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', string_agg(oid::regclass::text, ', '))
             FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r');
    FOR place IN
        SELECT relname AS name, to_regclass(format('kept.%I', relname)) IS NOT NULL AS is_kept FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    LOOP
        IF place.is_kept THEN
            EXECUTE format('SELECT EXISTS ((TABLE public.%1$I EXCEPT TABLE kept.%1$I) UNION ALL
                                           (TABLE kept.%1$I EXCEPT TABLE public.%1$I))', place.name) INTO differs;
            IF differs THEN
                EXECUTE format('DELETE FROM public.%I', place.name);
                EXECUTE format('INSERT INTO public.%1$I TABLE kept.%1$I', place.name);
            END IF;
        ELSIF pg_relation_size(format('public.%I', place.name)) > 0 THEN
            EXECUTE format('DELETE FROM public.%I', place.name);
        END IF;
    END LOOP;
END $$;
"""


def put_back_by_hand() -> None:
    """Have tests that commit be followed by this instead of Django's own flush, if the database's user may do it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (is_superuser,) = cursor.fetchone()
        if is_superuser:
            cursor.execute(_REMEMBER)
            TransactionTestCase._fixture_teardown = _put_back


def _put_back(case: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kept.put_back()")
