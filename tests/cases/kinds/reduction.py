"""The lowest price of the thirty days before a reduction. history: prices, each with its first moment."""

from datetime import UTC, datetime

from inventory.rules.prices import PriceSince, announced_reduction


def computed(inputs):
    history = [PriceSince(amount, _moment(since)) for amount, since in inputs["history"]]
    reduction = announced_reduction(history, now=_moment(inputs["now"]))
    return {"prior": reduction.prior if reduction else None}


def _moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
