"""What is paid in cash. coin: 0 for the currency's own."""

from orders.rules.cash import cash_rounding, smallest_coin


def computed(inputs):
    coin = smallest_coin(inputs["currency"], override=inputs["coin"])
    return {"paid": inputs["amount"] + cash_rounding(inputs["amount"], coin=coin)}
