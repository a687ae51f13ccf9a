"""The smallest coin of a currency."""

from orders.rules.cash import cash_rule


def computed(inputs):
    return {"coin": cash_rule(inputs["currency"]).coin}
