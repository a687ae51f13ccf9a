from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import Malformed, NotFound
from core.models import JournalEntry
from core.money import Money
from core.states.transitions import IllegalTransition
from inventory.models import Barcode, Category, Price, PriceRange, Product, Variant
from inventory.services.catalogue import (
    CategoryInsideItself,
    NameTaken,
    ProductNotSellable,
    add_barcode,
    add_variant,
    create_category,
    create_product,
    move_category,
    publish_product,
    put_in_category,
    retire_product,
)
from inventory.services.prices import PriceNotValid, set_price
from tests.factories.inventory import make_category, make_product, make_variant

NOW = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
MONA = Actor(channel="system", staff_id=7)


@pytest.fixture(autouse=True)
def database(db):
    """All tests here write to the database."""


def journal(kind):
    return list(JournalEntry.objects.filter(kind=kind).order_by("id").values_list("ref", "payload"))


def eur(amount):
    return Money(amount, "EUR")


def test_a_product_is_created_published_and_retired():
    product = create_product(slug="mug", name={"en": "Mug"}, by=MONA, now=NOW)
    variant = add_variant(
        product_id=product.pk, sku="MUG-1", price=eur(1290), barcodes=["036000291452"], by=MONA, now=NOW
    )

    published = publish_product(product_id=product.pk, by=MONA, now=NOW)
    retired = retire_product(product_id=product.pk, by=MONA, now=NOW)

    assert (published.state, published.published_at) == (Product.PUBLISHED, NOW)
    assert retired.state == Product.RETIRED
    assert variant.barcodes.get().code == "0036000291452"
    assert [payload["change"] for _ref, payload in journal("catalogue.changed")] == [
        "created",
        "variant_added",
        "published",
        "retired",
    ]
    assert {ref for ref, _payload in journal("catalogue.changed")} == {"mug"}
    assert JournalEntry.objects.filter(actor_id=7).count() == 5


def test_variants_are_ordered_as_they_were_added():
    product = make_product()

    for sku in ("S", "M", "L"):
        add_variant(product_id=product.pk, sku=sku, by=MONA, now=NOW)

    assert list(product.variants.values_list("sku", flat=True)) == ["S", "M", "L"]


@pytest.mark.parametrize("currency", ["USD", None])
def test_refuses_to_publish_what_cannot_be_bought(currency):
    product = make_product(state=Product.DRAFT, published_at=None)
    if currency:
        make_variant(product=product, currency=currency)

    with pytest.raises(ProductNotSellable):
        publish_product(product_id=product.pk, by=MONA, now=NOW)

    product.refresh_from_db()
    assert product.state == Product.DRAFT
    assert not journal("catalogue.changed")


def test_refuses_to_publish_a_product_without_a_name():
    product = make_product(name={"en": ""}, state=Product.DRAFT, published_at=None)
    make_variant(product=product)

    with pytest.raises(ProductNotSellable):
        publish_product(product_id=product.pk, by=MONA, now=NOW)


def test_a_product_published_again_keeps_its_first_date():
    product = make_variant().product
    first = product.published_at
    retire_product(product_id=product.pk, by=MONA, now=NOW)

    assert publish_product(product_id=product.pk, by=MONA, now=NOW).published_at == first


def test_refuses_illegal_transitions_and_unknown_products():
    product = make_variant().product

    with pytest.raises(IllegalTransition):
        publish_product(product_id=product.pk, by=MONA, now=NOW)
    with pytest.raises(NotFound):
        retire_product(product_id=0, by=MONA, now=NOW)


def test_refuses_slugs_skus_and_barcodes_in_use():
    mug = make_variant(sku="MUG", barcode="4006381333931")
    bowl = make_variant(sku="BOWL")

    with pytest.raises(NameTaken):
        create_product(slug=mug.product.slug, name={"en": "Mug"}, by=MONA, now=NOW)
    with pytest.raises(NameTaken):
        add_variant(product_id=bowl.product_id, sku="MUG", by=MONA, now=NOW)
    with pytest.raises(NameTaken) as refusal:
        add_barcode(variant_id=bowl.pk, code="4006381 333931")

    assert refusal.value.details == {"name": "4006381333931"}
    assert Variant.objects.count() == 2
    assert not journal("catalogue.changed")


def test_the_same_barcode_is_added_once():
    mug = make_variant()

    assert add_barcode(variant_id=mug.pk, code="036000291452") == add_barcode(variant_id=mug.pk, code="0036000291452")


def test_refuses_a_misread_barcode():
    mug = make_variant()

    with pytest.raises(Malformed):
        add_barcode(variant_id=mug.pk, code="4006381333932")

    assert not Barcode.objects.exists()


def test_paths_follow_slugs_and_moves_of_categories():
    kitchen = create_category(slug="kitchen", name={"en": "Kitchen"}, parent_id=None)
    mugs = create_category(slug="mugs", name={"en": "Mugs"}, parent_id=kitchen.pk)
    tall = create_category(slug="tall", name={"en": "Tall"}, parent_id=mugs.pk)
    home = create_category(slug="home", name={"en": "Home"}, parent_id=None)

    move_category(category_id=kitchen.pk, parent_id=home.pk)
    Category.objects.filter(pk=mugs.pk).update(slug="cups")

    tall.refresh_from_db()
    assert tall.path == "home/kitchen/cups/tall"
    assert move_category(category_id=mugs.pk, parent_id=None).path == "cups"
    tall.refresh_from_db()
    assert tall.path == "cups/tall"
    assert find_breaches() == {}


def test_refuses_a_category_below_itself():
    kitchen = make_category("kitchen")
    mugs = make_category("mugs", parent=kitchen)

    for parent in (kitchen, mugs):
        with pytest.raises(CategoryInsideItself):
            move_category(category_id=kitchen.pk, parent_id=parent.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Category.objects.filter(pk=kitchen.pk).update(parent=parent)
    with pytest.raises(NotFound):
        move_category(category_id=0, parent_id=None)

    mugs.refresh_from_db()
    assert mugs.path == "kitchen/mugs"


def test_a_product_moves_to_another_category():
    product, category = make_product(), make_category()

    put_in_category(product_id=product.pk, category_id=category.pk, by=MONA, now=NOW)

    product.refresh_from_db()
    assert product.category == category
    with pytest.raises(NotFound):
        put_in_category(product_id=product.pk, category_id=0, by=MONA, now=NOW)


def test_a_price_that_is_set_again_is_no_change():
    mug = make_variant(sku="MUG", price=None)

    changes = [set_price(variant_id=mug.pk, price=eur(amount), by=MONA, now=NOW) for amount in (1290, 1290, 990)]

    assert changes == [True, False, True]
    assert Price.objects.get().amount == 990
    assert journal("price.changed") == [
        ("MUG", {"variant_id": mug.pk, "currency": "EUR", "amount": 1290, "previous": None}),
        ("MUG", {"variant_id": mug.pk, "currency": "EUR", "amount": 990, "previous": 1290}),
    ]


def test_refuses_invalid_prices_and_unknown_variants():
    mug = make_variant(price=1290)

    for amount in (-1, 10**16):
        with pytest.raises(PriceNotValid):
            set_price(variant_id=mug.pk, price=eur(amount), by=MONA, now=NOW)
    with pytest.raises(NotFound):
        set_price(variant_id=0, price=eur(1), by=MONA, now=NOW)

    assert Price.objects.get().amount == 1290
    assert not journal("price.changed")


def test_a_products_price_range_follows_its_variants_on_sale():
    def ranges():
        return set(PriceRange.objects.values_list("currency", "lowest", "highest"))

    product = make_product()
    small = make_variant(product=product, price=500)
    large = make_variant(product=product, price=900)
    make_variant(product=product, price=700, currency="USD")
    assert ranges() == {("EUR", 500, 900), ("USD", 700, 700)}

    Price.objects.filter(variant=small).update(amount=400)
    assert ("EUR", 400, 900) in ranges()
    Variant.objects.filter(pk=large.pk).update(is_active=False)
    assert ("EUR", 400, 400) in ranges()
    Price.objects.filter(variant=small).delete()
    assert ranges() == {("USD", 700, 700)}
    assert find_breaches() == {}


def test_search_words_follow_changes_of_names_and_skus():
    product = make_product("mug", name="Mug")
    make_variant(sku="OLD-1", product=product)

    Product.objects.filter(pk=product.pk).update(name={"en": "Beaker"})
    add_variant(product_id=product.pk, sku="NEW-2", by=MONA, now=NOW)

    product.refresh_from_db()
    assert product.search_words == "beaker old 1 new 2"
