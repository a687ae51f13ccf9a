"""A text as an amount."""

from core.money import MoneyError, parse_money


def computed(inputs):
    try:
        return {"amount": parse_money(inputs["text"], inputs["currency"]).amount, "error": False}
    except MoneyError:
        return {"error": True}
