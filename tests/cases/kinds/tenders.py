"""What each tender pays, and how cash is rounded."""

from orders.rules.cash import CashRule, CashTerms
from orders.rules.checkout import Tender, plan_tenders


def computed(inputs):
    tenders = [Tender(**tender) for tender in inputs["tenders"]]
    planned = plan_tenders(tenders, owed=inputs["owed"], kinds={"carry_out"}, cash=CashTerms(CashRule(inputs["coin"])))
    return {"planned": [[tender.method, tender.amount, tender.rounding] for tender in planned]}
