"""Writes what the demo shop's prices are made of besides the prices: taxes of the countries it sells to, and offers."""

from datetime import datetime
from typing import Any

from django.conf import settings

from carts.models import Promotion, TaxZone
from carts.providers.listed import REDUCED, STANDARD, ListedRates
from carts.services.taxes import refresh_rates
from inventory.models import Product, TaxCategory

FOOD = ("morning-blend-coffee", "yirga-single-origin-coffee", "cardamom-black-tea", "moroccan-mint-tea")
COUNTRIES = {
    "DE": {"en": "Germany", "ar": "ألمانيا", "fa": "آلمان"},
    "AT": {"en": "Austria", "ar": "النمسا", "fa": "اتریش"},
    "FR": {"en": "France", "ar": "فرنسا", "fa": "فرانسه"},
    "NL": {"en": "Netherlands", "ar": "هولندا", "fa": "هلند"},
}
CATEGORIES = {
    STANDARD: {"en": "Standard", "ar": "عام", "fa": "عادی"},
    REDUCED: {"en": "Reduced (food, books)", "ar": "مخفّض (أغذية وكتب)", "fa": "کاهش‌یافته (خوراک و کتاب)"},
}


def write_taxes() -> None:
    """Write categories, zones and rates, and which goods are food."""
    categories = {
        code: TaxCategory.objects.create(code=code, name=name, is_standard=code == STANDARD)
        for code, name in CATEGORIES.items()
    }
    for country, name in COUNTRIES.items():
        zone = TaxZone.objects.create(code=country.lower(), name=name, country=country)
        refresh_rates(zone=zone, provider=ListedRates())
    Product.objects.filter(slug__in=FOOD).update(tax_category=categories[REDUCED])


def write_offers(*, now: datetime) -> None:
    """Write three offers that run from now on: the orders of the last ninety days were placed without them."""
    shelf = {"goods": {"categories": ["desk-paper/notebooks"]}}
    garden = {"goods": {"categories": ["garden/garden-tools"]}}
    benefits: list[tuple[dict[str, str], dict[str, Any], list[dict[str, Any]]]] = [
        (
            {"en": "Paper: three for two", "ar": "الورقيات: ثلاثة بسعر اثنين", "fa": "کاغذی‌ها: سه تا به قیمت دو تا"},
            {"kind": "buy_and_get", "buy": 2, "get": 1, **shelf},
            [],
        ),
        (
            {"en": "10% off garden tools", "ar": "خصم 10٪ على أدوات الحديقة", "fa": "۱۰٪ تخفیف ابزار باغبانی"},
            {"kind": "percent", "basis_points": 1000, **garden},
            [],
        ),
        (
            {"en": "€10 off from €150", "ar": "خصم 10 يورو من 150 يورو", "fa": "۱۰ یورو تخفیف از ۱۵۰ یورو"},
            {"kind": "amount", "amount": 1000},
            [{"kind": "minimum_value", "amount": 15_000}],
        ),
    ]
    for name, benefit, conditions in benefits:
        promotion = Promotion(
            name=name,
            benefit=benefit,
            conditions=conditions,
            currency=settings.SHOP_CURRENCY if "amount" in benefit else "",
            starts_at=now,
        )
        promotion.full_clean()
        promotion.save()
