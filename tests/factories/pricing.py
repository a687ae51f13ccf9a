"""Taxes and what else prices are made of."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import Customer, Segment, SegmentMembership, TaxNumber
from carts.models import (
    CartCode,
    CartVoucher,
    DeliveryArea,
    DeliveryMethod,
    DeliveryRate,
    DeliveryZone,
    Fee,
    ParityCheck,
    ParityDifference,
    Promotion,
    TaxRate,
    TaxZone,
    Voucher,
    VoucherBudget,
    VoucherCount,
    VoucherUse,
)
from inventory.models import (
    Deposit,
    DepositAmount,
    ListPrice,
    OfferedPrice,
    PriceFile,
    PriceList,
    ReturnFee,
    ReturnPolicy,
    TaxCategory,
    Variant,
)
from orders.models import Order, OrderDiscount, OrderTax
from tests.factories.inventory import make_store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def make_tax_zone(code: str = "de", *, country: str = "DE", **fields: Any) -> TaxZone:
    """Places that bear the same taxes; prices hold them unless is_included says otherwise."""
    return TaxZone.objects.create(code=code, country=country, name=fields.pop("name", {"en": code}), **fields)


def make_tax_rate(
    zone: TaxZone, basis_points: int = 1900, *, category: str = "standard", starts: date = date(2021, 1, 1), **more: Any
) -> TaxRate:
    """A rate of a zone, without an end unless one is given; its category is made if it is not there."""
    of, _is_new = TaxCategory.objects.get_or_create(
        code=category, defaults={"name": {"en": category}, "is_standard": category == "standard"}
    )
    return TaxRate.objects.create(zone=zone, category=of, basis_points=basis_points, starts_date=starts, **more)


def make_german_taxes(*, is_included: bool = True) -> TaxZone:
    """19 % on everything, and 7 % on what is of the category "reduced"."""
    zone = make_tax_zone(is_included=is_included)
    make_tax_rate(zone, 1900)
    make_tax_rate(zone, 700, category="reduced")
    return zone


def make_offer(reward: dict[str, Any], *conditions: dict[str, Any], **fields: Any) -> Promotion:
    """An offer that began long ago and has no end; reward and conditions as JSON."""
    values = {"name": {"en": "Offer"}, "starts_at": datetime(2026, 1, 1, tzinfo=UTC)} | fields
    promotion = Promotion(reward=reward, conditions=list(conditions), **values)
    promotion.full_clean()
    promotion.save()
    return promotion


def make_delivery_zone(code: str, *areas: dict[str, Any]) -> DeliveryZone:
    """Areas to which parcels cost the same; areas: their fields."""
    zone = DeliveryZone.objects.create(code=code, name={"en": code})
    for fields in areas:
        area = DeliveryArea(zone=zone, **fields)
        area.full_clean()
        area.save()
    return zone


def make_delivery_method(code: str, *rates: dict[str, Any], **fields: Any) -> DeliveryMethod:
    """A way to send parcels; rates: their fields, in euros unless they say otherwise."""
    method = DeliveryMethod.objects.create(code=code, name=fields.pop("name", {"en": code.capitalize()}), **fields)
    for rate in rates:
        DeliveryRate.objects.create(**{"method": method, "currency": "EUR"} | rate)
    return method


def make_voucher(code: str = "WELCOME", *, reward: dict[str, Any] | None = None, **fields: Any) -> Voucher:
    """A code for one use of an offer of its own: ten percent off, unless a reward is given."""
    if "promotion" not in fields:
        fields["promotion"] = make_offer(reward or {"kind": "percent", "basis_points": 1000}, needs_voucher=True)
    return Voucher.objects.create(code=code, **fields)


def put_into_segment(customer: Customer, code: str) -> None:
    """Make somebody a member of a segment, which is made if it is not there."""
    segment, _is_new = Segment.objects.get_or_create(code=code, defaults={"name": {"en": code}})
    SegmentMembership.objects.create(segment=segment, customer=customer, since=datetime(2026, 1, 1, tzinfo=UTC))


def fill_pricing(number: int, shopper: Customer, order: Order) -> None:
    """One row in each table of this file's kind, for tests that open every page of the back office."""
    zone = make_delivery_zone(f"zone-{number}", {"country": "DE", "postcodes": ["10..13"]})
    make_delivery_method(f"parcel-{number}", {"amount": 490, "zone": zone})
    zone = make_tax_zone(f"zone-{number}")
    make_tax_rate(zone, category=f"kind-{number}")
    OrderTax.objects.create(order=order, zone=zone, rate=1900, is_included=True, base=1084, tax=206)
    TaxNumber.objects.create(customer=shopper, country="FR", number=f"FR{number}", checked_at=NOON)
    offer = make_offer({"kind": "percent", "basis_points": 1000})
    OrderDiscount.objects.create(order=order, promotion=offer, name="Offer", amount=100)
    put_into_segment(shopper, f"segment-{number}")
    voucher = make_voucher(f"CODE-{number}", uses=1)
    assert order.cart is not None
    CartCode.objects.create(cart=order.cart, code=f"C0DE{number:04}", expires_at=NOON)
    CartVoucher.objects.create(cart=order.cart, voucher=voucher, added_at=NOON)
    VoucherUse.objects.create(
        voucher=voucher, cart=order.cart, customer=shopper, state="used", amount=100, held_at=NOON
    )
    VoucherCount.objects.create(voucher=voucher, customer=shopper, uses=1, most=2)
    VoucherBudget.objects.create(promotion=voucher.promotion, amount=1000, spent=100)
    prices = dict.fromkeys(Variant.objects.order_by("id")[:1], 1190)
    make_price_list(f"list-{number}", prices=prices)
    make_price_list(f"door-{number}", channel="app", registered_by=shopper)
    PriceFile.objects.create(
        name=f"prices-{number}.csv", state="checked", refused="line,reason\n2,unknown_sku\n", uploaded_at=NOON,
        uploaded_by=shopper,
    )  # fmt: skip
    make_deposit(f"deposit-{number}", amounts={"DE": (25, True)})
    make_fee(name={"en": f"Fee {number}"}, currency="SEK")
    make_return_policy(name={"en": f"Policy {number}"}, store=make_store(f"policies-{number}"), fee=100)
    OfferedPrice.objects.create(variant=next(iter(prices)), currency="SEK", amount=1190, since=NOON, until=NOON)
    check = ParityCheck.objects.create(started_at=NOON, variants=1, differences=1)
    ParityDifference.objects.create(
        check_run=check, kind="charged", variant=next(iter(prices)), currency="EUR", prices={"web": 1290, "app": 1}
    )


def make_price_list(code: str = "", *, prices: Mapping[Variant, int] | None = None, **fields: Any) -> PriceList:
    """A list for everybody that began long ago; prices: minor units of one unit, by variant."""
    values: dict[str, Any] = {
        "code": code or f"list-{PriceList.objects.count() + 1}", "starts_at": datetime(2026, 1, 1, tzinfo=UTC),
    } | fields  # fmt: skip
    if isinstance(values.get("segment"), str):
        values["segment"], _is_new = Segment.objects.get_or_create(
            code=values["segment"], defaults={"name": {"en": values["segment"]}}
        )
    if "channel" in values or "store" in values:
        values = {"reason": "A trial", "ends_at": datetime(2100, 1, 1, tzinfo=UTC)} | values
    found = PriceList.objects.create(name=values.pop("name", {"en": values["code"]}), **values)
    for variant, amount in (prices or {}).items():
        add_list_price(found, variant, amount)
    return found


def add_list_price(to: PriceList, variant: Variant, amount: int, *, min_quantity: int = 1) -> ListPrice:
    """A price of a list, from so many units on."""
    return ListPrice.objects.create(price_list=to, variant=variant, amount=amount, min_quantity=min_quantity)


def make_fee(**fields: Any) -> Fee:
    """A handling fee of two euros that began long ago."""
    values: dict[str, Any] = {
        "name": {"en": "Handling"}, "currency": "EUR", "amount": 200, "starts_at": datetime(2020, 1, 1, tzinfo=UTC),
    } | fields  # fmt: skip
    return Fee.objects.create(**values)


def make_return_policy(*, fee: int = 0, **fields: Any) -> ReturnPolicy:
    """A policy of the whole shop: thirty days, fourteen to withdraw by law. fee: in cents."""
    values: dict[str, Any] = {"name": {"en": "Returns"}, "window_days": 30} | fields
    policy = ReturnPolicy.objects.create(**values)
    if fee:
        ReturnFee.objects.create(policy=policy, currency="EUR", amount=fee)
    return policy


def make_deposit(code: str = "bottle", *, amounts: Mapping[str, tuple[int, bool]]) -> Deposit:
    """A deposit in euros. amounts: by country, of one unit in cents, and whether it is taxed as its goods are."""
    deposit = Deposit.objects.create(code=code, name={"en": code})
    for country, (amount, bears_tax) in amounts.items():
        DepositAmount.objects.create(
            deposit=deposit, country=country, currency="EUR", amount=amount, bears_tax=bears_tax
        )
    return deposit
