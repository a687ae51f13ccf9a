import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("carts", "0004_carts"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vouchers",
                        to="carts.promotion",
                        verbose_name="promotion",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="Large letters and digits.", max_length=40, unique=True, verbose_name="code"
                    ),
                ),
                ("series", models.CharField(blank=True, max_length=80, verbose_name="series")),
                (
                    "max_uses",
                    models.PositiveIntegerField(blank=True, default=1, null=True, verbose_name="uses at most"),
                ),
                (
                    "max_uses_each",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="uses at most per customer"),
                ),
                ("uses", models.PositiveIntegerField(default=0, editable=False, verbose_name="uses")),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="starts at")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends at")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "voucher",
                "verbose_name_plural": "vouchers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("series", ""), _negated=True), fields=["series"], name="voucher_by_series"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_uses__isnull", True), ("uses__lte", models.F("max_uses")), _connector="OR"
                        ),
                        name="voucher_used_within_its_limit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z0-9-]{3,40}$")), name="voucher_code_is_plain"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VoucherBudget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "promotion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget",
                        to="carts.promotion",
                        verbose_name="promotion",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="budget in minor units")),
                ("spent", models.BigIntegerField(default=0, editable=False, verbose_name="spent in minor units")),
            ],
            options={
                "verbose_name": "budget of vouchers",
                "verbose_name_plural": "budgets of vouchers",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("spent__gte", 0), ("spent__lte", models.F("amount"))),
                        name="voucher_budget_is_kept",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CartVoucher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cart",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vouchers",
                        to="carts.cart",
                        verbose_name="cart",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="carts.voucher",
                        verbose_name="voucher",
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="added at")),
            ],
            options={
                "verbose_name": "voucher in a cart",
                "verbose_name_plural": "vouchers in carts",
                "constraints": [models.UniqueConstraint(fields=("cart", "voucher"), name="cart_voucher_once")],
            },
        ),
        migrations.CreateModel(
            name="VoucherBudgetChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="promotion_amount_events",
                        to="carts.voucherbudget",
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
                    "promotion",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="carts.promotion",
                        verbose_name="promotion",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="budget in minor units")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="VoucherChange",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="promotion_code_series_max_uses_max_uses_each_starts_at_ends_at_is_active_events",
                        to="carts.voucher",
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
                    "promotion",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="carts.promotion",
                        verbose_name="promotion",
                    ),
                ),
                ("code", models.CharField(help_text="Large letters and digits.", max_length=40, verbose_name="code")),
                ("series", models.CharField(blank=True, max_length=80, verbose_name="series")),
                (
                    "max_uses",
                    models.PositiveIntegerField(blank=True, default=1, null=True, verbose_name="uses at most"),
                ),
                (
                    "max_uses_each",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="uses at most per customer"),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="starts at")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends at")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="VoucherCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "voucher",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="carts.voucher",
                        verbose_name="voucher",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                ("uses", models.PositiveIntegerField(verbose_name="uses")),
                ("most", models.PositiveIntegerField(verbose_name="uses at most")),
            ],
            options={
                "verbose_name": "uses of a voucher by a customer",
                "verbose_name_plural": "uses of vouchers by customers",
                "constraints": [
                    models.UniqueConstraint(fields=("voucher", "customer"), name="voucher_count_once_per_customer"),
                    models.CheckConstraint(
                        condition=models.Q(("uses__lte", models.F("most"))), name="voucher_count_within_limit"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VoucherUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses_of_it",
                        to="carts.voucher",
                        verbose_name="voucher",
                    ),
                ),
                (
                    "cart",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="carts.cart",
                        verbose_name="cart",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("held", "Held"), ("used", "Used"), ("returned", "Given back")],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("held_at", models.DateTimeField(verbose_name="held at")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled at")),
            ],
            options={
                "verbose_name": "use of a voucher",
                "verbose_name_plural": "uses of vouchers",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "returned"), _negated=True),
                        fields=("voucher", "cart"),
                        name="voucher_use_once_per_order",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="voucher",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."max_uses" IS DISTINCT FROM (NEW."max_uses") OR OLD."max_uses_each" IS DISTINCT FROM (NEW."max_uses_each") OR OLD."promotion_id" IS DISTINCT FROM (NEW."promotion_id") OR OLD."series" IS DISTINCT FROM (NEW."series") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at"))',
                    func='INSERT INTO "carts_voucherchange" ("code", "ends_at", "is_active", "max_uses", "max_uses_each", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id", "series", "starts_at") VALUES (OLD."code", OLD."ends_at", OLD."is_active", OLD."max_uses", OLD."max_uses_each", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."promotion_id", OLD."series", OLD."starts_at"); RETURN NULL;',
                    hash="3dad1e7066ac92790f53ecdf624180c2c025f70c",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_29fb8",
                    table="carts_voucher",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="voucher",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "carts_voucherchange" ("code", "ends_at", "is_active", "max_uses", "max_uses_each", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id", "series", "starts_at") VALUES (OLD."code", OLD."ends_at", OLD."is_active", OLD."max_uses", OLD."max_uses_each", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."promotion_id", OLD."series", OLD."starts_at"); RETURN NULL;',
                    hash="e84ba8ba84d83a57baae25933475eb00bd06e06a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ce748",
                    table="carts_voucher",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="voucherbudget",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."promotion_id" IS DISTINCT FROM (NEW."promotion_id"))',
                    func='INSERT INTO "carts_voucherbudgetchange" ("amount", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id") VALUES (OLD."amount", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."promotion_id"); RETURN NULL;',
                    hash="9bd0094021d235a1935fd55290cfe20ced6c0292",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_77863",
                    table="carts_voucherbudget",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="voucherbudget",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "carts_voucherbudgetchange" ("amount", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id") VALUES (OLD."amount", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."promotion_id"); RETURN NULL;',
                    hash="925f8a20afe8ea1e4216ed3c2b0fc9a4f9ab8a56",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_03fd8",
                    table="carts_voucherbudget",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="voucherbudgetchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="10fb7de805b7fc1d7633863509aac5781aa376ac",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a4c5a",
                    table="carts_voucherbudgetchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="voucherchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="083f483c74f3647f03306ff06bb910c66ad848f0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0948e",
                    table="carts_voucherchange",
                    when="BEFORE",
                ),
            ),
        ),
    ]
