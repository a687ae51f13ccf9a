"""Orders and their lines, with the numbers that people see."""

from django.db import migrations
import core.texts.languages
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

NUMBERS = "CREATE SEQUENCE orders_order_number START 100001;"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_customers"),
        ("carts", "0002_taxes"),
        ("carts", "0003_promotions"),
        ("carts", "0004_carts"),
        ("inventory", "0002_locations"),
        ("inventory", "0003_catalogue"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "cart",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="carts.cart",
                        verbose_name="cart",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for payment"),
                            ("placed", "Placed"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Payment failed"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till"), ("system", "System")],
                        max_length=40,
                        verbose_name="channel",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        help_text="Where it was sold, if in a store.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders_sold",
                        to="inventory.location",
                        verbose_name="store",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("items_total", models.BigIntegerField(verbose_name="items")),
                ("discount_total", models.BigIntegerField(default=0, verbose_name="discount")),
                ("shipping_total", models.BigIntegerField(default=0, verbose_name="shipping")),
                (
                    "tax_total",
                    models.BigIntegerField(
                        default=0, help_text="Tax on top; 0 where prices include it.", verbose_name="tax added"
                    ),
                ),
                (
                    "shipping_tax",
                    models.BigIntegerField(
                        db_default=0, help_text="Contained in it or added.", verbose_name="tax of shipping"
                    ),
                ),
                ("shipping_tax_added", models.BigIntegerField(db_default=0, verbose_name="tax added to shipping")),
                ("grand_total", models.BigIntegerField(verbose_name="total")),
                ("contact_email", models.EmailField(blank=True, max_length=254, verbose_name="contact e-mail")),
                ("contact_phone", models.CharField(blank=True, max_length=20, verbose_name="contact phone")),
                ("receipt_medium", models.CharField(blank=True, max_length=10, verbose_name="receipt by")),
                (
                    "language",
                    models.CharField(
                        choices=core.texts.languages.language_choices,
                        default=core.texts.languages.default_language,
                        max_length=8,
                        verbose_name="language",
                    ),
                ),
                (
                    "keeps_address",
                    models.BooleanField(
                        db_default=False,
                        help_text="It goes into the buyer's address book.",
                        verbose_name="address to be kept",
                    ),
                ),
                (
                    "client_id",
                    models.UUIDField(
                        blank=True,
                        help_text="Made at the till; makes a sale safe to send twice.",
                        null=True,
                        verbose_name="key of the till",
                    ),
                ),
                (
                    "request_key",
                    models.CharField(
                        blank=True,
                        help_text="The request that placed it.",
                        max_length=64,
                        verbose_name="key of the request",
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="The number in the system it came from.",
                        max_length=80,
                        verbose_name="number elsewhere",
                    ),
                ),
                ("cancel_reason", models.CharField(blank=True, max_length=40, verbose_name="reason")),
                ("placed_at", models.DateTimeField(verbose_name="placed at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "indexes": [
                    models.Index(fields=["customer", "-id"], name="order_newest_of_customer"),
                    models.Index(fields=["-placed_at"], name="order_newest"),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("contact_email", "varchar_pattern_ops"),
                        name="order_by_email",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("contact_phone", "varchar_pattern_ops"),
                        name="order_by_phone",
                    ),
                    models.Index(
                        condition=models.Q(("state", "completed"), _negated=True),
                        fields=["state", "-id"],
                        name="order_not_completed",
                    ),
                    models.Index(
                        condition=models.Q(("customer__isnull", True)),
                        fields=["contact_email"],
                        name="order_guests_by_email",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Reverse("contact_phone"), "text_pattern_ops"
                        ),
                        condition=models.Q(("customer__isnull", True), models.Q(("contact_phone", ""), _negated=True)),
                        name="order_guests_by_phone",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "failed"), _negated=True),
                        fields=("cart",),
                        name="order_one_per_cart",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("client_id__isnull", False), models.Q(("state", "failed"), _negated=True)),
                        fields=("client_id",),
                        name="order_one_per_client_id",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("request_key", ""), _negated=True), models.Q(("state", "failed"), _negated=True)
                        ),
                        fields=("request_key",),
                        name="order_one_per_request",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("external_id",),
                        name="order_external_id_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "grand_total",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("items_total"), "-", models.F("discount_total")
                                        ),
                                        "+",
                                        models.F("tax_total"),
                                    ),
                                    "+",
                                    models.F("shipping_total"),
                                ),
                            )
                        ),
                        name="order_total_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grand_total__gte", 0)), name="order_total_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                ("position", models.IntegerField(verbose_name="position")),
                (
                    "variant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                ("sku", models.CharField(max_length=64, verbose_name="SKU")),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                ("quantity", models.IntegerField(verbose_name="quantity")),
                ("quantity_fulfilled", models.IntegerField(default=0, verbose_name="fulfilled")),
                ("quantity_cancelled", models.IntegerField(default=0, verbose_name="cancelled")),
                ("quantity_returned", models.IntegerField(default=0, verbose_name="returned")),
                ("unit_price", models.BigIntegerField(verbose_name="unit price")),
                ("discount", models.BigIntegerField(default=0, verbose_name="discount")),
                ("line_total", models.BigIntegerField(verbose_name="total")),
                ("tax_rate", models.IntegerField(db_default=0, verbose_name="tax rate in hundredths of a percent")),
                (
                    "tax_amount",
                    models.BigIntegerField(
                        db_default=0, help_text="Contained in the total or added.", verbose_name="tax"
                    ),
                ),
                (
                    "tax_added",
                    models.BigIntegerField(
                        db_default=0, help_text="Tax on top; negative for exempt buyers.", verbose_name="tax added"
                    ),
                ),
            ],
            options={
                "verbose_name": "order line",
                "verbose_name_plural": "order lines",
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "position"), name="order_line_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "line_total",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("quantity"), "*", models.F("unit_price")
                                    ),
                                    "-",
                                    models.F("discount"),
                                ),
                            )
                        ),
                        name="order_line_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "quantity__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("quantity_fulfilled"), "+", models.F("quantity_cancelled")
                                ),
                            ),
                            ("quantity_cancelled__gte", 0),
                            ("quantity_fulfilled__gte", models.F("quantity_returned")),
                            ("quantity_returned__gte", 0),
                        ),
                        name="order_line_units_fit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("discount__gte", 0)), name="order_line_discount_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderTax",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taxes",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="carts.taxzone",
                        verbose_name="tax zone",
                    ),
                ),
                ("rate", models.IntegerField(verbose_name="tax rate in hundredths of a percent")),
                ("is_included", models.BooleanField(verbose_name="tax is in the price")),
                ("is_exempt", models.BooleanField(default=False, verbose_name="exempt buyer")),
                ("base", models.BigIntegerField(verbose_name="without tax")),
                ("tax", models.BigIntegerField(verbose_name="tax")),
            ],
            options={
                "verbose_name": "tax of an order",
                "verbose_name_plural": "taxes of orders",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("base__gte", 0), ("rate__gte", 0), ("tax__gte", 0)),
                        name="order_tax_is_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_exempt", False), ("tax", 0), _connector="OR"),
                        name="order_tax_of_the_exempt_is_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderDiscount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discounts",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discounts",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="carts.promotion",
                        verbose_name="promotion",
                    ),
                ),
                ("name", models.CharField(help_text="As the buyer read it.", max_length=300, verbose_name="name")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "discount of an order",
                "verbose_name_plural": "discounts of orders",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("line__isnull", False)),
                        fields=("line", "promotion"),
                        name="order_discount_once_per_line",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="order_discount_is_positive"),
                ],
            },
        ),
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE orders_order_number;"),
    ]
