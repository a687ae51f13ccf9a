"""The catalogue, for everybody: nobody has to sign in, and all share the same cached responses."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import permissions, serializers
from rest_framework.request import Request

from core.actors import APP
from core.money import money_json
from core.texts.translated import in_language
from core.web.api.base import ApiView, StrictSerializer, answer, checked_query, page_json, page_of
from core.web.api.schema import MoneySchema
from core.web.response_cache import answer_from_cache
from inventory.api import examples
from inventory.api.output import ProductOut, ProductPageOut, product_json, product_page_json
from inventory.channels.lists import ProductListQuery, find_products
from inventory.channels.places import parse_place
from inventory.channels.response_caches import catalogue
from inventory.queries.availability import Availability, availability_of, place_of_postcode
from inventory.queries.catalogue import Facets
from inventory.queries.products import find_by_barcode, get_product, list_categories


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
    """The choices among the products that match the words and the category; on the first page only."""

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


class PublicApiView(ApiView):
    """A view for everybody: it does not read who asks."""

    authentication_classes = []
    permission_classes = [permissions.AllowAny]

    def shared(self, request: Request, build: Callable[[], Any]) -> HttpResponse:
        """Return the shared response of this address and language, built only if it is not in the cache."""
        key = (get_language(), request.path, request.META.get("QUERY_STRING"))
        return answer_from_cache(request, catalogue.get(key, build))


class ProductList(PublicApiView):
    """Products on sale, found by words and filters, with facets."""

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
        page = page_of(query)
        matches = find_products(query, page)
        listed = page_json(request, page, matches.rows, key=matches.key_of)
        facets = None if page.after else _facets_json(matches.facets)
        return listed | {"results": [product_json(row) for row in listed["results"]], "facets": facets}


class ProductPage(PublicApiView):
    """A product with its variants, prices, pictures and stock; the stock is a few seconds old at most."""

    @extend_schema(
        operation_id="catalogue_products_read",
        tags=["catalogue"],
        responses=ProductPageOut,
        examples=[OpenApiExample("A mug", value=examples.PRODUCT_PAGE, response_only=True)],
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.shared(
            request, lambda: product_page_json(*get_product(slug, now=timezone.now(), channel=APP), selected_sku=None)
        )


class BarcodeProduct(PublicApiView):
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
        return product_page_json(*get_product(slug, now=timezone.now(), channel=APP), selected_sku=sku)


class CategoryTree(PublicApiView):
    """All categories, as a tree."""

    @extend_schema(
        operation_id="catalogue_categories_list",
        tags=["catalogue"],
        responses=CategoryListOut,
        examples=[OpenApiExample("Two levels", value=examples.CATEGORY_TREE, response_only=True)],
    )
    def get(self, request: Request) -> HttpResponse:
        return self.shared(request, lambda: {"results": list_categories(), "next": None})


class VariantAvailability(PublicApiView):
    """
    Where a variant is available now: the promised date of shipping, and the pickup time in the nearest stores.

    A postcode stands for the store that has it, or roughly for one in the same region; then no distance is told.
    Without a place or a known postcode, the stores are ordered by code, without distance.
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

        availability = availability_of(sku=sku, near=near, limit=query["limit"], now=timezone.now())

        return answer(_availability_json(availability))


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


def _availability_json(availability: Availability) -> dict[str, Any]:
    return {
        "ship": {"available": availability.ship_available, "promise_date": availability.promise_date},
        "stores": [
            {
                "store": store.code,
                "name": store.name,
                "available": store.available,
                "distance_km": store.distance_km,
                "open_now": store.open_now,
                "ready_at": store.ready_at,
            }
            for store in availability.stores
        ],
    }
