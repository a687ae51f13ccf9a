"""Since when a promotion is there: a late sale costs what it cost at its moment."""

from datetime import UTC, datetime

import django.db.models.functions.datetime
from django.db import migrations, models

# Nobody knows when the promotions that are there were made: they count for every sale.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Migration(migrations.Migration):
    dependencies = [("carts", "0015_delivery_methods")]

    operations = [
        migrations.AddField(
            model_name="promotion",
            name="created_at",
            field=models.DateTimeField(db_default=LONG_AGO, editable=False, verbose_name="created at"),
        ),
        migrations.AlterField(
            model_name="promotion",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created at"
            ),
        ),
    ]
