"""The page of a product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from carts.queries.terms.return_policies import return_policy_in_category
from core.actors import WEB
from core.data import sql
from core.texts.translated import in_language
from inventory.models import Product
from inventory.queries.availability import availability_of
from inventory.queries.products import get_product, shown_attributes
from omnistore.storefront.pages import GOODS_SHEET, page, shared_page
from omnistore.storefront.places import place_of, place_text, remember_place
from omnistore.storefront.views.wishlist import own_part_for

STORES_SHOWN = 5
MOST_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an option; it links to the variant with this sku."""

    label: str
    sku: str
    is_chosen: bool
    is_available: bool


@dataclass(frozen=True, slots=True)
class Option:
    """An attribute in which the variants differ."""

    name: str
    choices: list[Choice]


@require_safe
@page
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product with price, pictures, variants and availability."""
    place = place_text(request)
    sku = request.GET.get("sku", "")
    response = shared_page(
        request,
        "storefront/product.html",
        lambda: _build(slug, sku, place, is_asked="sku" in request.GET),
        sheets=[GOODS_SHEET, "storefront/product.css"],
        vary=place,
        own=lambda sku: own_part_for(request, sku),
    )
    remember_place(request, response)
    return response


def _build(slug: str, sku: str, place: str, *, is_asked: bool) -> Mapping[str, Any]:
    now = timezone.now()
    details, variants = get_product(slug, now=now, channel=WEB)
    sellable = [variant for variant in variants if variant["amount"] is not None]
    chosen = next((variant for variant in sellable if variant["sku"] == sku), None) or _first(sellable)
    near = place_of(place)
    availability = None
    if chosen is not None:
        availability = availability_of(sku=chosen["sku"], near=near, limit=STORES_SHOWN, now=now)
    pictures = _pictures(details["media"] or [], chosen)
    return {
        "title": in_language(details["name"]),
        "description": in_language(details["description"])[:200],
        "product": details,
        "trail": details["trail"] or [],
        "details": shown_attributes(details["attributes"]),
        "chosen": chosen,
        "about": chosen["sku"] if chosen else "",
        "options": options_of(sellable, chosen) if chosen else [],
        "pictures": pictures,
        "availability": availability,
        "place": place,
        "is_place_known": near is not None,
        "quantities": range(1, MOST_AT_ONCE + 1),
        "return_policy": _return_policy(details),
    }


def _return_policy(details: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the terms on which the product comes back that is bought here; gift cards are under none."""
    if details["kind"] == Product.GIFT_CARD:
        return None
    path = "/".join(step["slug"] for step in details["trail"] or [])
    return return_policy_in_category(path, currency=settings.SHOP_CURRENCY)


def options_of(variants: Sequence[sql.Row], chosen: sql.Row) -> list[Option]:
    """
    Return the options; each value links to the variant with that value that is most like the chosen one.

    variants: with sku, attributes, ship and stores. An attribute with the same value in all is not an option.
    """
    shown = [(variant, shown_attributes(variant["attributes"])) for variant in variants]
    present = shown_attributes(chosen["attributes"])
    options = []
    for name in present:
        values = list(dict.fromkeys(attributes[name] for _variant, attributes in shown if name in attributes))
        if len(values) < 2:
            continue
        choices = []
        for value in values:
            having = [entry for entry in shown if entry[1].get(name) == value]
            variant, _attributes = max(having, key=lambda entry: _likeness(entry[1], present))
            is_available = bool(variant["ship"] or variant["stores"])
            choices.append(Choice(str(value), variant["sku"], value == present[name], is_available))
        options.append(Option(name, choices))
    return options


def _likeness(attributes: Mapping[str, Any], present: Mapping[str, Any]) -> int:
    return sum(attributes.get(name) == value for name, value in present.items())


def _first(variants: Sequence[sql.Row]) -> sql.Row | None:
    available = [variant for variant in variants if variant["ship"] or variant["stores"]]
    return next(iter(available or variants), None)


def _pictures(media: Sequence[dict[str, Any]], chosen: sql.Row | None) -> list[dict[str, Any]]:
    """Return the pictures, those of the chosen variant first; those of other variants link to them."""
    sku = chosen["sku"] if chosen else None
    return sorted(media, key=lambda picture: picture["sku"] != sku)
