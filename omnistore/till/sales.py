"""
The sale on the till's screen: its cart, its customer, and where each line is in stock.

A sale's URL names its cart: `new` before anything is scanned, `customer-12` for a person's open cart, and `cart-...`
for an anonymous cart, whose number is signed: only scanning its code, or having started it, opens it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from accounts.queries.people import Person, get_person
from carts.channels.views import parse_int
from carts.queries.carts import CartLineView, CartView, cart_of_customer, cart_of_token
from carts.queries.holders import holder_of
from carts.rules.problems import INSUFFICIENT_STOCK, PRICE_CHANGED, Problem
from carts.rules.quote import Quote
from carts.services.carts import Owner, add_to_cart, add_to_new_cart, hash_of, new_token
from carts.services.merging import merge_token_cart
from core.actors import Actor
from core.errors import NotFound
from core.texts.formats import listed_text, money_text
from core.texts.translated import in_language
from inventory.queries.products import shown_attributes
from inventory.queries.staff import Store
from inventory.queries.store_stock import StoreStock, StoreStocks, stock_around
from orders.queries.accrual import accrual_cart
from orders.queries.orders import number_of_cart
from orders.services.settlement.checkout import CartAlreadyOrdered

NEW = "new"
SHOWN_STORES = 3
_signer = signing.Signer(salt="omnistore.till.sale")


@dataclass(frozen=True, slots=True)
class Sale:
    """A cart on the till's screen; person and cart are None until somebody is recognised or something is scanned."""

    key: str
    owner: Owner
    person: Person | None = None
    cart: CartView | None = None

    @property
    def version(self) -> int:
        return self.cart.version if self.cart else 0


def key_of_customer(customer_id: int) -> str:
    """Return the key of a person's cart in the till's URLs."""
    return f"customer-{customer_id}"


def key_of_cart(cart_id: int) -> str:
    """Return the key of an anonymous cart in the till's URLs."""
    return f"cart-{_signer.sign(str(cart_id))}"


def find_sale(key: str) -> Sale:
    """
    Return the sale of a key without its cart.

    A cart whose owner has signed in since leads to the person's cart. Raises NotFound, and CartAlreadyOrdered with the
    order's number for a cart that was ordered.
    """
    if key == NEW:
        return Sale(NEW, Owner())
    kind, _dash, rest = key.partition("-")
    if kind == "customer":
        return sale_of_person(get_person(customer_id=parse_int(rest)))
    try:
        cart_id = int(_signer.unsign(rest)) if kind == "cart" else 0
    except signing.BadSignature:
        cart_id = 0
    return find_cart(cart_id)


def sale_of_person(person: Person) -> Sale:
    """Return the sale of a person's own cart."""
    return Sale(key_of_customer(person.id), Owner(customer_ids=tuple(person.ids)), person)


def find_cart(cart_id: int) -> Sale:
    """Return the sale of a cart: its person's if it has one. Raises as find_sale does."""
    holder = holder_of(cart_id)
    if holder.state == "ordered":
        number = number_of_cart(cart_id)
        raise CartAlreadyOrdered(
            _("This cart was already ordered: order %(number)s.") % {"number": number}, number=number
        )
    if holder.customer_id is not None:
        return sale_of_person(get_person(customer_id=holder.customer_id))
    if holder.state != "open":
        raise NotFound(_("There is no such cart."))
    return Sale(key_of_cart(cart_id), Owner(token_hash=holder.token_hash))


def with_cart(sale: Sale, *, by: Actor, now: datetime) -> Sale:
    """Return the sale with its present cart, at the prices of this till, in one statement."""
    if sale.owner.customer_ids:
        return replace(sale, cart=cart_of_customer(list(sale.owner.customer_ids), by=by, now=now))
    if sale.owner.token_hash:
        return replace(sale, cart=cart_of_token(sale.owner.token_hash, by=by, now=now))
    return sale


def add_units(sale: Sale, *, sku: str, quantity: int, by: Actor, now: datetime) -> Sale:
    """
    Add units to the cart on the screen, creating an anonymous cart for a new sale. Return the sale.

    Raises NotFound for variants that are not on sale, and Malformed for too many units.
    """
    if sale.key == NEW:
        token = new_token()
        cart_id = add_to_new_cart(token=token, sku=sku, quantity=quantity, by=by, now=now)
        return Sale(key_of_cart(cart_id), Owner(token_hash=hash_of(token)))
    add_to_cart(owner=sale.owner, sku=sku, quantity=quantity, by=by, now=now)
    return sale


def recognise(sale: Sale, person: Person, *, by: Actor, now: datetime) -> Sale:
    """
    Continue with a person's cart, and merge the anonymous cart so far into it. Return the person's sale.

    Another person's cart that was on the screen does not change.
    """
    if sale.person is None and sale.owner.token_hash:
        merge_token_cart(token_hash=sale.owner.token_hash, customer_id=person.id, by=by, now=now)
    return sale_of_person(person)


# --- The screen's content -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A customer's points and tier, and the points that the sale on the screen earns."""

    points: int
    tier: str
    earns: int


def member_at_till(sale: Sale, quote: Quote | None, *, by_points: int = 0, now: datetime) -> Member | None:
    """
    Return the customer's loyalty data for the screen, in one statement; None for an anonymous sale.

    by_points: the amount that points pay, in minor units.
    """
    if sale.person is None or sale.cart is None or quote is None:
        return None
    earning = accrual_cart(sale.cart, customer_id=sale.person.id, now=now)
    tier = in_language(earning.tier_name) if earning.tier_name else ""
    return Member(earning.available, tier, earning.points(quote, by_points=by_points))


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A line's problem in words, and the quantity that would solve it: None for nothing to do, 0 to remove it."""

    code: str
    words: str
    fix: int | None = None


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line on the screen. here: units in this store; sent: units that could be shipped."""

    line: CartLineView
    name: str
    details: str
    picture: str
    here: int
    sent: int
    nearby: Sequence[tuple[StoreStock, int]]
    problems: Sequence[ShownProblem]
    is_short_here: bool


def stock_of(cart: CartView | None, store: Store) -> StoreStocks | None:
    """Return the stock for a cart's lines by location, in one statement; None for an empty cart."""
    if cart is None or not cart.lines:
        return None
    return stock_around(
        store_id=store.id, place=store.place, variant_ids=[line.variant_id for line in cart.lines], limit=SHOWN_STORES
    )


def shown_lines(cart: CartView | None, stocks: StoreStocks | None, *, language: str) -> list[ShownLine]:
    """Return the lines of a cart for the screen, the last added first."""
    if cart is None or stocks is None:
        return []
    return [_shown(line, stocks, cart.currency, language) for line in reversed(cart.lines)]


def _shown(line: CartLineView, stocks: StoreStocks, currency: str, language: str) -> ShownLine:
    here = max(0, stocks.here.counter.get(line.variant_id, 0))
    attributes = shown_attributes(line.attributes)
    return ShownLine(
        line=line,
        name=in_language(line.name),
        details=listed_text(attributes.values(), language),
        picture=default_storage.url(line.picture) if line.picture else "",
        here=here,
        sent=stocks.sent.get(line.variant_id, 0),
        nearby=[(stock, stock.free[line.variant_id]) for stock in stocks.nearby if stock.free.get(line.variant_id)][:2],
        problems=[_in_words(problem, currency, language, here) for problem in _worth_saying(line, here)],
        is_short_here=here < line.quantity and not line.is_stored_value,
    )


def _worth_saying(line: CartLineView, here: int) -> list[Problem]:
    # Goods in this store can be sold even if nothing is available: the till may sell the safety stock.
    return [problem for problem in line.problems if problem.code != INSUFFICIENT_STOCK or here < line.quantity]


def _in_words(problem: Problem, currency: str, language: str, here: int) -> ShownProblem:
    facts: dict[str, Any] = {}
    if problem.code == PRICE_CHANGED:
        assert problem.old_price is not None and problem.new_price is not None
        facts = {
            "old": money_text(problem.old_price, currency, language),
            "new": money_text(problem.new_price, currency, language),
        }
        return ShownProblem(
            problem.code, _("The price was %(old)s when it was added and is now %(new)s. Tell the customer.") % facts
        )
    if problem.code == INSUFFICIENT_STOCK:
        left = max(problem.available or 0, here)
        if left:
            return ShownProblem(
                problem.code, _("Only %(left)d left in total. Sell fewer, or offer something else.")
                % {"left": left}, left,
            )  # fmt: skip
        return ShownProblem(problem.code, _("Sold out everywhere. Remove it, or offer something else."), 0)
    return ShownProblem(problem.code, _("No longer sold. Remove it from the cart."), 0)
