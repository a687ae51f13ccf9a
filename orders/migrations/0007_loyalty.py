import core.texts.translated
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_segments"),
        ("accounts", "0008_loyalty"),
        ("inventory", "0003_catalogue"),
        ("orders", "0006_returns"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="PointBonus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "percent",
                    models.PositiveIntegerField(
                        help_text="200 doubles, 0 earns none.", verbose_name="percent of the usual points"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.segment",
                        verbose_name="segment",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.loyaltytier",
                        verbose_name="tier",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        help_text="With all that stands below it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.category",
                        verbose_name="category",
                    ),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="from")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "rule for more points",
                "verbose_name_plural": "rules for more points",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent__lte", 10000)), name="point_bonus_is_not_absurd"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_at__isnull", True),
                            ("ends_at__isnull", True),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="point_bonus_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PointBonusChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="name_percent_segment_tier_category_starts_at_ends_at_is_active_events",
                        to="orders.pointbonus",
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
                ("name", core.texts.translated.TranslatedField(default=dict, verbose_name="name")),
                (
                    "percent",
                    models.PositiveIntegerField(
                        help_text="200 doubles, 0 earns none.", verbose_name="percent of the usual points"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.segment",
                        verbose_name="segment",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.loyaltytier",
                        verbose_name="tier",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="With all that stands below it.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.category",
                        verbose_name="category",
                    ),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="from")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pointbonus",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."percent" IS DISTINCT FROM (NEW."percent") OR OLD."segment_id" IS DISTINCT FROM (NEW."segment_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."tier_id" IS DISTINCT FROM (NEW."tier_id"))',
                    func='INSERT INTO "orders_pointbonuschange" ("category_id", "ends_at", "is_active", "name", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "segment_id", "starts_at", "tier_id") VALUES (OLD."category_id", OLD."ends_at", OLD."is_active", OLD."name", OLD."percent", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."segment_id", OLD."starts_at", OLD."tier_id"); RETURN NULL;',
                    hash="83c87eefb5164b41a505558e2d94ab48404be13c",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_26cdc",
                    table="orders_pointbonus",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pointbonus",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_pointbonuschange" ("category_id", "ends_at", "is_active", "name", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "segment_id", "starts_at", "tier_id") VALUES (OLD."category_id", OLD."ends_at", OLD."is_active", OLD."name", OLD."percent", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."segment_id", OLD."starts_at", OLD."tier_id"); RETURN NULL;',
                    hash="c6019725c386c763dbb244634994fbb7b455cc02",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b09de",
                    table="orders_pointbonus",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pointbonuschange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9116c0c5cd38cc0f2f364ba98d0f4361cf7a09b8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_80d7e",
                    table="orders_pointbonuschange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
