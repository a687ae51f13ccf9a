"""The smallest coin in the stores of some countries."""

from orders.rules.cash import smallest_coin


def computed(inputs):
    return {"coins": [smallest_coin("EUR", country=country) for country in inputs["stores"]]}
