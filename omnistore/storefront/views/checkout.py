"""The checkout, on one page: fulfilment, address, payment, and the total before the last click."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries.addresses import list_addresses
from accounts.sign_in.attempt_limits import client_key_of, source_of
from carts.queries.carts import CartView
from carts.queries.delivery import countries_served
from carts.queries.options import ALL, find_options
from carts.queries.quoting import place_at, quote_cart, quote_ways, supply_of
from carts.rules.taxes import TaxPlace as TaxPlace
from carts.services.placing import CartEmpty
from core.errors import Refusal
from core.idempotency import Claim, KeyReused, StillAtWork
from core.texts.languages import active_language
from core.web import headers, logs
from core.web.api.problems import retry_headers
from inventory.queries.availability import place_of_store
from omnistore.storefront.cards import choice_of, offered, paid_by, usable_cards
from omnistore.storefront.claims import claim_of_page
from omnistore.storefront.forms import ADDRESS_FIELDS, AT_ONCE, CheckoutForm, country_options, question_fields
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.payment_pages import page_context, with_hosts
from omnistore.storefront.places import place_of, place_text
from omnistore.storefront.views.cart import bring_cart_along, merged_of, points_for
from omnistore.storefront.views.orders import order_address
from omnistore.storefront.visitors import Visitor, visitor_of
from orders.channels.tender_split import BalanceForm, split_of
from orders.queries.cards import SavedCardView
from orders.queries.orders import find_order_by_request_key, get_order
from orders.queries.views import OrderView
from orders.rules.checkout import PICKUP, SHIP, CheckoutRequest, FulfilmentRequest, Tender
from orders.rules.order_fields import QUESTIONS
from orders.services.payments.gateway import PaymentResult, payment_pages
from orders.services.settlement.checkout import CartAlreadyOrdered, check_out

STORES_SHOWN = 6
STORES_ASKED = 50


@require_http_methods(["GET", "HEAD", "POST"])
@page
def checkout(request: HttpRequest) -> HttpResponse:
    """Show the checkout, or order the cart."""
    visitor = visitor_of(request)
    bring_cart_along(visitor)
    if request.method != "POST":
        return _show(request, visitor)
    balances = _balances(request, visitor)
    form = CheckoutForm(
        # A cart of gift cards alone has nothing to send or to collect, and its page does not ask.
        request.POST.dict() | ({} if "kind" in request.POST else {"kind": AT_ONCE}),
        is_guest=visitor.customer is None,
        saved=_saved(visitor),
        cards=usable_cards(visitor),
        balances=balances,
    )
    if "look" in request.POST:
        balances.is_valid()
        return _show(request, visitor, form.data)
    if not form.is_valid():
        return _show(request, visitor, form.data, form.errors, status=422)
    return _order(request, visitor, form)


def _order(request: HttpRequest, visitor: Visitor, form: CheckoutForm) -> HttpResponse:
    now = timezone.now()
    claim = claim_of_page(request, owner=visitor.owner, key=form.cleaned_data["key"], act="checkout")
    source = "" if visitor.owner.customer_ids else source_of(request)
    checkout_request = _request_of(form, visitor, claim, source)
    try:
        answer = check_out(
            claim=claim, owner=visitor.owner, request=checkout_request, by=visitor.actor, now=now, render=_placed_order
        )
    except KeyReused:
        # The same form was submitted again with other values after it had placed an order: show that order.
        known = find_order_by_request_key(claim.request_key)
        if known is None:
            return _show(request, visitor, form.data, status=409)
        messages.info(request, _("This was already ordered. Here is your order."))
        return redirect(order_address(known))
    except CartAlreadyOrdered as refusal:
        messages.info(request, str(refusal))
        return redirect(order_address(get_order(refusal.details["number"])))
    except CartEmpty:
        return redirect("cart")
    except StillAtWork as refusal:
        return _show(request, visitor, form.data, problem=refusal, keeps_key=True)
    except Refusal as refusal:
        return _show(request, visitor, form.data, problem=refusal)
    return redirect(orjson.loads(answer.content)["address"])


def _placed_order(order: OrderView, outcomes: Sequence[PaymentResult]) -> dict[str, Any]:
    return {"number": order.number, "address": order_address(order)}


def _balances(request: HttpRequest, visitor: Visitor) -> BalanceForm:
    return BalanceForm(
        request.POST if request.method == "POST" else None,
        customer_id=visitor.customer.pk if visitor.customer else None,
        client_key=client_key_of(request),
        now=timezone.now(),
        only_money=lambda: _stored_value(visitor),
    )


def _stored_value(visitor: Visitor) -> int:
    now = timezone.now()
    cart = visitor.cart(now=now)
    return quote_cart(cart, by=visitor.actor, now=now).stored_value if cart else 0


def _tenders(form: CheckoutForm, visitor: Visitor) -> tuple[Tender, ...]:
    if not form.cleaned_data["rest"]:
        return tuple(form.balances.tenders)
    return (*form.balances.tenders, paid_by(form.cleaned_data, form.cards, visitor.owner.customer_ids))


def _request_of(form: CheckoutForm, visitor: Visitor, claim: Claim, source: str) -> CheckoutRequest:
    values = form.cleaned_data
    is_pickup = values["kind"] == PICKUP
    ways = {
        PICKUP: (FulfilmentRequest(PICKUP, store=values["store"]),),
        SHIP: (FulfilmentRequest(SHIP, address=dict(values.get("ship_to", {})), method=values["method"]),),
        AT_ONCE: (),
    }
    expected = values["expected_pickup"] if is_pickup else values["expected_ship"]
    return CheckoutRequest(
        fulfilments=ways[values["kind"]],
        tenders=_tenders(form, visitor),
        cart_version=values["version"],
        expected_total=expected,
        expected_currency=settings.SHOP_CURRENCY,
        contact_email=values["email"],
        contact_phone=values["phone"],
        language=active_language(),
        keeps_address=values["keep_address"] and not values["address"].isdecimal(),
        **{question.name: values[question.name] for question in QUESTIONS},
        request_key=claim.request_key,
        source=source,
    )


def _show(
    request: HttpRequest,
    visitor: Visitor,
    entered: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
    *,
    problem: Refusal | None = None,
    keeps_key: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the page for the present cart. entered: the input so far; problem: why it was not ordered."""
    cart = visitor.cart(now=timezone.now())
    if cart is None or not cart.lines:
        return redirect("cart")
    logs.bind(cart=cart.id)
    saved, cards = _saved(visitor), usable_cards(visitor)
    served = countries_served(cart)
    for address in saved:
        address["is_served"] = served is None or address["country_code"] in served
    values = dict(entered or _first_values(visitor, saved, cards))
    if not keeps_key and (problem is not None or "key" not in values):
        values["key"] = str(uuid.uuid4())
    context = {
        "title": _("Checkout"),
        "cart": cart,
        "merged": merged_of(cart),
        "values": values,
        "errors": errors or {},
        "questions": question_fields(QUESTIONS),
        "problem": problem,
        "saved": saved,
        "countries": country_options(active_language(), values.get("country_code", ""), among=served),
        "cards": offered(cards),
        **page_context(can_save=visitor.customer is not None),
        **_ways(request, cart, visitor, values, saved),
    }
    context |= _paid_by_balances(_balances(request, visitor), context, visitor)
    response = private_page(request, "storefront/checkout.html", context, status=problem.status if problem else status)
    if problem is not None:
        headers.add(response, headers.written(retry_headers(problem)))
    return with_hosts(response, context["pages"])


def _paid_by_balances(balances: BalanceForm, context: Mapping[str, Any], visitor: Visitor) -> dict[str, Any]:
    """Return what valid gift cards, credit and points pay of each total, and the points earned then."""
    tenders = balances.tenders if balances.is_valid() else []
    sent, collected = context["with_ship"], context["with_pickup"]
    splits = [split_of(quote.totals.grand, tenders, only_money=quote.stored_value) for quote in (sent, collected)]
    quotes = [(quote, split.by_points) for quote, split in zip((sent, collected), splits, strict=True)]
    earns = points_for(visitor, context["cart"], quotes, timezone.now())
    kinds = ("for-ship", "for-pickup")
    return {
        "balances": balances,
        "splits": list(zip(kinds, splits, strict=True)),
        "earns": [(kind, points) for kind, points in zip(kinds, earns, strict=True) if points],
    }


def _ways(
    request: HttpRequest,
    cart: CartView,
    visitor: Visitor,
    values: dict[str, Any],
    saved: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    place = values.get("postcode", "").strip() or place_text(request)
    near = place_of(place)
    now = timezone.now()
    # Without a place, what lies around the customer's own store comes first, and nothing is ticked by the alphabet.
    around = near or place_of_store(visitor.customer.home_store if visitor.customer else "")
    destination = _place_of(values, saved)
    options = find_options(cart, near=around, by=visitor.actor, now=now, limit=STORES_ASKED, place=destination)
    methods = options.ship.methods or ()
    # The cheapest is ticked at first; a chosen one that is not possible any more is asked for anew.
    method = values.setdefault("method", methods[0].code if methods and "asks_method" not in values else "")
    values["method"] = method if method in {each.code for each in methods} else ""
    # Stores that have everything come first; the others say why they cannot be chosen.
    stores = sorted(options.stores, key=lambda store: store.how_much != ALL)[:STORES_SHOWN]
    full = [store.code for store in stores if store.how_much == ALL]
    can_ship, can_collect = options.ship.how_much == ALL, bool(full)
    if values.get("kind") not in (SHIP, PICKUP):
        values["kind"] = PICKUP if can_collect and not can_ship else SHIP
    if not values.get("store"):
        values["store"] = full[0] if full and (around is not None or len(full) == 1) else ""
    sent = supply_of(cart, destination, is_shipped=True, method=values["method"])
    collected = supply_of(cart, place_at(cart, values["store"]))
    with_ship, with_pickup = quote_ways(cart, by=visitor.actor, now=now, ways=[[sent], [collected]])
    return {
        "has_goods": any(not line.is_stored_value for line in cart.lines),
        "ship": options.ship,
        "can_ship": can_ship,
        "can_collect": can_collect,
        "stores": stores,
        "place": place,
        "is_place_known": near is not None,
        "with_ship": with_ship,
        "with_pickup": with_pickup,
        "methods": methods,
        "is_method_gone": bool(method) and not values["method"],
    }


def _place_of(values: Mapping[str, Any], saved: Sequence[Mapping[str, Any]]) -> TaxPlace:
    """Return the destination as far as it is known: the address that was chosen or entered so far."""
    chosen = next((row for row in saved if str(row["id"]) == values.get("address")), values)
    country = chosen.get("country_code") or settings.SHOP_COUNTRY
    return TaxPlace(country, chosen.get("country_area") or "", chosen.get("postal_code") or "")


def _first_values(
    visitor: Visitor, saved: Sequence[Mapping[str, Any]], cards: Sequence[SavedCardView]
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "country_code": settings.SHOP_COUNTRY,
        "pay": choice_of(cards[0]) if cards else next((page.method for page in payment_pages()), ""),
        "address": "new",
    }
    customer = visitor.customer
    if customer is not None:
        values |= {"email": customer.email, "phone": str(customer.phone or ""), "name": customer.name}
        reached = [row for row in saved if row["is_served"]]
        default = next((row for row in reached if row["is_default"]), reached[0] if reached else None)
        if default is not None:
            values |= {"address": str(default["id"])} | dict.fromkeys(ADDRESS_FIELDS[1:-1], "")
    return values


def _saved(visitor: Visitor) -> list[dict[str, Any]]:
    if visitor.customer is None:
        return []
    return list_addresses(person_ids=visitor.owner.customer_ids, limit=20)
