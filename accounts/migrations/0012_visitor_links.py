import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_forms_say_why"),
    ]

    operations = [
        migrations.CreateModel(
            name="VisitorLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visitor", models.CharField(db_index=True, max_length=80, verbose_name="visitor")),
                ("since", models.DateTimeField(null=True, verbose_name="since")),
                ("linked_at", models.DateTimeField(verbose_name="linked at")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "visitor of a customer",
                "verbose_name_plural": "visitors of customers",
            },
        ),
    ]
