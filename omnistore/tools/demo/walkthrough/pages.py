"""
The same use case through pages: the web shop in Sara's browser, the till in Carla's.

It uses only pages and their forms, as a browser without scripts does. Only the number of units left comes from the
catalogue API, because pages say "in stock".
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from omnistore.tools.demo.walkthrough.browser import Browser, Page
from omnistore.tools.demo.walkthrough.client import ApiClient, StepFailed, expect
from omnistore.tools.demo.walkthrough.console import heading, note, step

# What Sara types, and the correct word.
MISSPELT = {
    "canlde": "candle",
    "lapm": "lamp",
    "towle": "towel",
    "notebok": "notebook",
    "basekt": "basket",
    "mgu": "mug",
}
ENOUGH = 4
FLOAT = "100.00"
SPELLED = r'class="spelled"><bdi>(.*?)</bdi>'


@dataclass
class PagesWalkthrough:
    """Sara and Carla with their browsers."""

    shop: str
    shopper: str
    clerk: str
    password: str
    store: str
    sara: Browser = field(init=False)
    carla: Browser = field(init=False)
    product: str = field(init=False, default="")
    sku: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.sara, self.carla = Browser(self.shop), Browser(self.shop)

    def run(self) -> None:
        """Run all scenarios. Raises StepFailed at the first step without the expected result."""
        code = self.fill_cart()
        self.sell_for_cash(code)
        number, collection_code = self.order_on_the_web()
        self.hand_over(number, collection_code)
        self.look_back(number)

    def fill_cart(self) -> str:
        """Sara signs in, finds a product despite a typing error, and adds it to her cart; return the cart code."""
        heading("The same through pages: Sara at the web shop")
        form = self.sara.open("/accounts/login/").form("/accounts/login/")
        self.sara.send(form, login=self.shopper, password=self.password)
        cart = self.sara.open("/cart/")
        expect("Signed in", "/account/" in cart.links, True)
        step("Sara", "web", "signs in")
        if "/cart/empty/" in cart.source:
            self.sara.send(cart.form("/cart/empty/"))
        word, page = next(self._find_products())
        title = page.part(r"<h1>(.*?)</h1>")
        step("Sara", "web", f"searches “{word}” and finds {title}")
        cart = self._put_into_cart()
        code = cart.part(SPELLED).replace(" ", "")
        step("Sara", "web", f"puts it into her cart, which shows a code for the till: {code}")
        return code

    def sell_for_cash(self, code: str) -> None:
        """Carla opens that cart by its code, sells it for cash, and checks the receipt."""
        heading("Carla at the till's pages")
        before = self._stock()
        login = self.carla.open("/admin/till/").form("/admin/login/")
        registers = self.carla.send(login, username=self.clerk, password=self.password)
        if "/registers/" not in registers.address:
            registers = self.carla.open("/admin/till/registers/")
        opening = next(form for form in registers.forms if "opening_float" in form.fields)
        register = f"demo-{uuid.uuid4().hex[:6]}"
        sale = self.carla.send(opening, register=register, opening_float=FLOAT)
        step("Carla", "till", f"signs in and opens register {register}")

        sale = self.carla.send(sale.form("/till/scan/"), scanned=code)
        expect("Sara's cart at the till", self.sku in sale.source, True)
        step("Carla", "till", f"scans the code and sees the cart of {sale.part(r'<aside.*?<h2>(.*?)</h2>')}")
        note(sale.part(r'<div class="line-text">(.*?)</div>'))
        payment = self.carla.open(sale.link("/payment/"))
        form = next(form for form in payment.forms if "tendered" in form.fields)
        total = Decimal(form.fields["total"]) / 100
        tendered = (total // 50 + 1) * 50
        done = self.carla.send(form, method="cash", tendered=f"{tendered}", receipt="print")
        expect("The change", done.part(r'class="change">(.*?)</p>'), f"Change €{tendered - total:.2f}")
        step("Carla", "till", f"sells it for €{total:.2f}, takes €{tendered}, gives €{tendered - total:.2f} back")

        receipt = self.carla.open(done.link("/receipt/"))
        number = done.part(r"/admin/till/orders/(\d+)/receipt/")
        expect("The receipt", [part in receipt.text for part in (number, f"{total:.2f}")], [True, True])
        note(f"the receipt of order {number} says so")
        self._expect_stock(before, before - 1)
        expect("Sara's cart", "Your cart is empty." in self.sara.open("/cart/").text, True)
        self._close(register, Decimal(FLOAT) + total)

    def order_on_the_web(self) -> tuple[str, str]:
        """Sara orders another one for pickup; return the order's number and its pickup code."""
        heading("Sara orders on the web, to collect in the store")
        self._put_into_cart()
        form = self.sara.open("/checkout/").form("/checkout/")
        choice = {"kind": "pickup", "store": self.store, "pay": "test", "card": "approve", "order": "yes"}
        order = self.sara.send(form, **choice)
        number = order.part(r"/orders/(\d+)/receipt/")
        code = order.part(SPELLED).replace(" ", "")
        step("Sara", "web", f"orders and pays: {number}, to be collected with {code}")
        return number, code

    def hand_over(self, number: str, code: str) -> None:
        """Carla picks it, makes it ready, and hands it over to the person who shows the code."""
        heading("Carla at the pickup desk's pages")
        before = self._stock()
        desk = self.carla.open("/admin/till/pickups/", tab="accept")
        pickup = self.carla.send(desk.form("/till/pickups/find/"), scanned=number)
        for action, state in (("accept", "Accepted"), ("pick", "Picking"), ("ready", "Ready")):
            pickup = self.carla.send(pickup.form(f"/{action}/"))
            expect("The pickup", pickup.part(r"<h1>.*?<span[^>]*>(.*?)</span>"), state)
            step("Carla", "desk", f"pickup of {number}: {state.lower()}")
        page_text = self.sara.open(f"/orders/{number}/").text
        expect("What Sara reads", "Ready to collect." in page_text, True)
        pickup = self.carla.send(desk.form("/till/pickups/find/"), scanned=code)
        handed = self.carla.send(pickup.form("/handover/"), collected_by="Sara")
        expect("The desk", "Handed over. Nothing left to do." in handed.text, True)
        step("Carla", "desk", "scans the code and hands over")
        self._expect_stock(before, before)

    def look_back(self, number: str) -> None:
        """Carla reads the order's timeline at the till."""
        heading("The order's timeline on the till's page")
        order = self.carla.open(f"/admin/till/orders/{number}/")
        entries = order.source.split('class="story"')[-1].split("</ol>")[0].split("<li>")[1:]
        for entry in reversed(entries):
            note(Page("", 0, f"<p>{entry}").text)
        expect("Sara's page", "Collected." in self.sara.open(f"/orders/{number}/").text, True)
        if len(entries) < 4:
            raise StepFailed(f"The timeline of {number} is too short: {len(entries)} entries.")

    def _find_products(self) -> Iterator[tuple[str, Page]]:
        """Find products with enough units in the store, by misspelt words."""
        for word, correct in MISSPELT.items():
            results = self.sara.open("/search/", q=word, store=self.store, in_stock="true")
            for link in dict.fromkeys(link for link in results.links if link.startswith("/p/")):
                page = self.sara.open(link)
                add = next((form for form in page.forms if form.action.endswith("/cart/add/")), None)
                self.product, self.sku = link, add.fields["sku"] if add else ""
                if correct in page.part(r"<h1>(.*?)</h1>").lower() and add and self._stock() >= ENOUGH:
                    yield word, page
        raise StepFailed(f"Nothing misspelt is found in {self.store} with {ENOUGH} units left.")

    def _put_into_cart(self) -> Page:
        add = self.sara.open(self.product).form("/cart/add/")
        self.sara.send(add, quantity="1")
        cart = self.sara.open("/cart/")
        expect("The cart", self.sku in cart.source, True)
        return cart

    def _close(self, register: str, counted: Decimal) -> None:
        link = self.carla.open("/admin/till/registers/").part(rf"{register}</strong>.*?href=\"([^\"]*/closing/)\"")
        closing = self.carla.open(link)
        closed = self.carla.send(closing.form("/closing/"), counted=f"{counted:.2f}")
        expect("The drawer", "The count is exact." in closed.text, True)
        step("Carla", "till", f"counts €{counted:.2f} and closes the register: nothing is missing")

    def _stock(self) -> int:
        """Return how many units the store has left to sell."""
        stores = ApiClient(self.shop).get(f"catalogue/variants/{self.sku}/availability/", limit=100)["stores"]
        return next((int(store["available"]) for store in stores if store["store"] == self.store), 0)

    def _expect_stock(self, before: int, expected: int) -> None:
        after = self._stock()
        note(f"{self.sku} in {self.store}: {before} before, {after} after")
        expect(f"The stock of {self.sku}", after, expected)
