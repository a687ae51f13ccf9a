"""To which tenders a refund goes."""

from orders.rules.refunds import RefundableTender, spread_refund


def computed(inputs):
    tenders = [
        RefundableTender(tender["id"], tender["left"], tender["at_desk"], tender["method"])
        for tender in inputs["tenders"]
    ]
    spread = spread_refund(inputs["amount"], tenders, methods_first=inputs["methods_first"])
    return {"spread": {str(number): amount for number, amount in spread.items()}}
