from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_journal"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsumerOffset",
            fields=[
                (
                    "handler",
                    models.CharField(max_length=120, primary_key=True, serialize=False, verbose_name="handler"),
                ),
                ("xid", models.BigIntegerField(default=0, verbose_name="transaction")),
                ("entry_id", models.BigIntegerField(default=0, verbose_name="entry id")),
                ("moved_at", models.DateTimeField(auto_now=True, verbose_name="moved at")),
            ],
            options={
                "verbose_name": "consumer offset",
                "verbose_name_plural": "consumer offsets",
            },
        ),
        migrations.CreateModel(
            name="FailedDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handler", models.CharField(max_length=120, verbose_name="handler")),
                ("entry_id", models.BigIntegerField(verbose_name="entry id")),
                (
                    "entry_occurred_at",
                    models.DateTimeField(help_text="Finds the entry's partition.", verbose_name="entry occurred at"),
                ),
                ("attempts", models.PositiveIntegerField(default=1, verbose_name="attempts")),
                (
                    "next_attempt_at",
                    models.DateTimeField(
                        help_text="Empty when given up: a dead letter.", null=True, verbose_name="next attempt at"
                    ),
                ),
                ("error", models.TextField(verbose_name="error")),
                ("failed_at", models.DateTimeField(verbose_name="failed at")),
            ],
            options={
                "verbose_name": "failed delivery",
                "verbose_name_plural": "failed deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_attempt_at__isnull", False)),
                        fields=["next_attempt_at"],
                        name="failed_delivery_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("handler", "entry_id"), name="failed_delivery_once_per_handler_and_entry"
                    )
                ],
            },
        ),
    ]
