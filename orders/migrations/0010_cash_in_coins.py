"""Stores what cash was rounded to, so that the table itself can check it. Rows that stand were not: 1."""

import django.db.models.expressions
import django.db.models.functions.math
import django.db.models.lookups
from django.db import migrations, models

from core.states.guards import keep_rows

OUTCOME = ("state", "provider_ref", "done_at", "till_session_id", "rounding")
BEFORE = keep_rows("orders_refund", may_change=OUTCOME)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_foreign_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="coin",
            field=models.BigIntegerField(
                db_default=1,
                default=1,
                help_text="What the cash was rounded to; 1 if it was not.",
                verbose_name="smallest coin",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="coin",
            field=models.BigIntegerField(
                db_default=1,
                default=1,
                help_text="What the cash was rounded to; 1 if it was not.",
                verbose_name="smallest coin",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("coin__gt", 0),
                    django.db.models.lookups.Exact(
                        django.db.models.functions.math.Mod(
                            django.db.models.expressions.CombinedExpression(
                                models.F("amount"), "+", models.F("rounding")
                            ),
                            models.F("coin"),
                        ),
                        0,
                    ),
                ),
                name="payment_in_coins",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("coin__gt", 0),
                    django.db.models.lookups.Exact(
                        django.db.models.functions.math.Mod(
                            django.db.models.expressions.CombinedExpression(
                                models.F("amount"), "+", models.F("rounding")
                            ),
                            models.F("coin"),
                        ),
                        0,
                    ),
                ),
                name="refund_in_coins",
            ),
        ),
        migrations.RunSQL(BEFORE.reverse_sql, BEFORE.sql),
        keep_rows("orders_refund", may_change=(*OUTCOME, "coin")),
    ]
