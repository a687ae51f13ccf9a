import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0005_stock"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="inventory.stocklevel",
                        verbose_name="level",
                    ),
                ),
                ("quantity", models.IntegerField(verbose_name="quantity")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "Held"),
                            ("committed", "Committed"),
                            ("fulfilled", "Fulfilled"),
                            ("released", "Released"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("expires_at", models.DateTimeField(null=True, verbose_name="expires at")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
            ],
            options={
                "verbose_name": "reservation",
                "verbose_name_plural": "reservations",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "held")), fields=["expires_at"], name="reservation_expiring"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("held", "committed"))),
                        fields=["level"],
                        name="reservation_live_by_level",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="reservation_of_at_least_one"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "held"), _negated=True), ("expires_at__isnull", False), _connector="OR"
                        ),
                        name="reservation_held_has_an_end",
                    ),
                ],
            },
        ),
    ]
