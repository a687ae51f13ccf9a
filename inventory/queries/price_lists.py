"""The prices of lists, read along with the ordinary ones. Which of them wins, inventory/rules/price_lists.py says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound
from core.translated import TranslatedText
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
# expressions; segments is an array of codes, and NULL for nobody. A list that ended lately counts
# still: a till may send a sale of then.
# A shop without lists pays for one look at an empty table in each statement.
STEPS = """
(CASE WHEN EXISTS (SELECT FROM inventory_pricelist WHERE is_active)
      THEN inventory_price_steps(variant.id, {currency}, {segments}) END)
"""
# The segments of a person, if any list speaks of segments; {person}: his id, merged records of his included.
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
WHERE variant.sku = %(sku)s AND (%(is_whole)s::bool OR (variant.is_active AND product.state = 'published'))
"""
_NAMES = "SELECT id, code, name FROM inventory_pricelist WHERE id = ANY(%(ids)s::bigint[])"


# What another customer, another store or tomorrow costs is nobody's business.
FIT_FOR_SHOPPERS = {WON, OUTRANKED, DEARER, TOO_FEW}


@dataclass(frozen=True, slots=True)
class ListName:
    """By what people know a list."""

    id: int
    code: str
    name: TranslatedText


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a unit costs what it does: every price with its verdict, the winner first; none for what is not sold."""

    sku: str
    verdicts: Sequence[PriceVerdict]
    lists: dict[int, ListName]
    context: PriceContext

    @property
    def amount(self) -> int | None:
        return self.verdicts[0].amount if self.verdicts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: the price of so many units of a variant, for whom, where and when. store: its code."""

    sku: str
    currency: str
    quantity: int = 1
    customer_id: int | None = None
    channel: str = "web"
    store: str = ""
    now: datetime


def explain_price(question: Question, *, is_whole: bool) -> Explained:
    """
    Return why a unit costs what it does, by the rule that prices every cart, in two statements.

    is_whole: for staff, with what is not on sale, prices of other doors and segments, those to come and those over.
    Raises NotFound.
    """
    parameters = {
        "sku": question.sku, "currency": question.currency, "customer": question.customer_id, "now": question.now,
        "is_whole": is_whole,
    }  # fmt: skip
    row = sql.fetch_one(_OF_VARIANT, parameters)
    if row is None:
        raise NotFound(_("%(sku)s is not on sale.") % {"sku": question.sku}, sku=question.sku)
    steps: Sequence[PriceTier] = parse_price_tiers(row["steps"])
    context = PriceContext(question.now, question.channel, question.store, frozenset(row["segments"] or ()))
    verdicts = judge_prices(row["base"], steps, quantity=question.quantity, context=context)
    if not is_whole:
        verdicts = [verdict for verdict in verdicts if verdict.word in FIT_FOR_SHOPPERS]
    return Explained(row["sku"], verdicts, names_of({step.list_id for step in steps}), context)


def names_of(ids: set[int]) -> dict[int, ListName]:
    """Return what lists are called, by id; in one statement, or none for no lists."""
    if not ids:
        return {}
    return {
        row["id"]: ListName(row["id"], row["code"], row["name"]) for row in sql.fetch_all(_NAMES, {"ids": list(ids)})
    }
