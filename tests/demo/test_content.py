"""The demo's texts, codes and locations."""

import re
from collections.abc import Iterator
from datetime import date

from phonenumbers import is_valid_number, parse
from stdnum import ean

from inventory.rules.public_holidays import known_calendar
from omnistore.tools.demo import catalogue, places
from omnistore.tools.demo.customers import people

ARABIC_ONLY = "\u064a\u0643\u0629\u0649"
PERSIAN_ONLY = "\u06cc\u06a9\u067e\u0686\u06af\u0698"


def variants() -> Iterator[catalogue.VariantContent]:
    return (variant for product in catalogue.products() for variant in product.variants)


def texts() -> Iterator[tuple[str, catalogue.Text]]:
    """Yield every text that people read, with its key."""
    for category in catalogue.categories():
        yield category.slug, category.name
    for product in catalogue.products():
        yield f"{product.slug} name", product.name
        yield f"{product.slug} text", product.description
        yield f"{product.slug} material", product.material
    for option, entry in catalogue.options().items():
        yield option, entry["name"]
        for value, text in entry["values"].items():
            yield f"{option} {value}", {language: text[language] for language in catalogue.languages()}
    yield from catalogue.nouns().items()
    yield from ((name["en"], name) for name in catalogue.series())
    yield from ((city["name"]["en"], city["name"]) for city in catalogue.cities())
    yield from ((place.code, place.name) for place in places.PLACES)
    yield from ((str(day), name) for day, name in places.SHORT_DAYS.items())


def test_the_demo_has_enough_products():
    assert len(catalogue.products()) >= 64
    assert len([category for category in catalogue.categories() if category.parent]) >= 10
    assert len(list(variants())) >= 150


def test_the_demo_speaks_english_arabic_persian_and_german():
    assert catalogue.languages() == ["en", "ar", "fa", "de"]


def test_an_added_language_does_not_change_the_demo(settings):
    before = catalogue.languages()
    settings.LANGUAGES = [*settings.LANGUAGES, ("fr", "Français")]

    assert catalogue.languages() == before


def test_every_text_is_there_in_every_language_of_the_demo():
    missing = [
        (key, language)
        for key, text in texts()
        for language in catalogue.languages()
        if not text.get(language, "").strip()
    ]

    assert missing == []


def test_arabic_and_persian_use_their_own_letters():
    foreign = [
        key
        for key, text in texts()
        if any(letter in text["ar"] for letter in PERSIAN_ONLY) or any(letter in text["fa"] for letter in ARABIC_ONLY)
    ]

    assert foreign == []


def test_descriptions_are_translated_and_not_copied():
    for product in catalogue.products():
        for language in ("ar", "fa"):
            letters = re.findall(r"[\u0600-\u06ff]", product.description[language])
            assert len(letters) > 40, product.slug


def test_every_barcode_is_valid_and_reserved_for_shops():
    codes = [code for variant in variants() for code in variant.barcodes]

    assert all(ean.is_valid(code) and len(code) == 13 for code in codes)
    assert all(20 <= int(code[:2]) <= 29 for code in codes)
    assert len(codes) == len(set(codes))
    assert {len(variant.barcodes) for variant in variants()} == {1, 2}


def test_skus_and_slugs_are_unique_and_prices_are_positive():
    skus = [variant.sku for variant in variants()]
    slugs = [product.slug for product in catalogue.products()]

    assert len(skus) == len(set(skus))
    assert len(slugs) == len(set(slugs))
    assert all(variant.amount > 0 for variant in variants())


def test_stores_close_early_on_the_last_days_of_the_year_on_which_they_open():
    by_code = {place.code: place for place in places.PLACES}
    short = {day.day: day for day in places.short_days_of(by_code["ber-mitte"], first=date(2026, 1, 1))}

    assert not places.short_days_of(by_code["ber-mitte"], first=date(2028, 1, 1)), "Sundays, on which it is closed."
    assert list(short) == [date(2026, 12, 24), date(2026, 12, 31)]
    assert {str(day.closes) for day in short.values()} == {"14:00:00"}


def test_every_place_has_the_calendar_of_its_country():
    for place in places.PLACES:
        assert known_calendar(place.holiday_calendar) == place.holiday_calendar
        assert place.holiday_calendar.partition("-")[0] == place.country_code


def test_locations_are_where_their_addresses_say():
    assert [place.code for place in places.STORES] == [
        "ber-mitte",
        "ber-kreuzberg",
        "ham-altona",
        "muc-zentrum",
        "hel-keskusta",
        "wie-neubau",
    ]
    assert len(places.WAREHOUSES) == 2
    for place in places.PLACES:
        assert 47 < place.latitude < 61 and 9 < place.longitude < 26
        assert is_valid_number(parse(place.phone))


def test_hours_differ_from_store_to_store():
    weeks = {place.code: place.week for place in places.STORES}

    assert any(len(spans) == 2 for spans in weeks["ber-kreuzberg"].values())
    assert 6 in weeks["hel-keskusta"]
    assert 6 not in weeks["ber-mitte"]


def test_shoppers_have_valid_numbers_and_addresses_that_belong_to_nobody():
    shoppers = people.shoppers()

    assert len(shoppers) >= 40
    assert all(shopper.email.endswith("@example.com") for shopper in shoppers if shopper.email)
    assert all(is_valid_number(parse(shopper.phone)) for shopper in shoppers if shopper.phone)
    phones = [shopper.phone for shopper in shoppers if shopper.phone]
    assert len(set(phones)) == len(phones)
    assert any(not shopper.has_account for shopper in shoppers)
    assert all(shopper.has_account or shopper.phone for shopper in shoppers)
