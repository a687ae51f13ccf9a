import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("carts", "0003_promotions"),
        ("inventory", "0002_locations"),
        ("inventory", "0003_catalogue"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "token_hash",
                    models.CharField(
                        blank=True,
                        help_text="SHA-256 of an anonymous cart's token.",
                        max_length=64,
                        verbose_name="token hash",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("merged", "Merged"), ("ordered", "Ordered")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("version", models.IntegerField(default=1, verbose_name="version")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sources",
                        to="carts.cart",
                        verbose_name="merged into",
                    ),
                ),
                (
                    "merge_report",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="What the last merge did, line by line; shown until the next change.",
                        verbose_name="merge report",
                    ),
                ),
                (
                    "created_channel",
                    models.CharField(
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till"), ("system", "System")],
                        max_length=40,
                        verbose_name="created channel",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("changed_at", models.DateTimeField(verbose_name="changed at")),
            ],
            options={
                "verbose_name": "cart",
                "verbose_name_plural": "carts",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("customer",), name="cart_one_open_per_customer"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("token_hash", ""), _negated=True),
                        fields=("token_hash",),
                        name="cart_token_opens_one_cart",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_into__isnull", False), ("state", "merged")),
                            models.Q(("state", "merged"), _negated=True),
                            _connector="OR",
                        ),
                        name="cart_merged_says_into_which",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CartCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cart",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="carts.cart",
                        verbose_name="cart",
                    ),
                ),
                ("code", models.CharField(max_length=8, verbose_name="code")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
            ],
            options={
                "verbose_name": "cart code",
                "verbose_name_plural": "cart codes",
                "constraints": [
                    models.UniqueConstraint(fields=("cart", "expires_at"), name="cart_code_one_per_period"),
                    models.UniqueConstraint(fields=("code",), name="cart_code_opens_one_cart"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CartLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cart",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="carts.cart",
                        verbose_name="cart",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("quantity", models.IntegerField(verbose_name="quantity")),
                ("unit_price_when_added", models.BigIntegerField(verbose_name="unit price when added, in minor units")),
                (
                    "added_channel",
                    models.CharField(
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till"), ("system", "System")],
                        max_length=40,
                        verbose_name="added on",
                    ),
                ),
                (
                    "added_store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.location",
                        verbose_name="added in",
                    ),
                ),
                (
                    "added_by_staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by staff",
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="added at")),
            ],
            options={
                "verbose_name": "cart line",
                "verbose_name_plural": "cart lines",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("cart", "variant"), name="cart_line_one_per_variant"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__range", (1, 9999))), name="cart_line_quantity_1_to_9999"
                    ),
                ],
            },
        ),
    ]
