"""An amount shared out by weights."""

from core.money import split


def computed(inputs):
    shares = split(inputs["amount"], inputs["weights"])
    return {"shares": sorted(shares) if inputs.get("any_order") else shares}
