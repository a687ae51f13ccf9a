from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_confirmed_tax_numbers"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="address",
            name="address_one_default_per_customer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("customer",),
                name="address_one_default_per_customer",
                violation_error_message="This person has another default address.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="customer",
            name="customer_verified_phone_is_one_persons",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    ("phone_verified_at__isnull", False),
                    models.Q(("phone", ""), _negated=True),
                ),
                fields=("phone",),
                name="customer_verified_phone_is_one_persons",
                violation_error_message="Another person has proved that this number is theirs.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="customer",
            name="customer_external_id_unique",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("external_id",),
                name="customer_external_id_unique",
                violation_error_message="Another person has this number of the other system.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="segmentmembership",
            name="segment_membership_ends_after_start",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                name="segment_membership_ends_after_start",
                violation_error_message="The end must be later than the start.",
            ),
        ),
    ]
