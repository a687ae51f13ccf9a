"""Visits every page of the shop and measures its SQL."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from omnistore.storefront.pages import page_cache

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# The best of so many visits counts, because other work on the machine slows queries down.
VISITS = 3


@dataclass
class Cost:
    """The SQL of a page: its statements, with the least milliseconds of each."""

    statements: list[str]
    milliseconds: list[float] = field(default_factory=list)

    @property
    def total(self) -> float:
        return sum(self.milliseconds)

    @property
    def slowest(self) -> tuple[float, str]:
        """Return the slowest statement with its milliseconds."""
        return max(zip(self.milliseconds, self.statements, strict=True), default=(0.0, ""))


@dataclass(frozen=True)
class Known:
    """The customers and objects of the pages. words: a name that many customers have."""

    shopper: Customer
    order: str
    words: str


def visit_all(known: Known) -> dict[str, Cost]:
    """Visit every page, each as its kind of visitor, without caches."""
    return {
        f"{kind} {page}": cost_of(client, address)
        for kind, client, pages in tours(known)
        for page, address in pages.items()
    }


def cost_of(client: Client, address: str) -> Cost:
    """Open a page several times; each time it must load with the same number of statements."""
    client.get(address)
    cost: Cost | None = None
    for _visit in range(VISITS):
        page_cache._answers.clear()
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        times = [float(query["time"]) * 1000 for query in captured.captured_queries]
        if cost is None:
            cost = Cost([str(query["sql"]) for query in captured.captured_queries], times)
        cost.milliseconds = [min(pair) for pair in zip(cost.milliseconds, times, strict=True)]
    assert cost is not None
    return cost


def tours(known: Known) -> Iterator[tuple[str, Client, dict[str, str]]]:
    """Yield each kind of visitor, with a browser and their pages."""
    yield "guest", Client(), _SHARED
    shopper = _signed_in(known.shopper)
    shopper.post("/cart/add/", {"sku": "TEA-CRD-100G"})
    yield "shopper", shopper, _SHARED | _OWN | {"order": f"/orders/{known.order}/"}
    clerk = _signed_in(Customer.objects.get(email="head@example.com"))
    clerk.post("/admin/till/stores/", {"store": "ber-mitte"})
    yield "clerk", clerk, _till_pages(known)
    packer = _signed_in(Customer.objects.get(email="head@example.com"))
    packer.post("/admin/till/stores/", {"store": "wh-berlin"})
    yield "packer", packer, {tab: f"/admin/till/parcels/?tab={tab}" for tab in ("pick", "send", "sent", "delivered")}
    manager = _signed_in(Customer.objects.get(email="manager@example.com"))
    yield "manager", manager, _BACK_OFFICE | _OF_A_STORE
    office = _signed_in(Customer.objects.get(email="admin@example.com"))
    yield "office", office, _BACK_OFFICE | {"order found": f"/admin/orders/order/?q={known.order}"}


def _signed_in(person: Customer) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


_SHARED = {
    "home": "/",
    "category": "/c/home/",
    "category by price": "/c/home/?ordering=price",
    "search": "/search/?q=lamp",
    "search in one word": "/search/?q=blacktea",
    "misspelt search": "/search/?q=lapm",
    "everything": "/search/",
    "everything in stock": "/search/?in_stock=true",
    "filtered": "/search/?store=ber-mitte&in_stock=true&max_price=40",
    "product": "/p/cardamom-black-tea/",
    "product near": "/p/cardamom-black-tea/?postcode=10115",
    "stores": "/stores/",
    "stores near": "/stores/?postcode=10115",
    "store": "/stores/ber-mitte/",
}
_OWN = {
    "cart": "/cart/",
    "checkout": "/checkout/",
    "orders": "/orders/",
    "account": "/account/",
    "wish list": "/wishlist/",
    "new address": "/account/addresses/new/",
}
_BACK_OFFICE = {
    "orders": "/admin/orders/order/",
    "orders by name": "/admin/orders/order/?q=lindner",
    "orders of a state": "/admin/orders/order/?state__exact=placed",
    "order lines": "/admin/orders/orderline/",
    "fulfilments": "/admin/orders/fulfilment/",
    "fulfilments waiting": "/admin/orders/fulfilment/?state__exact=ready",
    "payments": "/admin/orders/payment/",
    "customers": "/admin/accounts/customer/",
    "customers found": "/admin/accounts/customer/?q=lindner",
    "customers found in one word": "/admin/accounts/customer/?q=sararahimi",
    "products": "/admin/inventory/product/",
    "products found": "/admin/inventory/product/?q=lamp",
    "products found in one word": "/admin/inventory/product/?q=blacktea",
    "variants": "/admin/inventory/variant/",
    "stock": "/admin/inventory/stocklevel/",
    "movements": "/admin/inventory/stockmovement/",
    "journal": "/admin/core/journalentry/",
}
# What hangs on a store's orders.
_OF_A_STORE = {
    "messages": "/admin/engagement/message/",
    "addresses": "/admin/accounts/address/",
    "refunds": "/admin/orders/refund/",
    "taxes": "/admin/orders/ordertax/",
}


def _till_pages(known: Known) -> dict[str, str]:
    till = {
        "now": "now/",
        "registers": "registers/",
        "stores": "stores/",
        "stores found": "stores/?q=ber",
        **{f"pickups {tab}": f"pickups/?tab={tab}" for tab in ("accept", "pick", "ready", "late", "collected")},
        "find": "find/",
        "find by number": f"find/?q={known.order}",
        "find by name": f"find/?q={known.words}",
        "find by name in one word": "find/?q=sararahimi",
        "find by e-mail": f"find/?q={known.shopper.email}",
        "find by phone": f"find/?q={str(known.shopper.phone)[-7:]}",
        "customer": f"customers/{known.shopper.pk}/",
        "timeline of orders": f"customers/{known.shopper.pk}/?kind=order&channel=web",
        "order": f"orders/{known.order}/",
        "receipt": f"orders/{known.order}/receipt/",
    }
    return {"home": "/admin/"} | {name: f"/admin/till/{path}" for name, path in till.items()}
