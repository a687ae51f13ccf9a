from itertools import chain
from urllib.parse import urlsplit

import pytest

from core.translated import in_language
from inventory.models import Media, Product, StockLevel
from tests.factories.inventory import (
    make_category,
    make_product,
    make_stock,
    make_store,
    make_variant,
    make_warehouse,
)

LIST = "/api/v1/catalogue/products/"


@pytest.fixture(autouse=True)
def database(db):
    """Everything here reads the database."""


@pytest.fixture
def leipzig():
    return make_warehouse("leipzig")


def goods(name, *, price=1000, **fields):
    """A product with one variant; its slug is its English name."""
    names = name if isinstance(name, dict) else {"en": name}
    product = make_product(names["en"].lower().replace(" ", "-"), name=names, **fields)
    make_variant(sku=f"SKU-{product.slug.upper()}", product=product, price=price)
    return product


def listed(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200, response.content
    return [product["slug"] for product in response.json()["results"]]


def problem(response):
    body = response.json()
    return response.status_code, body["code"], [error["field"] for error in body.get("errors", [])] or body.get("field")


def all_pages(client, **query):
    """Follow the pages to the end and return the slugs on each."""
    address, pages = LIST, []
    while address:
        body = client.get(address, query).json()
        pages.append([product["slug"] for product in body["results"]])
        address, query = body["next"] and address_of(body["next"]), {}
    return pages


def address_of(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_a_product_in_the_list(client, leipzig):
    kitchen = make_category("kitchen")
    product = make_product("rim-mug", name="Rim mug", brand="Tonhof", category=kitchen)
    cream = make_variant(sku="MUG-CREAM", product=product, price=1690)
    make_variant(sku="MUG-INK", product=product, price=1890)
    make_variant(sku="MUG-OLD", product=product, price=100, is_active=False)
    Media.objects.create(product=product, file="products/rim-mug.svg", alt={"en": "A mug"})
    make_stock(cream, leipzig)

    body = client.get(LIST).json()

    assert body["results"] == [
        {
            "id": str(product.pk),
            "slug": "rim-mug",
            "name": "Rim mug",
            "brand": "Tonhof",
            "category": "kitchen",
            "price": {"amount": "16.90", "currency": "EUR"},
            "highest_price": {"amount": "18.90", "currency": "EUR"},
            "picture": {"url": "http://localhost:8000/media/products/rim-mug.svg", "alt": "A mug"},
            "variants": 2,
            "sku": None,
            "in_stock": True,
        }
    ]
    assert body["next"] is None


def test_leaves_out_what_cannot_be_bought(client):
    goods("Draft", state=Product.DRAFT)
    goods("Retired", state=Product.RETIRED)
    goods("Priceless", price=None)
    make_product("no-variants")
    make_variant(sku="DOLLARS", currency="USD")
    make_variant(sku="INACTIVE", is_active=False)
    goods("Mug")

    assert listed(client) == ["mug"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("teapot", ["teapot"]),
        ("TEAPOT", ["teapot"]),
        ("teap", ["teapot"]),
        ("tepot", ["teapot"]),
        ("stonewear teapott", ["teapot"]),
        ("stoneware", ["mug", "teapot"]),
        ("stoneware mug", ["mug"]),
        ("tonhof", ["mug"]),
        ("sku-teapot", ["teapot"]),
        ("SKU-TEA", ["teapot"]),
        ("plates", []),
        ("!!!", []),
        ("mug lamp", []),
    ],
)
def test_finds_words_and_forgives_typing_errors(client, words, expected):
    goods("Mug", brand="Tonhof", description={"en": "Hand-thrown stoneware"})
    goods("Teapot", description={"en": "Stoneware, holds one litre"})
    goods("Lamp")

    assert sorted(listed(client, q=words)) == expected


@pytest.mark.parametrize("words", ["كتاب", "کتاب", "كتابخانه", "کتابخانه", "کتابخا", "کتبخانه", "٤٢"])
def test_finds_arabic_and_persian_in_either_spelling(client, words):
    goods({"en": "Bookcase", "fa": "کتابخانه چوبی ۴۲"})
    goods({"en": "Lamp", "fa": "چراغ"})

    assert listed(client, q=words) == ["bookcase"]


def test_ranks_names_before_descriptions(client):
    goods("Saucer", description={"en": "Goes with every cup"})
    goods("Cup")
    goods("Spoon", brand="Cup")

    assert listed(client, q="cup") == ["cup", "spoon", "saucer"]


def test_a_category_includes_all_below_it(client):
    kitchen = make_category("kitchen")
    mugs = make_category("mugs", parent=kitchen)
    goods("Mug", category=mugs)
    goods("Pan", category=kitchen)
    goods("Shelf", category=make_category("kitchen-furniture"))

    assert sorted(listed(client, category="kitchen")) == ["mug", "pan"]
    assert listed(client, category="mugs") == ["mug"]
    assert listed(client, category="garden") == []


def test_prices_limit_what_a_product_begins_at(client):
    for price in (999, 1000, 2000, 2001):
        goods(f"P{price}", price=price)

    assert sorted(listed(client, min_price="10.00", max_price="20")) == ["p1000", "p2000"]


def test_stock_anywhere_or_in_one_store(client, leipzig):
    mitte, altona = make_store("mitte"), make_store("altona")
    shipped, shelved = goods("Shipped"), goods("Shelved")
    goods("Sold out")
    kept = make_stock(goods("Kept").variants.get(), mitte, on_hand=2, safety=2)
    make_stock(shipped.variants.get(), leipzig)
    make_stock(shelved.variants.get(), mitte, on_hand=1)

    assert kept.available == 0
    assert sorted(listed(client, in_stock="true")) == ["shelved", "shipped"]
    assert listed(client, in_stock="true", store="mitte") == ["shelved"]
    assert listed(client, in_stock="true", store=altona.code) == []
    in_mitte = {row["slug"]: row["in_stock"] for row in client.get(LIST, {"store": "mitte"}).json()["results"]}
    assert in_mitte == {"shipped": False, "shelved": True, "sold-out": False, "kept": False}


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("price", ["b", "d", "a", "c", "e"]),
        ("-price", ["e", "c", "a", "d", "b"]),
        ("newest", ["e", "d", "c", "b", "a"]),
        ("name", ["a", "b", "c", "d", "e"]),
    ],
)
def test_pages_through_every_order_without_gap_or_repetition(client, ordering, expected):
    for name, price in {"A": 200, "B": 100, "C": 300, "D": 100, "E": 300}.items():
        goods(name, price=price)

    pages = all_pages(client, ordering=ordering, limit=2)

    assert pages == [expected[:2], expected[2:4], expected[4:]]


def test_pages_through_what_words_found(client):
    for number in range(5):
        goods(f"Mug {number}")

    pages = all_pages(client, q="mug", limit=2)

    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(chain(*pages)) == [f"mug-{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fa", ["برگ", "پارچ", "تابلو", "گلدان", "لیوان", "میز", "نمد", "ورق", "هدیه", "یخدان"]),
        ("ar", ["برگ", "پارچ", "تابلو", "گلدان", "لیوان", "میز", "نمد", "هدیه", "ورق", "یخدان"]),
    ],
)
def test_names_come_in_the_order_of_their_own_alphabet(client, language, expected):
    for number, name in enumerate(reversed(expected)):
        goods({"en": f"Thing {number}", language: name})

    body = client.get(LIST, {"ordering": "name"}, headers={"Accept-Language": language}).json()

    assert [product["name"] for product in body["results"]] == expected


def test_names_come_without_regard_to_case_and_accents(client):
    for name in ("zebra", "Éclair", "apple", "Äpfel", "Zoo"):
        goods(name)

    body = client.get(LIST, {"ordering": "name"}).json()

    assert [product["name"] for product in body["results"]] == ["Äpfel", "apple", "Éclair", "zebra", "Zoo"]


def test_facets_tell_what_there_is_to_choose_from(client):
    kitchen = make_category("kitchen", name={"en": "Kitchen"})
    mugs = make_category("mugs", parent=kitchen, name={"en": "Mugs"})
    make_category("garden")
    goods("Mug", category=mugs, brand="Tonhof", price=1500)
    goods("Bowl", category=kitchen, brand="Tonhof", price=900)
    goods("Glass mug", category=mugs, brand="Vitra", price=3000)

    assert client.get(LIST).json()["facets"] == {
        "categories": [
            {"slug": "kitchen", "name": "Kitchen", "path": "kitchen", "products": 3},
            {"slug": "mugs", "name": "Mugs", "path": "kitchen/mugs", "products": 2},
        ],
        "brands": [{"name": "Tonhof", "products": 2}, {"name": "Vitra", "products": 1}],
        "prices": {
            "lowest": {"amount": "9.00", "currency": "EUR"},
            "highest": {"amount": "30.00", "currency": "EUR"},
        },
    }
    found = client.get(LIST, {"q": "mug", "brand": "Vitra"}).json()["facets"]
    assert found["brands"] == [{"name": "Tonhof", "products": 1}, {"name": "Vitra", "products": 1}]
    assert found["prices"]["lowest"]["amount"] == "15.00"
    nothing = client.get(LIST, {"q": "xylophone"}).json()["facets"]
    assert nothing == {"categories": [], "brands": [], "prices": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, ["limit"]),
        ({"limit": "101"}, ["limit"]),
        ({"limit": "x"}, ["limit"]),
        ({"ordering": "password"}, ["ordering"]),
        ({"in_stock": "maybe"}, ["in_stock"]),
        ({"colour": "red"}, ["colour"]),
        ({"min_price": "cheap"}, "min_price"),
        ({"max_price": "1.999"}, "max_price"),
        ({"max_price": "NaN"}, "max_price"),
        ({"category": "a b"}, ["category"]),
        ({"q": "x" * 201}, ["q"]),
        ({"q": "a\0b"}, ["q"]),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WyJwcmljZSIsMSwxXQ=="}, "cursor"),
        ({"cursor": "W10="}, "cursor"),
        ({"cursor": "WyJuZXdlc3QiLCJ4IiwxXQ=="}, "cursor"),
        ({"q": ["a", "b"]}, "q"),
    ],
)
def test_refuses_malformed_questions(client, query, field):
    assert problem(client.get(LIST, query)) == (400, "invalid", field)


@pytest.mark.parametrize("words", ["'", "a & | b", ":*", "\\", "%", "()", "<->", "🙂", "a" * 200, "؟", "ی" * 90, "-"])
def test_any_words_may_be_asked_for(client, words):
    goods("Mug")

    assert listed(client, q=words) == []


@pytest.mark.parametrize("products", [2, 12])
def test_a_list_costs_the_same_few_statements_however_long(client, leipzig, django_assert_num_queries, products):
    shelf = make_category()
    for number in range(products):
        make_stock(goods(f"Mug {number}", category=shelf).variants.get(), leipzig)

    with django_assert_num_queries(2):
        client.get(LIST)
    with django_assert_num_queries(3):
        client.get(LIST, {"q": "mug", "category": shelf.slug, "in_stock": "true", "ordering": "name"})
    with django_assert_num_queries(0):
        client.get(LIST)


def test_ready_answers_are_shared_and_revalidated(client):
    goods("Mug")
    first = client.get(LIST)

    again = client.get(LIST, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=5"
    assert again.status_code == 304
    assert not again.content


def test_another_host_gets_its_own_addresses(client):
    for number in range(3):
        goods(f"Mug {number}")

    here = client.get(LIST, {"limit": 2}).json()["next"]
    there = client.get(LIST, {"limit": 2}, headers={"Host": "localhost"}).json()["next"]

    assert (urlsplit(here).hostname, urlsplit(there).hostname) == ("testserver", "localhost")


def test_the_page_of_a_product(client, leipzig):
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
                "barcodes": ["4006381333931"],
                "available": {"ship": 40, "stores": 1},
            },
            {
                "id": str(ink.pk),
                "sku": "MUG-INK",
                "attributes": {},
                "price": None,
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


def test_products_that_are_not_published_are_not_there(client):
    goods("Draft", state=Product.DRAFT)
    goods("Retired", state=Product.RETIRED)

    for slug in ("draft", "retired", "unheard-of", "a b", "%00", "x" * 500):
        response = client.get(f"{LIST}{slug}/")
        assert response.status_code in (400, 404), slug


@pytest.mark.parametrize(
    ("kept", "scanned"),
    [
        ("4006381333931", "4006381333931"),
        ("0036000291452", "036000291452"),
        ("036000291452", "0036000291452"),
        ("036000291452", "036000291452"),
        ("96385074", "96385074"),
        ("9780306406157", "0306406152"),
        ("9780306406157", "978-0-306-40615-7"),
    ],
)
def test_a_barcode_leads_to_its_variant(client, kept, scanned):
    variant = make_variant(sku="MUG", barcode=kept)

    body = client.get(f"/api/v1/catalogue/barcodes/{scanned}/").json()

    assert body["selected_sku"] == "MUG"
    assert body["slug"] == variant.product.slug


def test_barcodes_that_lead_nowhere(client, django_assert_num_queries):
    make_variant(barcode="4006381333931", is_active=False)
    make_variant(barcode="96385074", product=make_product(state=Product.RETIRED))

    for code in ("4006381333931", "96385074", "0036000291452", "123", "abc", "%00", "4" * 300):
        response = client.get(f"/api/v1/catalogue/barcodes/{code}/")
        assert (response.status_code, response.json()["code"]) == (404, "not_found"), code


def test_a_barcode_costs_three_statements(client, django_assert_num_queries):
    make_variant(barcode="4006381333931")

    with django_assert_num_queries(3):
        client.get("/api/v1/catalogue/barcodes/4006381333931/")


def test_the_tree_of_categories(client, django_assert_num_queries):
    kitchen = make_category("kitchen", name={"en": "Kitchen"}, position=2)
    make_category("mugs", parent=kitchen, name={"en": "Mugs"}, position=1)
    make_category("garden", name={"en": "Garden"}, position=1)

    with django_assert_num_queries(1):
        body = client.get("/api/v1/catalogue/categories/").json()

    assert body["results"] == [
        {"slug": "garden", "name": "Garden", "children": []},
        {"slug": "kitchen", "name": "Kitchen", "children": [{"slug": "mugs", "name": "Mugs", "children": []}]},
    ]


def test_nobody_has_to_sign_in_and_a_bad_token_does_no_harm(client):
    goods("Mug")

    assert client.get(LIST, headers={"Authorization": "Bearer nonsense"}).status_code == 200


def test_writing_is_not_possible(client):
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(LIST).status_code == 405


def test_stock_rows_below_zero_never_show(client, leipzig):
    variant = goods("Mug").variants.get()
    make_stock(variant, leipzig, on_hand=1)
    StockLevel.objects.update(safety=5)

    page = client.get(f"{LIST}mug/").json()

    assert page["variants"][0]["available"] == {"ship": 0, "stores": 0}
    assert in_language(variant.product.name) == page["name"]
