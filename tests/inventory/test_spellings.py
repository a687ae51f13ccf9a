"""One barcode and one SKU belong to one article, however anybody writes them."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from carts.services.wishlists import save_for_later
from core.actors import Actor
from core.errors import Malformed
from inventory.models import Barcode, Variant
from inventory.services.catalogue import BarcodeTaken, NameTaken, add_barcode, add_variant
from tests.client import Api
from tests.factories.inventory import make_product, make_variant

pytestmark = pytest.mark.django_db
EAN = "4006381333931"
MONA = Actor(channel="system", staff_id=7)


@pytest.mark.parametrize("twin", ["04006381333931", "4006381 333931", "٤٠٠٦٣٨١٣٣٣٩٣١", "４００６３８１３３３９３１"])
def test_a_second_article_cannot_have_the_same_number_in_another_spelling(twin):
    first, second = make_variant(barcode=EAN), make_variant()

    with pytest.raises(BarcodeTaken) as refused:
        add_barcode(variant_id=second.pk, code=twin)

    assert refused.value.code == "barcode_taken"
    assert list(Barcode.objects.values_list("variant_id", "code")) == [(first.pk, EAN)]


@pytest.mark.parametrize("code", ["04006381333931", "036000291452", "0000096385074", "HELLO"])
def test_the_database_takes_no_other_form_of_a_barcode(code):
    with pytest.raises(IntegrityError, match="barcode_is_in_its_one_form"):
        Barcode.objects.create(variant=make_variant(), code=code)


@pytest.mark.parametrize("code", ["04006381333931", "4006381333931", "%D9%A4%D9%A0%D9%A0%D9%A6381333931"])
def test_the_catalogue_knows_a_barcode_in_every_spelling(code):
    make_variant(sku="MUG", barcode=EAN)

    assert Api().get(f"catalogue/barcodes/{code}/").json()["selected_sku"] == "MUG"


@pytest.mark.parametrize("twin", ["mug-1", "ＭＵＧ-1", "MUG–1", "MUG-۱"])
def test_no_second_sku_differs_only_in_its_spelling(twin):
    make_variant(sku="MUG-1")

    with pytest.raises(NameTaken):
        add_variant(product_id=make_product().pk, sku=twin, by=MONA, now=timezone.now())

    assert Variant.objects.get().sku == "MUG-1"


@pytest.mark.parametrize("sku", ["MUG\u200b-1", "MUG\u00ad", "\u200e", "", "   ", "M" * 65, "MUG\u3164"])
def test_an_sku_that_nobody_can_read_is_refused(sku):
    with pytest.raises(Malformed):
        add_variant(product_id=make_product().pk, sku=sku, by=MONA, now=timezone.now())

    assert not Variant.objects.exists()


@pytest.mark.parametrize(("sku", "stored"), [("ＭＵＧ  ۱", "MUG 1"), ("Größe–30", "Größe-30"), (" mug ", "mug")])
def test_an_sku_is_stored_as_a_person_reads_it(sku, stored):
    add_variant(product_id=make_product().pk, sku=sku, by=MONA, now=timezone.now())

    assert Variant.objects.get().sku == stored
    assert Variant.objects.get(sku=sku).sku == stored


@pytest.mark.parametrize("written", ["mug-1", "ＭＵＧ-۱", " Mug–1\u200f"])
def test_every_door_finds_an_article_by_its_sku_in_any_spelling(ana, written):
    make_variant(sku="MUG-1", price=1290)

    cart = Api(ana).post("cart/lines/", {"sku": written, "quantity": 2})
    stores = Api().get(f"catalogue/variants/{written.strip()}/availability/")

    assert (cart.status_code, cart.json()["lines"][0]["sku"]) == (201, "MUG-1")
    assert save_for_later(customer_id=ana.pk, sku=written, by=MONA, now=timezone.now()).variant.sku == "MUG-1"
    assert stores.status_code == 200
