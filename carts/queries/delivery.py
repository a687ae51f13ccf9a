"""Where the shop sends goods, and by which methods, as a cart knows it: from the cached configuration, unasked."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from carts.queries.carts import CartView
from carts.queries.pricing_config import PricingConfig, pricing_config_at
from carts.rules.delivery import PricedMethod, parcel_of
from carts.rules.due import Charge, Supply
from carts.rules.goods import Item
from carts.rules.taxes import TaxPlace
from core.errors import Refusal


class CountryNotServed(Refusal):
    """
    The shop does not send goods to this country, or to this part of it.

    `country` is that of the place, `countries` lists those that are served; null for all of them.
    """

    code = "country_not_served"


class NoTaxZone(Refusal):
    """The shop does not know the taxes of this part of a country that it sends goods to; details as above."""

    code = "no_tax_zone"


class MethodNotPossible(Refusal):
    """
    The chosen delivery method does not carry these goods to this place.

    `method` is its code, empty if none was chosen; `methods` lists those that do, which may be none.
    """

    code = "method_not_possible"


def countries_served(cart: CartView) -> frozenset[str] | None:
    """
    Return the countries to which the shop sends goods; None for all of them.

    Those of SHIPS_TO, if it names any, as far as a delivery method reaches them and the shop's taxes know them: nothing
    is sent untaxed by oversight.
    """
    config = pricing_config_at(cart.config_version)
    limits = [
        frozenset(settings.SHIPS_TO) or None,
        frozenset(zone.country for zone in config.taxes.zones) if config.taxes else None,
        config.delivery.countries() if config.delivery else None,
    ]
    known = [countries for countries in limits if countries is not None]
    return frozenset.intersection(*known) if known else None


def check_served(cart: CartView, place: TaxPlace) -> None:
    """Check that goods can be sent to a place and taxed there. Raises CountryNotServed, NoTaxZone."""
    countries = countries_served(cart)
    config = pricing_config_at(cart.config_version)
    is_reached = config.delivery is None or config.delivery.reaches(place)
    words = _("We do not deliver there. Choose another address, or pickup in a store.")
    details = {"country": place.country, "countries": None if countries is None else sorted(countries)}
    if (countries is not None and place.country not in countries) or not is_reached:
        raise CountryNotServed(words, **details)
    if config.taxes is not None and config.taxes.zone_of(place) is None:
        raise NoTaxZone(words, **details)


def possible_methods(cart: CartView, place: TaxPlace) -> list[PricedMethod] | None:
    """
    Return the methods that carry all goods of a cart to a place, the cheapest first, at prices before promotions.

    None for a shop without methods, which sends everything at its flat price.
    """
    table = pricing_config_at(cart.config_version).delivery
    if table is None:
        return None
    goods = [line.item for line in cart.lines if not line.is_stored_value]
    return table.methods_for(parcel_of(goods), place=place, currency=cart.currency)


def choose_method(cart: CartView, items: Iterable[Item], place: TaxPlace, *, code: str) -> PricedMethod | None:
    """
    Return the method of a code for some goods of a cart, or the cheapest if none was chosen.

    None for a shop without methods. Raises MethodNotPossible: another method never takes the place of a chosen one.
    """
    table = pricing_config_at(cart.config_version).delivery
    if table is None:
        if code:
            raise _not_possible(code, [])
        return None
    possible = table.methods_for(parcel_of(items), place=place, currency=cart.currency)
    chosen = next((each for each in possible if code in ("", each.method.code)), None)
    if chosen is None:
        raise _not_possible(code, [each.method.code for each in possible])
    return chosen


def carriage_of(
    items: Sequence[Item], supplies: Sequence[Supply], config: PricingConfig, *, currency: str
) -> list[Charge] | None:
    """
    Return what each parcel costs by its method; None for a shop without methods.

    All that goes to one place by one method is one parcel to the shopper, wherever it comes from. What no method
    carries costs nothing here: choose_method refuses it.
    """
    if config.delivery is None:
        return None
    together: dict[tuple[TaxPlace, str], frozenset[int]] = {}
    for supply in supplies:
        if supply.is_shipped and supply.items:
            key = (supply.place, supply.method)
            together[key] = together.get(key, frozenset()) | supply.items
    charges = []
    for (place, code), ids in together.items():
        parcel = parcel_of(item for item in items if item.id in ids)
        chosen = config.delivery.choose(code, parcel, place=place, currency=currency)
        if chosen is not None:
            charges.append(Charge(chosen.amount, chosen.method.tax_category, ids))
    return charges


def _not_possible(code: str, methods: Sequence[str]) -> MethodNotPossible:
    words = (
        _("This way of delivery is not possible for these goods and this address. Choose another one.")
        if methods
        else _("These goods cannot be sent to this address. Choose another address, or pickup in a store.")
    )
    return MethodNotPossible(words, method=code, methods=list(methods))
