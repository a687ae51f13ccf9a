import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from omnistore.streams import application
from tests.client import Api

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """A device that listens to a stream, as a server would serve it."""

    def __init__(self, address):
        self.scope = {
            "type": "http",
            "path": urlsplit(address).path,
            "query_string": urlsplit(address).query.encode(),
            "headers": [],
        }
        self.status, self.heard = None, asyncio.Queue()

    async def receive(self):
        await asyncio.sleep(3600)

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            await self.heard.put(message["body"].decode())

    async def next_cart(self):
        while True:
            text = await asyncio.wait_for(self.heard.get(), timeout=30)
            if text.startswith("event: cart"):
                return json.loads(text.split("data: ")[1])


def run(coroutine):
    """Run a coroutine in a thread of its own, since this thread may have the event loop of a browser."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


async def listen(address, change):
    listener = Listener(address)
    task = asyncio.create_task(application(listener.scope, listener.receive, listener.send))
    first = await listener.next_cart()
    await asyncio.to_thread(change)
    second = await listener.next_cart()
    task.cancel()
    return first, second


def test_the_phone_receives_a_change_made_at_the_till(mug, ana, tess):
    phone, till = Api(ana), Api(tess)
    cart = phone.add("MUG")
    redirect = phone.get("cart/stream/")
    assert redirect.status_code == 307

    def sell_more():
        from django.db import connection

        assert till.post(f"till/customers/{ana.pk}/cart/lines/", {"sku": "MUG"}).status_code == 201
        connection.close()

    first, second = run(listen(redirect["Location"], sell_more))

    assert first == {"id": cart["id"], "version": 1}
    assert second == {"id": cart["id"], "version": 2}


def test_a_forged_ticket_opens_no_stream():
    listener = Listener("/live/cart/?ticket=forged")

    run(application(listener.scope, listener.receive, listener.send))

    assert listener.status == 403


def test_a_visitor_without_a_cart_has_no_stream():
    assert Api().get("cart/stream/").status_code == 404


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("http://localhost:8000", True),
        ("http://testserver", True),
        ("http://evil.com", False),
        ("http://localhost.evil.com", False),
        ("null", False),
    ],
)
def test_only_the_shops_own_pages_may_read_a_stream(mug, ana, origin, is_allowed):
    address = Api(ana).get("cart/stream/")["Location"]
    listener = Listener(address)
    listener.scope["headers"] = [(b"origin", origin.encode())]
    heard = {}

    async def start(message):
        heard.update(message.get("headers", []))

    async def listen_once():
        task = asyncio.create_task(application(listener.scope, listener.receive, start))
        while not heard:
            await asyncio.sleep(0.01)
        task.cancel()

    run(listen_once())

    assert heard.get(b"access-control-allow-origin") == (origin.encode() if is_allowed else None)
