import pytest

from core.texts.translated import in_language
from inventory.models import Media, Product, StockLevel
from tests.factories.inventory import (
    make_category,
    make_product,
    make_stock,
    make_store,
    make_variant,
    make_warehouse,
)
from tests.inventory.asking import LIST, make_goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def leipzig(db):
    return make_warehouse("leipzig")


@pytest.fixture
def rim_mug(leipzig):
    kitchen = make_category("kitchen", name={"en": "Kitchen", "fa": "آشپزخانه"})
    mugs = make_category("mugs", parent=kitchen, name={"en": "Mugs"})
    product = make_product(
        "rim-mug",
        name={"en": "Rim mug", "fa": "ماگ ریم"},
        description={"en": "A broad mug."},
        brand="Tonhof",
        category=mugs,
        attributes={"material": {"en": "Stoneware", "fa": "سرامیک"}, "volume_ml": 300},
    )
    cream = make_variant(
        sku="MUG-CREAM",
        product=product,
        price=1690,
        barcode="4006381333931",
        attributes={"colour": {"en": "Cream", "fa": "کرم"}},
    )
    ink = make_variant(sku="MUG-INK", product=product, price=None, position=1)
    make_variant(sku="MUG-OLD", product=product, is_active=False)
    Media.objects.create(product=product, file="products/rim.svg", position=2)
    Media.objects.create(product=product, variant=cream, file="products/cream.svg", alt={"en": "Cream"}, position=1)
    make_stock(cream, leipzig, on_hand=40)
    make_stock(cream, make_store("mitte"), on_hand=3)
    make_stock(cream, make_store("altona"), on_hand=1, safety=1)
    return product, cream, ink


def test_the_page_of_a_product_has_its_variants_prices_and_stock(client, rim_mug):
    product, cream, ink = rim_mug

    response = client.get(f"{LIST}rim-mug/")
    persian = client.get(f"{LIST}rim-mug/", headers={"Accept-Language": "fa"}).json()

    assert response.json() == {
        "id": str(product.pk),
        "slug": "rim-mug",
        "name": "Rim mug",
        "description": "A broad mug.",
        "brand": "Tonhof",
        "attributes": {"material": "Stoneware", "volume_ml": 300},
        "categories": [{"slug": "kitchen", "name": "Kitchen"}, {"slug": "mugs", "name": "Mugs"}],
        "media": [
            {"url": "http://localhost:8000/media/products/cream.svg", "alt": "Cream", "sku": "MUG-CREAM"},
            {"url": "http://localhost:8000/media/products/rim.svg", "alt": "Rim mug", "sku": None},
        ],
        "variants": [
            {
                "id": str(cream.pk),
                "sku": "MUG-CREAM",
                "attributes": {"colour": "Cream"},
                "price": {"amount": "16.90", "currency": "EUR"},
                "deposit": None,
                "volumes": [],
                "tax_included": None,
                "reduction": None,
                "barcodes": ["4006381333931"],
                "available": {"ship": 40, "stores": 1},
            },
            {
                "id": str(ink.pk),
                "sku": "MUG-INK",
                "attributes": {},
                "price": None,
                "deposit": None,
                "volumes": [],
                "tax_included": None,
                "reduction": None,
                "barcodes": [],
                "available": {"ship": 0, "stores": 0},
            },
        ],
        "selected_sku": None,
    }
    assert persian["name"] == "ماگ ریم"
    assert persian["attributes"]["material"] == "سرامیک"
    assert persian["categories"][0]["name"] == "آشپزخانه"
    assert persian["variants"][0]["attributes"] == {"colour": "کرم"}


@pytest.mark.parametrize("variants", [1, 8])
def test_a_page_costs_two_statements_however_many_variants(client, leipzig, django_assert_num_queries, variants):
    product = make_product("mug", category=make_category())
    for _number in range(variants):
        make_stock(make_variant(product=product), leipzig)

    with django_assert_num_queries(2):
        client.get(f"{LIST}mug/")
    with django_assert_num_queries(0):
        client.get(f"{LIST}mug/")


def test_products_that_are_not_published_are_not_found(client):
    make_goods("Draft", state=Product.DRAFT)
    make_goods("Retired", state=Product.RETIRED)

    for slug in ("draft", "retired", "unheard-of", "a b", "%00", "x" * 500):
        response = client.get(f"{LIST}{slug}/")
        assert response.status_code in (400, 404), slug


@pytest.mark.parametrize(
    ("stored", "scanned"),
    [
        ("4006381333931", "4006381333931"),
        ("0036000291452", "036000291452"),
        ("0036000291452", "0036000291452"),
        ("96385074", "96385074"),
        ("9780306406157", "0306406152"),
        ("9780306406157", "978-0-306-40615-7"),
    ],
)
def test_a_barcode_leads_to_its_variant(client, stored, scanned):
    variant = make_variant(sku="MUG", barcode=stored)

    body = client.get(f"/api/v1/catalogue/barcodes/{scanned}/").json()

    assert body["selected_sku"] == "MUG"
    assert body["slug"] == variant.product.slug


def test_barcodes_without_a_variant_on_sale_are_not_found(client, django_assert_num_queries):
    make_variant(barcode="4006381333931", is_active=False)
    make_variant(barcode="96385074", product=make_product(state=Product.RETIRED))

    for code in ("4006381333931", "96385074", "0036000291452", "123", "abc", "%00", "4" * 300):
        response = client.get(f"/api/v1/catalogue/barcodes/{code}/")
        assert (response.status_code, response.json()["code"]) == (404, "not_found"), code


def test_a_barcode_costs_three_statements(client, django_assert_num_queries):
    make_variant(barcode="4006381333931")

    with django_assert_num_queries(3):
        client.get("/api/v1/catalogue/barcodes/4006381333931/")


def test_categories_are_a_tree_in_the_order_of_their_positions(client, django_assert_num_queries):
    kitchen = make_category("kitchen", name={"en": "Kitchen"}, position=2)
    make_category("mugs", parent=kitchen, name={"en": "Mugs"}, position=1)
    make_category("garden", name={"en": "Garden"}, position=1)

    with django_assert_num_queries(1):
        body = client.get("/api/v1/catalogue/categories/").json()

    assert body["results"] == [
        {"slug": "garden", "name": "Garden", "children": []},
        {"slug": "kitchen", "name": "Kitchen", "children": [{"slug": "mugs", "name": "Mugs", "children": []}]},
    ]


def test_nobody_has_to_sign_in_and_a_bad_token_is_ignored(client):
    make_goods("Mug")

    assert client.get(LIST, headers={"Authorization": "Bearer nonsense"}).status_code == 200


def test_the_catalogue_is_read_only(client):
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(LIST).status_code == 405


def test_negative_available_stock_is_shown_as_zero(client, leipzig):
    variant = make_goods("Mug").variants.get()
    make_stock(variant, leipzig, on_hand=1)
    StockLevel.objects.update(safety=5)

    page = client.get(f"{LIST}mug/").json()

    assert page["variants"][0]["available"] == {"ship": 0, "stores": 0}
    assert in_language(variant.product.name) == page["name"]
