import core.texts.translated
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("carts", "0002_taxes"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    core.texts.translated.TranslatedField(
                        default=dict, help_text="Shoppers read it in the cart and on the receipt.", verbose_name="name"
                    ),
                ),
                ("conditions", models.JSONField(blank=True, default=list, verbose_name="conditions")),
                ("reward", models.JSONField(verbose_name="reward")),
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="Currency of its amounts.", max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "priority",
                    models.PositiveIntegerField(
                        default=100,
                        help_text="Smaller numbers are applied first.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="priority",
                    ),
                ),
                (
                    "is_exclusive",
                    models.BooleanField(
                        default=False,
                        help_text="Cannot be combined with other promotions. Shoppers get the lower price.",
                        verbose_name="exclusive",
                    ),
                ),
                ("needs_voucher", models.BooleanField(default=False, verbose_name="only with a voucher")),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends at")),
                (
                    "door_reason",
                    models.CharField(
                        blank=True,
                        help_text="A promotion of a single channel or store needs a reason and an end.",
                        max_length=200,
                        verbose_name="reason for a single channel or store",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "promotion",
                "verbose_name_plural": "promotions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="promotion_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("conditions__contains", [{"kind": "channel"}]),
                                ("conditions__contains", [{"kind": "store"}]),
                                _connector="OR",
                                _negated=True,
                            ),
                            models.Q(("ends_at__isnull", False), models.Q(("door_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="promotion_of_one_door_has_reason_and_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromotionChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="name_conditions_reward_currency_priority_is_exclusive_needs_voucher_starts_at_ends_at_door_reason_is_active_events",
                        to="carts.promotion",
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
                    "name",
                    core.texts.translated.TranslatedField(
                        default=dict, help_text="Shoppers read it in the cart and on the receipt.", verbose_name="name"
                    ),
                ),
                ("conditions", models.JSONField(blank=True, default=list, verbose_name="conditions")),
                ("reward", models.JSONField(verbose_name="reward")),
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="Currency of its amounts.", max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "priority",
                    models.PositiveIntegerField(
                        default=100,
                        help_text="Smaller numbers are applied first.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="priority",
                    ),
                ),
                (
                    "is_exclusive",
                    models.BooleanField(
                        default=False,
                        help_text="Cannot be combined with other promotions. Shoppers get the lower price.",
                        verbose_name="exclusive",
                    ),
                ),
                ("needs_voucher", models.BooleanField(default=False, verbose_name="only with a voucher")),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends at")),
                (
                    "door_reason",
                    models.CharField(
                        blank=True,
                        help_text="A promotion of a single channel or store needs a reason and an end.",
                        max_length=200,
                        verbose_name="reason for a single channel or store",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."conditions" IS DISTINCT FROM (NEW."conditions") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."door_reason" IS DISTINCT FROM (NEW."door_reason") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_exclusive" IS DISTINCT FROM (NEW."is_exclusive") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."needs_voucher" IS DISTINCT FROM (NEW."needs_voucher") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."reward" IS DISTINCT FROM (NEW."reward") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at"))',
                    func='INSERT INTO "carts_promotionchange" ("conditions", "currency", "door_reason", "ends_at", "is_active", "is_exclusive", "name", "needs_voucher", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reward", "starts_at") VALUES (OLD."conditions", OLD."currency", OLD."door_reason", OLD."ends_at", OLD."is_active", OLD."is_exclusive", OLD."name", OLD."needs_voucher", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."priority", OLD."reward", OLD."starts_at"); RETURN NULL;',
                    hash="d8230bc234f9d1de6553e548a4179a129caa2394",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b6929",
                    table="carts_promotion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "carts_promotionchange" ("conditions", "currency", "door_reason", "ends_at", "is_active", "is_exclusive", "name", "needs_voucher", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reward", "starts_at") VALUES (OLD."conditions", OLD."currency", OLD."door_reason", OLD."ends_at", OLD."is_active", OLD."is_exclusive", OLD."name", OLD."needs_voucher", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."priority", OLD."reward", OLD."starts_at"); RETURN NULL;',
                    hash="5b6688cdb5b8b7c128ebe966ba4d2231be829482",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7c8cc",
                    table="carts_promotion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotionchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="60ba9dcba534be03bd4f0fb014e5cab214122746",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_53807",
                    table="carts_promotionchange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
