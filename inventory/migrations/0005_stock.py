"""Stock and its append-only ledger."""

from django.db import migrations
from core.states.guards import keep_rows
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_journal"),
        ("inventory", "0004_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="StockLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "variant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="levels",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="levels",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                ("on_hand", models.IntegerField(default=0, verbose_name="on hand")),
                ("reserved", models.IntegerField(default=0, verbose_name="reserved")),
                ("safety", models.PositiveIntegerField(default=0, verbose_name="safety stock")),
            ],
            options={
                "verbose_name": "stock level",
                "verbose_name_plural": "stock levels",
                "indexes": [models.Index(fields=["location", "variant"], name="stock_level_by_location")],
                "constraints": [
                    models.UniqueConstraint(fields=("variant", "location"), name="stock_level_one_per_location"),
                    models.CheckConstraint(
                        condition=models.Q(("reserved__gte", 0), ("reserved__lte", models.F("on_hand"))),
                        name="stock_level_reserved_within_on_hand",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="inventory.stocklevel",
                        verbose_name="level",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("adjusted", "Adjusted"),
                            ("reserved", "Reserved"),
                            ("released", "Released"),
                            ("sold", "Sold in the store"),
                            ("handed_over", "Handed over"),
                            ("shipped", "Shipped"),
                            ("returned", "Returned"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("on_hand_change", models.IntegerField(default=0, verbose_name="on hand")),
                ("reserved_change", models.IntegerField(default=0, verbose_name="reserved")),
                ("cause_kind", models.CharField(max_length=20, verbose_name="cause")),
                ("cause_id", models.CharField(max_length=64, verbose_name="cause number")),
                (
                    "channel",
                    models.CharField(
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till"), ("system", "System")],
                        max_length=40,
                        verbose_name="channel",
                    ),
                ),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="staff")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred at")),
            ],
            options={
                "verbose_name": "stock movement",
                "verbose_name_plural": "stock movements",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("level", "cause_kind", "cause_id", "kind"), name="stock_movement_once_per_cause"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on_hand_change", 0), ("reserved_change", 0), _negated=True),
                        name="stock_movement_moves_something",
                    ),
                ],
            },
        ),
        keep_rows("inventory_stockmovement"),
    ]
