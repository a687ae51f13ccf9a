"""The table of django.core.cache.backends.db, for the limits of sign-in while Valkey is down."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_journal_by_store"),
    ]

    operations = [
        # Unlogged: what a crash of the server deletes are counts of the last minutes.
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE core_limit (
                cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
            );
            CREATE INDEX core_limit_expires ON core_limit (expires);
            """,
            "DROP TABLE core_limit",
        ),
    ]
