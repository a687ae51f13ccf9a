"""The doors through which texts come in: each sends one text, and returns what is stored of it."""

import io

from django.core.management import call_command
from django.urls import reverse

from accounts.models import Address, Customer
from accounts.models.tax_numbers import TaxNumber
from carts.models import VoucherUse
from inventory.models import Location, Variant
from orders.models import Collector, Fulfilment, Order, ReceiptRequest
from tests.accounts.conftest import App
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_till_session
from tests.factories.pricing import make_voucher
from tests.page_forms import PageForm
from tests.storefront.conftest import Visit
from tests.till.conftest import Clerk, sale_of

BERLIN = {
    "name": "Ana Moreno",
    "street_address": "Torstraße 112",
    "city": "Berlin",
    "postal_code": "10119",
    "country_code": "DE",
}
PICKUP = [{"kind": "pickup", "store": "high-street"}]
TEST = [{"method": "test"}]
EAN = "4006381333931"


class Shop:
    """The people and goods that the doors need. Each door sends one text, and returns what is stored of it."""

    def __init__(self, ana, tess, high_street, tmp_path):
        self.ana, self.tess, self.store, self.folder = ana, tess, high_street, tmp_path
        self.session = make_till_session(high_street, tess, register="till-1")
        self.clerk = Clerk(tess, register=self.session)
        self.office = signed_in(make_customer("Ada", email="ada@example.com", is_staff=True, is_superuser=True))

    def order(self, **fields):
        return make_order((Variant.objects.get(sku="MUG"), 1, 1290), store=self.store, customer=self.ana, **fields)

    def checked_out(self, **changes):
        app = Api(self.ana)
        app.add("MUG")
        answer = app.check_out(**{"fulfilments": PICKUP} | changes)
        assert answer.status_code == 201, answer.json()
        return Order.objects.get()

    def sold(self, **changes):
        sale = {"session": str(self.session.pk), "lines": [{"sku": "MUG"}], "payments": TEST}
        answer = Api(self.tess).post("till/sales/", sale | changes)
        assert answer.status_code == 201, answer.json()
        return Order.objects.get()

    def imported(self, command, header, *cells):
        path = self.folder / "file.csv"
        path.write_text(f"{header}\n" + ",".join(f'"{cell}"' for cell in cells) + "\n", encoding="utf-8")
        call_command(command, str(path), "-v0", stdout=io.StringIO())

    def changed_in_office(self, row, **values):
        address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        form = PageForm(self.office.get(address).content.decode(), f"{row._meta.model_name}_form")
        answer = self.office.post(address, form.values | values)
        assert answer.status_code == 302, answer.context["errors"]
        row.refresh_from_db()
        return row


def shipped_to(**address):
    return [{"kind": "ship", "address": BERLIN | address}]


def address_of_parcel(field):
    return Fulfilment.objects.get().address[field]


def signed_up(**fields):
    answer = App().auth("auth/signup", fields)
    assert answer.status_code == 401, answer.json()
    return Customer.objects.latest("pk")


def web_order(shop, **changes):
    visit = Visit()
    visit.add("MUG")
    answer = visit.check_out(**changes)
    assert answer.status_code == 302, answer.content.decode()
    return Order.objects.get()


def till_order(shop, **changes):
    sale = sale_of(shop.clerk.scan(EAN))
    answer = shop.clerk.sell(sale, follow=False, method="test", **{"email": "", "phone": ""} | changes)
    assert answer.status_code == 302, answer.content.decode()
    return Order.objects.get()


def noted_at_till(shop, **changes):
    sale = sale_of(shop.clerk.scan(EAN))
    shop.clerk.post("new_customer", sale, name="Cleo", **changes)
    return Customer.objects.get(name="Cleo")


def receipt_by_api(shop, path, person, medium, text):
    order = shop.order()
    answer = Api(person).post(f"{path}/{order.number}/receipt/", {"medium": medium, "address": text})
    assert answer.status_code == 202, answer.json()
    return ReceiptRequest.objects.get().address


def receipt_by_till(shop, medium, text):
    shop.clerk.post("done", shop.order().number, medium=medium, address=text)
    return ReceiptRequest.objects.get().address


def collector(shop, **fields):
    order = shop.order(state="ready")
    answer = Api(shop.ana).post(f"orders/{order.number}/pickup/collector/", {"name": "Ben"} | fields)
    assert answer.status_code == 200, answer.json()
    return Collector.objects.get()


def book(shop, **fields):
    answer = Api(shop.ana).post("me/addresses/", BERLIN | fields)
    assert answer.status_code == 201, answer.json()
    return Address.objects.get()


def web_book(shop, **fields):
    answer = Visit(shop.ana).post("/account/addresses/new/", BERLIN | fields)
    assert answer.status_code == 302, answer.content.decode()
    return Address.objects.get()


def registered(shop, **fields):
    answer = Api(shop.tess).post("till/customers/", {"name": "Cleo"} | fields)
    assert answer.status_code == 201, answer.json()
    return Customer.objects.get(name="Cleo")


def imported_customer(shop, **fields):
    shop.imported("import_customers", ",".join(["external_id", *fields]), "17", *fields.values())
    return Customer.objects.get(external_id="17")


def imported_store(shop, **fields):
    header = "code,kind,name_en,street_address,city,country_code,latitude,longitude,time_zone,hours,services"
    row = ("north", "store", "North", "Road 1", "Berlin", "DE", "52.5", "13.4", "Europe/Berlin", "", "")
    shop.imported("import_stores", ",".join([header, *fields]), *row, *fields.values())
    return Location.objects.get(code="north")


def tax_number(shop, number):
    address = reverse("admin:accounts_customer_act", args=[shop.ana.pk, "tax-number"])
    shop.office.post(address, {"country": "DE", "number": number})
    return TaxNumber.objects.get().number


def offered_sku(shop, text):
    app = Api(shop.ana)
    return app.add(text)["lines"][0]["sku"]


def redeemed(shop, text):
    make_voucher("SAVE10")
    app = Api(shop.ana)
    app.add("MUG")
    answer = app.post("cart/vouchers/", {"code": text})
    assert answer.status_code in (200, 201), answer.json()
    return answer.json()["vouchers"][0]["code"]


def new_variant(shop, **values):
    fields = {"product": make_product().pk, "sku": "BOWL", "attributes": "{}", "position": "0", "low_stock_below": "0"}
    counts = {f"{part}-{name}_FORMS": "0" for part in ("prices", "barcodes", "media") for name in ("TOTAL", "INITIAL")}
    answer = shop.office.post(reverse("admin:inventory_variant_add"), fields | counts | values)
    assert answer.status_code == 302, answer.context["errors"]
    return Variant.objects.latest("pk")


def with_barcode(shop, text):
    variant = new_variant(shop, **{"barcodes-TOTAL_FORMS": "1", "barcodes-0-code": text})
    return variant.barcodes.get().code


def imported_product(shop, **cells):
    row = {"sku": "BOWL", "product": "bowl", "name_en": "Bowl", "price": "3.00", "currency": "EUR"} | cells
    shop.imported("import_products", ",".join(row), *row.values())
    return Variant.objects.latest("pk")


def imported_stock(shop, text):
    shop.imported("import_stock", "sku,location,on_hand", text, "high-street", "7")
    return shop.store.levels.get(on_hand=7).variant.sku


def till_scan(shop, text):
    shop.clerk.scan(text)
    return till_order(shop).lines.first().sku


def voucher_of(order):
    return VoucherUse.objects.get().voucher.code
