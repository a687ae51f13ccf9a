"""The pickups of a store that ended in a period are found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The shop is open meanwhile: goods are handed over.
    atomic = False

    dependencies = [("orders", "0046_pickup_deadlines")]

    operations = [
        # It waits for every open transaction, which may take longer than a lock may elsewhere. A build that was stopped
        # leaves an index that nothing uses.
        migrations.RunSQL("SET lock_timeout = 0", "RESET lock_timeout"),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS pickup_ended_by_location", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "fulfilment",
            models.Index(
                fields=["location", "finished_at"],
                condition=models.Q(kind="pickup", finished_at__isnull=False),
                name="pickup_ended_by_location",
            ),
        ),
        migrations.RunSQL("RESET lock_timeout", "SET lock_timeout = 0"),
    ]
