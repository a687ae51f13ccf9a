import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("carts", "0006_wishlists"),
        ("inventory", "0003_catalogue"),
    ]

    operations = [
        migrations.CreateModel(
            name="ParityCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                ("variants", models.PositiveIntegerField(default=0, verbose_name="variants compared")),
                ("differences", models.PositiveIntegerField(default=0, verbose_name="differences")),
            ],
            options={
                "verbose_name": "parity check",
                "verbose_name_plural": "parity checks",
            },
        ),
        migrations.CreateModel(
            name="ParityDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "check_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="examples",
                        to="carts.paritycheck",
                        verbose_name="parity check",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("charged", "Channels charge different prices"),
                            ("shown", "Lists show a different price from the one charged"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("prices", models.JSONField(verbose_name="prices")),
            ],
            options={
                "verbose_name": "parity difference",
                "verbose_name_plural": "parity differences",
            },
        ),
    ]
