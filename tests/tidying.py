"""
Putting the database back as it was before a test that commits.

Django empties every table then, fills in again what it makes after migrations, and connects anew, which takes most of
a second. Here a function in the test database deletes the rows of all tables, and touches what the migrations wrote
only where a test changed it: some milliseconds, and each test finds exactly what the migrations left.
"""

import itertools
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase
from psycopg.pq import TransactionStatus

TESTS_BETWEEN_SWEEPS = 50

# The function is one long list of plain statements, as PostgreSQL plans those once and others every time.
_REMEMBER = """
CREATE SCHEMA kept;

DO $$
DECLARE
    name text;
    is_filled bool;
    steps text := '';
BEGIN
    -- A request that is still at work is waited for, or it would write behind our back.
    SELECT format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE;', string_agg(format('public.%I', tablename), ', '))
    INTO steps FROM pg_tables WHERE schemaname = 'public';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO is_filled;
        IF is_filled THEN
            EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', name);
            steps := steps || format('
                IF EXISTS ((TABLE public.%1$I EXCEPT TABLE kept.%1$I) UNION ALL
                           (TABLE kept.%1$I EXCEPT TABLE public.%1$I)) THEN
                    DELETE FROM public.%1$I;
                    INSERT INTO public.%1$I TABLE kept.%1$I;
                END IF;', name);
        ELSE
            steps := steps || format('DELETE FROM public.%I;', name);
        END IF;
    END LOOP;
    EXECUTE format('CREATE FUNCTION kept.put_back() RETURNS void LANGUAGE plpgsql SET lock_timeout = %L AS %L',
                   '30s', format('BEGIN %s END', steps));
END $$;
"""


def put_back_by_hand() -> BaseDatabaseWrapper | None:
    """
    Have tests that commit be followed by this instead of Django's own flush, if the database's user may do it.

    Returns the connection by which it is done, to be closed at the end.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (is_superuser,) = cursor.fetchone()
        if not is_superuser:
            return None
        cursor.execute(_REMEMBER)
    # Rows go without their triggers, as the tables are all emptied together. Saying so makes a connection forget all
    # of its plans; therefore this one is for nothing else, and the tests' own keeps what it has learnt.
    tidier = connection.copy()
    with tidier.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")

    times = itertools.count()

    def put_back(case: Any) -> None:
        _end_what_a_test_left_unfinished()
        with tidier.cursor() as cursor:
            cursor.execute("SELECT kept.put_back()")
            if next(times) % TESTS_BETWEEN_SWEEPS == 0:
                # Nothing else removes what tests took back, and plans made for small tables would wade through it.
                cursor.execute("VACUUM")

    TransactionTestCase._fixture_teardown = put_back
    TransactionTestCase._should_reload_connections = _keeps_its_connection
    return tidier


def _end_what_a_test_left_unfinished() -> None:
    """Give up a connection that is lost or within a transaction, whose locks would be waited for."""
    used = connection.connection
    if used is not None and used.info.transaction_status != TransactionStatus.IDLE:
        connection.close()


def _keeps_its_connection(case: Any) -> bool:
    return False
