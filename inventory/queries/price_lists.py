"""Reads the prices of lists with the ordinary ones. inventory/rules/price_lists.py decides which wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound
from core.texts.spelling import plain_text
from core.texts.translated import TranslatedText
from inventory.rules.price_lists import (
    DEARER,
    OUTRANKED,
    TOO_FEW,
    WON,
    PriceContext,
    PriceTier,
    PriceVerdict,
    judge_prices,
    parse_price_tiers,
)

# The price tiers of a variant as rules.price_lists.parse_price_tiers reads them. {currency}, {segments}: SQL
# expressions; segments is an array of codes, and NULL for nobody. A list that ended lately is included, since a till
# may still send an older sale. A shop without lists pays for reading one empty table in each statement.
STEPS = """
(CASE WHEN EXISTS (SELECT FROM inventory_pricelist WHERE is_active)
      THEN inventory_price_tiers(variant.id, {currency}, {segments}) END)
"""
# The segments of a person, if any list has one; {person}: their id, which stands for their merged records too.
SEGMENTS = """
(CASE WHEN EXISTS (SELECT FROM inventory_pricelist WHERE is_active AND segment_id IS NOT NULL)
      THEN inventory_price_segments({person}, %(now)s) END)
"""

_OF_VARIANT = f"""
SELECT variant.id, variant.sku, price.amount AS base, buyer.segments,
       {STEPS.format(currency="%(currency)s", segments="seen.segments")} AS steps
FROM inventory_variant AS variant
JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
LEFT JOIN LATERAL (SELECT {SEGMENTS.format(person="%(customer)s::bigint")} AS segments) AS buyer ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN %(is_whole)s::bool THEN (SELECT array_agg(code) FROM accounts_segment)
           ELSE buyer.segments END AS segments
) AS seen ON true
WHERE upper(variant.sku) = upper(%(sku)s)
  AND (%(is_whole)s::bool OR (variant.is_active AND product.state = 'published'))
"""
# The rows of STEPS as they were at a moment: a row's values are those before its first change since, or its own.
_FORMER_STEPS = """
WITH buyer AS (SELECT inventory_price_segments(%(customer)s::bigint, %(at)s) AS segments),
lists AS (
    SELECT DISTINCT ON (id) * FROM (
        SELECT pgh_obj_id AS id, pgh_created_at AS changed_at, currency, channel, store_id, segment_id, priority,
               starts_at, ends_at, is_tax_included, is_active
        FROM inventory_pricelistchange WHERE pgh_created_at > %(at)s
        UNION ALL
        SELECT id, 'infinity', currency, channel, store_id, segment_id, priority, starts_at, ends_at, is_tax_included,
               is_active
        FROM inventory_pricelist) AS versions
    ORDER BY id, changed_at
), steps AS (
    SELECT DISTINCT ON (id) * FROM (
        SELECT pgh_obj_id AS id, pgh_created_at AS changed_at, price_list_id, variant_id, min_quantity, amount,
               created_at
        FROM inventory_listpricechange WHERE variant_id = ANY(%(variants)s::bigint[]) AND pgh_created_at > %(at)s
        UNION ALL
        SELECT id, 'infinity', price_list_id, variant_id, min_quantity, amount, created_at
        FROM inventory_listprice WHERE variant_id = ANY(%(variants)s::bigint[])) AS versions
    ORDER BY id, changed_at
)
SELECT steps.variant_id, (SELECT segments FROM buyer) AS segments, jsonb_agg(jsonb_build_array(
    lists.id, steps.amount, steps.min_quantity, lists.channel, at_store.code, of_segment.code, lists.priority,
    lists.starts_at, lists.ends_at, lists.is_tax_included)) AS steps
FROM steps
JOIN lists ON lists.id = steps.price_list_id
LEFT JOIN inventory_location AS at_store ON at_store.id = lists.store_id
LEFT JOIN accounts_segment AS of_segment ON of_segment.id = lists.segment_id
WHERE steps.created_at <= %(at)s AND lists.is_active AND lists.currency = %(currency)s
  AND (lists.segment_id IS NULL OR of_segment.code = ANY((SELECT segments FROM buyer)::text[]))
GROUP BY steps.variant_id
"""
_NAMES = "SELECT id, code, name FROM inventory_pricelist WHERE id = ANY(%(ids)s::bigint[])"


# Shoppers do not learn the prices of other customers, other stores or future lists.
FIT_FOR_SHOPPERS = {WON, OUTRANKED, DEARER, TOO_FEW}


@dataclass(frozen=True, slots=True)
class ListName:
    """The code and name of a price list."""

    id: int
    code: str
    name: TranslatedText


@dataclass(frozen=True, slots=True)
class PriceExplanation:
    """Why a unit costs what it does: every price with its verdict, the winner first; empty if it is not sold."""

    sku: str
    verdicts: Sequence[PriceVerdict]
    lists: dict[int, ListName]
    context: PriceContext

    @property
    def amount(self) -> int | None:
        return self.verdicts[0].amount if self.verdicts else None


@dataclass(frozen=True, slots=True)
class FormerSteps:
    """The segments of a buyer at a moment, and by variant the tiers as parse_price_tiers reads them."""

    segments: Sequence[str] | None
    steps: Mapping[int, Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceQuestion:
    """The price of a quantity of a variant for a customer, at a place and moment. store: its code."""

    sku: str
    currency: str
    quantity: int = 1
    customer_id: int | None = None
    channel: str = "web"
    store: str = ""
    now: datetime


def former_steps(variants: Sequence[int], *, currency: str, customer_id: int | None, at: datetime) -> FormerSteps:
    """Return the price tiers of variants as they stood at a moment, in one statement: the audit log knows changes."""
    parameters = {"variants": list(variants), "currency": currency, "customer": customer_id, "at": at}
    rows = sql.fetch_all(_FORMER_STEPS, parameters)
    return FormerSteps(rows[0]["segments"] if rows else None, {row["variant_id"]: row["steps"] for row in rows})


def explain_price(question: PriceQuestion, *, is_whole: bool) -> PriceExplanation:
    """
    Return why a unit costs what it does, by the rule that prices every cart, in two statements.

    is_whole: for staff, including variants not on sale, prices of other channels and segments, future and past ones.
    Raises NotFound.
    """
    parameters = {
        "sku": plain_text(question.sku), "currency": question.currency, "customer": question.customer_id,
        "now": question.now, "is_whole": is_whole,
    }  # fmt: skip
    row = sql.fetch_one(_OF_VARIANT, parameters)
    if row is None:
        raise NotFound(_("%(sku)s is not on sale.") % {"sku": question.sku}, sku=question.sku)
    steps: Sequence[PriceTier] = parse_price_tiers(row["steps"])
    context = PriceContext(question.now, question.channel, question.store, frozenset(row["segments"] or ()))
    verdicts = judge_prices(row["base"], steps, quantity=question.quantity, context=context)
    if not is_whole:
        verdicts = [verdict for verdict in verdicts if verdict.word in FIT_FOR_SHOPPERS]
    return PriceExplanation(row["sku"], verdicts, names_of({step.list_id for step in steps}), context)


def names_of(ids: set[int]) -> dict[int, ListName]:
    """Return the codes and names of lists, by id; in one statement, or none for no lists."""
    if not ids:
        return {}
    return {
        row["id"]: ListName(row["id"], row["code"], row["name"]) for row in sql.fetch_all(_NAMES, {"ids": list(ids)})
    }
