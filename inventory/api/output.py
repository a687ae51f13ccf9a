"""The catalogue's responses: rows in, JSON-ready values out, with their schema."""

from datetime import datetime
from typing import Any

from django.conf import settings
from rest_framework import serializers

from core.data import sql
from core.money import money_json
from core.texts.translated import in_language
from core.web.api.schema import MoneySchema
from core.web.media import media_url
from inventory.queries.hours import hours_of
from inventory.queries.products import shown_attributes
from inventory.rules.opening import is_open, next_opening


class PictureOut(serializers.Serializer[Any]):
    """A picture, by its full address."""

    url = serializers.CharField()
    alt = serializers.CharField()


class ProductOut(serializers.Serializer[Any]):
    """
    A product in a list. price: of its cheapest variant; highest_price: of its most expensive one. sku: only if it has a
    single variant.
    """

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    brand = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    price = MoneySchema()
    highest_price = MoneySchema()
    picture = PictureOut(allow_null=True)
    variants = serializers.IntegerField()
    sku = serializers.CharField(allow_null=True)
    in_stock = serializers.BooleanField()


class MediaOut(PictureOut):
    """A picture of a product, or of the variant that sku names."""

    sku = serializers.CharField(allow_null=True)


class CategoryLinkOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class VariantStockOut(serializers.Serializer[Any]):
    """ship: units that can be shipped; stores: how many stores have some."""

    ship = serializers.IntegerField()
    stores = serializers.IntegerField()


class ReductionOut(serializers.Serializer[Any]):
    """A recently reduced price, with the lowest price of the 30 days before."""

    lowest_price_30_days = MoneySchema()
    since = serializers.DateTimeField()


class VolumeOut(serializers.Serializer[Any]):
    """The price of one unit from a quantity on."""

    min_quantity = serializers.IntegerField()
    price = MoneySchema()


class VariantOut(serializers.Serializer[Any]):
    """
    What is bought. price: what everybody pays for one unit; null if it is not sold in the shop's currency. volumes:
    lower prices for larger quantities. deposit: on each unit in the shop's own country, beside the price. tax_included:
    whether the price list's price includes tax; null means as at the place of supply.
    """

    id = serializers.CharField()
    sku = serializers.CharField()
    attributes = serializers.DictField()
    price = MoneySchema(allow_null=True)
    deposit = MoneySchema(allow_null=True)
    volumes = VolumeOut(many=True)
    tax_included = serializers.BooleanField(allow_null=True)
    reduction = ReductionOut(allow_null=True)
    barcodes = serializers.ListField(child=serializers.CharField())
    available = VariantStockOut()


class ProductPageOut(serializers.Serializer[Any]):
    """A product with its variants. categories: from the root down. selected_sku: the variant a barcode stood for."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    brand = serializers.CharField()
    attributes = serializers.DictField()
    categories = CategoryLinkOut(many=True)
    media = MediaOut(many=True)
    variants = VariantOut(many=True)
    selected_sku = serializers.CharField(allow_null=True)


class AddressOut(serializers.Serializer[Any]):
    street_address = serializers.CharField()
    postal_code = serializers.CharField()
    city = serializers.CharField()
    country_code = serializers.CharField()


class OpeningOut(serializers.Serializer[Any]):
    """Opening hours on a weekday, 0 is Monday, in the store's own time; closing at 23:59 means midnight."""

    weekday = serializers.IntegerField()
    opens = serializers.CharField()
    closes = serializers.CharField()


class ExceptionOut(serializers.Serializer[Any]):
    """A day with other hours than the week's: closed if the times are null."""

    day = serializers.DateField()
    opens = serializers.CharField(allow_null=True)
    closes = serializers.CharField(allow_null=True)
    note = serializers.CharField()


class StoreOut(serializers.Serializer[Any]):
    """A store. distance_km: from the given place. opens_at: when it next opens; now, if it is open."""

    code = serializers.CharField()
    name = serializers.CharField()
    address = AddressOut()
    phone = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    time_zone = serializers.CharField()
    services = serializers.ListField(child=serializers.ChoiceField(["pickup", "ship", "returns"]))
    pickup_lead_minutes = serializers.IntegerField()
    pickup_keep_days = serializers.IntegerField()
    hours = OpeningOut(many=True)
    exceptions = ExceptionOut(many=True)
    open_now = serializers.BooleanField()
    opens_at = serializers.DateTimeField(allow_null=True)
    distance_km = serializers.FloatField(allow_null=True)


def product_json(row: sql.Row) -> dict[str, Any]:
    """Return a row of list_products as JSON."""
    currency = settings.SHOP_CURRENCY
    return {
        "id": str(row["id"]),
        "slug": row["slug"],
        "name": in_language(row["name"]),
        "brand": row["brand"],
        "category": row["category"],
        "price": money_json(row["lowest"], currency),
        "highest_price": money_json(row["highest"], currency),
        "picture": _picture_json(row["file"], row["alt"] or row["name"]) if row["file"] else None,
        "variants": row["variants"],
        "sku": row["sku"],
        "in_stock": row["in_stock"],
    }


def product_page_json(product: sql.Row, variants: list[sql.Row], *, selected_sku: str | None) -> dict[str, Any]:
    """Return the result of get_product as JSON."""
    return {
        "id": str(product["id"]),
        "slug": product["slug"],
        "name": in_language(product["name"]),
        "description": in_language(product["description"]),
        "brand": product["brand"],
        "attributes": shown_attributes(product["attributes"]),
        "categories": [{"slug": step["slug"], "name": in_language(step["name"])} for step in product["trail"] or ()],
        "media": [
            _picture_json(media["file"], media["alt"] or product["name"]) | {"sku": media["sku"]}
            for media in product["media"] or ()
        ],
        "variants": [_variant_json(variant) for variant in variants],
        "selected_sku": selected_sku,
    }


def store_json(row: sql.Row, *, now: datetime) -> dict[str, Any]:
    """Return a row of list_stores or get_store as JSON."""
    hours = hours_of(row)
    services = {"pickup": row["offers_pickup"], "ship": row["ships"], "returns": row["takes_returns"]}
    return {
        "code": row["code"],
        "name": in_language(row["name"]),
        "address": {name: row[name] for name in ("street_address", "postal_code", "city", "country_code")},
        "phone": row["phone"],
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "time_zone": row["time_zone"],
        "services": [name for name, is_offered in services.items() if is_offered],
        "pickup_lead_minutes": row["pickup_lead_minutes"],
        "pickup_keep_days": row["pickup_keep_days"],
        "hours": [
            {"weekday": weekday, "opens": _clock(opens), "closes": _clock(closes)}
            for weekday, opens, closes in row["week"] or ()
        ],
        "exceptions": [
            {"day": day, "opens": _clock(opens), "closes": _clock(closes), "note": in_language(note)}
            for day, opens, closes, note in row["exceptions"] or ()
        ],
        "open_now": is_open(hours, now),
        "opens_at": next_opening(hours, now),
        "distance_km": None if row["distance_km"] is None else round(row["distance_km"], 1),
    }


def _variant_json(variant: sql.Row) -> dict[str, Any]:
    amount, reduction = variant["amount"], variant["reduction"]
    return {
        "id": str(variant["id"]),
        "sku": variant["sku"],
        "attributes": shown_attributes(variant["attributes"]),
        "price": None if amount is None else money_json(amount, settings.SHOP_CURRENCY),
        "deposit": None if variant["deposit"] is None else money_json(variant["deposit"], settings.SHOP_CURRENCY),
        "volumes": [
            {"min_quantity": quantity, "price": money_json(volume, settings.SHOP_CURRENCY)}
            for quantity, volume in variant["volumes"]
        ],
        "tax_included": variant["is_tax_included"],
        "reduction": None
        if reduction is None
        else {
            "lowest_price_30_days": money_json(reduction.prior, settings.SHOP_CURRENCY),
            "since": reduction.since.isoformat(),
        },
        "barcodes": variant["barcodes"],
        "available": {"ship": variant["ship"], "stores": variant["stores"]},
    }


def _picture_json(file: str, alt: dict[str, str]) -> dict[str, Any]:
    return {"url": media_url(file), "alt": in_language(alt)}


def _clock(time: str | None) -> str | None:
    """Return a time of day as hours and minutes."""
    return time[:5] if time else None
