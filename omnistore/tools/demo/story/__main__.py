"""
`make demo`: the shop's main job, told as a story against the running shop, over HTTP alone.

Sara begins a cart in the app, goes on as a guest on her tablet, signs in there, walks into a store, and Carla opens
that very cart at the till and sells it. Later Sara orders again and collects. Then the same once more through the pages
of web shop and till. Every step is checked: the story ends with exit code 0 only if each did what it says.
"""

import os
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from omnistore.tools.demo.story.client import ApiView, StoryError, expect
from omnistore.tools.demo.story.pages import PagesStory
from omnistore.tools.demo.story.shop import open_shop
from omnistore.tools.demo.story.telling import cart_lines, context, done, failed, note, price, tell

PASSWORD = "omnistore-demo"  # noqa: S105  # Published on purpose.
SHOPPER, CLERK = "shopper@example.com", "clerk@example.com"
STORE = "ber-mitte"
NEAR = "52.5206,13.4098"
WORDS = ("mug", "tote", "candle", "lamp", "towel", "tea")
# Enough that nobody else's purchase spoils the story between two looks.
ENOUGH = 5
NOTICE_SECONDS = 90


@dataclass(frozen=True)
class Thing:
    """A variant on the store's shelf."""

    name: str
    sku: str


@dataclass
class Story:
    """The people with their devices, and what they remember."""

    shop: str
    phone: ApiView = field(init=False)
    tablet: ApiView = field(init=False)
    till: ApiView = field(init=False)

    def __post_init__(self) -> None:
        self.phone, self.tablet = ApiView(self.shop), ApiView(self.shop)
        self.till = ApiView(self.shop, store=STORE)

    def tell(self) -> None:
        """Tell the whole story. Raises StoryError at the first step that does not do what it says."""
        mug, tote, candle = self.find_things()
        bought = self.sell_at_the_till(mug, tote, candle)
        collected = self.collect(tote)
        self.look_back([bought, collected])

    def find_things(self) -> list[Thing]:
        """Sara signs in and finds things that lie in the store around the corner."""
        context("Sara looks around in the app")
        self.phone.sign_in(SHOPPER, PASSWORD)
        me = self.phone.get("me/")
        tell("Sara", "app", f"signs in as {me['name']} <{me['email']}>")
        if self.phone.get("cart/")["lines"]:
            self.phone.delete("cart/")
            note("what an earlier day left in the cart is put back")
        things: list[Thing] = []
        for word, product, thing in self._on_the_shelf():
            things.append(thing)
            tell("Sara", "app", f"{f'searches “{word}”' if word else 'looks on'} and finds {product['name']}")
            self._tell_stock(thing)
            if len(things) == 3:
                return things
        raise StoryError(
            f"Fewer than three things have {ENOUGH} pieces left in {STORE}: `manage.py seed_demo --reset`."
        )

    def sell_at_the_till(self, mug: Thing, tote: Thing, candle: Thing) -> str:
        """One cart, from the phone over the tablet to the counter; returns the order's number."""
        before = self._stock_of(mug, tote, candle)
        self.fill_cart_on_phone_and_tablet(mug, tote)

        context("Sara walks into the store; Carla opens that very cart")
        code = self.phone.get("cart/")["handover"]["code"]
        tell("Sara", "app", f"shows her code {code}")
        self.till.sign_in(CLERK, PASSWORD)
        session = self.till.post(
            "till/sessions/", {"register": f"demo-{uuid.uuid4().hex[:6]}", "float": _euros("100.00")}, status=201
        )
        tell("Carla", "till", f"opens register {session['register']} with {price(session['float'])} in it")
        seen = self.till.get(f"till/carts/{code}/")
        expect("The cart at the till", seen["id"], self.phone.get("cart/")["id"])
        tell("Carla", "till", f"scans the code and sees cart {seen['id']}")
        cart_lines(seen)
        customer = self.till.get("till/customers/", q=SHOPPER)["results"][0]
        expect("The customer at the till", customer["email"], SHOPPER)
        cart = self.till.post(f"till/customers/{customer['id']}/cart/lines/", {"sku": candle.sku}, status=201)
        expect("The same cart", cart["id"], seen["id"])
        expect(
            "The line's channel", [cart["lines"][-1][key] for key in ("added_channel", "added_store")], ["till", STORE]
        )
        tell("Carla", "till", f"adds {candle.name}, and Sara sees it on her phone")
        expect("The cart on the phone", self.phone.get("cart/")["lines"], cart["lines"])
        number = self.pay_in_cash(session, cart)

        after = self._stock_of(mug, tote, candle)
        for thing, sold in ((mug, 2), (tote, 1), (candle, 1)):
            _tell_change(thing, before, after, sold)
        return number

    def fill_cart_on_phone_and_tablet(self, mug: Thing, tote: Thing) -> None:
        """Sara's cart on the phone, a guest's cart on the tablet, and how they become one."""
        context("Two devices, one cart")
        cart = self.phone.post("cart/lines/", {"sku": mug.sku}, status=201)
        tell("Sara", "app", f"puts 1 x {mug.sku} into her cart")
        self.tablet.post("cart/lines/", {"sku": mug.sku, "quantity": 2}, status=201)
        guest = self.tablet.post("cart/lines/", {"sku": tote.sku}, status=201)
        expect("The guest's cart is another", guest["id"] != cart["id"], True)
        tell("guest", "app", f"begins a cart on a tablet, not signed in: 2 x {mug.sku}, 1 x {tote.sku}")
        self.tablet.sign_in(SHOPPER, PASSWORD)
        merged = self.tablet.get("cart/")
        expect("The cart after signing in", merged["id"], cart["id"])
        expect(
            "What the merge says",
            [(line["sku"], line["action"], line["quantity"]) for line in merged["merged"]],
            [(mug.sku, "raised", 2), (tote.sku, "added", 1)],
        )
        tell("Sara", "app", "it was hers: she signs in on the tablet, and the carts become one")
        for line in merged["merged"]:
            note(f"{line['sku']}: {line['action']}, now {line['quantity']}")
        expect("The phone's cart", self.phone.get("cart/")["lines"], merged["lines"])

    def pay_in_cash(self, session: dict[str, Any], cart: dict[str, Any]) -> str:
        """Carla sells the whole cart, counts the drawer and closes; returns the order's number."""
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
        tell("Carla", "till", f"sells it for {price(total)}, takes {price(tendered)}, gives {price(change)} back")
        note(f"order {order['number']}: {order['state']}")
        expect("The cart is empty", self.phone.get("cart/")["lines"], [])
        counted = self.till.get(f"till/sessions/{session['id']}/")["expected"]
        expect("The drawer", Decimal(counted["amount"]), Decimal("100.00") + Decimal(total["amount"]))
        closed = self.till.patch(f"till/sessions/{session['id']}/", {"counted": counted})
        expect("The difference", Decimal(closed["difference"]["amount"]), Decimal(0))
        tell("Carla", "till", f"counts {price(counted)} and closes the register: nothing is missing")
        return str(order["number"])

    def collect(self, thing: Thing) -> str:
        """Sara orders in the app, the store prepares, Sara collects; returns the order's number."""
        context("Another day: ordered in the app, collected in the store")
        before = self._stock_of(thing)
        cart = self.phone.post("cart/lines/", {"sku": thing.sku}, status=201)
        options = self.phone.get("cart/fulfilment-options/", near=NEAR)
        store = next(option for option in options["stores"] if option["store"] == STORE)
        expect("The store has it", store["available"], "all")
        tell("Sara", "app", f"sees: {store['name']}, {store['distance_km']} km away, ready {_clock(store['ready_at'])}")
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
        tell("Sara", "app", f"orders 1 x {thing.sku} for pickup and pays {price(order['totals']['grand'])}: {number}")
        reserved = self._stock_of(thing)
        note(f"{thing.sku} in {STORE}: {before[thing.sku]} before, {reserved[thing.sku]} left to others now")
        expect("One is kept for Sara", reserved[thing.sku], before[thing.sku] - 1)
        self.prepare(number, pickup["id"])
        code = self.read_webhook(number)
        expect("The code in the notice", code, pickup["collection_code"])
        tell("Sara", "app", f"reads that it is ready, and her collection code {code}")
        self.hand_over(number, pickup["id"], code)
        after = self._stock_of(thing)
        expect("Nothing else moved", after[thing.sku], reserved[thing.sku])
        return number

    def prepare(self, number: str, pickup_id: str) -> None:
        """Carla finds the pickup in her list and makes it ready."""
        listed = self.till.get("till/pickups/", state="placed", limit=100)["results"]
        if number not in [pickup["order"] for pickup in listed]:
            raise StoryError(f"Order {number} is not in the store's list of pickups.")
        tell("Carla", "till", f"finds {number} among {len(listed)} new pickups")
        for resource, state in (("acceptance", "accepted"), ("picking", "picking"), ("readiness", "ready")):
            moved = self.till.post(f"till/pickups/{pickup_id}/{resource}/")
            expect("The pickup", moved["state"], state)
            tell("Carla", "till", f"pickup {state}")

    def read_webhook(self, number: str) -> str:
        """Wait for the message that tells Sara to come; returns the code in it."""
        deadline = time.monotonic() + NOTICE_SECONDS
        while time.monotonic() < deadline:
            _status, box = self.phone.send("GET", f"/mailbox/?format=json&recipient={SHOPPER}")
            messages = box.get("results", []) if isinstance(box, dict) else []
            about = [one for one in messages if number in one["subject"] + one["body"] and one["code"]]
            if about:
                return str(about[0]["code"])
            time.sleep(0.5)
        raise StoryError(f"No notice about {number} came within {NOTICE_SECONDS} s: does the worker run?")

    def hand_over(self, number: str, pickup_id: str, code: str) -> None:
        """Sara shows the code, Carla hands the goods over, and a second time there is nothing to hand over."""
        handed = self.till.post(f"till/pickups/{pickup_id}/handover/", {"code": code, "collected_by": "Sara"})
        expect("The pickup", handed["state"], "collected")
        tell("Carla", "till", f"checks the code and hands over: {handed['state']}")
        again = {"code": code, "collected_by": "Sara"}
        status, refused = self.till.send("POST", f"/api/v1/till/pickups/{pickup_id}/handover/", again)
        expect("Handing over twice", status, 409)
        note(f"the same code a second time is refused: {refused['code']}")
        expect("The order", self.phone.get(f"orders/{number}/")["state"], "completed")

    def look_back(self, numbers: list[str]) -> None:
        """Both orders in one list, and what happened to the last, on every channel."""
        context("Sara's story, every channel in one place")
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
                raise StoryError(f"The timeline of {number} lacks its beginning or its end: {kinds}")

    def _on_the_shelf(self) -> Iterator[tuple[str, dict[str, Any], Thing]]:
        """Find variants of different products with enough pieces in the store: by a word each, then page by page."""
        shown = set()
        for word in (*WORDS, ""):
            query = {"q": word} if word else {}
            for product in self.phone.get("catalogue/products/", store=STORE, in_stock=True, limit=100, **query)[
                "results"
            ]:
                thing = None if product["slug"] in shown else self._plenty_of(product)
                shown.add(product["slug"])
                if thing:
                    yield word, product, thing
                    if word:
                        break

    def _plenty_of(self, product: dict[str, Any]) -> Thing | None:
        for variant in self.phone.get(f"catalogue/products/{product['slug']}/")["variants"]:
            thing = Thing(product["name"], variant["sku"])
            if self._stock_of(thing)[thing.sku] >= ENOUGH:
                return thing
        return None

    def _stock_of(self, *things: Thing) -> dict[str, int]:
        """Ask how many of each the store has left to sell."""
        found = {}
        for thing in things:
            stores = self.phone.get(f"catalogue/variants/{thing.sku}/availability/", near=NEAR, limit=100)["stores"]
            found[thing.sku] = next((store["available"] for store in stores if store["store"] == STORE), 0)
        return found

    def _tell_stock(self, thing: Thing) -> None:
        found = self.phone.get(f"catalogue/variants/{thing.sku}/availability/", near=NEAR, limit=2)
        near = [
            f"{store['available']} in {store['name']} ({store['distance_km']} km, "
            f"{'open' if store['open_now'] else 'closed'})"
            for store in found["stores"]
        ]
        note(f"{thing.sku}: {', '.join(near)}; {found['ship']['available']} to be shipped")


def _tell_change(thing: Thing, before: dict[str, int], after: dict[str, int], sold: int) -> None:
    note(f"{thing.sku} in {STORE}: {before[thing.sku]} before, {after[thing.sku]} after")
    expect(f"The stock of {thing.sku}", after[thing.sku], before[thing.sku] - sold)


def _euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def _clock(instant: str) -> str:
    return instant[:16].replace("T", " ")


def main() -> int:
    """Tell the story; returns the exit code."""
    shop = f"http://localhost:{os.environ.get('PORT', '8000')}"
    try:
        with open_shop(shop) as was_started:
            note(f"The shop at {shop} {'was started for this story' if was_started else 'is running'}.")
            Story(shop).tell()
            PagesStory(shop, SHOPPER, CLERK, PASSWORD, STORE).tell()
    except StoryError as error:
        failed(str(error))
        return 1
    except KeyboardInterrupt:
        failed("stopped.")
        return 130
    done("Every step did what it says.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
