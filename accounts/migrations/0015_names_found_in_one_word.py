"""Names are found however their parts are joined."""

import django.contrib.postgres.indexes
import django.db.models.expressions
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The shop is open meanwhile: people sign up, and change their names.
    atomic = False

    dependencies = [
        ("accounts", "0014_names_and_addresses_in_one_spelling"),
        ("core", "0008_joined_words"),
    ]

    operations = [
        # It waits for every open transaction, which may take longer than a lock may elsewhere. A build that was stopped
        # leaves an index that nothing uses.
        migrations.RunSQL("SET lock_timeout = 0", "RESET lock_timeout"),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS customer_joined_name_trigrams", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "customer",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    models.Func(models.F("name"), function="core_joined"), "gin_trgm_ops"
                ),
                name="customer_joined_name_trigrams",
            ),
        ),
        migrations.RunSQL("RESET lock_timeout", "SET lock_timeout = 0"),
    ]
