from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("carts", "0008_pricing_config"),
        ("inventory", "0014_forms_say_why"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="promotion",
            name="promotion_ends_after_start",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="promotion_ends_after_start",
                violation_error_message="The end must be later than the start.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="promotion",
            name="promotion_of_one_door_has_reason_and_end",
            constraint=models.CheckConstraint(
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
                violation_error_message="What holds for one channel or store only needs a reason and an end.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="taxrate",
            name="tax_rate_at_most_everything",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis_points__lte", 10000)),
                name="tax_rate_at_most_everything",
                violation_error_message="A rate is at most 100 percent.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="taxrate",
            name="tax_rate_ends_after_start",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_date__isnull", True), ("ends_date__gt", models.F("starts_date")), _connector="OR"
                ),
                name="tax_rate_ends_after_start",
                violation_error_message="The end must be later than the start.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="taxzone",
            name="tax_zone_country_has_two_letters",
            constraint=models.CheckConstraint(
                condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                name="tax_zone_country_has_two_letters",
                violation_error_message="Enter the country as two capital letters, like DE.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="voucher",
            name="voucher_used_within_its_limit",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_uses__isnull", True), ("uses__lte", models.F("max_uses")), _connector="OR"),
                name="voucher_used_within_its_limit",
                violation_error_message="It was used more often already.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="voucher",
            name="voucher_code_is_plain",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z0-9-]{3,40}$")),
                name="voucher_code_is_plain",
                violation_error_message="A code has 3 to 40 letters, digits and hyphens, like SAVE-10.",
            ),
        ),
    ]
