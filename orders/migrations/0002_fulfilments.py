import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("inventory", "0002_locations"),
        ("inventory", "0006_reservations"),
        ("orders", "0001_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fulfilment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fulfilments",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("ship", "Ship"), ("pickup", "Collect in store"), ("carry_out", "Carry out")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fulfilments",
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for payment"),
                            ("placed", "Placed"),
                            ("accepted", "Accepted"),
                            ("picking", "Picking"),
                            ("ready", "Ready"),
                            ("collected", "Collected"),
                            ("shipped", "Shipped"),
                            ("delivered", "Delivered"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "address",
                    models.JSONField(
                        blank=True, default=dict, help_text="Where to ship; a copy.", verbose_name="address"
                    ),
                ),
                ("promised_at", models.DateTimeField(blank=True, null=True, verbose_name="promised at")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted at")),
                ("ready_at", models.DateTimeField(blank=True, null=True, verbose_name="ready at")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="kept until")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                ("tracking", models.CharField(blank=True, max_length=80, verbose_name="tracking")),
                ("wrong_codes", models.SmallIntegerField(default=0, verbose_name="wrong codes")),
                ("reject_reason", models.CharField(blank=True, max_length=200, verbose_name="reason of rejection")),
            ],
            options={
                "verbose_name": "fulfilment",
                "verbose_name_plural": "fulfilments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("placed", "accepted", "picking", "ready"))),
                        fields=["location", "state", "promised_at"],
                        name="fulfilment_open_by_location",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("collected", "shipped", "delivered", "cancelled", "expired"))
                        ),
                        fields=["location", "kind", "state", "-id"],
                        name="fulfilment_ended_by_location",
                    ),
                    models.Index(
                        condition=models.Q(("tracking", ""), _negated=True),
                        fields=["tracking"],
                        name="fulfilment_by_tracking",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Collector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="collector",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("named_at", models.DateTimeField(verbose_name="named at")),
            ],
            options={
                "verbose_name": "collector",
                "verbose_name_plural": "collectors",
            },
        ),
        migrations.CreateModel(
            name="FulfilmentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fulfilment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="orders.fulfilment",
                        verbose_name="fulfilment",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fulfilment_lines",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                ("quantity", models.IntegerField(verbose_name="quantity")),
                (
                    "reservation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fulfilment_line",
                        to="inventory.reservation",
                        verbose_name="reservation",
                    ),
                ),
                ("handed_over_at", models.DateTimeField(null=True, verbose_name="handed over at")),
            ],
            options={
                "verbose_name": "fulfilment line",
                "verbose_name_plural": "fulfilment lines",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fulfilment", "order_line"), name="fulfilment_line_once_per_order_line"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="fulfilment_line_of_at_least_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fulfilment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="orders.fulfilment",
                        verbose_name="fulfilment",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
                ("collected_by", models.CharField(max_length=200, verbose_name="collected by")),
                (
                    "proof",
                    models.CharField(
                        choices=[("code", "Collection code"), ("id_seen", "Identity document checked")],
                        max_length=10,
                        verbose_name="proof",
                    ),
                ),
                ("handed_over_at", models.DateTimeField(verbose_name="handed over at")),
                (
                    "lines",
                    models.ManyToManyField(related_name="hand_overs", to="orders.fulfilmentline", verbose_name="lines"),
                ),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
            },
        ),
    ]
