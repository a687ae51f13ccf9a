"""
What every cart is priced by and told with, read once and kept in this process.

Triggers count a stamp up (migrations 0005, 0006, 0010) whenever taxes, offers, shipping rates, or the names and places
of stores change. A cart's own statement brings the stamp along, so what is kept is never older than the cart, and
pricing costs no statement until something changes.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from carts.rules.benefits import parse_benefit
from carts.rules.conditions import ABOUT_BUYER, parse_conditions
from carts.rules.parsing import PromotionNotValid
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone
from core.data import sql
from core.translated import TranslatedText

logger = logging.getLogger(__name__)

_TERMS = """
SELECT (SELECT value FROM carts_termsstamp) AS stamp,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', id, 'country', country, 'region', region, 'prefixes', postcode_prefixes, 'is_included', is_included)
            ORDER BY id), '[]') FROM carts_taxzone) AS zones,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(zone_id, category_id, basis_points, starts_date, ends_date)
            ORDER BY id), '[]') FROM carts_taxrate) AS rates,
       (SELECT id FROM inventory_taxcategory WHERE is_standard) AS standard,
       (SELECT coalesce(jsonb_agg(to_jsonb(offer) ORDER BY offer.priority, offer.id), '[]') FROM (
            SELECT id, name, conditions, benefit, currency, priority, is_exclusive, needs_voucher, starts_at, ends_at
            FROM carts_promotion
            WHERE is_active AND (ends_at IS NULL OR ends_at > now() - interval '31 days')) AS offer) AS offers,
       (SELECT coalesce(jsonb_object_agg(code, jsonb_build_array(country_code, region, postal_code)), '{}')
        FROM inventory_location WHERE EXISTS (SELECT FROM carts_taxzone)) AS places,
       (SELECT coalesce(jsonb_object_agg(id, jsonb_build_array(code, name)), '{}') FROM inventory_location) AS stores,
       (SELECT coalesce(jsonb_object_agg(currency, jsonb_build_array(amount, free_from)), '{}')
        FROM carts_shippingrate) AS shipping
"""


@dataclass(frozen=True, slots=True)
class PricedStore:
    """A store, or another place of the shop's, by what people know it."""

    code: str
    name: TranslatedText


@dataclass(frozen=True, slots=True)
class PricingConfig:
    """
    taxes: None where the shop has none. adds_tax: somewhere tax comes on top of prices. places: of stores, by code.
    offers: those that run, will run, or ended so lately that a till may still send a sale of then. asks_about_buyer:
    one of them depends on who buys. stores: by id. shipping: by currency; one without terms ships free.
    """

    stamp: int
    taxes: TaxTable | None = None
    adds_tax: bool = False
    places: Mapping[str, TaxPlace] = field(default_factory=dict)
    promotions: Sequence[PromotionRule] = ()
    asks_about_buyer: bool = False
    stores: Mapping[int, PricedStore] = field(default_factory=dict)
    shipping: Mapping[str, ShippingConfig] = field(default_factory=dict)


_kept = PricingConfig(stamp=-1)


def pricing_config_at(stamp: int) -> PricingConfig:
    """Return the terms as they are at a stamp, or later; in one statement if they changed since the last time."""
    global _kept  # One value for all threads, replaced as a whole.
    config = _kept
    if config.stamp != stamp:
        config = _kept = _read()
    return config


def _read() -> PricingConfig:
    row = sql.fetch_one(_TERMS, {})
    assert row is not None
    promotions = [promotion for given in row["offers"] if (promotion := _offer(given)) is not None]
    zones = [Zone(**{**zone, "prefixes": tuple(zone["prefixes"])}) for zone in row["zones"]]
    return PricingConfig(
        stamp=row["stamp"],
        taxes=TaxTable(zones, [_rate(*rate) for rate in row["rates"]], row["standard"]) if zones else None,
        adds_tax=any(not zone.is_included for zone in zones),
        places={code: TaxPlace(*where) for code, where in row["places"].items()},
        promotions=promotions,
        asks_about_buyer=any(
            isinstance(condition, ABOUT_BUYER) for promotion in promotions for condition in promotion.conditions
        ),
        stores={int(store_id): PricedStore(*known) for store_id, known in row["stores"].items()},
        shipping={currency: ShippingConfig(*rate) for currency, rate in row["shipping"].items()},
    )


def _offer(given: sql.Row) -> PromotionRule | None:
    try:
        return PromotionRule(
            **{
                **given,
                "benefit": parse_benefit(given["benefit"]),
                "conditions": parse_conditions(given["conditions"]),
                "starts_at": datetime.fromisoformat(given["starts_at"]),
                "ends_at": datetime.fromisoformat(given["ends_at"]) if given["ends_at"] else None,
            }
        )
    except PromotionNotValid as refusal:
        # Forms refuse such an offer; one that came in beside them must not keep everybody from buying.
        logger.error("offer %s is left out: %s %s", given["id"], refusal, refusal.details)
        return None


def _rate(zone_id: int, category_id: int, basis_points: int, starts: str, ends: str | None) -> Rate:
    return Rate(
        zone_id, category_id, basis_points, date.fromisoformat(starts), date.fromisoformat(ends) if ends else None
    )
