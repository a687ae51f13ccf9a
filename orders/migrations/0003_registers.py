import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("inventory", "0002_locations"),
        ("orders", "0002_fulfilments"),
    ]

    operations = [
        migrations.CreateModel(
            name="CardReader",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card_readers",
                        to="inventory.location",
                        verbose_name="store",
                    ),
                ),
                ("name", models.CharField(help_text="What the clerks call it.", max_length=40, verbose_name="name")),
                (
                    "number",
                    models.CharField(
                        help_text="For example tmr_…", max_length=80, unique=True, verbose_name="provider's number"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "card reader",
                "verbose_name_plural": "card readers",
                "ordering": ["store", "name"],
            },
        ),
        migrations.CreateModel(
            name="TillSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="till_sessions",
                        to="inventory.location",
                        verbose_name="store",
                    ),
                ),
                ("register", models.CharField(max_length=40, verbose_name="register")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("opening_float", models.BigIntegerField(verbose_name="opening float")),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("counted", models.BigIntegerField(blank=True, null=True, verbose_name="counted")),
                ("expected", models.BigIntegerField(blank=True, null=True, verbose_name="expected")),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
            ],
            options={
                "verbose_name": "till session",
                "verbose_name_plural": "till sessions",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("store", "register"),
                        name="till_session_one_open_per_register",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            models.Q(("counted__isnull", False), ("expected__isnull", False)),
                            _connector="OR",
                        ),
                        name="till_session_closed_with_a_count",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opening_float__gte", 0)), name="till_session_float_not_negative"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="till_session",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="orders.tillsession",
                verbose_name="till session",
            ),
        ),
    ]
