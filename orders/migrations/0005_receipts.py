import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceiptRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipt_requests",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "medium",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "SMS")], max_length=10, verbose_name="medium"
                    ),
                ),
                ("address", models.CharField(max_length=254, verbose_name="address")),
                ("requested_at", models.DateTimeField(verbose_name="requested at")),
            ],
            options={
                "verbose_name": "receipt request",
                "verbose_name_plural": "receipt requests",
            },
        ),
    ]
