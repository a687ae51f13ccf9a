"""Barcodes and SKUs get one form each, and the database refuses their twins from now on."""

from django.db import migrations, models
from django.db.models import Count
from django.db.models.functions import Upper

import inventory.models.fields
from core.texts.spelling import plain_text
from inventory.rules.barcodes import STORED, NotABarcode, canonical_barcode

MOST_NAMED = 20
SEEN = r"^[!-~]+( [!-~]+)*$"


def normalise_barcodes(apps, schema_editor):
    """Write every barcode in its one form; refuse where two articles would have the same, or one is none."""
    barcodes = apps.get_model("inventory", "Barcode").objects
    twins, unreadable = [], []
    for barcode in barcodes.exclude(code__regex=STORED).select_related("variant").order_by("pk"):
        try:
            code = canonical_barcode(barcode.code)
        except NotABarcode:
            unreadable.append(f"{barcode.code} ({barcode.variant.sku})")
            continue
        other = barcodes.filter(code=code).select_related("variant").first()
        if other is None:
            barcodes.filter(pk=barcode.pk).update(code=code)
        elif other.variant_id == barcode.variant_id:
            barcode.delete()
        else:
            twins.append(f"{barcode.code} ({barcode.variant.sku}) and {other.code} ({other.variant.sku})")
    _refuse("These barcodes are one number on two articles; delete one of each", twins)
    _refuse("These are no EAN, UPC or ISBN; correct or delete them", unreadable)


def normalise_skus(apps, schema_editor):
    """Write every SKU in its one form; refuse where two would be twins."""
    variants = apps.get_model("inventory", "Variant").objects
    in_any_case = variants.annotate(large=Upper("sku"))
    large = in_any_case.values_list("large").annotate(count=Count("pk")).filter(count__gt=1).order_by("large")
    twins = [" and ".join(in_any_case.filter(large=sku).values_list("sku", flat=True)) for sku, _count in large]
    for pk, sku in list(variants.exclude(sku__regex=SEEN).order_by("pk").values_list("pk", "sku")):
        stored = plain_text(sku) or f"SKU-{pk}"
        other = in_any_case.filter(large=stored.upper()).exclude(pk=pk).first()
        if other is not None:
            twins.append(f"{sku!r} and {other.sku!r}")
        elif stored != sku:
            variants.filter(pk=pk).update(sku=stored)
    _refuse("These SKUs differ only in their case or in characters that nobody sees; rename one of each", twins)


def _refuse(why, what):
    if what:
        more = f" and {len(what) - MOST_NAMED} more" if len(what) > MOST_NAMED else ""
        raise ValueError(f"{why}, then migrate again: {'; '.join(what[:MOST_NAMED])}{more}.")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0009_price_files")]

    operations = [
        migrations.RunPython(normalise_barcodes, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(normalise_skus, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="variant",
            name="sku",
            field=inventory.models.fields.SkuField(max_length=64, unique=True, verbose_name="SKU"),
        ),
        migrations.AlterField(
            model_name="variantchange",
            name="sku",
            field=inventory.models.fields.SkuField(max_length=64, verbose_name="SKU"),
        ),
        migrations.AddConstraint(
            model_name="barcode",
            constraint=models.CheckConstraint(
                condition=models.Q(code__regex=STORED),
                name="barcode_is_in_its_one_form",
                violation_error_message="This is not an EAN, UPC or ISBN: the check digit is wrong.",
            ),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(
                Upper("sku"),
                name="variant_sku_once_in_any_case",
                violation_error_message="Another variant has this SKU; capital and small letters are the same.",
            ),
        ),
    ]
