"""
The configuration with which every cart is priced and shown, read once and cached in this process.

Triggers increase its version (migrations from 0008 on) whenever taxes, promotions, shipping rates, delivery methods,
return policies, or the names, places and time zones of stores change. The statement that reads a cart returns the
version too, so the cached configuration is never older than the cart, and pricing costs no statement until something
changes.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from carts.rules.conditions import parse_conditions
from carts.rules.delivery import Area, DeliveryMethod, DeliveryRate, DeliveryTable
from carts.rules.deposits import Deposit, Deposits
from carts.rules.fees import Fee
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import goods_in
from carts.rules.kinds.parsing import PromotionNotValid
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig
from carts.rules.rewards import parse_reward
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone, joined
from core.data import sql
from core.texts.translated import TranslatedText
from inventory.rules.return_policies import ReturnTerms

logger = logging.getLogger(__name__)

_CONFIG = """
SELECT (SELECT value FROM carts_configversion) AS version,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', id, 'country', country, 'region', region, 'prefixes', postcode_prefixes, 'is_included', is_included)
            ORDER BY id), '[]') FROM carts_taxzone) AS zones,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(
            zone_id, category_id, basis_points, finer, starts_date, ends_date, levy, is_compound)
            ORDER BY id), '[]') FROM carts_taxrate) AS rates,
       (SELECT id FROM inventory_taxcategory WHERE is_standard) AS standard,
       (SELECT coalesce(jsonb_agg(to_jsonb(promotion) ORDER BY promotion.priority, promotion.id), '[]') FROM (
            SELECT id, name, conditions, reward, currency, priority, is_exclusive, needs_voucher, starts_at, ends_at
            FROM carts_promotion
            WHERE is_active AND (ends_at IS NULL OR ends_at > now() - interval '31 days')) AS promotion) AS promotions,
       (SELECT coalesce(jsonb_object_agg(code, jsonb_build_array(country_code, region, postal_code)), '{}')
        FROM inventory_location WHERE EXISTS (SELECT FROM carts_taxzone)) AS places,
       (SELECT coalesce(jsonb_object_agg(id, jsonb_build_array(code, name, time_zone)), '{}')
        FROM inventory_location) AS stores,
       (SELECT coalesce(jsonb_object_agg(currency, jsonb_build_array(amount, free_from, tax_category_id)), '{}')
        FROM carts_shippingrate) AS shipping,
       (SELECT jsonb_agg(jsonb_build_array(code, name, tax_category_id, working_days, cut_off, id)
                         ORDER BY position, id)
        FROM carts_deliverymethod WHERE is_active) AS methods,
       (SELECT jsonb_agg(jsonb_build_array(
            method_id, zone_id, currency, amount, from_value, most_grams, most_mm) ORDER BY id)
        FROM carts_deliveryrate) AS method_rates,
       (SELECT jsonb_agg(jsonb_build_array(zone_id, country, area, postcodes) ORDER BY id)
        FROM carts_deliveryarea) AS areas,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(deposit_id, country, currency, amount, bears_tax)), '[]')
        FROM inventory_depositamount) AS deposits,
       (SELECT coalesce(jsonb_agg(to_jsonb(fee) ORDER BY fee.id), '[]') FROM (
            SELECT id, name, currency, amount, below, channel, country, tax_category_id AS tax_category, starts_at,
                   ends_at
            FROM carts_fee) AS fee) AS fees,
       (SELECT jsonb_agg(jsonb_build_object(
            'name', policy.name, 'kind', policy.kind, 'days', policy.window_days,
            'statutory_days', policy.statutory_days, 'category', coalesce(category.path, ''), 'store', policy.store_id,
            'fees', (SELECT coalesce(jsonb_object_agg(fee.currency, fee.amount), '{}')
                     FROM inventory_returnfee AS fee WHERE fee.policy_id = policy.id)))
        FROM inventory_returnpolicy AS policy
        LEFT JOIN inventory_category AS category ON category.id = policy.category_id) AS return_policies
"""
# A promotion as it was: its values before the first change since, or its own. Only an unused one can be deleted.
_FORMER_PROMOTIONS = """
SELECT id, name, conditions, reward, currency, priority, is_exclusive, needs_voucher, starts_at, ends_at
FROM (
    SELECT DISTINCT ON (id) * FROM (
        SELECT pgh_obj_id AS id, pgh_created_at AS changed_at, name, conditions, reward, currency, priority,
               is_exclusive, needs_voucher, starts_at, ends_at, is_active
        FROM carts_promotionchange WHERE pgh_created_at > %(at)s
        UNION ALL
        SELECT id, 'infinity', name, conditions, reward, currency, priority, is_exclusive, needs_voucher, starts_at,
               ends_at, is_active
        FROM carts_promotion) AS versions
    ORDER BY id, changed_at) AS promotion
WHERE id IN (SELECT id FROM carts_promotion WHERE created_at <= %(at)s)
  AND is_active AND (ends_at IS NULL OR ends_at > %(at)s)
ORDER BY priority, id
"""


@dataclass(frozen=True, slots=True)
class PricedStore:
    """The code, name and time zone of a store or other location."""

    code: str
    name: TranslatedText
    time_zone: str


@dataclass(frozen=True, slots=True)
class PricingConfig:
    """
    Everything of the shop that pricing reads.

    taxes: None if the shop has none. adds_tax: some zone adds tax on top of prices. places: of stores, by code.
    promotions: current and future ones, and those that ended within 31 days, since a till may still send an older sale.
    asks_about_buyer: a promotion depends on the buyer; asks_about_reductions: one leaves out reduced goods; gives: one
    adds a gift. stores: by id. shipping: by currency; a currency without a rate ships free. delivery: the methods in
    use; without any, shipping counts. deposits: by deposit, country and currency. fees: on an order as a whole; past
    ones, too, since a till may still send an older sale. return_policies: of goods, by category and store.
    """

    version: int
    taxes: TaxTable | None = None
    adds_tax: bool = False
    places: Mapping[str, TaxPlace] = field(default_factory=dict)
    promotions: Sequence[PromotionRule] = ()
    asks_about_buyer: bool = False
    asks_about_reductions: bool = False
    gives: bool = False
    stores: Mapping[int, PricedStore] = field(default_factory=dict)
    shipping: Mapping[str, ShippingConfig] = field(default_factory=dict)
    delivery: DeliveryTable | None = None
    deposits: Deposits = field(default_factory=dict)
    fees: Sequence[Fee] = ()
    return_policies: Sequence[ReturnTerms] = ()


_cached = PricingConfig(version=-1)


def pricing_config_at(version: int) -> PricingConfig:
    """Return the configuration of a version or a later one; in one statement if it changed since the last call."""
    global _cached  # One value for all threads, replaced as a whole.
    config = _cached
    if config.version != version:
        config = _cached = _read()
    return config


def current_pricing_config() -> PricingConfig:
    """Return the newest configuration, for work that has read no cart; in one statement more."""
    row = sql.fetch_one("SELECT value FROM carts_configversion", {})
    assert row is not None
    return pricing_config_at(row["value"])


def with_former_promotions(config: PricingConfig, at: datetime) -> PricingConfig:
    """Return a configuration with the promotions that ran at a moment, as they were then; in one statement."""
    return replace(config, **_promotions(sql.fetch_all(_FORMER_PROMOTIONS, {"at": at})))


def _read() -> PricingConfig:
    row = sql.fetch_one(_CONFIG, {})
    assert row is not None
    zones = [Zone(**{**zone, "prefixes": tuple(zone["prefixes"])}) for zone in row["zones"]]
    return PricingConfig(
        version=row["version"],
        taxes=TaxTable(zones, [_rate(*rate) for rate in row["rates"]], row["standard"]) if zones else None,
        adds_tax=any(not zone.is_included for zone in zones),
        places={code: TaxPlace(*place) for code, place in row["places"].items()},
        **_promotions([_with_moments(fields) for fields in row["promotions"]]),
        stores={int(store_id): PricedStore(*known) for store_id, known in row["stores"].items()},
        shipping={currency: ShippingConfig(*rate) for currency, rate in row["shipping"].items()},
        delivery=_delivery(row),
        fees=[_fee(fields) for fields in row["fees"]],
        return_policies=[ReturnTerms(**fields) for fields in row["return_policies"] or ()],
        deposits={tuple(known): Deposit(amount, bears_tax) for *known, amount, bears_tax in row["deposits"]},
    )


def _promotions(rows: Sequence[sql.Row]) -> dict[str, Any]:
    """Return the fields of a configuration that follow from its promotions."""
    promotions = [promotion for fields in rows if (promotion := _promotion(fields)) is not None]
    return {
        "promotions": promotions,
        "asks_about_buyer": any(
            condition.about == Condition.BUYER for promotion in promotions for condition in promotion.conditions
        ),
        "asks_about_reductions": any(
            goods.without_reduced
            for promotion in promotions
            for part in (promotion.reward, *promotion.conditions)
            for goods in goods_in(part)
        ),
        "gives": any(promotion.reward.gift is not None for promotion in promotions),
    }


def _with_moments(fields: sql.Row) -> sql.Row:
    """Return a row that was JSON with its moments read."""
    return fields | {name: fields[name] and datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at")}


def _delivery(row: sql.Row) -> DeliveryTable | None:
    if not row["methods"]:
        return None
    rates: dict[int, list[DeliveryRate]] = {}
    for method_id, *rate in row["method_rates"] or ():
        rates.setdefault(method_id, []).append(DeliveryRate(*rate))
    methods = [
        DeliveryMethod(code, name, category, days, time.fromisoformat(cut_off) if cut_off else None, rates.get(key, ()))
        for code, name, category, days, cut_off, key in row["methods"]
    ]
    areas = [Area(zone, country, area, tuple(codes)) for zone, country, area, codes in row["areas"] or ()]
    return DeliveryTable(methods, areas)


def _fee(fields: sql.Row) -> Fee:
    return Fee(**_with_moments(fields))


def _promotion(fields: sql.Row) -> PromotionRule | None:
    try:
        return PromotionRule(
            **{
                **fields,
                "reward": parse_reward(fields["reward"]),
                "conditions": parse_conditions(fields["conditions"]),
            }
        )
    except PromotionNotValid as refusal:
        # Forms refuse such a promotion; one that was written another way must not stop all sales.
        logger.error("promotion %s is left out: %s %s", fields["id"], refusal, refusal.details)
        return None


def _rate(
    zone_id: int, category_id: int, whole: int, finer: int, starts: str, ends: str | None, levy: str, is_compound: bool
) -> Rate:
    return Rate(
        zone_id,
        category_id,
        joined(whole, finer),
        date.fromisoformat(starts),
        date.fromisoformat(ends) if ends else None,
        levy,
        is_compound,
    )
