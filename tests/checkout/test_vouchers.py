"""Vouchers: added to the cart, redeemed by an order, restored when it fails."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from carts.models import Voucher, VoucherBudget, VoucherUse
from carts.services.vouchers import set_budget
from core.actors import Actor
from core.data.invariants import find_breaches
from orders.models import Order
from orders.services.fulfilment.cancellation import cancel_order
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.pricing import make_offer, make_voucher
from tests.journal import read_journal

PICKUP = [{"kind": "pickup", "store": "high-street"}]
SHOPPER = Actor(channel="web")


@pytest.fixture
def office(db):
    return signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))


def filled(person, sku="MUG"):
    phone = Api(person)
    phone.add(sku)
    return phone


def redeem(phone, code="WELCOME"):
    return phone.post("cart/vouchers/", {"code": code})


def uses(code="WELCOME"):
    return Voucher.objects.get(code=code).uses


def test_a_code_applies_its_promotion_however_it_is_written(ana, mug):
    make_voucher()
    phone = filled(ana)

    answer = redeem(phone, " wel come ")

    cart = answer.json()
    assert answer.status_code == 201 and cart["version"] == 2
    assert cart["vouchers"] == [
        {"code": "WELCOME", "amount": {"amount": "1.29", "currency": "EUR"}, "problem": None, "detail": ""}
    ]
    assert cart["totals"]["grand"]["amount"] == "11.61"
    assert uses() == 0
    taken_out = phone.delete("cart/vouchers/welcome/").json()
    assert taken_out["vouchers"] == [] and taken_out["totals"]["grand"]["amount"] == "12.90"
    assert phone.delete("cart/vouchers/welcome/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_active": False}, "over"),
        ({"ends_at": timezone.now() - timedelta(days=1)}, "over"),
        ({"starts_at": timezone.now() + timedelta(days=1)}, "not_yet"),
        ({"max_uses": 0}, "used_up"),
    ],
)
def test_an_invalid_code_is_refused_with_its_reason(ana, mug, changes, reason):
    make_voucher(**changes)
    phone = filled(ana)

    answer = redeem(phone)

    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (409, "voucher_not_valid", reason)
    assert phone.get("cart/").json()["vouchers"] == []
    assert redeem(phone, "NOBODY-KNOWS").json()["reason"] == "unknown"
    assert redeem(Api()).status_code == 404


def test_an_order_redeems_it_and_the_next_one_cannot(ana, ben, mug):
    make_voucher()
    first, second = filled(ana), filled(ben)
    cart, late = redeem(first).json(), redeem(second).json()

    order = first.check_out(cart, fulfilments=PICKUP).json()
    refused = second.check_out(late, fulfilments=PICKUP)

    assert order["totals"]["grand"]["amount"] == "11.61"
    assert (refused.status_code, refused.json()["code"]) == (409, "voucher_not_valid")
    assert second.get("cart/").json()["vouchers"][0]["problem"] == "used_up"
    assert second.get("cart/").json()["totals"]["grand"]["amount"] == "12.90"
    assert uses() == 1 and Order.objects.count() == 1
    assert find_breaches() == {}


@pytest.mark.django_db(transaction=True)
def test_it_is_held_while_the_payment_is_open_and_redeemed_when_paid(ana, mug):
    make_voucher()
    phone = filled(ana)
    waiting = phone.check_out(
        redeem(phone).json(), fulfilments=PICKUP, payments=[{"method": "test", "payment_method": "needs_action"}]
    ).json()
    assert (VoucherUse.objects.get().state, uses()) == ("held", 1)

    phone.post(waiting["next_action"]["url"].removeprefix("/api/v1/"))
    assert phone.post(waiting["next_action"]["then"].removeprefix("/api/v1/")).status_code == 200
    read_journal(now=timezone.now())

    assert (VoucherUse.objects.get().state, uses()) == ("used", 1)
    assert find_breaches() == {}


def test_a_failed_payment_restores_it_with_the_cart(ana, mug):
    make_voucher()
    phone = filled(ana)

    refused = phone.check_out(
        redeem(phone).json(), fulfilments=PICKUP, payments=[{"method": "test", "payment_method": "decline"}]
    )

    assert refused.json()["code"] == "payment_declined"
    assert (VoucherUse.objects.get().state, uses()) == ("returned", 0)
    assert phone.get("cart/").json()["vouchers"][0]["amount"]["amount"] == "1.29"
    assert find_breaches() == {}


def test_cancelling_the_order_restores_it(ana, mug):
    make_voucher(max_uses_each=1)
    set_budget(promotion_id=Voucher.objects.get().promotion_id, amount=1000)
    phone = filled(ana)
    number = phone.check_out(redeem(phone).json(), fulfilments=PICKUP).json()["number"]
    assert VoucherBudget.objects.get().spent == 129

    cancel_order(number=number, reason="customer", by=SHOPPER, now=timezone.now())

    assert (uses(), VoucherBudget.objects.get().spent) == (0, 0)
    assert redeem(filled(ana)).status_code == 201
    assert find_breaches() == {}


def test_each_customer_has_a_limit_and_a_guest_must_sign_in(ana, ben, mug):
    make_voucher(max_uses=None, max_uses_each=1)
    phone, guest = filled(ana), Api()
    guest.add("MUG")
    phone.check_out(redeem(phone).json(), fulfilments=PICKUP)
    phone.add("MUG")

    assert redeem(phone).json()["reason"] == "used_by_you"
    assert redeem(guest).json()["reason"] == "sign_in"
    assert redeem(filled(ben)).status_code == 201


def test_a_budget_is_never_overspent(ana, ben, mug, lamp):
    voucher = make_voucher(max_uses=None)
    set_budget(promotion_id=voucher.promotion_id, amount=500)
    phone = filled(ana, "LAMP")
    cart = redeem(phone).json()
    assert phone.check_out(cart, fulfilments=PICKUP).status_code == 201
    other = filled(ben)

    refused = other.check_out(redeem(other).json(), fulfilments=PICKUP)

    assert refused.json()["reason"] == "budget"
    assert VoucherBudget.objects.get().spent == 490
    with pytest.raises(IntegrityError), transaction.atomic():
        VoucherBudget.objects.update(spent=501)
    assert find_breaches() == {}


def test_a_voucher_that_takes_nothing_off_is_not_redeemed(ana, mug):
    make_voucher(reward={"kind": "buy_and_get", "buy": 2, "get": 1})
    phone = filled(ana)

    order = phone.check_out(redeem(phone).json(), fulfilments=PICKUP)

    assert order.status_code == 201 and uses() == 0 and not VoucherUse.objects.exists()


def test_signing_in_keeps_the_voucher(ana, mug):
    make_voucher()
    guest = Api()
    guest.add("MUG")
    redeem(guest)

    merged = Api(ana).get("cart/", **{"X-Cart-Token": guest.headers["X-Cart-Token"]}).json()

    assert [voucher["code"] for voucher in merged["vouchers"]] == ["WELCOME"]


def test_the_cart_page_takes_a_code_and_says_what_is_wrong_with_it(ana, mug, client):
    make_voucher()
    filled(ana)
    signed_in(ana, client)

    page = client.post(reverse("cart_voucher"), {"code": "welcome"}, follow=True).content.decode()
    wrong = client.post(reverse("cart_voucher"), {"code": "nonsense"}, follow=True).content.decode()
    removed = client.post(reverse("cart_voucher"), {"code": "WELCOME", "remove": "yes"}, follow=True).content.decode()

    assert "<bdi>WELCOME</bdi>" in page and "€11.61" in page
    assert "Unknown voucher code" in wrong
    assert "<bdi>WELCOME</bdi>" not in removed


def test_staff_make_a_series_save_it_and_read_it_back(office):
    promotion = make_offer({"kind": "percent", "basis_points": 1000}, needs_voucher=True)
    act = reverse("admin:carts_promotion_act", args=[promotion.pk, "series"])

    office.post(act, {"name": "=Summer", "count": "3", "beginning": "sun-", "max_uses": "1"})

    codes = sorted(Voucher.objects.values_list("code", flat=True))
    assert len(codes) == 3 and all(code.startswith("SUN-") and len(code) == 14 for code in codes)
    saved = office.get(reverse("admin:carts_voucher_export")).content
    assert f"{codes[0]},'=Summer,1,," in saved.decode()
    Voucher.objects.all().delete()
    file = SimpleUploadedFile("vouchers.csv", saved)
    page = office.post(
        reverse("admin:carts_voucher_import"), {"promotion": promotion.pk, "file": file}
    ).content.decode()
    assert "3 vouchers were read." in page
    assert sorted(Voucher.objects.values_list("code", "series")) == [(code, "=Summer") for code in codes]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_of_vouchers_is_read_as_spreadsheets_write_it(office, encoding, separator):
    promotion = make_offer({"kind": "percent", "basis_points": 1000}, needs_voucher=True)
    text = f"code{separator}series\r\nABC{separator}Größe\r\n"
    file = SimpleUploadedFile("vouchers.csv", text.encode(encoding))

    office.post(reverse("admin:carts_voucher_import"), {"promotion": promotion.pk, "file": file})

    assert list(Voucher.objects.values_list("code", "series")) == [("ABC", "Größe")]


def test_a_file_of_vouchers_in_unclear_letters_is_refused_in_words(office):
    promotion = make_offer({"kind": "percent", "basis_points": 1000}, needs_voucher=True)
    file = SimpleUploadedFile("vouchers.csv", "code,series\nABC,crème\n".encode("cp1252"))

    page = office.post(reverse("admin:carts_voucher_import"), {"promotion": promotion.pk, "file": file})

    assert "“crème” in Windows-1252 or “crčme” in Windows-1250? Save it as CSV in UTF-8." in page.content.decode()
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "number\n1",
        "code,colour\nA-1,red",
        "code\nA?",
        "code,max_uses\nABC,-1",
        "code,ends_at\nABC,soon",
        "code\nABC\nABC",
    ],
)
def test_a_file_with_any_error_changes_nothing(office, text):
    promotion = make_offer({"kind": "percent", "basis_points": 1000}, needs_voucher=True)
    file = SimpleUploadedFile("vouchers.csv", text.encode() or b"\n")

    page = office.post(reverse("admin:carts_voucher_import"), {"promotion": promotion.pk, "file": file})

    assert "errorlist" in page.content.decode() and not Voucher.objects.exists()
