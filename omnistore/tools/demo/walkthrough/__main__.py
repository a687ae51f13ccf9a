"""
`make demo`: a walkthrough of the shop's main use case, over HTTP against the running shop.

Sara begins a cart in the app, adds to a guest cart on her tablet, signs in there and walks into a store, where Carla
opens that cart at the till and sells it. Later Sara orders again and collects. Then the same happens through the pages
of web shop and till. Every step is checked: the exit code is 0 only if each has the expected result.
"""

import os
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from omnistore.tools.demo.walkthrough.client import ApiClient, StepFailed, expect
from omnistore.tools.demo.walkthrough.console import cart_lines, done, failed, heading, note, price, step
from omnistore.tools.demo.walkthrough.pages import PagesWalkthrough
from omnistore.tools.demo.walkthrough.shop import open_shop

PASSWORD = "omnistore-demo"  # noqa: S105  # Published on purpose.
SHOPPER, CLERK = "shopper@example.com", "clerk@example.com"
STORE = "ber-mitte"
NEAR = "52.5206,13.4098"
WORDS = ("mug", "tote", "candle", "lamp", "towel", "tea")
# Enough units that somebody else's purchase does not spoil the walkthrough.
ENOUGH = 5
MESSAGE_SECONDS = 90


@dataclass(frozen=True)
class StockedVariant:
    """A variant in stock in the store."""

    name: str
    sku: str


@dataclass
class ApiWalkthrough:
    """The walkthrough over the API, with the devices of its people."""

    shop: str
    phone: ApiClient = field(init=False)
    tablet: ApiClient = field(init=False)
    till: ApiClient = field(init=False)

    def __post_init__(self) -> None:
        self.phone, self.tablet = ApiClient(self.shop), ApiClient(self.shop)
        self.till = ApiClient(self.shop, store=STORE)

    def run(self) -> None:
        """Run all scenarios. Raises StepFailed at the first step without the expected result."""
        mug, tote, candle = self.find_variants()
        bought = self.sell_at_the_till(mug, tote, candle)
        collected = self.collect(tote)
        self.look_back([bought, collected])

    def find_variants(self) -> list[StockedVariant]:
        """Sara signs in and finds three variants in stock in a store near by."""
        heading("Sara looks around in the app")
        self.phone.sign_in(SHOPPER, PASSWORD)
        me = self.phone.get("me/")
        step("Sara", "app", f"signs in as {me['name']} <{me['email']}>")
        if self.phone.get("cart/")["lines"]:
            self.phone.delete("cart/")
            note("the cart of an earlier day is emptied")
        variants: list[StockedVariant] = []
        for word, product, variant in self._variants_in_stock():
            variants.append(variant)
            step("Sara", "app", f"{f'searches “{word}”' if word else 'looks on'} and finds {product['name']}")
            self._note_stock(variant)
            if len(variants) == 3:
                return variants
        raise StepFailed(
            f"Fewer than three variants have {ENOUGH} units left in {STORE}: `manage.py seed_demo --reset`."
        )

    def sell_at_the_till(self, mug: StockedVariant, tote: StockedVariant, candle: StockedVariant) -> str:
        """One cart, from phone and tablet to the till; return the order's number."""
        before = self._stock_of(mug, tote, candle)
        self.fill_cart_on_phone_and_tablet(mug, tote)

        heading("Sara walks into the store; Carla opens that cart")
        code = self.phone.get("cart/")["handover"]["code"]
        step("Sara", "app", f"shows her code {code}")
        self.till.sign_in(CLERK, PASSWORD)
        session = self.till.post(
            "till/sessions/", {"register": f"demo-{uuid.uuid4().hex[:6]}", "float": _euros("100.00")}, status=201
        )
        step("Carla", "till", f"opens register {session['register']} with {price(session['float'])} in it")
        till_cart = self.till.get(f"till/carts/{code}/")
        expect("The cart at the till", till_cart["id"], self.phone.get("cart/")["id"])
        step("Carla", "till", f"scans the code and sees cart {till_cart['id']}")
        cart_lines(till_cart)
        customer = self.till.get("till/customers/", q=SHOPPER)["results"][0]
        expect("The customer at the till", customer["email"], SHOPPER)
        cart = self.till.post(f"till/customers/{customer['id']}/cart/lines/", {"sku": candle.sku}, status=201)
        expect("The same cart", cart["id"], till_cart["id"])
        expect(
            "The line's channel", [cart["lines"][-1][key] for key in ("added_channel", "added_store")], ["till", STORE]
        )
        step("Carla", "till", f"adds {candle.name}, and Sara sees it on her phone")
        expect("The cart on the phone", self.phone.get("cart/")["lines"], cart["lines"])
        number = self.pay_in_cash(session, cart)

        after = self._stock_of(mug, tote, candle)
        for variant, sold in ((mug, 2), (tote, 1), (candle, 1)):
            _note_change(variant, before, after, sold)
        return number

    def fill_cart_on_phone_and_tablet(self, mug: StockedVariant, tote: StockedVariant) -> None:
        """Sara's cart on the phone and a guest's cart on the tablet are merged."""
        heading("Two devices, one cart")
        cart = self.phone.post("cart/lines/", {"sku": mug.sku}, status=201)
        step("Sara", "app", f"puts 1 x {mug.sku} into her cart")
        self.tablet.post("cart/lines/", {"sku": mug.sku, "quantity": 2}, status=201)
        guest = self.tablet.post("cart/lines/", {"sku": tote.sku}, status=201)
        expect("The guest's cart is another", guest["id"] != cart["id"], True)
        step("guest", "app", f"begins a cart on a tablet, not signed in: 2 x {mug.sku}, 1 x {tote.sku}")
        self.tablet.sign_in(SHOPPER, PASSWORD)
        merged = self.tablet.get("cart/")
        expect("The cart after signing in", merged["id"], cart["id"])
        expect(
            "What the merge says",
            [(line["sku"], line["action"], line["quantity"]) for line in merged["merged"]],
            [(mug.sku, "raised", 2), (tote.sku, "added", 1)],
        )
        step("Sara", "app", "signs in on the tablet, and the carts become one")
        for line in merged["merged"]:
            note(f"{line['sku']}: {line['action']}, now {line['quantity']}")
        expect("The phone's cart", self.phone.get("cart/")["lines"], merged["lines"])

    def pay_in_cash(self, session: dict[str, Any], cart: dict[str, Any]) -> str:
        """Carla sells the whole cart, counts the cash and closes the session; return the order's number."""
        total = cart["totals"]["grand"]
        tendered = _euros(f"{(Decimal(total['amount']) // 50 + 1) * 50}.00")
        sale = {
            "session": session["id"],
            "cart": cart["id"],
            "cart_version": cart["version"],
            "expected_total": total,
            "payments": [{"method": "cash", "tendered": tendered}],
            "receipt": {"medium": "print"},
        }
        order = self.till.post("till/sales/", sale, status=201)
        expect("The order", [order[key] for key in ("channel", "store", "state")], ["till", STORE, "completed"])
        expect("The price", order["totals"]["grand"], total)
        change = order["payments"][0]["change"]
        expect("The change", Decimal(change["amount"]), Decimal(tendered["amount"]) - Decimal(total["amount"]))
        step("Carla", "till", f"sells it for {price(total)}, takes {price(tendered)}, gives {price(change)} back")
        note(f"order {order['number']}: {order['state']}")
        expect("The cart is empty", self.phone.get("cart/")["lines"], [])
        hidden = self.till.get(f"till/sessions/{session['id']}/")["expected"]
        expect("What should lie in the drawer, for Carla", hidden, None)
        counted = _euros(str(Decimal("100.00") + Decimal(total["amount"])))
        closed = self.till.patch(f"till/sessions/{session['id']}/", {"counted": counted})
        expect("The difference", Decimal(closed["difference"]["amount"]), Decimal(0))
        step("Carla", "till", f"counts {price(counted)} and closes the register: nothing is missing")
        return str(order["number"])

    def collect(self, variant: StockedVariant) -> str:
        """Sara orders in the app, the store prepares the pickup, Sara collects; return the order's number."""
        heading("Another day: ordered in the app, collected in the store")
        before = self._stock_of(variant)
        cart = self.phone.post("cart/lines/", {"sku": variant.sku}, status=201)
        options = self.phone.get("cart/fulfilment-options/", near=NEAR)
        store = next(option for option in options["stores"] if option["store"] == STORE)
        expect("The store has it", store["available"], "all")
        step("Sara", "app", f"sees: {store['name']}, {store['distance_km']} km away, ready {_clock(store['ready_at'])}")
        order = self.phone.post(
            "checkout/",
            {
                "cart_version": cart["version"],
                "expected_total": cart["totals"]["grand"],
                "fulfilments": [{"kind": "pickup", "store": STORE}],
                "payments": [{"method": "test"}],
            },
            status=201,
        )
        expect("The order", [order["state"], order["payments"][0]["state"]], ["placed", "captured"])
        number, pickup = str(order["number"]), order["fulfilments"][0]
        step("Sara", "app", f"orders 1 x {variant.sku} for pickup and pays {price(order['totals']['grand'])}: {number}")
        reserved = self._stock_of(variant)
        note(f"{variant.sku} in {STORE}: {before[variant.sku]} before, {reserved[variant.sku]} left to others now")
        expect("One is reserved for Sara", reserved[variant.sku], before[variant.sku] - 1)
        self.prepare(number, pickup["id"])
        code = self.read_message(number)
        expect("The code in the message", code, pickup["collection_code"])
        step("Sara", "app", f"reads that it is ready, and her collection code {code}")
        self.hand_over(number, pickup["id"], code)
        after = self._stock_of(variant)
        expect("Nothing else moved", after[variant.sku], reserved[variant.sku])
        return number

    def prepare(self, number: str, pickup_id: str) -> None:
        """Carla finds the pickup in her list and prepares it."""
        pickups = self.till.get("till/pickups/", state="placed", limit=100)["results"]
        if number not in [pickup["order"] for pickup in pickups]:
            raise StepFailed(f"Order {number} is not in the store's list of pickups.")
        step("Carla", "till", f"finds {number} among {len(pickups)} new pickups")
        for resource, state in (("acceptance", "accepted"), ("picking", "picking"), ("readiness", "ready")):
            pickup = self.till.post(f"till/pickups/{pickup_id}/{resource}/")
            expect("The pickup", pickup["state"], state)
            step("Carla", "till", f"pickup {state}")

    def read_message(self, number: str) -> str:
        """Wait for the message that the pickup is ready; return the code in it."""
        deadline = time.monotonic() + MESSAGE_SECONDS
        while time.monotonic() < deadline:
            _status, box = self.phone.send("GET", f"/mailbox/?format=json&recipient={SHOPPER}")
            messages = box.get("results", []) if isinstance(box, dict) else []
            about = [
                message for message in messages if number in message["subject"] + message["body"] and message["code"]
            ]
            if about:
                return str(about[0]["code"])
            time.sleep(0.5)
        raise StepFailed(f"No message about {number} came within {MESSAGE_SECONDS} s: does the worker run?")

    def hand_over(self, number: str, pickup_id: str, code: str) -> None:
        """Sara shows the code and Carla hands over the goods; a second hand-over is refused."""
        pickup = self.till.post(f"till/pickups/{pickup_id}/handover/", {"code": code, "collected_by": "Sara"})
        expect("The pickup", pickup["state"], "collected")
        step("Carla", "till", f"checks the code and hands over: {pickup['state']}")
        again = {"code": code, "collected_by": "Sara"}
        status, refused = self.till.send("POST", f"/api/v1/till/pickups/{pickup_id}/handover/", again)
        expect("Handing over twice", status, 409)
        note(f"the same code a second time is refused: {refused['code']}")
        expect("The order", self.phone.get(f"orders/{number}/")["state"], "completed")

    def look_back(self, numbers: list[str]) -> None:
        """Both orders in one list, with their timelines over all channels."""
        heading("Sara's timeline, every channel in one place")
        mine = [order["number"] for order in self.phone.get("orders/", limit=5)["results"]]
        expect("Her newest orders", mine[:2], list(reversed(numbers)))
        entries = self.phone.get("me/timeline/", limit=60)["results"]
        for number in numbers:
            about = [entry for entry in reversed(entries) if entry["ref"] == number]
            note(f"order {number}")
            for entry in about:
                where = f"{entry['channel']} {entry['store'] or ''}".strip()
                note(f"  {_clock(entry['occurred_at'])}  {where:<16} {entry['kind']:<18} {entry['summary']}")
            kinds = [entry["kind"] for entry in about]
            if "order.placed" not in kinds or "order.completed" not in kinds:
                raise StepFailed(f"The timeline of {number} lacks its beginning or its end: {kinds}")

    def _variants_in_stock(self) -> Iterator[tuple[str, dict[str, Any], StockedVariant]]:
        """Find variants of different products with enough units in the store: by one word each, then without a word."""
        shown = set()
        for word in (*WORDS, ""):
            query = {"q": word} if word else {}
            for product in self.phone.get("catalogue/products/", store=STORE, in_stock=True, limit=100, **query)[
                "results"
            ]:
                variant = None if product["slug"] in shown else self._well_stocked(product)
                shown.add(product["slug"])
                if variant:
                    yield word, product, variant
                    if word:
                        break

    def _well_stocked(self, product: dict[str, Any]) -> StockedVariant | None:
        for content in self.phone.get(f"catalogue/products/{product['slug']}/")["variants"]:
            variant = StockedVariant(product["name"], content["sku"])
            if self._stock_of(variant)[variant.sku] >= ENOUGH:
                return variant
        return None

    def _stock_of(self, *variants: StockedVariant) -> dict[str, int]:
        """Return how many units of each variant the store has left to sell."""
        stock = {}
        for variant in variants:
            stores = self.phone.get(f"catalogue/variants/{variant.sku}/availability/", near=NEAR, limit=100)["stores"]
            stock[variant.sku] = next((store["available"] for store in stores if store["store"] == STORE), 0)
        return stock

    def _note_stock(self, variant: StockedVariant) -> None:
        availability = self.phone.get(f"catalogue/variants/{variant.sku}/availability/", near=NEAR, limit=2)
        near = [
            f"{store['available']} in {store['name']} ({store['distance_km']} km, "
            f"{'open' if store['open_now'] else 'closed'})"
            for store in availability["stores"]
        ]
        note(f"{variant.sku}: {', '.join(near)}; {availability['ship']['available']} to be shipped")


def _note_change(variant: StockedVariant, before: dict[str, int], after: dict[str, int], sold: int) -> None:
    note(f"{variant.sku} in {STORE}: {before[variant.sku]} before, {after[variant.sku]} after")
    expect(f"The stock of {variant.sku}", after[variant.sku], before[variant.sku] - sold)


def _euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def _clock(instant: str) -> str:
    return instant[:16].replace("T", " ")


def main() -> int:
    """Run the walkthrough; return the exit code."""
    shop = f"http://localhost:{os.environ.get('PORT', '8000')}"
    try:
        with open_shop(shop) as was_started:
            note(f"The shop at {shop} {'was started for this walkthrough' if was_started else 'is running'}.")
            ApiWalkthrough(shop).run()
            PagesWalkthrough(shop, SHOPPER, CLERK, PASSWORD, STORE).run()
    except StepFailed as error:
        failed(str(error))
        return 1
    except KeyboardInterrupt:
        failed("stopped.")
        return 130
    done("Every step had the expected result.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
