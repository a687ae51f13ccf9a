"""Writes the demo's taxes, promotions and price lists."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import Segment
from carts.models import Promotion, TaxZone
from carts.providers.taxes import tax_providers
from carts.providers.taxes.listed import REDUCED, STANDARD
from carts.services.taxes import refresh_rates
from core.actors import THE_SYSTEM
from core.money import Money
from inventory.models import Location, Price, PriceList, Product, TaxCategory
from inventory.services.price_lists import set_list_price

FOOD = ("morning-blend-coffee", "yirga-single-origin-coffee", "cardamom-black-tea", "moroccan-mint-tea")
COUNTRIES = {
    "DE": {"en": "Germany", "de": "Deutschland", "ar": "ألمانيا", "fa": "آلمان"},
    "AT": {"en": "Austria", "de": "Österreich", "ar": "النمسا", "fa": "اتریش"},
    "FI": {"en": "Finland", "de": "Finnland", "ar": "فنلندا", "fa": "فنلاند"},
    "FR": {"en": "France", "de": "Frankreich", "ar": "فرنسا", "fa": "فرانسه"},
    "NL": {"en": "Netherlands", "de": "Niederlande", "ar": "هولندا", "fa": "هلند"},
}
CATEGORIES = {
    STANDARD: {"en": "Standard", "de": "Standard", "ar": "عام", "fa": "عادی"},
    REDUCED: {
        "en": "Reduced (food, books)",
        "de": "Ermäßigt (Lebensmittel, Bücher)",
        "ar": "مخفّض (أغذية وكتب)",
        "fa": "کاهش‌یافته (خوراک و کتاب)",
    },
}


def write_taxes() -> None:
    """Write tax categories, zones and rates, and assign the category of food."""
    categories = {
        code: TaxCategory.objects.create(code=code, name=name, is_standard=code == STANDARD)
        for code, name in CATEGORIES.items()
    }
    for country, name in COUNTRIES.items():
        zone = TaxZone.objects.create(code=country.lower(), name=name, country=country)
        refresh_rates(zone=zone, provider=tax_providers()["listed"])
    Product.objects.filter(slug__in=FOOD).update(tax_category=categories[REDUCED])


def write_promotions(*, now: datetime) -> None:
    """Write three promotions from now on: the orders of the last ninety days were placed without them."""
    notebooks = {"goods": {"categories": ["desk-paper/notebooks"]}}
    garden_tools = {"goods": {"categories": ["garden/garden-tools"]}}
    promotions: list[tuple[dict[str, str], dict[str, Any], list[dict[str, Any]]]] = [
        (
            {
                "en": "Paper: three for two",
                "de": "Papier: drei für zwei",
                "ar": "الورقيات: ثلاثة بسعر اثنين",
                "fa": "کاغذی‌ها: سه تا به قیمت دو تا",
            },
            {"kind": "buy_and_get", "buy": 2, "get": 1, **notebooks},
            [],
        ),
        (
            {
                "en": "10% off garden tools",
                "de": "10 % auf Gartengeräte",
                "ar": "خصم 10٪ على أدوات الحديقة",
                "fa": "۱۰٪ تخفیف ابزار باغبانی",
            },
            {"kind": "percent", "basis_points": 1000, **garden_tools},
            [],
        ),
        (
            {
                "en": "€10 off from €150",
                "de": "10 € Rabatt ab 150 €",
                "ar": "خصم 10 يورو من 150 يورو",
                "fa": "۱۰ یورو تخفیف از ۱۵۰ یورو",
            },
            {"kind": "amount", "amount": 1000},
            [{"kind": "minimum_value", "amount": 15_000}],
        ),
    ]
    for name, reward, conditions in promotions:
        promotion = Promotion(
            name=name,
            reward=reward,
            conditions=conditions,
            currency=settings.SHOP_CURRENCY if "amount" in reward else "",
            starts_at=now,
        )
        promotion.full_clean()
        promotion.save()


def write_price_lists(*, now: datetime) -> None:
    """Write a price list for everybody with a lower price from twelve, one for the trade, one for a store's sale."""
    trade = Segment.objects.create(code="trade", name={"en": "Trade", "de": "Gewerbe", "ar": "التجار", "fa": "همکاران"})
    tea = PriceList.objects.create(
        code="tea-weeks",
        name={"en": "Tea weeks", "de": "Teewochen", "ar": "أسابيع الشاي", "fa": "هفته‌های چای"},
        currency=settings.SHOP_CURRENCY,
        starts_at=now,
        ends_at=now + timedelta(days=30),
    )
    for_trade = PriceList.objects.create(
        code="trade",
        name={"en": "Trade prices", "de": "Gewerbepreise", "ar": "أسعار التجار", "fa": "قیمت همکاران"},
        currency=settings.SHOP_CURRENCY,
        segment=trade,
        starts_at=now,
    )
    clearance = PriceList.objects.create(
        code="wie-neubau-tea",
        name={
            "en": "Vienna sells off its tea",
            "de": "Wien räumt seinen Tee",
            "ar": "تصفية الشاي في فيينا",
            "fa": "حراج چای در وین",
        },
        currency=settings.SHOP_CURRENCY,
        store=Location.objects.get(code="wie-neubau"),
        reason="The shelf is rebuilt; what is left must go",
        starts_at=now,
        ends_at=now + timedelta(days=14),
    )
    _add_reduced(tea, "cardamom-black-tea", {1: 90, 12: 80}, now)
    _add_reduced(for_trade, "moroccan-mint-tea", {1: 85, 12: 75}, now)
    _add_reduced(clearance, "moroccan-mint-tea", {1: 60}, now)


def _add_reduced(price_list: PriceList, slug: str, percents: Mapping[int, int], now: datetime) -> None:
    """Add a product to a price list at so many percent of its base price. percents: by minimum quantity."""
    base_prices = Price.objects.filter(variant__product__slug=slug, currency=price_list.currency)
    for price in base_prices.order_by("variant_id"):
        for quantity, percent in percents.items():
            set_list_price(
                price_list_id=price_list.pk,
                variant_id=price.variant_id,
                min_quantity=quantity,
                price=Money(price.amount * percent // 100, price.currency),
                by=THE_SYSTEM,
                now=now,
            )
