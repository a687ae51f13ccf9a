import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_customers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("company", models.CharField(blank=True, max_length=200, verbose_name="company")),
                ("street_address", models.CharField(max_length=400, verbose_name="street address")),
                ("city", models.CharField(blank=True, max_length=200, verbose_name="city")),
                ("city_area", models.CharField(blank=True, max_length=200, verbose_name="district")),
                ("country_area", models.CharField(blank=True, max_length=200, verbose_name="state or province")),
                ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
                ("country_code", models.CharField(max_length=2, verbose_name="country")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
            ],
            options={
                "verbose_name": "address",
                "verbose_name_plural": "addresses",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("customer",),
                        name="address_one_default_per_customer",
                    )
                ],
            },
        ),
    ]
