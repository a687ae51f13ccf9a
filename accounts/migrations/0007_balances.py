import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_visit_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="Balance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("gift_card", "Gift card"), ("credit", "Store credit"), ("points", "Points")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balances",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                ("amount", models.BigIntegerField(default=0, verbose_name="balance")),
                (
                    "held",
                    models.BigIntegerField(
                        default=0, help_text="Reserved for orders that are not final yet.", verbose_name="held"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("blocked", "Blocked"), ("closed", "Closed")],
                        default="active",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        help_text="What a gift card's code is derived from.", unique=True, verbose_name="key"
                    ),
                ),
                ("code_hash", models.CharField(blank=True, max_length=64, verbose_name="hash of the code")),
                ("code_end", models.CharField(blank=True, max_length=4, verbose_name="end of the code")),
                ("code_shown_at", models.DateTimeField(blank=True, null=True, verbose_name="code shown at")),
                (
                    "issued_for",
                    models.CharField(
                        blank=True,
                        help_text="The sale or refund that it was issued for.",
                        max_length=80,
                        verbose_name="issued for",
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires at")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
            ],
            options={
                "verbose_name": "balance",
                "verbose_name_plural": "balances",
                "indexes": [
                    models.Index(
                        condition=models.Q(("issued_for", ""), _negated=True),
                        fields=["issued_for"],
                        name="balance_by_issue",
                    ),
                    models.Index(
                        condition=models.Q(("amount__gt", 0), ("state", "active")),
                        fields=["expires_at"],
                        name="balance_to_expire",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="balance_is_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("held__gte", 0), ("held__lte", models.F("amount"))),
                        name="balance_held_within_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "gift_card"), models.Q(("code_hash", ""), _negated=True)),
                            models.Q(models.Q(("kind", "gift_card"), _negated=True), ("code_hash", "")),
                            _connector="OR",
                        ),
                        name="balance_gift_cards_have_codes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "gift_card"), ("customer__isnull", False), _connector="OR"),
                        name="balance_belongs_to_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "points"), ("currency", "")),
                            models.Q(
                                models.Q(("kind", "points"), _negated=True), models.Q(("currency", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="balance_of_money_has_a_currency",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("code_hash", ""), _negated=True),
                        fields=("code_hash",),
                        name="balance_code_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "gift_card"), _negated=True),
                        fields=("customer", "kind", "currency"),
                        name="balance_one_per_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BalanceEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "balance",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="accounts.balance",
                        verbose_name="balance",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("loaded", "Loaded"),
                            ("spent", "Spent"),
                            ("given_back", "Given back"),
                            ("expired", "Expired"),
                            ("corrected", "Corrected"),
                            ("taken_back", "Taken back"),
                            ("moved", "Moved to another card"),
                            ("earned", "Earned"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="change")),
                (
                    "reference",
                    models.CharField(help_text="The action that changed it.", max_length=80, verbose_name="reference"),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                (
                    "channel",
                    models.CharField(
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till"), ("system", "System")],
                        max_length=40,
                        verbose_name="channel",
                    ),
                ),
                ("store", models.CharField(blank=True, max_length=40, verbose_name="store")),
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
                ("occurred_at", models.DateTimeField(verbose_name="occurred at")),
            ],
            options={
                "verbose_name": "balance entry",
                "verbose_name_plural": "balance entries",
                "indexes": [models.Index(fields=["balance", "-id"], name="balance_entry_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("balance", "kind", "reference"), name="balance_entry_each_act_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="balance_entry_changes_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BalanceHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "balance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="accounts.balance",
                        verbose_name="balance",
                    ),
                ),
                ("reference", models.UUIDField(help_text="The payment that it is held for.", verbose_name="reference")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "state",
                    models.CharField(
                        choices=[("held", "Held"), ("spent", "Spent"), ("released", "Released")],
                        default="held",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("held_at", models.DateTimeField(verbose_name="held at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
            ],
            options={
                "verbose_name": "balance hold",
                "verbose_name_plural": "balance holds",
                "indexes": [
                    models.Index(condition=models.Q(("state", "held")), fields=["expires_at"], name="balance_hold_open")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("reference", "balance"), name="balance_hold_once_per_payment"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="balance_hold_is_positive"),
                ],
            },
        ),
    ]
