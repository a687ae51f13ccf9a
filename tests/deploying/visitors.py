"""Who visits the deployed shop through its proxy: staff in a browser, and a shopper's app."""

import base64
import hashlib
import hmac
import io
import json
import re
import struct
import threading
import time
import uuid

import requests
from PIL import Image

from tests.deploying.servers import PASSWORD, Failed, wait

STAFF = "ada@example.com"


class Browser:
    """A browser of staff: cookies, forms with their hidden fields, and the referrer that they need over TLS."""

    def __init__(self, shop):
        self.shop, self.session = shop, requests.Session()
        self.session.trust_env = False  # A bundle of certificates named there would be used instead.
        self.session.verify = str(shop.room / "certificate.pem")

    def get(self, path, **options):
        return self.session.get(self.shop.address + path, timeout=30, **options)

    def post(self, path, fields, files=None, **options):
        """Send a form as the page with it would. fields: a dictionary, or a function that makes it from the page."""
        page = self.get(path)
        fields = fields(page) if callable(fields) else fields
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        return self.session.post(
            page.url,
            {**fields, "csrfmiddlewaretoken": token[1] if token else ""},
            files=files,
            headers={"Referer": page.url},
            timeout=60,
            **options,
        )

    def sign_in(self):
        """Sign in with the password alone, and follow where the back office leads: to the second factor."""
        self.post("/accounts/login/", {"login": STAFF, "password": PASSWORD})
        page = self.get("/admin/")
        if "two factors" not in page.text:
            raise Failed(f"the back office does not lead to the second factor, but to {page.url}")
        return page

    def set_up_second_factor(self):
        """Confirm the password, and set up an authenticator app."""
        self.post("/accounts/reauthenticate/", {"password": PASSWORD})
        # Each time the page is shown it has another secret.
        self.post("/accounts/2fa/totp/activate/", lambda page: {"code": totp(secret_on(page))})
        if self.get("/admin/").url != f"{self.shop.address}/admin/":
            raise Failed("the back office stays closed after the second factor")

    def upload_picture(self, product):
        """Upload a picture of more than a megabyte and return the address under which it is given out."""
        noise = Image.effect_noise((1500, 1500), 90).convert("RGB")
        content = io.BytesIO()
        noise.save(content, "PNG")
        fields = {"product": product, "alt": "{}", "alt_en": "", "position": "0"}
        answer = self.post(
            "/admin/inventory/media/add/", fields, {"file": ("mug.png", content.getvalue(), "image/png")}
        )
        if answer.status_code != 200 or "add/" in answer.url:
            raise Failed(f"the picture is not taken: {answer.status_code}, {answer.url}")
        return len(content.getvalue())


class App:
    """A shopper's app without an account, with its cart."""

    def __init__(self, shop):
        self.shop, self.session = shop, requests.Session()
        self.session.trust_env = False  # A bundle of certificates named there would be used instead.
        self.session.verify = str(shop.room / "certificate.pem")

    def api(self, method, path, body=None):
        answer = self.session.request(method, f"{self.shop.address}/api/v1/{path}", json=body, timeout=30)
        if answer.status_code >= 400:
            raise Failed(f"{method} {path} gets {answer.status_code}: {answer.text[:300]}")
        return answer

    def add(self, sku):
        cart = self.api("POST", "cart/lines/", {"sku": sku, "quantity": 1}).json()
        if "cart_token" in cart:
            self.session.headers["X-Cart-Token"] = cart["cart_token"]
        return cart

    def order(self, email):
        """Order a mug and what else is in the cart as a guest, to be paid in the store; return the order's number."""
        cart = self.add("MUG")
        self.session.headers["Idempotency-Key"] = str(uuid.uuid4())
        order = self.api(
            "POST",
            "checkout/",
            {
                "cart_version": cart["version"],
                "expected_total": cart["totals"]["grand"],
                "fulfilments": [{"kind": "pickup", "store": "berlin"}],
                "payments": [{"method": "pay_in_store"}],
                "contact": {"email": email},
            },
        ).json()
        del self.session.headers["Idempotency-Key"], self.session.headers["X-Cart-Token"]
        return str(order["number"])

    def follow_cart(self, change):
        """Open the cart's stream, change the cart, and return the seconds until the stream says so."""
        ticket = self.session.get(f"{self.shop.address}/api/v1/cart/stream/", allow_redirects=False, timeout=30)
        address = ticket.headers["Location"]
        address = address if address.startswith("http") else self.shop.address + address
        versions, heard = [], threading.Event()

        def listen():
            with self.session.get(address, stream=True, timeout=60) as stream:
                for line in stream.iter_lines(chunk_size=1):
                    if line.startswith(b"data:"):
                        versions.append(json.loads(line[5:])["version"])
                        heard.set()
                        if len(versions) == 2:
                            return

        threading.Thread(target=listen, daemon=True).start()
        if not heard.wait(20):
            raise Failed("the stream of the cart says nothing")
        began = time.monotonic()
        change()
        wait(lambda: len(versions) == 2, "the stream does not hear of the change", seconds=20)
        return time.monotonic() - began


def secret_on(page):
    """Return the secret for the authenticator app that a page shows."""
    if found := re.search(r"\b[A-Z2-7]{32}\b", page.text):
        return found[0]
    raise Failed(f"{page.url} shows no secret")


def totp(secret):
    """Return the present code of an authenticator app (RFC 6238)."""
    mark = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    place = mark[-1] & 15
    return f"{(struct.unpack('>I', mark[place : place + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
