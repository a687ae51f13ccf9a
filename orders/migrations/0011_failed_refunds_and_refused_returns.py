import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0010_cash_in_coins"),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="follows",
            field=models.OneToOneField(
                blank=True,
                help_text="The refund that failed, which it replaces.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followed_by",
                to="orders.refund",
                verbose_name="follows",
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="goes_to",
            field=models.CharField(
                choices=[
                    ("original", "What it was paid with"),
                    ("credit", "Store credit"),
                    ("cash", "Cash, at a till"),
                    ("transfer", "Bank transfer"),
                ],
                db_default="original",
                default="original",
                max_length=10,
                verbose_name="goes to",
            ),
        ),
        migrations.AddField(
            model_name="return",
            name="reject_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="why refused"),
        ),
    ]
