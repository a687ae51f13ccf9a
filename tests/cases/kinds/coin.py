"""The smallest coin in the stores of some countries."""

from orders.rules.cash import cash_rule


def computed(inputs):
    return {"coins": [cash_rule("EUR", country=country).coin for country in inputs["stores"]]}
