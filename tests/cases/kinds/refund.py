"""What comes back for pieces, one step after the other."""

from orders.rules.refunds import SoldLine, value_of_units


def computed(inputs):
    gone = dict.fromkeys(range(1, len(inputs["lines"]) + 1), 0)
    amounts = []
    for step in inputs["steps"]:
        units = {int(number): pieces for number, pieces in step.items()}
        lines = [
            SoldLine(number, quantity, total, gone[number])
            for number, (quantity, total) in enumerate(inputs["lines"], 1)
        ]
        amounts.append(value_of_units(units, lines=lines, goods_paid=inputs["goods_paid"], currency=inputs["currency"]))
        gone = {number: gone[number] + units.get(number, 0) for number in gone}
    return {"amounts": amounts}
