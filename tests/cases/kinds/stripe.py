"""An amount as the provider counts it."""

from orders.providers.stripe.amounts import counted


def computed(inputs):
    amount = counted(inputs["amount"], inputs["currency"])
    return {"amount": amount, "multiple_of_ten": amount % 10 == 0}
