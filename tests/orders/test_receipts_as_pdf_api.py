"""The receipt as PDF: its content, the files it may read, and a shop without PDFs."""

import re
import socket
import zlib

import pytest
from django.conf import settings as shop_settings
from django.core.cache import cache

from core.web.pdf import pdf_of
from tests.client import Api
from tests.factories.orders import make_order

PDF = "application/pdf"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.fixture(autouse=True)
def nobody_asked_before():
    cache.clear()


@pytest.fixture
def order(ana, mitte, mug):
    return make_order((mug, 2, 1290), store=mitte, customer=ana)


@pytest.fixture
def path(order):
    return f"orders/{order.number}/receipt/"


def inside(document):
    """Return everything in a PDF, with its compressed streams decompressed."""
    packed = re.findall(rb"stream\r?\n(x\xda.*?)endstream", document, re.DOTALL)
    return document + b"".join(zlib.decompressobj().decompress(stream) for stream in packed)


def form_of(answer):
    return answer.headers["Content-Type"].partition(";")[0]


class TestPdf:
    def test_is_shown_under_the_orders_number_and_never_cached(self, path, order, app):
        answer = app.get(path, Accept=PDF)

        assert (answer.status_code, form_of(answer)) == (200, PDF)
        assert answer.content.startswith(b"%PDF")
        assert f"(Receipt {order.number})".encode() in inside(answer.content)
        assert answer.headers["Content-Disposition"] == f'inline; filename="receipt-{order.number}.pdf"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Accept" in answer.headers["Vary"].split(", ")

    @pytest.mark.parametrize("language", ["ar", "fa"])
    def test_is_in_the_readers_language(self, language, path, app):
        answer = app.get(path, Accept=PDF, **{"Accept-Language": language})

        assert answer.status_code == 200
        assert f"/Lang ({language})".encode() in inside(answer.content)

    @pytest.mark.parametrize(
        ("accept", "form"),
        [
            (BROWSER, "text/html"),
            ("*/*", "text/html"),
            ("application/pdf, text/html", "text/html"),
            ("application/*", PDF),
            ("application/pdf, */*;q=0.1", PDF),
        ],
    )
    def test_is_for_clients_that_ask_for_it(self, accept, form, path, app):
        assert form_of(app.get(path, Accept=accept)) == form

    def test_is_only_for_the_orders_owner_and_staff(self, path, order, ben, till):
        assert Api(ben).get(path, Accept=PDF).status_code == 404
        assert till.get(f"till/{path}", Accept=PDF).content.startswith(b"%PDF")

    def test_is_limited_for_each_person(self, app):
        answers = [app.get("orders/1/receipt/", Accept=PDF).status_code for _time in range(31)]

        assert answers == [404] * 30 + [429]
        assert app.get("orders/1/receipt/", Accept="text/html").status_code == 404


class TestShopWithoutPdf:
    @pytest.fixture(autouse=True)
    def no_pdf(self, settings):
        settings.RECEIPTS_AS_PDF = False

    @pytest.mark.parametrize("accept", [PDF, "application/*"])
    def test_says_what_to_ask_for(self, accept, path, app):
        answer = app.get(path, Accept=accept)

        assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
        assert answer.json()["detail"] == "This shop does not create PDF receipts. Ask for text/html."

    @pytest.mark.parametrize("accept", [BROWSER, "application/pdf, text/html", "application/pdf, */*;q=0.1"])
    def test_gives_the_page_to_clients_that_accept_it(self, accept, path, app):
        assert form_of(app.get(path, Accept=accept)) == "text/html"


class TestNamesAndNumbers:
    @pytest.mark.parametrize(
        ("text", "direction", "other"),
        [
            ("+49 30 1234567", "ltr", "rtl"),
            ("Mug, blue!", "ltr", "rtl"),
            ("&quot;Mug&quot; (12)", "ltr", "rtl"),
            ("كوب (أزرق) !", "rtl", "ltr"),
            ("+12 كوب (أزرق) !", "rtl", "ltr"),
        ],
    )
    def test_keep_their_direction_in_any_text(self, text, direction, other):
        for page in ("rtl", "ltr"):
            marked, mismarked = (f'<bdi dir="{way}">{text}</bdi>' for way in (direction, other))

            drawn = [
                inside(pdf_of(f'<div dir="{page}">{name}</div>')) for name in (f"<bdi>{text}</bdi>", marked, mismarked)
            ]

            assert drawn[0] == drawn[1] != drawn[2]


class TestFilesOfAPage:
    def attached(self, address):
        """Return the decompressed PDF of a page that asks for an attached file."""
        return inside(pdf_of(f'<link rel="attachment" href="{address}"><p>Receipt</p>'))

    def test_is_read_from_the_shops_own_files(self):
        assert b"<svg" in self.attached("/static/brand/logo.svg")

    @pytest.mark.parametrize(
        "address",
        [
            f"file://{shop_settings.BASE_DIR}/pyproject.toml",
            "/static/../pyproject.toml",
            "/static/%2e%2e/pyproject.toml",
            f"/static/{shop_settings.BASE_DIR}/pyproject.toml",
            "/pyproject.toml",
        ],
    )
    def test_nothing_else_on_the_disk_is_read(self, address):
        assert b"[project]" not in self.attached(address)

    def test_nothing_is_fetched_from_the_network(self):
        with socket.create_server(("127.0.0.1", 0)) as elsewhere:
            elsewhere.setblocking(False)
            address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/picture.png"

            document = pdf_of(
                f'<style>@import "{address}"; p {{ background: url({address}) }}</style>'
                f'<link rel="stylesheet" href="{address}"><img src="{address}" alt=""><p>Receipt</p>'
            )

            assert document.startswith(b"%PDF")
            with pytest.raises(BlockingIOError):
                elsewhere.accept()
