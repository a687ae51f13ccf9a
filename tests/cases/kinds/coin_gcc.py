"""The smallest coin of a currency."""

from orders.rules.cash import smallest_coin


def computed(inputs):
    return {"coin": smallest_coin(inputs["currency"])}
