"""Validity of vouchers, and the form of their codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from carts.rules.conditions import condition_kinds
from core.errors import Refusal
from core.errors import gettext_noop as _
from core.texts import spelling

# Letters and digits that people confuse are left out.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
MOST_IN_A_CART = 5
UNKNOWN, NOT_YET, OVER, USED_UP, SPENT, SIGN_IN, USED_BY_YOU, BUDGET, SAME_PROMOTION, TOO_MANY = (
    *("unknown", "not_yet", "over", "used_up", "spent", "sign_in", "used_by_you", "budget", "same_promotion"),
    "too_many",
)
# The voucher is valid, but its promotion has no effect on this cart: words of verdicts on promotions.
OTHER_CURRENCY, NOTHING = "other_currency", "nothing"
WORDS = {
    UNKNOWN: _("Unknown voucher code. Check the code."),
    NOT_YET: _("This voucher is not valid yet."),
    OVER: _("This voucher has expired."),
    USED_UP: _("This voucher has been used."),
    SPENT: _("This voucher has been used up."),
    SIGN_IN: _("Sign in to use this voucher."),
    USED_BY_YOU: _("You have used this voucher before."),
    BUDGET: _("What is left for this voucher is less than its discount on this cart."),
    SAME_PROMOTION: _("Another voucher of the same promotion is in the cart. Only one counts."),
    TOO_MANY: _("A cart can have five vouchers. Remove one first."),
    OTHER_CURRENCY: _("This voucher is not valid in the currency of your cart."),
    NOTHING: _("This voucher gives no discount on what is in your cart, or your cart costs less without it."),
}


class VoucherNotValid(Refusal):
    """A voucher cannot be used; reason says why, voucher which."""

    code = "voucher_not_valid"


@dataclass(frozen=True, slots=True)
class VoucherFacts:
    """A voucher as it is now. uses_left and budget_left: None without a limit. uses_by_buyer: None if unknown."""

    id: int
    code: str
    promotion_id: int
    is_active: bool
    starts_at: datetime | None
    ends_at: datetime | None
    uses_left: int | None
    max_uses_each: int | None
    uses_by_buyer: int | None
    budget_left: int | None


def objection_to(voucher: VoucherFacts, *, now: datetime) -> str | None:
    """Return why a voucher cannot be used now, as a key of WORDS; None if it can."""
    if not voucher.is_active or (voucher.ends_at is not None and now >= voucher.ends_at):
        return OVER
    if voucher.starts_at is not None and now < voucher.starts_at:
        return NOT_YET
    if voucher.uses_left is not None and voucher.uses_left <= 0:
        return USED_UP
    if voucher.budget_left is not None and voucher.budget_left <= 0:
        return SPENT
    if voucher.max_uses_each is not None:
        if voucher.uses_by_buyer is None:
            return SIGN_IN
        if voucher.uses_by_buyer >= voucher.max_uses_each:
            return USED_BY_YOU
    return None


def problems() -> list[str]:
    """Return all problems that a voucher may have: reasons, and kinds of conditions."""
    return [*WORDS, *condition_kinds()]


def problem_text(problem: str) -> str:
    """Return the text of a voucher's problem: a key of WORDS, or the kind of a condition that is not met."""
    return WORDS.get(problem) or condition_kinds()[problem].refusal


def not_valid(code: str, reason: str) -> VoucherNotValid:
    """Return the refusal of a voucher. reason: a key of WORDS."""
    return VoucherNotValid(WORDS[reason], voucher=code, reason=reason)


def plain_code(text: str) -> str:
    """Return a code as it is stored: in capital letters, without spaces, whatever keyboard it was typed on."""
    return spelling.plain_code(text)[:40]


def amounts_by_voucher(vouchers: Mapping[int, int], amounts: Mapping[int, int]) -> dict[int, int]:
    """
    Return the discount of each voucher, by its id.

    vouchers: the promotion of each voucher. amounts: the discount of each promotion. A voucher whose promotion gave
    nothing is not used; of two vouchers of one promotion only the first is.
    """
    used: dict[int, int] = {}
    counted: set[int] = set()
    for voucher_id in sorted(vouchers):
        promotion_id = vouchers[voucher_id]
        if amounts.get(promotion_id) and promotion_id not in counted:
            used[voucher_id] = amounts[promotion_id]
            counted.add(promotion_id)
    return used
