"""Writes what the demo shop's prices are made of besides the prices: the taxes of the countries it sells to."""

from carts.models import TaxZone
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
