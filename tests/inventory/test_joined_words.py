"""Products are found however the parts of a word are joined: by a blank, a hyphen, a joiner or not at all."""

import pytest

from tests.factories.inventory import make_product, make_variant
from tests.inventory.asking import listed

pytestmark = pytest.mark.django_db


def put_on_sale(slug, name, brand=""):
    make_variant(product=make_product(slug, name=name, brand=brand))


@pytest.mark.parametrize("name", ["T-Shirt", "T Shirt", "Tshirt", "T\u2011SHIRT", "T\u200dShirt"])
@pytest.mark.parametrize("words", ["t-shirt", "t shirt", "tshirt", "T\u2011Shirt", "TSHIRT", "tshir", "t-shir"])
def test_search_finds_words_however_their_parts_are_joined(client, name, words):
    put_on_sale("wanted", name)
    put_on_sale("teapot", "Teapot")
    put_on_sale("toaster", "Toaster")

    assert listed(client, q=words) == ["wanted"]


PERSIAN = ["می‌خواهم", "میخواهم", "می خواهم", "مي‌خواهم"]


@pytest.mark.parametrize("name", PERSIAN)
@pytest.mark.parametrize("words", PERSIAN)
def test_search_finds_persian_with_a_joiner_a_blank_or_neither(client, name, words):
    put_on_sale("wanted", {"en": "", "fa": f"کتاب {name} سبز"})
    put_on_sale("lamp", {"en": "Lamp", "fa": "چراغ می‌دانم"})

    assert listed(client, q=words) == ["wanted"]


@pytest.mark.parametrize(
    ("name", "brand", "words"),
    [
        ("Multi-purpose oil", "WD-40", "wd40"),
        ("Multi-purpose oil", "WD40", "wd 40"),
        ("Multi-purpose oil", "WD40", "wd-40 oil"),
        ("Lipstick", "L’Oréal", "loreal lipstick"),
        ("Lipstick", "Loreal", "l'oreal"),
        ("Vitamin C", "", "vitaminc"),
        ("E-Bike-Schloss", "", "ebikeschloss"),
        ("Ebikeschloss", "", "e-bike-schloss"),
        ("Sofabezug grau", "", "sofa bezug grau"),
        ("Sofa-Bezug grau", "", "grau sofabezug"),
        ("iPhone 15", "", "iphone15"),
    ],
)
def test_search_finds_brands_and_models_however_they_are_joined(client, name, brand, words):
    put_on_sale("wanted", name, brand=brand)
    put_on_sale("others", "Bikes and oils")

    assert listed(client, q=words) == ["wanted"]


def test_parts_count_only_where_they_follow_each_other(client):
    put_on_sale("together", "Car pet seat")
    put_on_sale("apart", "Pet seat for your car")

    assert listed(client, q="carpet") == ["together"]


def test_a_word_in_use_finds_its_parts_as_well(client):
    put_on_sale("joined", "Tshirt")
    put_on_sale("parted", "T-Shirt")

    assert sorted(listed(client, q="tshirt")) == sorted(listed(client, q="t-shirt")) == ["joined", "parted"]
