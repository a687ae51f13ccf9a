"""Whatever has one form is brought into it by every door that takes it: pages, back office, API, till and imports."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from accounts.models import Customer
from accounts.services.identity.identity import prove_phone
from carts.models import ShippingRate
from core.actors import Actor
from core.data.invariants import find_breaches
from omnistore.storefront.pages import page_cache
from orders.models import Order
from tests.accounts.conftest import App
from tests.factories.accounts import PASSWORD
from tests.factories.pricing import make_voucher
from tests.omnistore.doors import (
    BERLIN,
    EAN,
    Shop,
    address_of_parcel,
    book,
    collector,
    imported_customer,
    imported_product,
    imported_stock,
    imported_store,
    new_variant,
    noted_at_till,
    offered_sku,
    receipt_by_api,
    receipt_by_till,
    redeemed,
    registered,
    shipped_to,
    signed_up,
    tax_number,
    till_order,
    till_scan,
    voucher_of,
    web_book,
    web_order,
    with_barcode,
)
from tests.storefront.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(ana, tess, high_street, warehouse, mug, tmp_path, settings):
    page_cache._answers.clear()
    cache.clear()
    ShippingRate.objects.create(currency="EUR", amount=0)
    settings.SMS_BACKEND = "tests.accounts.texts.Texts"
    settings.ENABLE_TEST_PROVIDER = True
    return Shop(ana, tess, high_street, tmp_path)


PHONE = "+491713920001"
PHONES = [
    "+49 171 3920001",
    "0049 171 3920001",
    "+۴۹ ۱۷۱ ۳۹۲۰۰۰۱",
    "\u2066+49\u00a0171–3920001\u2069",
    "＋49171\u200c3920001",
]
PHONE_DOORS: dict[str, Callable[[Shop, str], object]] = {
    "checkout, contact": lambda shop, text: shop.checked_out(contact={"phone": text}).contact_phone,
    "checkout, address": lambda shop, text: (
        shop.checked_out(fulfilments=shipped_to(phone=text)) and address_of_parcel("phone")
    ),
    "sale, contact": lambda shop, text: shop.sold(contact={"phone": text}).contact_phone,
    "sale, address": lambda shop, text: shop.sold(
        fulfilments=shipped_to(phone=text), contact={"email": "a@example.com"}
    )
    and address_of_parcel("phone"),
    "address book": lambda shop, text: book(shop, phone=text).phone,
    "contact by the till's API": lambda shop, text: registered(shop, phone=text).phone,
    "contact at the till": lambda shop, text: noted_at_till(shop, phone=text).phone,
    "sale at the till": lambda shop, text: till_order(shop, phone=text).contact_phone,
    "checkout of the web": lambda shop, text: web_order(shop, phone=text).contact_phone,
    "receipt by API": lambda shop, text: receipt_by_api(shop, "orders", shop.ana, "sms", text),
    "receipt by the till's API": lambda shop, text: receipt_by_api(shop, "till/orders", shop.tess, "sms", text),
    "receipt at the till": lambda shop, text: receipt_by_till(shop, "sms", text),
    "collector": lambda shop, text: collector(shop, phone=text).phone,
    "sign-up of the app": lambda shop, text: signed_up(phone=text, password="correct horse 7").phone,
    "customer in the office": lambda shop, text: shop.changed_in_office(shop.ana, phone=text).phone,
    "store in the office": lambda shop, text: shop.changed_in_office(shop.store, phone=text).phone,
    "import of customers": lambda shop, text: imported_customer(shop, phone=text).phone,
    "import of stores": lambda shop, text: imported_store(shop, phone=text).phone,
}  # fmt: skip

EMAIL = "gift@example.com"
EMAILS = ["Gift@Example.COM", "ｇｉｆｔ＠ｅｘａｍｐｌｅ．ｃｏｍ", " gift@example.com\u200f", "gift@exam\u200cple.com"]
EMAIL_DOORS: dict[str, Callable[[Shop, str], object]] = {
    "checkout": lambda shop, text: shop.checked_out(contact={"email": text}).contact_email,
    "sale": lambda shop, text: shop.sold(contact={"email": text}).contact_email,
    "sale at the till": lambda shop, text: till_order(shop, email=text).contact_email,
    "checkout of the web": lambda shop, text: web_order(shop, email=text).contact_email,
    "contact by the till's API": lambda shop, text: registered(shop, email=text).email,
    "contact at the till": lambda shop, text: noted_at_till(shop, email=text).email,
    "receipt by API": lambda shop, text: receipt_by_api(shop, "orders", shop.ana, "email", text),
    "receipt by the till's API": lambda shop, text: receipt_by_api(shop, "till/orders", shop.tess, "email", text),
    "receipt at the till": lambda shop, text: receipt_by_till(shop, "email", text),
    "customer in the office": lambda shop, text: shop.changed_in_office(shop.ana, email=text).email,
    "import of customers": lambda shop, text: imported_customer(shop, email=text).email,
    "sign-up of the app": lambda shop, text: EmailAddress.objects.get(
        user=signed_up(email=text, password="correct horse 7")
    ).email,
}  # fmt: skip

POSTCODES = ["۱۰۱۱۹", "１０１１９", "\u200e10119\u200f", "101\u200c19"]
POSTCODE_DOORS: dict[str, Callable[[Shop, str], object]] = {
    "checkout": lambda shop, text: (
        shop.checked_out(fulfilments=shipped_to(postal_code=text)) and address_of_parcel("postal_code")
    ),
    "sale": lambda shop, text: (
        shop.sold(fulfilments=shipped_to(postal_code=text), contact={"email": EMAIL})
        and address_of_parcel("postal_code")
    ),
    "address book": lambda shop, text: book(shop, postal_code=text).postal_code,
    "address book of the web": lambda shop, text: web_book(shop, postal_code=text).postal_code,
    "store in the office": lambda shop, text: shop.changed_in_office(shop.store, postal_code=text).postal_code,
    "import of stores": lambda shop, text: imported_store(shop, postal_code=text).postal_code,
    "checkout of the web": lambda shop, text: (
        web_order(shop, **BERLIN | {"kind": "ship", "postal_code": text}) and address_of_parcel("postal_code")
    ),
    "sale at the till": lambda shop, text: (
        till_order(
            shop,
            way="ship",
            email=EMAIL,
            **{f"address-{name}": value for name, value in (BERLIN | {"postal_code": text}).items()},
        )
        and address_of_parcel("postal_code")
    ),
}

NAMES = ["Cleo\u202e Crane", "Cleo\u00a0Crane", " Cleo\u200b Crane\u200f", "Cleo\tCrane"]
NAME_DOORS: dict[str, Callable[[Shop, str], object]] = {
    "checkout": lambda shop, text: shop.checked_out(fulfilments=shipped_to(name=text)) and address_of_parcel("name"),
    "address book": lambda shop, text: book(shop, name=text).name,
    "collector": lambda shop, text: collector(shop, name=text).name,
    "customer in the office": lambda shop, text: shop.changed_in_office(shop.ana, name=text).name,
    "import of customers": lambda shop, text: imported_customer(shop, name=text).name,
}


DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
TAX = "DE136695976"
CODE_DOORS: dict[str, tuple[str, str, Callable[[Shop, str], object]]] = {
    "VAT number": (TAX, f"de\u200f {TAX[2:].translate(DIGITS)}", tax_number),
    "sku in a cart": ("MUG", "ｍｕｇ\u200e", offered_sku),
    "sku of a sale": ("MUG", "ｍｕｇ\u200e", lambda shop, text: shop.sold(lines=[{"sku": text}]).lines.get().sku),
    "barcode of a sale": (
        "MUG", f"0{EAN.translate(DIGITS)}", lambda shop, text: shop.sold(lines=[{"barcode": text}]).lines.get().sku
    ),
    "scan at the till": ("MUG", EAN.translate(DIGITS), lambda shop, text: till_scan(shop, text)),
    "sku in the office": ("BOWL 1", "ＢＯＷＬ\u00a0۱", lambda shop, text: new_variant(shop, sku=text).sku),
    "barcode in the office": ("96385074", "\u200e٩٦٣٨٥٠٧٤", with_barcode),
    "sku of an import": ("BOWL 1", "ＢＯＷＬ\u00a0۱", lambda shop, text: imported_product(shop, sku=text).sku),
    "barcode of an import": (
        "96385074", "\u200e٩٦٣٨٥٠٧٤", lambda shop, text: imported_product(shop, barcodes=text).barcodes.get().code
    ),
    "sku of a count": ("MUG", "ｍｕｇ", imported_stock),
    "voucher": ("SAVE10", "save\u200c۱۰", redeemed),
    "voucher in a sale": (
        "SAVE10", "ｓａｖｅ۱۰", lambda shop, text: make_voucher("SAVE10") and voucher_of(shop.sold(vouchers=[text]))
    ),
}  # fmt: skip


MATRICES = [
    (PHONE_DOORS, PHONES, PHONE),
    (EMAIL_DOORS, EMAILS, EMAIL),
    (POSTCODE_DOORS, POSTCODES, "10119"),
    (NAME_DOORS, NAMES, "Cleo Crane"),
]
CASES = [
    # Each door takes one spelling here, and all the others on the walk; neighbours take different ones.
    pytest.param(send, text, stored, id=door, marks=[] if number == turn % len(texts) else pytest.mark.walk)
    for doors, texts, stored in MATRICES
    for turn, (door, send) in enumerate(doors.items())
    for number, text in enumerate(texts)
]
CASES += [pytest.param(send, text, stored, id=door) for door, (stored, text, send) in CODE_DOORS.items()]


@pytest.mark.parametrize(
    "send", [web_order, till_order, registered, noted_at_till], ids=["web", "till", "API", "contact at the till"]
)
@pytest.mark.parametrize("phone", ["+1 555 0100", "+9891234", "call me"])
def test_a_door_refuses_a_number_that_nobody_can_dial(shop, send, phone):
    with pytest.raises((AssertionError, ObjectDoesNotExist)):
        send(shop, phone=phone)

    assert not Order.objects.exists()
    assert not Customer.objects.filter(name="Cleo").exists()


@pytest.mark.parametrize("phone", ["+15550100", "+9891234"])
def test_nobody_signs_up_with_a_number_that_nobody_can_dial(shop, phone):
    body = {"phone": phone, "password": "correct horse 7"}
    answers = App().auth("auth/signup", body), Visit().post("/accounts/signup/", body | {"password1": body["password"]})

    assert [answer.status_code for answer in answers] == [400, 200]
    assert not Customer.objects.filter(phone__in=["+15550100", "+9891234"]).exists()


def test_whoever_signs_up_twice_at_once_is_asked_to_wait(shop):
    body = {"phone": PHONE, "password": "correct horse 7"}
    assert App().auth("auth/signup", body).status_code == 401

    again = App().auth("auth/signup", body)
    page = Visit().post("/accounts/signup/", body | {"password1": body["password"]})

    assert (again.status_code, again.headers["Retry-After"]) == (429, "30")
    assert "Wait half a minute" in again.json()["detail"]
    assert (page.status_code, "Wait half a minute" in page.content.decode()) == (429, True)


@pytest.mark.parametrize("written", PHONES)
def test_whoever_proved_a_number_signs_in_with_it_in_any_spelling(shop, written):
    prove_phone(customer=shop.ana, phone=PHONE, by=Actor("app", customer_id=shop.ana.pk), now=timezone.now())

    app = App().auth("auth/login", {"phone": written, "password": PASSWORD})
    web = Visit().post("/accounts/login/", {"login": written, "password": PASSWORD})

    assert (app.status_code, web.status_code) == (200, 302)


@pytest.mark.parametrize(("send", "text", "stored"), CASES)
def test_a_door_stores_the_one_form(shop, send, text, stored):
    assert str(send(shop, text)) == stored
    assert find_breaches() == {}
