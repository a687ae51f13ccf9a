import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("inventory", "0008_price_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="PriceFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                ("content", models.BinaryField(verbose_name="content")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Being checked"),
                            ("checked", "Checked, not saved yet"),
                            ("wanted", "Being saved"),
                            ("done", "Saved"),
                            ("failed", "Cannot be read"),
                        ],
                        default="uploaded",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0, verbose_name="percent done")),
                ("figures", models.JSONField(default=dict, verbose_name="figures")),
                ("problem", models.CharField(blank=True, max_length=300, verbose_name="problem")),
                ("refused", models.TextField(blank=True, verbose_name="rejected rows")),
                ("uploaded_at", models.DateTimeField(verbose_name="uploaded at")),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "price file",
                "verbose_name_plural": "price files",
            },
        ),
    ]
