"""A payment provider that no shop has: it takes wallets, some of which send their owner to a page of its own."""

import json
from uuid import UUID

from django.conf import settings

from orders.providers import base
from orders.rules.checkout import CARD

SIGNATURE = "signed by the bazaar"


class Bazaar:
    """Remembers in the process. Finds a charge by its own number alone, as many providers do."""

    name = "bazaar"
    methods = (CARD,)
    drives_readers = False
    lists_refunds = True

    def __init__(self):
        self.charges = {}
        self.refunds = {}

    def is_on(self):
        return bool(settings.BAZAAR_KEY)

    def limits(self, currency):
        return base.ChargeLimits()

    def page(self):
        return base.PaymentPage(
            CARD,
            title="Bazaar wallet",
            hint="Wallets of the bazaar",
            fields="bazaar/fields.html",
            token="wallet",
            values={"shop": "shop-7"},
            hosts={"script-src": "https://js.bazaar.example", "img-src": "https://img.bazaar.example"},
        )

    def is_token(self, payment_method):
        return payment_method.startswith("wlt_")

    def read_webhook(self, body, headers):
        if headers.get("Bazaar-Signature") != SIGNATURE:
            raise base.BadSignature("it is somebody else's")
        event = json.loads(body)
        return base.ProviderEvent(number=event["number"], kind="paid", attempt_key=UUID(event["key"]))

    def charge(self, *, key, amount, currency, payment_method, captures=True, return_url="", **options):
        outcome = (
            base.NEEDS_ACTION if payment_method in ("", "wlt_away") else base.APPROVED if captures else base.AUTHORISED
        )
        ref = f"bz_{len(self.charges)}"
        self.charges[ref] = {"key": key, "amount": amount, "currency": currency, "outcome": outcome, "back": return_url}
        return self._result(ref)

    def confirm(self, *, key, fields, ref=""):
        self.charges[ref]["outcome"] = base.APPROVED if fields.get("paid") == "yes" else base.DECLINED
        return True

    def retrieve(self, *, key, ref=""):
        return self._result(ref) if ref in self.charges else None

    def capture(self, *, key, amount, ref=""):
        self.charges[ref] |= {"amount": amount, "outcome": base.APPROVED}
        return self._result(ref)

    def cancel(self, *, key, ref=""):
        self.charges[ref]["outcome"] = base.DECLINED
        return self._result(ref)

    def refund(self, *, charge_key, key, amount, charge_ref=""):
        self.refunds[key] = (self.charges[charge_ref], amount)
        return base.ProviderResult(base.APPROVED, ref=f"bz_re_{len(self.refunds)}")

    def detach_card(self, *, ref):
        raise base.PaymentError("The bazaar saves no wallets.", permanent=True)

    def transactions(self, *, since, until):
        charges = [
            base.ProviderTransaction(base.CHARGE, ref, str(row["key"]), row["amount"], row["currency"], is_done=True)
            for ref, row in self.charges.items()
        ]
        return charges + [
            base.ProviderTransaction(base.REFUND, f"bz_re_{key}", str(key), amount, charge["currency"], is_done=True)
            for key, (charge, amount) in self.refunds.items()
        ]

    def _result(self, ref):
        row = self.charges[ref]
        action = {"type": base.REDIRECT, "url": f"https://pay.bazaar.example/{ref}"}
        return base.ProviderResult(
            row["outcome"], ref=ref, next_action=action if row["outcome"] == base.NEEDS_ACTION else None
        )


PROVIDER = Bazaar()
