"""
Units that are at a place and may not be sold, and the columns of the ledger that move them.

The columns have defaults in the database, so the code of the release before goes on writing; the ledger's constraints
are replaced in the next migration, without a lock while the table is read.
"""

import django.db.models.deletion
from django.db import migrations, models

STATES = [
    ("damaged", "Damaged"),
    ("on_hold", "Quality hold"),
    ("to_supplier", "Goes to the supplier"),
    ("put_away", "To be put away"),
]
KINDS = [
    ("received", "Received"),
    ("adjusted", "Adjusted"),
    ("reserved", "Reserved"),
    ("released", "Released"),
    ("sold", "Sold in the store"),
    ("handed_over", "Handed over"),
    ("shipped", "Shipped"),
    ("returned", "Returned"),
    ("moved", "Moved to another state"),
    ("written_off", "Written off"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0021_oversales"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldStock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=STATES, max_length=20, verbose_name="state")),
                ("units", models.IntegerField(default=0, verbose_name="units")),
                (
                    "level",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held",
                        to="inventory.stocklevel",
                        verbose_name="level",
                    ),
                ),
            ],
            options={
                "verbose_name": "held stock",
                "verbose_name_plural": "held stock",
                "constraints": [
                    models.UniqueConstraint(fields=("level", "state"), name="held_stock_one_row_per_state"),
                    models.CheckConstraint(condition=models.Q(("units__gte", 0)), name="held_stock_is_never_negative"),
                ],
            },
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="held_state",
            field=models.CharField(
                blank=True, choices=STATES, db_default="", default="", max_length=20, verbose_name="held as"
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="held_change",
            field=models.IntegerField(db_default=0, default=0, verbose_name="held"),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20, verbose_name="kind"),
        ),
    ]
