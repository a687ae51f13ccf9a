"""`manage.py rehearse_restore` on a running shop: its output, and that it leaves no traces."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from omnistore.tools.servers.locations import postgres_directory, postgres_url
from tests.omnistore.test_faults import NOT_INHERITED, running_shop

pytestmark = pytest.mark.fault

# Possible traces of a rehearsal: databases, slots, settings, rows and the journal's counter.
_TRACES = """
SELECT (SELECT count(*) FROM pg_database), (SELECT count(*) FROM pg_replication_slots),
       (SELECT count(*) FROM core_journal), core_journal_offset(), (SELECT count(*) FROM django_content_type)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running_shop(tmp_path_factory.mktemp("rehearsed") / "data", "--servers-only") as shop:
        yield shop


def rehearse(shop, *options, **variables):
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return subprocess.run(
        [sys.executable, "manage.py", "rehearse_restore", *options],
        cwd=settings.BASE_DIR,
        env={**kept, "DATA": str(shop.data), "DJANGO_SETTINGS_MODULE": "omnistore.settings", **variables},
        capture_output=True,
        text=True,
        timeout=600,
    )


def count_on(shop):
    """Raise the shop's transaction numbers above those that restoring a dump uses."""
    with shop.postgres() as connection:
        connection.execute("DO $$ BEGIN FOR n IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")


def sell(shop, closing):
    with shop.postgres() as connection:
        while not closing.wait(0.001):
            connection.execute("SELECT pg_current_xact_id()")


def publish(shop):
    with shop.postgres() as connection:
        connection.execute("INSERT INTO core_journal (occurred_at, kind, channel) VALUES (now(), 'test.told', 'web')")


def test_both_kinds_of_restore_are_rehearsed_while_the_shop_sells(shop, tmp_path):
    publish(shop)
    count_on(shop)
    publish(shop)
    with shop.postgres() as connection:
        before = connection.execute(_TRACES).fetchone()
    closing = threading.Event()
    selling = threading.Thread(target=sell, args=[shop, closing])
    selling.start()

    answer = rehearse(shop, "--directory", str(tmp_path))
    closing.set()
    selling.join()

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Journal: taken over, its numbers raised by " in answer.stdout
    assert "what was committed before is there (with 2 entries of the journal), what came after is not" in answer.stdout
    assert answer.stdout.splitlines()[-1] == (
        "The backups can be trusted: a dump and a physical copy at a point in time restored, everything there."
    )
    with shop.postgres() as connection:
        assert connection.execute(_TRACES).fetchone() == before
    assert list(tmp_path.iterdir()) == []
    assert (postgres_directory(shop.data) / "postgresql.auto.conf").read_text().count("\n") <= 2


def test_a_role_without_replication_rights_rehearses_only_the_dump(shop):
    with shop.postgres() as connection:
        connection.execute("CREATE ROLE modest LOGIN; GRANT pg_read_all_data TO modest")
    url = postgres_url(shop.data).replace("//postgres@", "//modest@")

    both = rehearse(shop, DATABASE_URL=url)
    dump = rehearse(shop, "--dump-only", DATABASE_URL=url)

    assert both.returncode == 1
    assert both.stderr.startswith("The backups CANNOT be trusted: the log cannot be fetched: ")
    assert dump.returncode == 0, dump.stdout + dump.stderr
    assert dump.stdout.splitlines()[-1] == "The backups can be trusted: a dump restored, everything there."


def test_a_shop_with_a_violated_invariant_fails_the_rehearsal(shop):
    with shop.postgres() as connection:
        connection.execute(
            "INSERT INTO core_idempotentresponse (scope, key, request_hash, body, locked_at, expires_at) "
            "VALUES ('s', 'k', 'h', '', now() - interval '1 day', now())"
        )

    answer = rehearse(shop)

    assert answer.returncode == 1
    assert answer.stderr == (
        "The backups CANNOT be trusted: the audit of the copy finds breaches (no idempotency key is stuck).\n"
    )


def test_a_shop_that_does_not_run_is_reported(shop, tmp_path):
    answer = rehearse(shop, DATA=str(tmp_path))

    assert answer.returncode == 1
    assert "start it first" in answer.stderr
    assert not Path(tmp_path, "postgres").exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres_url(tmp_path))
