"""Reads a cart in one statement, however many lines it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from carts.queries.pricing_config import PricedStore, pricing_config_at
from carts.rules.goods import Item, paths_of
from carts.rules.problems import LineFacts, Problem, line_problems
from core.actors import Actor
from core.data import sql
from core.errors import NotFound
from core.texts.translated import TranslatedText
from inventory.models import Product
from inventory.queries.price_lists import SEGMENTS, STEPS, former_steps
from inventory.rules.price_lists import PriceContext, PriceTier, parse_price_tiers, price_of, with_public_amount

# A line's units may come from any location that ships or offers pickup; checkout checks the chosen location only.
LINES = f"""
SELECT cart.id AS cart_id, cart.version, cart.currency, cart.state, cart.customer_id, cart.merge_report,
       cart.changed_at,
       (SELECT value FROM carts_configversion) AS config_version, tax_number.country AS tax_number_country,
       (SELECT array_agg(voucher_id) FROM carts_cartvoucher WHERE cart_id = cart.id) AS voucher_ids,
       newest.code, newest.expires_at AS code_expires_at,
       line.id, line.quantity, line.unit_price_when_added, line.added_channel, line.added_at,
       line.added_store_id, variant.id AS variant_id, variant.sku,
       variant.attributes, variant.deposit_id, variant.grams, variant.longest_mm, product.id AS product_id,
       product.kind, product.tax_category_id, category.path AS category_path, product.name, product.slug,
       price.amount AS unit_price, price.floor,
       buyer.segments, {STEPS.format(currency="cart.currency", segments="buyer.segments")} AS steps,
       variant.is_active AND product.state = 'published' AS is_on_sale, stock.available, picture.file AS picture
FROM carts_cart AS cart
LEFT JOIN LATERAL (SELECT {SEGMENTS.format(person="cart.customer_id")} AS segments) AS buyer ON true
LEFT JOIN LATERAL (
    SELECT code, expires_at FROM carts_cartcode WHERE cart_id = cart.id ORDER BY expires_at DESC LIMIT 1
) AS newest ON true
LEFT JOIN accounts_taxnumber AS tax_number
    ON tax_number.customer_id = cart.customer_id AND tax_number.confirmed_until > %(now)s::timestamptz
LEFT JOIN carts_cartline AS line ON line.cart_id = cart.id
LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
LEFT JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN inventory_category AS category ON category.id = product.category_id
LEFT JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = cart.currency
LEFT JOIN LATERAL (
    SELECT sum(greatest(level.on_hand - level.reserved - level.safety, 0))::int AS available
    FROM inventory_stocklevel AS level JOIN inventory_location AS location ON location.id = level.location_id
    WHERE level.variant_id = line.variant_id AND location.is_active AND (location.ships OR location.offers_pickup)
) AS stock ON true
LEFT JOIN LATERAL (
    SELECT media.file FROM inventory_media AS media
    WHERE media.product_id = product.id AND (media.variant_id = variant.id OR media.variant_id IS NULL)
    ORDER BY media.variant_id NULLS LAST, media.position, media.id LIMIT 1
) AS picture ON true
WHERE {{whose}}
ORDER BY line.id
"""
_BY_CUSTOMER = LINES.format(whose="cart.customer_id = ANY(%(customers)s::bigint[]) AND cart.state = 'open'")
_BY_TOKEN = LINES.format(whose="cart.token_hash = %(token_hash)s AND cart.token_hash <> '' AND cart.state = 'open'")
_BY_ID = LINES.format(whose="cart.id = %(cart)s")
_PUBLIC_PRICES = """
SELECT DISTINCT ON (variant_id) variant_id, amount FROM inventory_pricehistory
WHERE variant_id = ANY(%(variants)s::bigint[]) AND currency = %(currency)s AND since <= %(at)s
ORDER BY variant_id, since DESC, id DESC
"""
_GLANCE = """
SELECT cart.id, cart.version, coalesce(sum(line.quantity), 0)::int AS units
FROM carts_cart AS cart LEFT JOIN carts_cartline AS line ON line.cart_id = cart.id
WHERE cart.state = 'open' AND (cart.customer_id = ANY(%(customers)s::bigint[])
      OR (cart.token_hash <> '' AND cart.token_hash = %(token_hash)s))
GROUP BY cart.id ORDER BY cart.id DESC LIMIT 1
"""


class CartLineView(NamedTuple):
    """
    A line as it is now; prices in minor units. unit_price is None if the variant has no price any more.

    unit_price_when_added and single_price: of one unit, then and now; a quantity discount is no change of the price.
    kind: of the product: goods, or a gift card. step: the tier of a price list; None for the ordinary price. floor: the
    price of one unit below which no promotion takes it. deposit: the id of the deposit that each unit bears.
    is_gift: a promotion adds it; only lines of an order that is being placed do. grams, longest_mm: of one unit.
    """

    id: int
    variant_id: int
    sku: str
    slug: str
    name: TranslatedText
    attributes: dict[str, Any]
    picture: str | None
    quantity: int
    unit_price: int | None
    unit_price_when_added: int
    added_channel: str
    added_store: str | None
    added_store_name: TranslatedText | None
    added_at: datetime
    problems: list[Problem]
    product_id: int = 0
    kind: str = ""
    category_path: str = ""
    tax_category: int | None = None
    single_price: int | None = None
    step: PriceTier | None = None
    floor: int = 0
    deposit: int | None = None
    is_gift: bool = False
    grams: int = 0
    longest_mm: int = 0

    @property
    def item(self) -> Item:
        """Return the line in the form that the pricing rules take."""
        return Item(
            self.id,
            self.variant_id,
            self.quantity,
            self.unit_price or 0,
            self.product_id,
            paths_of(self.category_path),
            self.tax_category,
            self.is_tax_included,
            is_stored_value=self.is_stored_value,
            floor=self.floor,
            deposit=self.deposit,
            grams=self.grams,
            longest_mm=self.longest_mm,
        )

    @property
    def is_stored_value(self) -> bool:
        """Return whether it is a gift card, which needs no stock, no parcel and no pickup."""
        return self.kind == Product.GIFT_CARD

    @property
    def is_tax_included(self) -> bool | None:
        """Return whether the price list's price includes tax; None means as at the place of supply."""
        return self.step.is_tax_included if self.step else None


class CartView(NamedTuple):
    """
    A cart with its lines, priced for a channel, and their problems; queries/quoting.py computes the total.

    code: its newest code for the till, with its end, which may be over; None if it never had one. sold_at: when it was
    sold, of a sale that a till sends later.
    """

    id: int
    version: int
    currency: str
    state: str
    customer_id: int | None
    changed_at: datetime
    merge_report: list[dict[str, Any]]
    lines: list[CartLineView]
    config_version: int = 0
    tax_number_country: str = ""
    voucher_ids: Sequence[int] = ()
    code: str | None = None
    code_expires_at: datetime | None = None
    sold_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CartGlance:
    """A cart's id, its version, and the number of units in it."""

    id: int
    version: int
    units: int


def cart_of_customer(customer_ids: list[int], *, by: Actor, now: datetime) -> CartView | None:
    """Return the open cart of a person, by all the ids of their records; None if there is none yet."""
    return view_of(sql.fetch_all(_BY_CUSTOMER, {"customers": customer_ids, "now": now}), by=by, now=now)


def cart_of_token(token_hash: str, *, by: Actor, now: datetime) -> CartView | None:
    """Return the open anonymous cart that a token opens; None if there is none."""
    return view_of(sql.fetch_all(_BY_TOKEN, {"token_hash": token_hash, "now": now}), by=by, now=now)


def glance_at_cart(*, customer_ids: Sequence[int], token_hash: str) -> CartGlance | None:
    """Return what every page shows of the open cart of a person, or of the one that a token opens."""
    row = sql.fetch_one(_GLANCE, {"customers": list(customer_ids), "token_hash": token_hash})
    return CartGlance(**row) if row else None


def get_cart(cart_id: int, *, by: Actor, now: datetime) -> CartView:
    """Return a cart in any state. Raises NotFound."""
    view = view_of(sql.fetch_all(_BY_ID, {"cart": cart_id, "now": now}), by=by, now=now)
    if view is None:
        raise NotFound(_("There is no such cart."))
    return view


def cart_as_sold(cart_id: int, *, by: Actor, at: datetime) -> CartView:
    """
    Return a cart whose goods were sold at a moment: at the price of that moment, in which they were added to it.

    They were on sale then, whatever has become of them. cart_id: one that was just made.
    """
    rows = sql.fetch_all(_BY_ID, {"cart": cart_id, "now": at})
    variants = [row["variant_id"] for row in rows]
    known = sql.fetch_all(_PUBLIC_PRICES, {"variants": variants, "currency": rows[0]["currency"], "at": at})
    public = {price["variant_id"]: price["amount"] for price in known}
    former = former_steps(variants, currency=rows[0]["currency"], customer_id=rows[0]["customer_id"], at=at)
    for row in rows:
        row |= {"is_on_sale": True, "unit_price": row["unit_price_when_added"]}
        row |= {"segments": former.segments, "steps": former.steps.get(row["variant_id"])}
        if row["variant_id"] in public:
            # A list may have begun or ended late: what everybody paid is what the history says.
            row["steps"] = with_public_amount(row["steps"], public[row["variant_id"]])
    view = view_of(rows, by=by, now=at)
    assert view is not None
    return view._replace(sold_at=at)


def view_of(rows: list[sql.Row], *, by: Actor, now: datetime) -> CartView | None:
    """Return the cart that rows of LINES describe, with a channel's prices at a moment; None for no rows."""
    if not rows:
        return None
    # A person merged from two records may briefly own two open carts; the newest is used.
    cart_id = max(row["cart_id"] for row in rows)
    rows = [row for row in rows if row["cart_id"] == cart_id]
    cart = rows[0]
    context = PriceContext(now, by.channel, by.store_code, frozenset(cart["segments"] or ()))
    stores = pricing_config_at(cart["config_version"]).stores
    return CartView(
        id=cart_id,
        version=cart["version"],
        currency=cart["currency"],
        state=cart["state"],
        customer_id=cart["customer_id"],
        changed_at=cart["changed_at"],
        merge_report=cart["merge_report"],
        lines=[_line(row, context, stores) for row in rows if row["id"] is not None],
        config_version=cart["config_version"],
        tax_number_country=cart["tax_number_country"] or "",
        voucher_ids=cart["voucher_ids"] or (),
        code=cart["code"],
        code_expires_at=cart["code_expires_at"],
    )


def _line(row: sql.Row, context: PriceContext, stores: Mapping[int, PricedStore]) -> CartLineView:
    unit_price = single_price = row["unit_price"]
    step = None
    store = stores.get(row["added_store_id"])
    if row["steps"]:
        steps = parse_price_tiers(row["steps"])
        price = price_of(unit_price, steps, quantity=row["quantity"], context=context)
        unit = price_of(unit_price, steps, quantity=1, context=context)
        if price is not None and unit is not None:
            unit_price, single_price, step = price.amount, unit.amount, price.step
    facts = LineFacts(
        quantity=row["quantity"],
        unit_price=single_price,
        unit_price_when_added=row["unit_price_when_added"],
        is_on_sale=row["is_on_sale"],
        # A gift card is a code, and never short.
        available=row["quantity"] if row["kind"] == Product.GIFT_CARD else row["available"] or 0,
    )
    return CartLineView(
        id=row["id"],
        variant_id=row["variant_id"],
        sku=row["sku"],
        slug=row["slug"],
        name=row["name"],
        attributes=row["attributes"],
        picture=row["picture"],
        quantity=row["quantity"],
        unit_price=unit_price,
        unit_price_when_added=row["unit_price_when_added"],
        added_channel=row["added_channel"],
        added_store=store.code if store else None,
        added_store_name=store.name if store else None,
        added_at=row["added_at"],
        problems=line_problems(facts),
        product_id=row["product_id"],
        kind=row["kind"],
        category_path=row["category_path"] or "",
        tax_category=row["tax_category_id"],
        single_price=single_price,
        step=step,
        floor=row["floor"] or 0,
        deposit=row["deposit_id"],
        grams=row["grams"] or 0,
        longest_mm=row["longest_mm"] or 0,
    )
