"""What a cart costs."""

from datetime import UTC, date, datetime
from decimal import Decimal

from carts.rules.conditions import parse_conditions
from carts.rules.context import PricingContext
from carts.rules.deposits import Deposit
from carts.rules.goods import Item, paths_of
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig, Supply, TaxConfig, quote
from carts.rules.rewards import parse_reward
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HERE, ELSEWHERE = "AT", "DE"


def computed(inputs):
    items = [_item(number, line, inputs) for number, line in enumerate(inputs["lines"], 1)]
    shipping = inputs.get("shipping")
    quoted = quote(
        items,
        currency=inputs["currency"],
        context=PricingContext(now=NOW, is_known="purchases" in inputs, purchases=inputs.get("purchases", 0)),
        promotions=[_promotion(number, given) for number, given in enumerate(inputs.get("promotions", ()), 1)],
        supplies=_supplies(items, inputs),
        shipping=_shipping(shipping, inputs) if shipping else None,
        taxes=_taxes(inputs),
        deposits=_deposits(inputs),
    )
    totals = quoted.totals
    return {
        "grand": totals.grand,
        "discount": totals.discount,
        "shipping": totals.shipping,
        "deposit": totals.deposit,
        "tax": sum(line.tax for line in quoted.taxes),
        "tax_by_rate": {str(line.basis_points): [line.base, line.tax] for line in quoted.taxes},
        "tax_is_rate_of_base": all(
            line.tax == (2 * line.base * line.basis_points + 10_000) // 20_000 for line in quoted.taxes
        ),
        "line_discounts": [quoted.lines[item.id].discount for item in items],
    }


def _shipping(shipping, inputs):
    return ShippingConfig(
        shipping["amount"], shipping.get("free_from"), tax_category=categories_of(inputs).get(shipping.get("tax"))
    )


def categories_of(inputs):
    """The names of the tax categories, numbered from 1."""
    taxes = inputs.get("tax", {})
    names = set(taxes.get("rates", ())) | {line["tax"] for line in inputs["lines"] if "tax" in line}
    for place in (*taxes.get("places", ()), taxes.get("home", {})):
        names |= set(place.get("rates", ()))
    return {name: number for number, name in enumerate(sorted(names | {"standard"}), 1)}


def _item(number, line, inputs):
    paths = [paths_of(path) for path in line.get("categories", ())]
    return Item(
        number,
        number,
        line["quantity"],
        line["price"],
        categories=frozenset().union(*paths),
        tax_category=categories_of(inputs).get(line.get("tax")),
        is_tax_included=line.get("is_tax_included"),
        is_reduced=line.get("is_reduced", False),
        floor=line.get("floor", 0),
        deposit=number if "deposit" in line else None,
    )


def _deposits(inputs):
    """Each line that bears a deposit has one of its own."""
    return {
        (number, HERE, inputs["currency"]): Deposit(line["deposit"], line.get("bears_tax", True))
        for number, line in enumerate(inputs["lines"], 1)
        if "deposit" in line
    }


def _promotion(number, given):
    return PromotionRule(
        number,
        {"en": f"Promotion {number}"},
        parse_reward(given["reward"]),
        parse_conditions(given.get("conditions", [])),
        priority=given.get("priority", 100),
        is_exclusive=given.get("is_exclusive", False),
    )


def _supplies(items, inputs):
    places = inputs.get("tax", {}).get("places")
    if places:
        return [
            Supply(frozenset(place["lines"]), TaxPlace(place["country"]), is_shipped=place.get("is_shipped", False))
            for place in places
        ]
    return [Supply(frozenset(item.id for item in items), TaxPlace(HERE), is_shipped="shipping" in inputs)]


def _rate(basis_points):
    return Decimal(basis_points) if isinstance(basis_points, str) else basis_points


def _taxes(inputs):
    taxes = inputs.get("tax")
    if taxes is None:
        return None
    places = taxes.get("places") or [{"country": HERE, "rates": taxes["rates"]}]
    places = [place for place in (*places, taxes.get("home")) if place and place["rates"]]
    categories = categories_of(inputs)
    table = TaxTable(
        zones=[
            Zone(number, place["country"], is_included=taxes.get("is_included", True))
            for number, place in enumerate(places, 1)
        ],
        rates=[
            Rate(number, categories[name], _rate(basis_points), date(2020, 1, 1), levy=levy, is_compound=bool(more))
            for number, place in enumerate(places, 1)
            for name, rates in place["rates"].items()
            for levy, basis_points, *more in (rates if isinstance(rates, list) else [["", rates]])
        ],
        standard=categories["standard"],
    )
    return TaxConfig(table, NOW.date(), ELSEWHERE, HERE if inputs.get("is_exempt") else "")
