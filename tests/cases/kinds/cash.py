"""What is paid, or paid back, in cash. coin: 0 for the country's or the currency's own."""

from orders.rules.cash import CashTerms, cash_rounding, cash_rule, refund_rounding


def computed(inputs):
    amount = inputs["amount"]
    rule = cash_rule(inputs["currency"], country=inputs.get("country", ""), coin=inputs["coin"])
    if inputs.get("refund"):
        return {"paid": amount + refund_rounding(amount, rule)}
    return {"paid": amount + cash_rounding(amount, CashTerms(rule))}
