import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from core.migration_operations import Together


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_numbers")]

    operations = [
        migrations.CreateModel(
            name="ReceiptRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
        Together(
            [
                migrations.AddField(
                    model_name="order",
                    name="request_mark",
                    field=models.CharField(blank=True, help_text="The request that placed it.", max_length=64),
                ),
                migrations.AddField(
                    model_name="payment",
                    name="till_session",
                    field=models.ForeignKey(
                        blank=True,
                        help_text="Whose drawer the cash went into, if not that of the order's own session.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.tillsession",
                    ),
                ),
                migrations.AddField(
                    model_name="refund",
                    name="till_session",
                    field=models.ForeignKey(
                        blank=True,
                        help_text="Whose drawer the cash came out of.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="orders.tillsession",
                    ),
                ),
                migrations.AddField(
                    model_name="sandboxcharge",
                    name="refund_keys",
                    field=models.JSONField(default=list),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Reverse("contact_phone"), "text_pattern_ops"
                        ),
                        condition=models.Q(("customer__isnull", True), models.Q(("contact_phone", ""), _negated=True)),
                        name="order_guests_by_phone",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="order",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("request_mark", ""), _negated=True), models.Q(("state", "failed"), _negated=True)
                        ),
                        fields=("request_mark",),
                        name="order_one_per_request",
                    ),
                ),
                migrations.AddField(
                    model_name="receiptrequest",
                    name="order",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="receipt_requests", to="orders.order"
                    ),
                ),
            ]
        ),
    ]
