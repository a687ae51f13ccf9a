"""A VAT number frees of tax only while a service confirms it; the numbers that stand are asked about first."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.states.guards import keep_rows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_states"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaxNumberCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, verbose_name="VAT number")),
                ("service", models.CharField(max_length=20, verbose_name="service")),
                ("is_valid", models.BooleanField(verbose_name="in use")),
                ("reference", models.CharField(blank=True, max_length=40, verbose_name="reference")),
                ("name", models.CharField(blank=True, max_length=300, verbose_name="name")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("answered_at", models.DateTimeField(verbose_name="answered at")),
            ],
            options={
                "verbose_name": "answer about a VAT number",
                "verbose_name_plural": "answers about VAT numbers",
            },
        ),
        migrations.AddField(
            model_name="taxnumber",
            name="ask_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked again at"),
        ),
        migrations.AddField(
            model_name="taxnumber",
            name="confirmed_until",
            field=models.DateTimeField(
                blank=True,
                help_text="Free of tax only until then; empty: never confirmed.",
                null=True,
                verbose_name="confirmed until",
            ),
        ),
        migrations.AddIndex(
            model_name="taxnumber",
            index=models.Index(
                condition=models.Q(("ask_at__isnull", False)), fields=["ask_at"], name="tax_number_to_ask"
            ),
        ),
        migrations.AddField(
            model_name="taxnumbercheck",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tax_number_checks",
                to=settings.AUTH_USER_MODEL,
                verbose_name="customer",
            ),
        ),
        migrations.AddIndex(
            model_name="taxnumbercheck",
            index=models.Index(fields=["customer", "-answered_at"], name="tax_number_check_newest"),
        ),
        keep_rows("accounts_taxnumbercheck"),
        migrations.RunSQL("UPDATE accounts_taxnumber SET ask_at = now()", migrations.RunSQL.noop),
    ]
