from inventory.models import Product, ReturnPolicy
from omnistore.storefront.pages import page_cache
from omnistore.storefront.views.products import options_of
from tests.factories.inventory import make_category, make_product, make_stock, make_variant
from tests.factories.pricing import make_return_policy


def row(sku, ship=1, **attributes):
    return {"sku": sku, "attributes": attributes, "ship": ship, "stores": 0}


def test_a_choice_leads_to_the_variant_most_like_the_chosen_one():
    variants = [
        row("RS", colour="red", size="S"), row("RL", colour="red", size="L"),
        row("BS", colour="blue", size="S"), row("BL", colour="blue", size="L", ship=0),
    ]  # fmt: skip

    colour, size = options_of(variants, variants[1])

    assert [(choice.label, choice.sku, choice.is_chosen) for choice in colour.choices] == [
        ("red", "RL", True),
        ("blue", "BL", False),
    ]
    assert [choice.sku for choice in size.choices] == ["RS", "RL"]
    assert [choice.is_available for choice in colour.choices] == [True, False]


def test_what_all_variants_share_is_no_choice():
    variants = [row("A", colour="red", size="S"), row("B", colour="red", size="L")]

    assert [option.name for option in options_of(variants, variants[0])] == ["size"]


def test_a_variant_is_chosen_by_address(guest, high_street):
    product = make_product("scarf")
    for colour, price in (("red", 1500), ("blue", 1700)):
        variant = make_variant(sku=f"SCARF-{colour}", product=product, price=price, attributes={"colour": colour})
        make_stock(variant, high_street)

    page = guest.get("/p/scarf/?sku=SCARF-blue").content.decode()

    assert "€17.00" in page
    assert 'name="sku" value="SCARF-blue"' in page


def test_what_nobody_has_cannot_be_put_into_the_cart(guest, high_street):
    make_variant(sku="RARE")

    page = guest.get("/p/rare/").content.decode()

    assert "Sold out. Other options" in page
    assert "/cart/add/" not in page


def test_stores_tell_what_they_have_and_when(guest, mug):
    page = guest.get("/p/mug/").content.decode()

    assert "In stock" in page
    assert "ready " in page
    assert "arrives by " in page


def test_a_postcode_is_remembered_and_orders_the_stores(guest, mug):
    answer = guest.get("/p/mug/?postcode=10119")

    assert answer.cookies["place"].value == "10119"
    assert answer.cookies["place"]["httponly"]
    assert "In the stores near you" in guest.get("/p/mug/").content.decode()
    assert "0 km" in guest.get("/p/mug/").content.decode()


def test_an_unknown_postcode_is_said_to_be_unknown(guest, mug):
    page = guest.get("/p/mug/?postcode=ZZ99").content.decode()

    assert "We do not know “ZZ99”" in page


def test_how_it_comes_back_is_said_before_it_is_bought(guest, mug, high_street, ana):
    home = make_category("crockery")
    Product.objects.update(category=home)
    make_return_policy(fee=300)
    make_return_policy(category=home, kind="final_sale", statutory_days=0)

    guest.add("MUG")
    assert "Final sale: no return beyond your rights by law." in guest.get("/p/mug/").content.decode()
    assert "Final sale: no return beyond your rights by law." in guest.get("/cart/").content.decode()
    ReturnPolicy.objects.filter(category=home).delete()
    page_cache._answers.clear()
    terms = "Return within 30 days. A return costs €3.00. Right of withdrawal: 14 days."
    assert terms in guest.get("/p/mug/").content.decode()
    assert terms in guest.get("/cart/").content.decode()
    assert terms in guest.get(guest.check_out()["Location"]).content.decode()


def test_hygiene_goods_say_that_they_stay_sealed_and_gift_cards_nothing(guest, mug):
    make_return_policy(kind="hygiene", statutory_days=0)
    assert "Return within 30 days, unopened only." in guest.get("/p/mug/").content.decode()

    Product.objects.update(kind=Product.GIFT_CARD)
    page_cache._answers.clear()
    assert "unopened" not in guest.get("/p/mug/").content.decode()
