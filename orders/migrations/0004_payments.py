import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("orders", "0003_registers"),
    ]

    operations = [
        migrations.CreateModel(
            name="SandboxCharge",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False, verbose_name="key")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("outcome", models.CharField(max_length=20, verbose_name="outcome")),
                (
                    "is_authorisation",
                    models.BooleanField(db_default=False, default=False, verbose_name="captured later"),
                ),
                (
                    "card_of",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Whose saved card it is.",
                        max_length=255,
                        verbose_name="saved for",
                    ),
                ),
                ("refunded", models.BigIntegerField(default=0, verbose_name="refunded")),
                ("refund_keys", models.JSONField(default=list, verbose_name="refund keys")),
                ("charged_at", models.DateTimeField(auto_now_add=True, verbose_name="charged at")),
            ],
            options={
                "verbose_name": "sandbox charge",
                "verbose_name_plural": "sandbox charges",
            },
        ),
        migrations.CreateModel(
            name="BalanceDueEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balance_due_entries",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("placed", "To be paid in the store"),
                            ("authorisation_lost", "Authorisation lost"),
                            ("paid", "Paid"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Payment failed"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="change")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred at")),
            ],
            options={
                "verbose_name": "amount due",
                "verbose_name_plural": "amounts due",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("placed", "authorisation_lost")), ("amount__gt", 0)),
                            models.Q(("kind__in", ("paid", "cancelled", "failed")), ("amount__lt", 0)),
                            _connector="OR",
                        ),
                        name="balance_due_entry_adds_or_takes_off_by_its_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("card", "Card"),
                            ("gift_card", "Gift card"),
                            ("credit", "Store credit"),
                            ("points", "Points"),
                            ("test", "Test"),
                            ("imported", "Imported"),
                        ],
                        max_length=20,
                        verbose_name="method",
                    ),
                ),
                ("provider", models.CharField(blank=True, max_length=20, verbose_name="provider")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "refunded",
                    models.BigIntegerField(default=0, help_text="Refunds in flight included.", verbose_name="refunded"),
                ),
                (
                    "tendered",
                    models.BigIntegerField(
                        blank=True, help_text="Cash handed over.", null=True, verbose_name="tendered"
                    ),
                ),
                (
                    "rounding",
                    models.BigIntegerField(
                        db_default=0,
                        default=0,
                        help_text="Difference because small coins are missing.",
                        verbose_name="rounding",
                    ),
                ),
                (
                    "hold_key",
                    models.UUIDField(
                        blank=True,
                        help_text="What was held of a gift card, credit or points.",
                        null=True,
                        unique=True,
                        verbose_name="hold",
                    ),
                ),
                ("points", models.BigIntegerField(blank=True, null=True, verbose_name="points")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("needs_action", "Needs the shopper"),
                            ("held", "Held until the rest is paid"),
                            ("authorised", "Authorised, not yet taken"),
                            ("capturing", "Being taken"),
                            ("captured", "Captured"),
                            ("declined", "Declined"),
                            ("voided", "Voided"),
                        ],
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("captured_at", models.DateTimeField(blank=True, null=True, verbose_name="captured at")),
                (
                    "authorised_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Until when the provider holds the money.",
                        null=True,
                        verbose_name="authorised until",
                    ),
                ),
                ("capture_asked_at", models.DateTimeField(blank=True, null=True, verbose_name="capture asked for at")),
                (
                    "pays_balance",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="When the order was placed already.",
                        verbose_name="paid later",
                    ),
                ),
                (
                    "till_session",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose drawer the cash went into, if not that of the order's own session.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.tillsession",
                        verbose_name="till session",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("authorised", "capturing"))),
                        fields=["authorised_until"],
                        name="payment_authorised",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("refunded__gte", 0), ("refunded__lte", models.F("amount"))),
                        name="payment_refunded_within_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tendered__isnull", True),
                            (
                                "tendered__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("amount"), "+", models.F("rounding")
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="payment_cash_covers_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rounding", 0), ("method", "cash"), _connector="OR"),
                        name="payment_only_cash_is_rounded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method__in", ("gift_card", "credit", "points")), ("hold_key__isnull", False)),
                            models.Q(
                                models.Q(("method__in", ("gift_card", "credit", "points")), _negated=True),
                                ("hold_key__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payment_from_a_balance_has_a_hold",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("authorised", "capturing")), _negated=True),
                            models.Q(
                                models.Q(("provider", ""), _negated=True),
                                ("authorised_until__isnull", False),
                                ("captured_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payment_authorised_by_a_provider_until_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "capturing"), _negated=True),
                            ("capture_asked_at__isnull", False),
                            _connector="OR",
                        ),
                        name="payment_capturing_since_a_moment",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("pays_balance", True), ("state__in", ("pending", "needs_action"))),
                        fields=("order",),
                        name="payment_one_later_under_way",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReconciliationBreak",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                (
                    "kind",
                    models.CharField(
                        choices=[("charge", "Charge"), ("refund", "Refund")], max_length=10, verbose_name="kind"
                    ),
                ),
                ("ref", models.CharField(max_length=255, verbose_name="provider's number")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("ours", models.BigIntegerField(verbose_name="our amount")),
                ("theirs", models.BigIntegerField(verbose_name="the provider's amount")),
                ("found_at", models.DateTimeField(verbose_name="found at")),
                ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="resolved at")),
                ("resolution", models.CharField(blank=True, max_length=200, verbose_name="resolution")),
            ],
            options={
                "verbose_name": "difference from a provider",
                "verbose_name_plural": "differences from providers",
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "kind", "ref"), name="reconciliation_break_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_cards",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                ("provider_ref", models.CharField(max_length=255, verbose_name="provider's number")),
                ("provider_customer", models.CharField(max_length=255, verbose_name="provider's customer")),
                ("brand", models.CharField(max_length=40, verbose_name="brand")),
                ("last4", models.CharField(max_length=4, verbose_name="last four digits")),
                ("exp_month", models.PositiveSmallIntegerField(verbose_name="month of expiry")),
                ("exp_year", models.PositiveSmallIntegerField(verbose_name="year of expiry")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="removed at")),
                (
                    "detached_at",
                    models.DateTimeField(
                        blank=True, help_text="When the provider deleted it.", null=True, verbose_name="detached at"
                    ),
                ),
            ],
            options={
                "verbose_name": "saved card",
                "verbose_name_plural": "saved cards",
                "indexes": [
                    models.Index(
                        condition=models.Q(("detached_at__isnull", True), ("removed_at__isnull", False)),
                        fields=["removed_at"],
                        name="saved_card_to_detach",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "provider_ref"), name="saved_card_once"),
                    models.CheckConstraint(
                        condition=models.Q(("last4__regex", "^[0-9]{4}$")), name="saved_card_four_digits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("exp_month__gte", 1), ("exp_month__lte", 12)), name="saved_card_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("provider_ref", ""), _negated=True),
                            models.Q(("provider_customer", ""), _negated=True),
                        ),
                        name="saved_card_known_to_its_provider",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("detached_at__isnull", True),
                            models.Q(("detached_at__gte", models.F("removed_at")), ("removed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="saved_card_detached_once_removed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                ("number", models.CharField(max_length=255, verbose_name="provider's number")),
                ("kind", models.CharField(max_length=80, verbose_name="kind")),
                ("attempt_key", models.UUIDField(blank=True, null=True, verbose_name="attempt")),
                ("refund_key", models.UUIDField(blank=True, null=True, verbose_name="refund")),
                ("has_failed", models.BooleanField(default=False, verbose_name="failed")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("unknown", "Not related to us")],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("handled_at", models.DateTimeField(blank=True, null=True, verbose_name="handled at")),
            ],
            options={
                "verbose_name": "webhook event",
                "verbose_name_plural": "webhook events",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["received_at"], name="webhook_event_waiting"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("provider", "number"), name="webhook_event_once")],
            },
        ),
        migrations.CreateModel(
            name="PaymentAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="orders.payment",
                        verbose_name="payment",
                    ),
                ),
                ("key", models.UUIDField(unique=True, verbose_name="key")),
                (
                    "payment_method",
                    models.CharField(
                        blank=True,
                        help_text="The provider's name for the means.",
                        max_length=255,
                        verbose_name="payment method",
                    ),
                ),
                (
                    "customer_ref",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Whose saved card it is, by the provider's name.",
                        max_length=255,
                        verbose_name="provider's customer",
                    ),
                ),
                ("saves_card", models.BooleanField(db_default=False, default=False, verbose_name="saves the card")),
                (
                    "captures_at_once",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="Otherwise when goods leave.",
                        verbose_name="captures at once",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("asked", "No answer yet"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("needs_action", "Needs the shopper"),
                            ("authorised", "Authorised"),
                            ("released", "Released"),
                        ],
                        default="asked",
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("provider_ref", models.CharField(blank=True, max_length=255, verbose_name="provider's number")),
                ("detail", models.CharField(blank=True, max_length=200, verbose_name="detail")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
            ],
            options={
                "verbose_name": "payment attempt",
                "verbose_name_plural": "payment attempts",
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome__in", ("asked", "needs_action"))),
                        fields=["asked_at"],
                        name="payment_attempt_open",
                    ),
                    models.Index(
                        condition=models.Q(("outcome", "authorised")),
                        fields=["payment"],
                        name="payment_attempt_authorised",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("provider_ref", ""), _negated=True),
                        fields=("provider_ref",),
                        name="payment_attempt_provider_ref_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="orders.payment",
                        verbose_name="payment",
                    ),
                ),
                ("key", models.UUIDField(unique=True, verbose_name="key")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("done", "Done"), ("failed", "Failed")],
                        default="pending",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "rounding",
                    models.BigIntegerField(
                        db_default=0,
                        default=0,
                        help_text="Difference because small coins are missing.",
                        verbose_name="rounding",
                    ),
                ),
                (
                    "goes_to",
                    models.CharField(
                        choices=[("original", "What it was paid with"), ("credit", "Store credit")],
                        db_default="original",
                        default="original",
                        max_length=10,
                        verbose_name="goes to",
                    ),
                ),
                ("reason", models.CharField(max_length=40, verbose_name="reason")),
                ("provider_ref", models.CharField(blank=True, max_length=255, verbose_name="provider's number")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                (
                    "till_session",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose drawer the cash came out of.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="orders.tillsession",
                        verbose_name="till session",
                    ),
                ),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_is_positive")
                ],
            },
        ),
    ]
