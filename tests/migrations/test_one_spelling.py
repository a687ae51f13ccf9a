"""What stood in a shop before it had one spelling is brought into it, or named."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from inventory.models import Barcode, Variant
from tests.factories.inventory import make_variant

pytestmark = pytest.mark.django_db

spelling = import_module("inventory.migrations.0010_one_spelling")


@pytest.fixture(autouse=True)
def before():
    """The tables as they were: without the constraints."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inventory_barcode DROP CONSTRAINT barcode_is_in_its_one_form")
        cursor.execute("DROP INDEX variant_sku_once_in_any_case")


def article(sku, *codes):
    variant = make_variant(sku=sku)
    Barcode.objects.bulk_create(Barcode(variant=variant, code=code) for code in codes)
    return variant


def stored_as(variant, sku):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_variant SET sku = %s WHERE id = %s", [sku, variant.pk])


def test_every_barcode_gets_its_one_form():
    article("MUG", "04006381333931", "036000291452", "0000096385074", "14006381333938")

    spelling.normalise_barcodes(apps, None)

    codes = set(Barcode.objects.values_list("code", flat=True))
    assert codes == {"4006381333931", "0036000291452", "96385074", "14006381333938"}


def test_two_spellings_on_one_article_become_one():
    article("MUG", "4006381333931", "04006381333931")

    spelling.normalise_barcodes(apps, None)

    assert Barcode.objects.get().code == "4006381333931"


def test_one_number_on_two_articles_is_named():
    article("LAB-50", "4006381333931")
    article("LAB-100", "04006381333931")

    with pytest.raises(ValueError, match=r"04006381333931 \(LAB-100\) and 4006381333931 \(LAB-50\)"):
        spelling.normalise_barcodes(apps, None)


def test_what_is_no_barcode_is_named():
    article("MUG", "HELLO")

    with pytest.raises(ValueError, match=r"HELLO \(MUG\)"):
        spelling.normalise_barcodes(apps, None)


def test_every_sku_gets_its_one_form():
    stored_as(article("MUG"), "ＭＵＧ\u200b-٣ ")

    spelling.normalise_skus(apps, None)

    assert Variant.objects.get().sku == "MUG-3"


@pytest.mark.parametrize("twin", ["mug-1", "MUG-\u200b1"])
def test_twins_of_an_sku_are_named(twin):
    article("MUG-1")
    stored_as(article("other"), twin)

    with pytest.raises(ValueError, match="rename one of each") as refused:
        spelling.normalise_skus(apps, None)

    assert "MUG-1" in str(refused.value)
