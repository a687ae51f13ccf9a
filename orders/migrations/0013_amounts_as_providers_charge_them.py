"""A provider may round, too: some take an amount in thousandths only if it ends in nought."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0012_forms_say_why"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_only_cash_is_rounded",
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rounding", 0), ("method", "cash"), models.Q(("provider", ""), _negated=True), _connector="OR"
                ),
                name="payment_rounded_to_coins_or_by_a_provider",
            ),
        ),
    ]
