"""The back office's fields and searches know every spelling."""

import pytest
from django.urls import reverse

from inventory.models import Barcode, Variant
from tests.factories.inventory import make_product, make_stock, make_store, make_variant
from tests.factories.orders import make_order

EAN = "4006381333931"


def parts(*barcodes):
    names = ("prices", "barcodes", "media")
    counts = {f"{part}-{name}_FORMS": "0" for part in names for name in ("TOTAL", "INITIAL")}
    codes = {f"barcodes-{place}-code": code for place, code in enumerate(barcodes)}
    return counts | {"barcodes-TOTAL_FORMS": len(barcodes)} | codes


def add_variant(office, sku, *barcodes):
    fields = {"product": make_product().pk, "sku": sku, "attributes": "{}", "position": "0", "low_stock_below": "0"}
    return office.post(reverse("admin:inventory_variant_add"), fields | parts(*barcodes)).content.decode()


def test_a_barcode_in_another_spelling_is_taken(office):
    make_variant(sku="MUG", barcode=EAN)

    page = add_variant(office, "BOWL", "04006381333931")

    assert "already exists" in page
    assert list(Barcode.objects.values_list("code", "variant__sku")) == [(EAN, "MUG")]
    assert not Variant.objects.filter(sku="BOWL").exists()


def test_a_barcode_is_stored_in_its_one_form(office):
    add_variant(office, "MUG", "\u200e036000291452", "٩٦٣٨٥٠٧٤")

    assert set(Barcode.objects.values_list("code", flat=True)) == {"0036000291452", "96385074"}


@pytest.mark.parametrize(
    ("sku", "words"),
    [
        ("mug-1", "Another variant has this SKU; capital and small letters are the same."),
        ("MUG-۱", "already exists"),
        ("MUG\u200b-1", "characters that can all be seen"),
    ],
)
def test_a_twin_of_an_sku_is_refused_in_words(office, sku, words):
    make_variant(sku="MUG-1")

    page = add_variant(office, sku)

    assert words in page
    assert "variant_sku_once" not in page
    assert Variant.objects.count() == 1


@pytest.mark.parametrize("written", [EAN, f"0{EAN}", "٤٠٠٦٣٨١٣٣٣٩٣١", "4006381\u00a0333931", f"\u200e{EAN}"])
@pytest.mark.parametrize(
    "page", ["inventory_product", "inventory_variant", "inventory_barcode", "inventory_stocklevel"]
)
def test_lists_find_a_barcode_in_every_spelling(office, page, written):
    make_stock(make_variant(sku="MUG", barcode=EAN, name="Mug"), make_store("mitte"), on_hand=2)
    make_variant(sku="BOWL", name="Bowl")

    found = office.get(reverse(f"admin:{page}_changelist"), {"q": written}).context["cl"]

    assert found.result_count == 1


def test_orders_are_found_in_the_digits_of_every_script(office, db):
    order = make_order((make_variant(), 1, 1290), store=make_store("mitte"))
    persian = order.number.translate({48 + digit: 0x06F0 + digit for digit in range(10)})

    for page in ("orders_order", "orders_orderline", "orders_payment"):
        found = office.get(reverse(f"admin:{page}_changelist"), {"q": f"\u200e{persian}"}).context["cl"]
        assert found.result_count == 1, page


@pytest.mark.parametrize("name", ["T-Shirt", "T Shirt", "Tshirt", "می‌خواهم", "میخواهم", "می خواهم"])
def test_a_product_is_found_however_its_name_is_joined(office, name):
    shirt = make_product("wanted", name={"en": name})
    make_variant(product=shirt, barcode=EAN)
    make_product("teapot", name={"en": "Teapot", "fa": "قوری"})
    joined = name.replace("-", "").replace(" ", "").replace("\u200c", "")
    spellings = [name, joined.upper(), f"{joined[0]}-{joined[1:]}", EAN]

    found = [
        set(office.get(reverse("admin:inventory_product_changelist"), {"q": text}).context["cl"].queryset)
        for text in spellings
    ]

    assert found == [{shirt}] * len(spellings)


def test_marks_alone_do_not_limit_the_list_of_products(office):
    make_product("teapot")

    assert office.get(reverse("admin:inventory_product_changelist"), {"q": "-"}).context["cl"].result_count == 1
