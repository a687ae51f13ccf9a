from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_consents"),
    ]

    operations = [
        migrations.CreateModel(
            name="VisitMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sender",
                    models.CharField(
                        help_text="The customer or visitor who chose the message ids.",
                        max_length=80,
                        verbose_name="sender",
                    ),
                ),
                ("message_id", models.CharField(max_length=80, verbose_name="message id")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
            ],
            options={
                "verbose_name": "visit message",
                "verbose_name_plural": "visit messages",
                "indexes": [models.Index(fields=["received_at"], name="visit_message_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("sender", "message_id"), name="visit_message_once_per_sender")
                ],
            },
        ),
    ]
