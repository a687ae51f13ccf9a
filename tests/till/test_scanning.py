"""What is scanned or typed at the till means the same on every keyboard, and the exact article comes first."""

import pytest

from carts.models import CartLine
from tests.client import Api
from tests.factories.inventory import make_stock, make_variant


def article(high_street, sku, **fields):
    variant = make_variant(sku=sku, **fields)
    make_stock(variant, high_street, on_hand=9)
    return variant


def sold():
    return {line.variant.sku: line.quantity for line in CartLine.objects.select_related("variant")}


@pytest.mark.parametrize(
    ("sku", "inside"), [("2XL-TEE-BLK", "L-TEE-BLK"), ("30X40-PRINT", "40-PRINT"), ("3x2-B", "2-B")]
)
def test_an_exact_sku_is_never_read_as_a_quantity_of_another(clerk, high_street, sku, inside):
    article(high_street, inside)
    article(high_street, sku)

    clerk.scan(sku)

    assert sold() == {sku: 1}


def test_a_quantity_before_an_sku_still_counts(clerk, high_street):
    article(high_street, "2XL-TEE-BLK")

    clerk.scan("3x2XL-TEE-BLK")

    assert sold() == {"2XL-TEE-BLK": 3}


@pytest.mark.parametrize("scanned", ["mug-1", "ＭＵＧ-1", "MUG–۱", "\u200eMUG-1\u200f", "MUG\u200c-1"])
def test_an_sku_is_known_in_every_spelling(clerk, high_street, scanned):
    article(high_street, "MUG-1")

    clerk.scan(scanned)

    assert sold() == {"MUG-1": 1}


@pytest.mark.parametrize("scanned", ["4006381333931", "04006381333931", "٤٠٠٦٣٨١٣٣٣٩٣١", "4006381\u00a0333931"])
def test_a_barcode_is_known_in_every_spelling(clerk, high_street, scanned):
    article(high_street, "MUG-1", barcode="4006381333931")

    clerk.scan(scanned)

    assert sold() == {"MUG-1": 1}


def test_a_name_with_a_hyphen_is_a_person_not_an_sku(clerk, ana):
    ana.name = "Anna-Lena Berg"
    ana.save()

    page = clerk.scan("anna-lena")

    assert "Anna-Lena Berg" in page.content.decode()


def test_a_persian_name_is_found_with_its_joiners(clerk, ana):
    ana.name = "علی\u200cرضا"
    ana.save()

    assert "علی\u200cرضا" in clerk.scan("علی\u200cرضا").content.decode()


def test_an_address_with_an_underscore_is_found(clerk, ana):
    ana.email = "ana_b@example.com"
    ana.save()

    assert f"customer-{ana.pk}" in clerk.scan("ana_b@example.com").content.decode()


@pytest.mark.parametrize(
    "disguise", [str.lower, lambda code: f"\u200f{code[:4]}–{code[4:]}", lambda code: " ".join(code)]
)
def test_a_carts_code_is_known_in_every_spelling(clerk, ana, mug, disguise):
    Api(ana).add("MUG")
    code = Api(ana).get("cart/").json()["handover"]["code"]

    assert f"customer-{ana.pk}" in clerk.scan(disguise(code)).content.decode()


@pytest.mark.parametrize("barcode", ["4006381333931", "04006381333931", "٤٠٠٦٣٨١٣٣٣٩٣١"])
def test_a_sale_by_the_api_knows_a_barcode_in_every_spelling(tess, high_street, register, barcode):
    article(high_street, "MUG-1", barcode="4006381333931")

    sale = Api(tess).post(
        "till/sales/",
        {
            "session": str(register.pk),
            "lines": [{"barcode": barcode}],
            "payments": [{"method": "cash", "tendered": {"amount": "20.00", "currency": "EUR"}}],
        },
    )

    assert sale.status_code == 201, sale.content
    assert sale.json()["lines"][0]["sku"] == "MUG-1"
