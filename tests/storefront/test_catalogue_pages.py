import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from inventory.models import Product
from omnistore.storefront import pages as pages_of_the_shop
from tests.factories.inventory import make_category, make_product, make_stock, make_variant
from tests.pages import Inline

PUBLIC = ["/", "/c/home/", "/search/", "/search/?q=mug", "/p/mug/", "/stores/", "/stores/high-street/"]
LARGEST_FIRST_PAGE_BYTES = 60_000


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("language", ["en", "ar", "fa"])
def test_every_public_page_opens_in_every_language(guest, shelf, path, language):
    page = guest.get(path, headers={"accept-language": language})

    assert page.status_code == 200
    assert f'<html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}">' in page.content.decode()
    assert Inline(page.content.decode()).found == []
    assert page["Cache-Control"] == "private, no-cache"


def test_a_page_made_ready_holds_each_visitors_own_token(guest, shelf):
    first, second = (guest.client.__class__() for _ in range(2))

    pages = [visitor.get("/p/mug/").content.decode() for visitor in (first, second)]

    assert all(pages_of_the_shop._TOKEN_GOES_HERE not in page for page in pages)
    assert first.cookies["csrftoken"].value != second.cookies["csrftoken"].value
    assert pages[0] != pages[1]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_that_is_ready_costs_a_guest_no_statement(guest, shelf, path, django_assert_num_queries):
    guest.get(path)

    with django_assert_num_queries(0):
        guest.get(path)


@pytest.mark.parametrize(
    ("path", "statements"),
    [("/", 3), ("/c/home/", 4), ("/search/?q=mug", 4), ("/p/mug/", 8), ("/stores/", 2), ("/stores/high-street/", 2)],
)
def test_statements_do_not_grow_with_goods_and_stores(
    guest, shelf, mug, high_street, path, statements, django_assert_num_queries
):
    for number in range(15):
        variant = make_variant(sku=f"MUG-{number}", product=make_product(f"mug-{number}", name="Mug", category=shelf))
        make_stock(variant, high_street)

    with django_assert_num_queries(statements):
        assert guest.get(path).status_code == 200


def test_a_signed_in_visitor_costs_four_statements_more(ana, shelf, django_assert_num_queries):
    from tests.storefront.conftest import Visit

    visit = Visit(ana)
    visit.get("/")

    # Session, person, other records of the person, units in the cart.
    with django_assert_num_queries(4):
        visit.get("/")


def test_the_first_product_page_is_small(guest, shelf):
    page = guest.get("/p/mug/").content
    asked = re.findall(r'(?:href|src)="/static/([^"]+)"', page.decode())
    files = {re.sub(r"\.[0-9a-f]{12}\.", ".", file) for file in asked}
    assert {"brand/brand.css", "storefront/product.css", "storefront/shop.js", "brand/logo.svg"} <= files

    sizes = [len(gzip.compress(page))] + [len(gzip.compress(Path(finders.find(file)).read_bytes())) for file in files]

    assert sum(sizes) <= LARGEST_FIRST_PAGE_BYTES


def test_search_forgives_typing_errors(guest, shelf):
    assert "/p/lamp/" in guest.get("/search/?q=lapm").content.decode()


def test_a_search_without_a_find_offers_a_way_on(guest, shelf):
    page = guest.get("/search/?q=xyzzyplugh").content.decode()

    assert "No results for “xyzzyplugh”" in page
    assert 'href="/search/"' in page


def test_long_lists_have_pages_and_no_product_is_lost(guest, shelf):
    for number in range(30):
        make_variant(product=make_product(f"cup-{number:02}", category=shelf))

    first = guest.get("/c/home/")
    following = first.content.decode().split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = guest.get(f"/c/home/{following}").content.decode()

    seen = [f"/p/cup-{number:02}/" in first.content.decode() + second for number in range(30)]
    assert all(seen)
    assert 'rel="next"' not in second


def test_filters_narrow_the_list_and_can_be_cleared(guest, shelf):
    page = guest.get("/c/home/?max_price=20").content.decode()

    assert "/p/mug/" in page
    assert "/p/lamp/" not in page
    assert ">Clear</a>" in page


@pytest.mark.parametrize(
    "query", ["max_price=cheap", "ordering=magic", "cursor=nonsense", "min_price=1e999", "limit=9999999"]
)
def test_a_query_nobody_can_answer_is_refused_or_passed_over(guest, shelf, query):
    answer = guest.get(f"/c/home/?{query}")

    assert answer.status_code in (200, 400)
    assert "text/html" in answer["Content-Type"]


@pytest.mark.parametrize("path", ["/c/nowhere/", "/p/nothing/", "/stores/nowhere/", "/nowhere", "/orders/1/"])
def test_what_does_not_exist_is_a_page_that_leads_on(guest, path, db):
    answer = guest.get(path)

    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_retired_products_are_gone(guest, mug):
    Product.objects.update(state="draft")

    assert guest.get("/p/mug/").status_code == 404


def test_texts_of_the_catalogue_are_escaped(guest, high_street):
    category = make_category("evil", name={"en": "<script>alert(1)</script>"})
    product = make_product(
        "evil", name="<img src=x onerror=alert(2)>", brand='"><svg onload=alert(3)>',
        description={"en": "</p><script>alert(4)</script>"}, attributes={"<b>": "<i>"}, category=category,
    )  # fmt: skip
    make_stock(make_variant(sku="EVIL", product=product, attributes={"size": '"><script>'}), high_street)

    for path in ("/", "/c/evil/", "/p/evil/", "/search/?q=<script>alert(5)</script>", '/p/evil/?postcode="><script>'):
        page = guest.get(path).content.decode()
        for text in ("<script>alert", "<img src=x", "<svg onload", "<b>", '"><script>'):
            assert text not in page, (path, text)


def test_unknown_campaign_parameters_do_not_matter(guest, shelf):
    assert guest.get("/c/home/?utm_source=letter").status_code == 200


def test_a_forged_host_gets_no_page(guest, db):
    assert guest.get("/", headers={"host": "evil.example"}).status_code == 400


def test_programs_get_a_problem_document_for_what_does_not_exist(guest, db):
    answer = guest.get("/api/v1/nowhere/")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_switching_the_language_leads_to_pages_of_the_shop_only(guest, db):
    for foreign in ("https://evil.example/", "//evil.example/"):
        answer = guest.post("/language/", {"language": "ar", "next": foreign})
        assert "evil" not in answer["Location"]
    assert guest.post("/language/", {"language": "ar", "next": "/stores/"})["Location"] == "/stores/"
    assert '<html lang="ar" dir="rtl">' in guest.get("/").content.decode()


def test_a_forged_host_is_turned_away(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
