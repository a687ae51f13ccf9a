from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_forms_say_why"),
        ("inventory", "0014_forms_say_why"),
        ("orders", "0011_failed_refunds_and_refused_returns"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="pointbonus",
            name="point_bonus_is_not_absurd",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__lte", 10000)),
                name="point_bonus_is_not_absurd",
                violation_error_message="A bonus is at most 10,000 percent.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="pointbonus",
            name="point_bonus_ends_after_it_starts",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_at__isnull", True),
                    ("ends_at__isnull", True),
                    ("ends_at__gt", models.F("starts_at")),
                    _connector="OR",
                ),
                name="point_bonus_ends_after_it_starts",
                violation_error_message="The end must be later than the start.",
            ),
        ),
    ]
