"""What the vouchers of a priced cart give, and what the shopper must know about those that give nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from carts.rules.conditions import kind_of
from carts.rules.promotions import PromotionRule, PromotionVerdict
from carts.rules.quote import Quote, QuotedVoucher
from carts.rules.vouchers import NOTHING, WORDS, amounts_by_voucher


def promotions_of(vouchers: Iterable[QuotedVoucher]) -> frozenset[int]:
    """Return the ids of the promotions that vouchers unlock."""
    return frozenset(voucher.promotion_id for voucher in vouchers if not voucher.blocks)


def amounts_of(quoted: Quote) -> dict[int, int]:
    """Return what each promotion takes off goods and shipping, by its id."""
    amounts: dict[int, int] = {}
    for discount in quoted.discounts:
        amounts[discount.promotion_id] = amounts.get(discount.promotion_id, 0) + discount.amount
    return amounts


def with_amounts(vouchers: Sequence[QuotedVoucher], quoted: Quote) -> list[QuotedVoucher]:
    """Return vouchers with their discounts."""
    usable = {voucher.id: voucher.promotion_id for voucher in vouchers if not voucher.blocks}
    used = amounts_by_voucher(usable, amounts_of(quoted))
    return [replace(voucher, amount=used.get(voucher.id, 0)) for voucher in vouchers]


def beyond_budget(vouchers: Iterable[QuotedVoucher]) -> frozenset[int]:
    """Return the ids of the vouchers of promotions whose budget does not cover the discount."""
    short = {
        voucher.promotion_id
        for voucher in vouchers
        if voucher.budget_left is not None and voucher.amount > voucher.budget_left
    }
    return frozenset(voucher.id for voucher in vouchers if voucher.promotion_id in short)


def with_unmet_conditions(
    vouchers: Iterable[QuotedVoucher], verdicts: Iterable[tuple[PromotionRule, PromotionVerdict]]
) -> tuple[QuotedVoucher, ...]:
    """
    Return vouchers with what keeps each from having an effect as its problem.

    That is the kind of a condition that is not met, or a key of carts.rules.vouchers.WORDS.
    """
    reasons: Mapping[int, str] = {promotion.id: _reason(promotion, verdict) for promotion, verdict in verdicts}
    return tuple(
        voucher if voucher.problem else replace(voucher, problem=reasons.get(voucher.promotion_id, ""))
        for voucher in vouchers
    )


def _reason(promotion: PromotionRule, verdict: PromotionVerdict) -> str:
    if verdict.condition is not None:
        return kind_of(verdict.condition)
    # Before a way to get the goods is chosen, shipping costs nothing yet.
    is_about_shipping = verdict.word == NOTHING and promotion.reward.lowers_shipping
    return verdict.word if verdict.word in WORDS and not is_about_shipping else ""
