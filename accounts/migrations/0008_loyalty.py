"""The loyalty programme; the shop's currency has one from the start, in which nothing is earned until staff switch it on."""

from django.conf import settings
from django.db import migrations
import core.texts.translated
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

PROGRAMME = """
INSERT INTO accounts_loyaltyprogramme (
    currency, is_active, points_per_unit, point_value, minimum_points, most_percent, warning_days)
VALUES (%s, false, 1, 1, 0, 100, 30)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_balances"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoyaltyTier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "threshold",
                    models.PositiveIntegerField(
                        help_text="Earned within the last twelve months.",
                        unique=True,
                        verbose_name="points to reach it",
                    ),
                ),
                (
                    "segment",
                    models.OneToOneField(
                        blank=True,
                        help_text="Customers of this tier belong to this segment, so that promotions and prices can refer to it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tier",
                        to="accounts.segment",
                        verbose_name="segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "loyalty tier",
                "verbose_name_plural": "loyalty tiers",
                "ordering": ["threshold"],
            },
        ),
        migrations.CreateModel(
            name="PointAccrual",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "balance",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accruals",
                        to="accounts.balance",
                        verbose_name="balance",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        help_text="The number of the order.", max_length=40, unique=True, verbose_name="reference"
                    ),
                ),
                ("points", models.BigIntegerField(default=0, verbose_name="points")),
                (
                    "owed",
                    models.BigIntegerField(
                        default=0, help_text="Taken back after they were spent.", verbose_name="owed"
                    ),
                ),
                ("terms", models.JSONField(verbose_name="terms")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="version")),
                ("channel", models.CharField(max_length=40, verbose_name="channel")),
                ("store", models.CharField(blank=True, max_length=40, verbose_name="store")),
                ("earned_at", models.DateTimeField(verbose_name="earned at")),
            ],
            options={
                "verbose_name": "points of an order",
                "verbose_name_plural": "points of orders",
                "indexes": [
                    models.Index(fields=["balance", "-earned_at"], name="point_accrual_of_person"),
                    models.Index(condition=models.Q(("owed__gt", 0)), fields=["balance"], name="point_accrual_in_debt"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("points__gte", 0)), name="point_accrual_is_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("owed__gte", 0)), name="point_accrual_owes_nothing_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoyaltyProgramme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3, unique=True, verbose_name="currency")),
                (
                    "is_active",
                    models.BooleanField(
                        default=False,
                        help_text="Customers can still spend the points they have.",
                        verbose_name="points are earned",
                    ),
                ),
                (
                    "points_per_unit",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="For each whole unit of the currency (euro, dinar) that was paid.",
                        verbose_name="points per unit",
                    ),
                ),
                (
                    "point_value",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="In the smallest unit of the currency (cents); 0 if points cannot be redeemed.",
                        verbose_name="value of a point",
                    ),
                ),
                (
                    "minimum_points",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="The least that can be redeemed at once.",
                        verbose_name="fewest points to redeem",
                    ),
                ),
                (
                    "most_percent",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="largest share of an order, in percent",
                    ),
                ),
                (
                    "pending_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="From the hand-over of the whole order; empty for as long as goods may be returned.",
                        null=True,
                        verbose_name="days until points may be spent",
                    ),
                ),
                (
                    "expiry_months",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Counted from when they may be spent; empty if they never expire.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1200),
                        ],
                        verbose_name="months until points expire",
                    ),
                ),
                (
                    "warning_days",
                    models.PositiveIntegerField(
                        default=30,
                        help_text="How many days before expiry customers are warned, once.",
                        verbose_name="days of warning",
                    ),
                ),
            ],
            options={
                "verbose_name": "loyalty programme",
                "verbose_name_plural": "loyalty programmes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("most_percent__gte", 1), ("most_percent__lte", 100)),
                        name="loyalty_share_is_a_percentage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expiry_months__isnull", True), ("expiry_months__gte", 1), _connector="OR"),
                        name="loyalty_points_live_a_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoyaltyProgrammeChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="is_active_points_per_unit_point_value_minimum_points_most_percent_pending_days_expiry_months_warning_days_events",
                        to="accounts.loyaltyprogramme",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=False,
                        help_text="Customers can still spend the points they have.",
                        verbose_name="points are earned",
                    ),
                ),
                (
                    "points_per_unit",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="For each whole unit of the currency (euro, dinar) that was paid.",
                        verbose_name="points per unit",
                    ),
                ),
                (
                    "point_value",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="In the smallest unit of the currency (cents); 0 if points cannot be redeemed.",
                        verbose_name="value of a point",
                    ),
                ),
                (
                    "minimum_points",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="The least that can be redeemed at once.",
                        verbose_name="fewest points to redeem",
                    ),
                ),
                (
                    "most_percent",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="largest share of an order, in percent",
                    ),
                ),
                (
                    "pending_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="From the hand-over of the whole order; empty for as long as goods may be returned.",
                        null=True,
                        verbose_name="days until points may be spent",
                    ),
                ),
                (
                    "expiry_months",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Counted from when they may be spent; empty if they never expire.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1200),
                        ],
                        verbose_name="months until points expire",
                    ),
                ),
                (
                    "warning_days",
                    models.PositiveIntegerField(
                        default=30,
                        help_text="How many days before expiry customers are warned, once.",
                        verbose_name="days of warning",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="LoyaltyTierChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="code_name_threshold_segment_events",
                        to="accounts.loyaltytier",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                ("code", models.SlugField(db_index=False, max_length=40, verbose_name="code")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "threshold",
                    models.PositiveIntegerField(
                        help_text="Earned within the last twelve months.", verbose_name="points to reach it"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Customers of this tier belong to this segment, so that promotions and prices can refer to it.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.segment",
                        verbose_name="segment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PointBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "balance",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="accounts.balance",
                        verbose_name="balance",
                    ),
                ),
                (
                    "accrual",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="accounts.pointaccrual",
                        verbose_name="points of an order",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("earned", "Earned"), ("given", "Given by the shop"), ("given_back", "Given back")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "reference",
                    models.CharField(help_text="The action that created it.", max_length=100, verbose_name="reference"),
                ),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("remaining", models.BigIntegerField(verbose_name="remaining")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                (
                    "matures_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Unknown until everything is handed over.",
                        null=True,
                        verbose_name="may be spent from",
                    ),
                ),
                ("matured_at", models.DateTimeField(blank=True, null=True, verbose_name="matured at")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires at")),
                ("warned_at", models.DateTimeField(blank=True, null=True, verbose_name="warned at")),
            ],
            options={
                "verbose_name": "batch of points",
                "verbose_name_plural": "batches of points",
                "indexes": [
                    models.Index(
                        condition=models.Q(("remaining__gt", 0)),
                        fields=["balance", "expires_at"],
                        name="point_batch_with_points_left",
                    ),
                    models.Index(
                        condition=models.Q(("matured_at__isnull", True), ("remaining__gt", 0)),
                        fields=["matures_at"],
                        name="point_batch_to_mature",
                    ),
                    models.Index(
                        condition=models.Q(("matured_at__isnull", False), ("remaining__gt", 0)),
                        fields=["expires_at"],
                        name="point_batch_to_expire",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("balance", "reference"), name="point_batch_each_act_once"),
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="point_batch_is_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("remaining__gte", 0), ("remaining__lte", models.F("points"))),
                        name="point_batch_is_not_overdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "earned"), ("accrual__isnull", False)),
                            models.Q(models.Q(("kind", "earned"), _negated=True), ("accrual__isnull", True)),
                            _connector="OR",
                        ),
                        name="point_batch_is_earned_by_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("matured_at__isnull", False), ("kind", "earned"), _connector="OR"),
                        name="point_batch_pends_if_earned",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TierMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tier_membership",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standings",
                        to="accounts.loyaltytier",
                        verbose_name="tier",
                    ),
                ),
                ("points", models.BigIntegerField(verbose_name="points in twelve months")),
                ("reached_at", models.DateTimeField(verbose_name="reached at")),
                ("computed_at", models.DateTimeField(verbose_name="worked out at")),
            ],
            options={
                "verbose_name": "tier status",
                "verbose_name_plural": "tier statuses",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("points__gte", 0)), name="tier_membership_is_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PointRedemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="accounts.pointbatch",
                        verbose_name="batch of points",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("spent", "Spent"),
                            ("expired", "Expired"),
                            ("taken_back", "Taken back"),
                            ("corrected", "Corrected"),
                        ],
                        max_length=10,
                        verbose_name="cause",
                    ),
                ),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("restored", models.BigIntegerField(default=0, verbose_name="given back")),
                (
                    "reference",
                    models.CharField(help_text="The action that used them.", max_length=80, verbose_name="reference"),
                ),
                (
                    "accrual",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken",
                        to="accounts.pointaccrual",
                        verbose_name="points of an order",
                    ),
                ),
                ("occurred_at", models.DateTimeField(verbose_name="occurred at")),
            ],
            options={
                "verbose_name": "use of points",
                "verbose_name_plural": "uses of points",
                "indexes": [models.Index(fields=["reference"], name="point_redemption_by_reference")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "cause", "reference"), name="point_redemption_each_act_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="point_redemption_is_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("restored__gte", 0), ("restored__lte", models.F("points"))),
                        name="point_redemption_given_back_within_points",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="loyaltyprogramme",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."expiry_months" IS DISTINCT FROM (NEW."expiry_months") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."minimum_points" IS DISTINCT FROM (NEW."minimum_points") OR OLD."most_percent" IS DISTINCT FROM (NEW."most_percent") OR OLD."pending_days" IS DISTINCT FROM (NEW."pending_days") OR OLD."point_value" IS DISTINCT FROM (NEW."point_value") OR OLD."points_per_unit" IS DISTINCT FROM (NEW."points_per_unit") OR OLD."warning_days" IS DISTINCT FROM (NEW."warning_days"))',
                    func='INSERT INTO "accounts_loyaltyprogrammechange" ("expiry_months", "is_active", "minimum_points", "most_percent", "pending_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point_value", "points_per_unit", "warning_days") VALUES (OLD."expiry_months", OLD."is_active", OLD."minimum_points", OLD."most_percent", OLD."pending_days", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."point_value", OLD."points_per_unit", OLD."warning_days"); RETURN NULL;',
                    hash="41faa93afe404eaa8be304459f756addda035871",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8519c",
                    table="accounts_loyaltyprogramme",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="loyaltyprogramme",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_loyaltyprogrammechange" ("expiry_months", "is_active", "minimum_points", "most_percent", "pending_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point_value", "points_per_unit", "warning_days") VALUES (OLD."expiry_months", OLD."is_active", OLD."minimum_points", OLD."most_percent", OLD."pending_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."point_value", OLD."points_per_unit", OLD."warning_days"); RETURN NULL;',
                    hash="31f899a8581f3745b6f923917bf40c8a183ad488",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a6aa7",
                    table="accounts_loyaltyprogramme",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="loyaltyprogrammechange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a26f7a1edc5d08240ca7b39e1642562838e16fb4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4e35e",
                    table="accounts_loyaltyprogrammechange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="loyaltytierchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6e554e6d27b87cd0f54f72a39977fc41eba4c2bc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c7309",
                    table="accounts_loyaltytierchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="loyaltytier",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."segment_id" IS DISTINCT FROM (NEW."segment_id") OR OLD."threshold" IS DISTINCT FROM (NEW."threshold"))',
                    func='INSERT INTO "accounts_loyaltytierchange" ("code", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "segment_id", "threshold") VALUES (OLD."code", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."segment_id", OLD."threshold"); RETURN NULL;',
                    hash="b29bcec5491af5f19b16d19f689ca79f0beef778",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f051f",
                    table="accounts_loyaltytier",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="loyaltytier",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_loyaltytierchange" ("code", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "segment_id", "threshold") VALUES (OLD."code", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."segment_id", OLD."threshold"); RETURN NULL;',
                    hash="dc36309ea008b6739c349fec2fe212e3fefb967f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6af4c",
                    table="accounts_loyaltytier",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL([(PROGRAMME, [settings.SHOP_CURRENCY])], "DELETE FROM accounts_loyaltyprogramme"),
    ]
