import pytest

from carts.models import CartLine, WishlistItem
from inventory.models import Variant
from tests.factories.inventory import make_variant
from tests.factories.orders import PLACED_AT
from tests.storefront.conftest import Visit


@pytest.fixture
def visit(ana, shelf):
    return Visit(ana)


def saved():
    return sorted(WishlistItem.objects.values_list("variant__sku", flat=True))


def test_the_heart_keeps_a_product_and_lets_go_of_it(visit):
    before = visit.get("/p/mug/").content.decode()
    kept = visit.post("/wishlist/save/", {"sku": "MUG", "next": "/p/mug/"})
    after = visit.get("/p/mug/").content.decode()
    visit.post("/wishlist/forget/", {"sku": "MUG", "next": "/p/mug/"})

    assert 'action="/wishlist/save/"' in before
    assert kept["Location"] == "/p/mug/"
    assert 'action="/wishlist/forget/"' in after
    assert saved() == []


def test_the_heart_is_the_visitors_own(visit, ben, guest):
    visit.post("/wishlist/save/", {"sku": "MUG"})

    assert 'action="/wishlist/save/"' in Visit(ben).get("/p/mug/").content.decode()
    assert 'href="/accounts/login/?next=/p/mug/"' in guest.get("/p/mug/").content.decode()


def test_saved_twice_is_there_once(visit):
    for _time in range(2):
        visit.post("/wishlist/save/", {"sku": "MUG"})

    assert saved() == ["MUG"]


def test_who_has_not_signed_in_does_so_and_comes_back(guest, shelf):
    answer = guest.post("/wishlist/save/", {"sku": "MUG", "next": "/p/mug/"})

    assert answer["Location"] == "/accounts/login/?next=%2Fp%2Fmug%2F"
    assert guest.get("/wishlist/")["Location"] == "/accounts/login/?next=%2Fwishlist%2F"


def test_no_form_leads_out_of_the_shop(visit):
    answer = visit.post("/wishlist/save/", {"sku": "MUG", "next": "https://example.org/"})

    assert answer["Location"] == "/wishlist/"


def test_what_is_moved_into_the_cart_is_off_the_list(visit):
    visit.post("/wishlist/save/", {"sku": "LAMP"})
    page = visit.get("/wishlist/").content.decode()

    for _time in range(2):
        assert visit.post("/wishlist/take/", {"sku": "LAMP"})["Location"] == "/wishlist/"

    assert "€49.00" in page
    line = CartLine.objects.get()
    assert (line.variant.sku, line.quantity) == ("LAMP", 1)
    assert saved() == []


def test_what_cannot_be_moved_into_the_cart_stays_on_the_list(visit):
    visit.post("/wishlist/save/", {"sku": "MUG"})
    Variant.objects.filter(sku="MUG").update(is_active=False)

    visit.post("/wishlist/take/", {"sku": "MUG"})

    assert "MUG is not on sale." in visit.get("/wishlist/").content.decode()
    assert saved() == ["MUG"]
    assert not CartLine.objects.exists()


def test_what_is_no_longer_sold_says_so_and_can_go(visit):
    visit.post("/wishlist/save/", {"sku": "MUG"})
    Variant.objects.filter(sku="MUG").update(is_active=False)

    page = visit.get("/wishlist/").content.decode()
    visit.post("/wishlist/forget/", {"sku": "MUG"})

    assert "No longer available." in page
    assert 'action="/wishlist/take/"' not in page
    assert saved() == []


def test_a_line_of_the_cart_is_saved_for_later(visit):
    visit.add("MUG", 2)
    line = CartLine.objects.get()

    answer = visit.post(f"/cart/lines/{line.pk}/save/")

    assert answer["Location"] == "/cart/"
    assert saved() == ["MUG"]
    assert not CartLine.objects.exists()
    assert visit.post(f"/cart/lines/{line.pk}/save/").status_code == 404


def test_what_does_not_exist_cannot_be_saved(visit):
    visit.post("/wishlist/save/", {"sku": "NOTHING"})

    assert "NOTHING is not on sale." in visit.get("/wishlist/").content.decode()


def test_the_list_has_pages(visit, ana):
    for number in range(26):
        variant = make_variant(sku=f"CUP-{number:02}", price=100)
        WishlistItem.objects.create(customer=ana, variant=variant, added_channel="web", added_at=PLACED_AT)

    first = visit.get("/wishlist/").content.decode()
    following = first.split('rel="next" href="')[1].split('"')[0]
    second = visit.get(f"/wishlist/{following}").content.decode()

    assert all(f"CUP-{number:02}" in first + second for number in range(26))
    assert 'rel="next"' not in second


def test_pages_take_the_same_statements_whatever_is_saved(visit, django_assert_num_queries):
    visit.post("/wishlist/save/", {"sku": "MUG"})
    for path in ("/wishlist/", "/p/mug/"):
        visit.get(path)
    for _time in range(2):
        # Beside the frame's four: the list, or whether this is on it.
        for path in ("/wishlist/", "/p/mug/"):
            with django_assert_num_queries(5):
                assert visit.get(path).status_code == 200
        visit.post("/wishlist/save/", {"sku": "LAMP"})


def test_what_the_app_saved_is_on_the_list(visit, ana):
    mug = Variant.objects.get(sku="MUG")
    WishlistItem.objects.create(customer=ana, variant=mug, added_channel="app", added_at=PLACED_AT)

    assert 'href="/p/mug/?sku=MUG"' in visit.get("/wishlist/").content.decode()
