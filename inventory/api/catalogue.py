"""What the shop sells, for everybody: nobody has to sign in, and everybody shares the same ready answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import permissions, serializers
from rest_framework.request import Request

from core.api import Door, PageQuery, StrictSerializer, answer, checked_query, page_json, page_of
from core.errors import Malformed
from core.money import MoneyError, money_json, parse_money
from core.ready import answer_ready
from core.schema import MoneySchema
from core.translated import in_language
from inventory.api import examples
from inventory.api.output import ProductOut, ProductPageOut, product_json, product_page_json
from inventory.places import parse_place
from inventory.queries.availability import Availability, availability_of, place_of_postcode
from inventory.queries.catalogue import (
    NAME,
    NEWEST,
    ORDERINGS,
    PRICE,
    PRICE_DOWN,
    RELEVANCE,
    Facets,
    ProductSearch,
    facets_of,
    list_products,
    search_query,
)
from inventory.queries.products import find_by_barcode, get_product, list_categories
from inventory.ready import catalogue

_NOTHING_FOUND = ""


class ProductListQuery(PageQuery):
    """
    Which products. q: words, typing errors forgiven. category: a slug, with all below it. store: a store's code; stock
    then means stock there. min_price, max_price: in the shop's currency, on what a product begins at.
    """

    q = serializers.CharField(required=False, max_length=200, allow_blank=True)
    category = serializers.SlugField(required=False, max_length=80)
    brand = serializers.CharField(required=False, max_length=120)
    store = serializers.SlugField(required=False, max_length=40)
    in_stock = serializers.BooleanField(default=False)
    min_price = serializers.CharField(required=False, max_length=20)
    max_price = serializers.CharField(required=False, max_length=20)
    ordering = serializers.ChoiceField(ORDERINGS, required=False)


class CategoryFacetOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    path = serializers.CharField()
    products = serializers.IntegerField()


class BrandFacetOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    products = serializers.IntegerField()


class PriceFacetOut(serializers.Serializer[Any]):
    lowest = MoneySchema()
    highest = MoneySchema()


class FacetsOut(serializers.Serializer[Any]):
    """What there is to choose from among what the words and the category find; on the first page only."""

    categories = CategoryFacetOut(many=True)
    brands = BrandFacetOut(many=True)
    prices = PriceFacetOut(allow_null=True)


class ProductListOut(serializers.Serializer[Any]):
    results = ProductOut(many=True)
    next = serializers.CharField(allow_null=True)
    facets = FacetsOut(allow_null=True)


class CategoryOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    children = serializers.ListField(child=serializers.DictField(), help_text="Categories again.")


class CategoryListOut(serializers.Serializer[Any]):
    results = CategoryOut(many=True)
    next = serializers.CharField(allow_null=True)


class AvailabilityQuery(StrictSerializer):
    """Where to measure from: near, or roughly a postcode."""

    near = serializers.CharField(required=False, max_length=60, help_text="lat,lon in degrees")
    postcode = serializers.CharField(required=False, max_length=20)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)


class ShipOut(serializers.Serializer[Any]):
    available = serializers.IntegerField()
    promise_date = serializers.DateField(allow_null=True)


class StoreAvailabilityOut(serializers.Serializer[Any]):
    store = serializers.CharField()
    name = serializers.CharField()
    available = serializers.IntegerField()
    distance_km = serializers.FloatField(allow_null=True)
    open_now = serializers.BooleanField()
    ready_at = serializers.DateTimeField(allow_null=True)


class AvailabilityOut(serializers.Serializer[Any]):
    ship = ShipOut()
    stores = StoreAvailabilityOut(many=True)


class OpenDoor(Door):
    """A view for everybody: who asks is not even looked at."""

    authentication_classes = []
    permission_classes = [permissions.AllowAny]

    def shared(self, request: Request, build: Callable[[], Any]) -> HttpResponse:
        """Answer with what everybody gets at this address in this language, built anew only if it is not ready."""
        key = (get_language(), request.build_absolute_uri())
        return answer_ready(request, catalogue.get(key, build))


class ProductList(OpenDoor):
    """Products on sale, found by words and filters, with what there is to choose from."""

    @extend_schema(
        operation_id="catalogue_products_list",
        tags=["catalogue"],
        parameters=[ProductListQuery],
        responses=ProductListOut,
        examples=[OpenApiExample("Found", value=examples.PRODUCT_LIST, response_only=True)],
    )
    def get(self, request: Request) -> HttpResponse:
        return self.shared(request, lambda: self._list(request))

    def _list(self, request: Request) -> dict[str, Any]:
        query = checked_query(ProductListQuery, request)
        search = _search_of(query)
        ordering = query.get("ordering") or (RELEVANCE if search.query else NEWEST)
        if ordering == RELEVANCE and not search.query:
            ordering = NEWEST
        page = page_of(query)
        after = _key_of(page.after, ordering)
        nothing_can_match = bool(query.get("q")) and search.query == _NOTHING_FOUND
        rows = [] if nothing_can_match else list_products(search, ordering=ordering, limit=page.fetch, after=after)
        facets = None if after else _facets_json(facets_of(search)) if not nothing_can_match else _facets_json(None)
        listed = page_json(request, page, rows, key=lambda row: [ordering, row["key"], row["id"]])
        return listed | {"results": [product_json(row) for row in listed["results"]], "facets": facets}


class ProductPage(OpenDoor):
    """A product with its variants, prices, pictures and stock; stock in it is a few seconds old at most."""

    @extend_schema(
        operation_id="catalogue_products_read",
        tags=["catalogue"],
        responses=ProductPageOut,
        examples=[OpenApiExample("A mug", value=examples.PRODUCT_PAGE, response_only=True)],
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.shared(request, lambda: product_page_json(*get_product(slug), selected_sku=None))


class BarcodeProduct(OpenDoor):
    """The product behind a barcode (EAN-8, EAN-13, UPC-A, ISBN), with its variant selected."""

    @extend_schema(
        operation_id="catalogue_barcodes_read",
        tags=["catalogue"],
        responses=ProductPageOut,
        examples=[
            OpenApiExample(
                "Scanned", value=examples.PRODUCT_PAGE | {"selected_sku": "MUG-RIM-CREAM"}, response_only=True
            )
        ],
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        return self.shared(request, lambda: self._read(code))

    def _read(self, code: str) -> dict[str, Any]:
        slug, sku = find_by_barcode(code)
        return product_page_json(*get_product(slug), selected_sku=sku)


class CategoryTree(OpenDoor):
    """All categories, as a tree."""

    @extend_schema(
        operation_id="catalogue_categories_list",
        tags=["catalogue"],
        responses=CategoryListOut,
        examples=[OpenApiExample("Two levels", value=examples.CATEGORY_TREE, response_only=True)],
    )
    def get(self, request: Request) -> HttpResponse:
        return self.shared(request, lambda: {"results": list_categories(), "next": None})


class VariantAvailability(OpenDoor):
    """
    Where a variant can be had right now: shipped by when, and in the nearest stores from when on.

    A postcode stands for the store whose own postcode begins most like it; with neither place nor known postcode the
    stores come by code, without distance.
    """

    @extend_schema(
        operation_id="catalogue_variants_availability_read",
        tags=["catalogue"],
        parameters=[AvailabilityQuery],
        responses=AvailabilityOut,
        examples=[OpenApiExample("Near Mitte", value=examples.AVAILABILITY, response_only=True)],
    )
    def get(self, request: Request, sku: str) -> HttpResponse:
        query = checked_query(AvailabilityQuery, request)
        near = parse_place(query["near"]) if "near" in query else None
        if near is None and "postcode" in query:
            near = place_of_postcode(query["postcode"])

        found = availability_of(sku=sku, near=near, limit=query["limit"], now=timezone.now())

        return answer(_availability_json(found))


def _search_of(query: dict[str, Any]) -> ProductSearch:
    words = query.get("q", "").strip()
    return ProductSearch(
        query=search_query(words) if words else "",
        category=query.get("category", ""),
        brand=query.get("brand", ""),
        store=query.get("store", ""),
        in_stock=query["in_stock"],
        min_price=_minor(query, "min_price"),
        max_price=_minor(query, "max_price"),
    )


def _minor(query: dict[str, Any], name: str) -> int | None:
    if name not in query:
        return None
    try:
        return parse_money(query[name], settings.SHOP_CURRENCY).amount
    except MoneyError as error:
        raise Malformed(_("This is no amount of money: %s") % error, field=name) from error


_KEY_READERS: dict[str, Callable[[Any], Any]] = {
    NEWEST: datetime.fromisoformat,
    PRICE: int,
    PRICE_DOWN: int,
    NAME: str,
    RELEVANCE: float,
}


def _key_of(after: list[Any] | None, ordering: str) -> tuple[Any, int] | None:
    """Read the cursor of a list in this order. Raises Malformed for one of another order, or not of ours."""
    if after is None:
        return None
    try:
        made_for, key, last_id = after
        if made_for == ordering:
            return _KEY_READERS[ordering](key), int(last_id)
    except (ValueError, TypeError, OverflowError):
        pass
    raise Malformed(_("This cursor belongs to another list; begin again without it."), field="cursor")


def _facets_json(facets: Facets | None) -> dict[str, Any]:
    if facets is None:
        return {"categories": [], "brands": [], "prices": None}
    currency = settings.SHOP_CURRENCY
    prices = None
    if facets.lowest is not None and facets.highest is not None:
        prices = {"lowest": money_json(facets.lowest, currency), "highest": money_json(facets.highest, currency)}
    return {
        "categories": [category | {"name": in_language(category["name"])} for category in facets.categories],
        "brands": [{"name": name, "products": products} for name, products in facets.brands],
        "prices": prices,
    }


def _availability_json(found: Availability) -> dict[str, Any]:
    return {
        "ship": {"available": found.ship_available, "promise_date": found.promise_date},
        "stores": [
            {
                "store": store.code,
                "name": store.name,
                "available": store.available,
                "distance_km": store.distance_km,
                "open_now": store.open_now,
                "ready_at": store.ready_at,
            }
            for store in found.stores
        ],
    }
