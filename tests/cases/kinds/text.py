"""An amount as text."""

from core.money import format_minor


def computed(inputs):
    return {"text": format_minor(inputs["amount"], inputs["currency"])}
