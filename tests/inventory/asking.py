"""Requests to the catalogue as a client sends them, and products to find there."""

from urllib.parse import urlsplit

from tests.factories.inventory import make_product, make_variant

LIST = "/api/v1/catalogue/products/"


def make_goods(name, *, price=1000, **fields):
    """Create a product with one variant; its slug is its English name."""
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
    return response.status_code, body["code"], [error["field"] for error in body["errors"]]


def all_pages(client, **query):
    """Return the slugs on each page, up to the last one."""
    address, pages = LIST, []
    while address:
        body = client.get(address, query).json()
        pages.append([product["slug"] for product in body["results"]])
        address, query = body["next"] and address_of(body["next"]), {}
    return pages


def address_of(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
