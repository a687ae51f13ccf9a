import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
        ("carts", "0005_vouchers"),
        ("inventory", "0003_catalogue"),
    ]

    operations = [
        migrations.CreateModel(
            name="WishlistItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishlist",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
                (
                    "added_channel",
                    models.CharField(
                        choices=[("web", "Web"), ("app", "App"), ("till", "Till"), ("system", "System")],
                        max_length=40,
                        verbose_name="added on",
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="added at")),
            ],
            options={
                "verbose_name": "wish list item",
                "verbose_name_plural": "wish list items",
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "variant"), name="wishlist_item_once_per_variant")
                ],
            },
        ),
    ]
