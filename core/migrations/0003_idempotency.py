from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_delivery"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotentResponse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.CharField(
                        help_text="Who asked, and what: actor, method and path.", max_length=200, verbose_name="scope"
                    ),
                ),
                ("key", models.CharField(max_length=255, verbose_name="key")),
                ("request_hash", models.CharField(max_length=64, verbose_name="request hash")),
                (
                    "status",
                    models.SmallIntegerField(
                        help_text="Empty while the first request is running.", null=True, verbose_name="status"
                    ),
                ),
                ("body", models.BinaryField(default=bytes, verbose_name="body")),
                ("locked_at", models.DateTimeField(verbose_name="locked at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
            ],
            options={
                "verbose_name": "idempotent response",
                "verbose_name_plural": "idempotent responses",
                "indexes": [models.Index(fields=["expires_at"], name="idempotent_response_expiry")],
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "key"), name="idempotent_response_once_per_key")
                ],
            },
        ),
    ]
