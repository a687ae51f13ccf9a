"""A product with everything its page shows, the product of a barcode, and the category tree."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound
from core.texts.spelling import plain_text
from core.texts.translated import in_language
from inventory.models import Barcode, Product
from inventory.queries.availability import NEVER_SHORT
from inventory.queries.price_lists import STEPS
from inventory.rules.barcodes import NotABarcode, canonical_barcode
from inventory.rules.price_lists import PriceContext, parse_price_tiers, price_of, price_tiers
from inventory.rules.prices import OfferedSince, PriceSince, announced_reduction

_PRODUCT = """
SELECT product.id, product.slug, product.kind, product.name, product.description, product.brand, product.attributes,
       (SELECT jsonb_agg(jsonb_build_object('slug', step.slug, 'name', step.name) ORDER BY length(step.path))
        FROM inventory_category AS own
        CROSS JOIN LATERAL string_to_array(own.path, '/') AS steps(slugs)
        CROSS JOIN LATERAL generate_series(1, cardinality(slugs)) AS depth
        JOIN inventory_category AS step ON step.path = array_to_string(slugs[1:depth], '/')
        WHERE own.id = product.category_id) AS trail,
       (SELECT jsonb_agg(jsonb_build_object('file', media.file, 'alt', media.alt, 'sku', variant.sku)
                         ORDER BY media.position, media.id)
        FROM inventory_media AS media LEFT JOIN inventory_variant AS variant ON variant.id = media.variant_id
        WHERE media.product_id = product.id) AS media
FROM inventory_product AS product
WHERE product.slug = %(slug)s AND product.state = 'published'
"""

_ON_SALE = f"""
SELECT variant.id, variant.sku, variant.attributes, price.amount, deposit.amount AS deposit,
       ARRAY(SELECT code FROM inventory_barcode WHERE variant_id = variant.id ORDER BY id) AS barcodes,
       stock.ship, stock.stores, {STEPS.format(currency="%(currency)s", segments="NULL::text[]")} AS steps,
       (SELECT jsonb_agg(jsonb_build_array(former.amount, former.since) ORDER BY former.since, former.id) FROM (
            SELECT id, amount, since FROM inventory_pricehistory
            WHERE variant_id = variant.id AND currency = %(currency)s ORDER BY since DESC, id DESC LIMIT 40) AS former
       ) AS history,
       (SELECT jsonb_agg(jsonb_build_array(offer.amount, offer.since, offer.until))
        FROM inventory_offeredprice AS offer
        WHERE offer.variant_id = variant.id AND offer.currency = %(currency)s
          AND (offer.until IS NULL OR offer.until > now() - interval '61 days')) AS offered
FROM inventory_variant AS variant
LEFT JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
LEFT JOIN inventory_depositamount AS deposit ON deposit.deposit_id = variant.deposit_id
    AND deposit.country = %(country)s AND deposit.currency = %(currency)s
LEFT JOIN LATERAL (
    SELECT COALESCE(sum(level.on_hand - level.reserved - level.safety) FILTER (WHERE location.ships), 0)::int AS ship,
           count(*) FILTER (WHERE location.kind = 'store')::int AS stores
    FROM inventory_stocklevel AS level JOIN inventory_location AS location ON location.id = level.location_id
    WHERE level.variant_id = variant.id AND location.is_active AND level.on_hand - level.reserved - level.safety > 0
) AS stock ON true
"""
_VARIANTS = f"""{_ON_SALE}
WHERE variant.product_id = %(product)s AND variant.is_active ORDER BY variant.position, variant.id
"""
_BY_SKUS = f"{_ON_SALE} WHERE variant.sku = ANY(%(skus)s::text[]) AND variant.is_active ORDER BY variant.sku"

_BY_BARCODE = """
SELECT product.slug, variant.sku
FROM inventory_barcode AS barcode
JOIN inventory_variant AS variant ON variant.id = barcode.variant_id
JOIN inventory_product AS product ON product.id = variant.product_id
WHERE barcode.code = %(code)s AND variant.is_active AND product.state = 'published'
"""

# A unique index makes it one look-up.
_BY_SKU = "SELECT sku FROM inventory_variant WHERE upper(sku) = upper(%(sku)s)"

# The newest product with a picture represents its category; an index finds that of each subcategory.
_TILES = """
SELECT root.slug, root.name, picture.file
FROM inventory_category AS root
JOIN LATERAL (
    SELECT newest.file
    FROM inventory_category AS shelf
    CROSS JOIN LATERAL (
        SELECT product.published_at, media.file
        FROM inventory_product AS product
        CROSS JOIN LATERAL (
            SELECT file FROM inventory_media WHERE product_id = product.id ORDER BY position, id LIMIT 1
        ) AS media
        WHERE product.state = 'published' AND product.category_id = shelf.id
        ORDER BY product.published_at DESC LIMIT 1
    ) AS newest
    WHERE shelf.path = root.path OR starts_with(shelf.path, root.path || '/')
    ORDER BY newest.published_at DESC LIMIT 1
) AS picture ON true
WHERE root.parent_id IS NULL
ORDER BY root.position, root.path
"""

_TRAIL = """
SELECT step.slug, step.name
FROM inventory_category AS own
JOIN inventory_category AS step ON step.path = own.path OR starts_with(own.path, step.path || '/')
WHERE own.slug = %(slug)s
ORDER BY length(step.path)
"""

_CATEGORIES = "SELECT slug, name, path FROM inventory_category ORDER BY position, path"


def get_product(slug: str, *, now: datetime, channel: str) -> tuple[sql.Row, list[sql.Row]]:
    """
    Return a published product and its variants on sale at the public prices of a channel, in two statements.

    The product: id, slug, kind, name, description, brand, attributes, trail (categories from the root), media (file,
    alt, sku). A variant: id, sku, attributes, amount (minor units of settings.SHOP_CURRENCY, or None), deposit (on one
    unit in the shop's own country, beside the amount; None for none), volumes (pairs of the quantity from which a unit
    costs less, and its price then), is_tax_included (None: as at the place of supply), barcodes, ship (units that can
    be shipped; many of a gift card, which is a code), stores (how many have it), reduction (None, or the one to
    announce now). Raises NotFound.
    """
    product = sql.fetch_one(_PRODUCT, {"slug": slug})
    if product is None:
        raise NotFound(_("There is no such product."))
    shop = {"currency": settings.SHOP_CURRENCY, "country": settings.SHOP_COUNTRY}
    variants = sql.fetch_all(_VARIANTS, {"product": product["id"], **shop})
    for variant in variants:
        _price(variant, PriceContext(now, channel))
        if product["kind"] == Product.GIFT_CARD:
            variant["ship"] = NEVER_SHORT
    return product, variants


def priced_variants(skus: Iterable[str], *, now: datetime, channel: str, store: str) -> list[sql.Row]:
    """
    Return variants on sale by their SKUs at the public prices of a channel in a store, in one statement.

    The rows are the variants of get_product; those that are not sold any more are left out.
    """
    shop = {"currency": settings.SHOP_CURRENCY, "country": settings.SHOP_COUNTRY}
    variants = sql.fetch_all(_BY_SKUS, {"skus": list(skus), **shop})
    for variant in variants:
        _price(variant, PriceContext(now, channel, store))
    return variants


def find_by_barcode(scanned: str) -> tuple[str, str]:
    """Return the product's slug and the variant's SKU of a scanned code. Raises NotFound, saying if misread."""
    try:
        code = canonical_barcode(scanned)
    except NotABarcode:
        raise NotFound(_("Unknown or misread barcode: the check digit is wrong.")) from None
    row = sql.fetch_one(_BY_BARCODE, {"code": code})
    if row is None:
        raise NotFound(_("No product has this barcode."))
    return row["slug"], row["sku"]


def find_sku(text: str) -> str | None:
    """Return the SKU that a typed or scanned text is, in any case and in the digits of any script, if there is one."""
    row = sql.fetch_one(_BY_SKU, {"sku": plain_text(text)})
    return str(row["sku"]) if row else None


def skus_by_barcode(scanned: Iterable[str]) -> dict[str, str]:
    """Return the SKUs of scanned codes, by the code as it was scanned; codes that no article has are left out."""
    known = {}
    for text in scanned:
        with suppress(NotABarcode):
            known[text] = canonical_barcode(text)
    skus = dict(Barcode.objects.filter(code__in=known.values()).values_list("code", "variant__sku")) if known else {}
    return {text: skus[code] for text, code in known.items() if code in skus}


def list_categories() -> list[dict[str, Any]]:
    """Return the tree of categories, in the active language: slug, name and children, as staff have ordered them."""
    roots: list[dict[str, Any]] = []
    nodes: dict[str, dict[str, Any]] = {}
    rows = sql.fetch_all(_CATEGORIES, {})
    for row in rows:
        nodes[row["path"]] = {"slug": row["slug"], "name": in_language(row["name"]), "children": []}
    for path, node in nodes.items():
        above = nodes.get(path.rpartition("/")[0])
        (above["children"] if above else roots).append(node)
    return roots


def category_tiles() -> list[sql.Row]:
    """Return the top-level categories with products: slug, name, and file, the picture of a new product."""
    return sql.fetch_all(_TILES, {})


def category_trail(slug: str) -> list[sql.Row]:
    """Return a category with those above it, from the root: slug and name; empty if there is no such category."""
    return sql.fetch_all(_TRAIL, {"slug": slug})


def shown_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return attributes in the active language; numbers stay as they are."""
    return {name: in_language(value) if isinstance(value, dict) else value for name, value in attributes.items()}


def _price(variant: sql.Row, context: PriceContext) -> None:
    """Add the public price to a row, with its volumes and reduction."""
    base, steps = variant["amount"], parse_price_tiers(variant.pop("steps"))
    price = price_of(base, steps, quantity=1, context=context)
    history = [PriceSince(amount, datetime.fromisoformat(since)) for amount, since in variant.pop("history") or ()]
    offered = [
        OfferedSince(amount, datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
        for amount, since, until in variant.pop("offered") or ()
    ]
    if price is not None and price.step is not None:
        variant["amount"], began = price.amount, price.step.starts_at or context.now
        if history and history[-1].amount != price.amount:
            # A channel's own price is in no history, and a list that just began may not be in it yet.
            history.append(PriceSince(price.amount, max(began, history[-1].since)))
    variant["volumes"] = price_tiers(base, steps, context=context) if steps else []
    variant["is_tax_included"] = price.is_tax_included if price else None
    variant["reduction"] = announced_reduction(history, now=context.now, offered=offered) if price is not None else None
