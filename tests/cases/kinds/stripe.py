"""An amount as the provider counts it."""

from orders.providers.stripe.provider import _amount


def computed(inputs):
    amount = _amount(inputs["amount"], inputs["currency"])
    return {"amount": amount, "multiple_of_ten": amount % 10 == 0}
