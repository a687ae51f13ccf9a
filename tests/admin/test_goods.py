import uuid

from django.urls import reverse

from core.models import JournalEntry
from inventory.models import Category, Product, StaffAssignment, StockMovement
from tests.admin.test_admin_actions import act
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import make_category, make_product, make_stock, make_store, make_variant


def told():
    return list(JournalEntry.objects.order_by("id").values_list("kind", "ref"))


def test_a_delivery_is_booked_once(office, admin):
    level = make_stock(make_variant(sku="MUG"), make_store("mitte"), on_hand=2)

    act(office, "inventory_stocklevel", level.pk, "receive", units=5, delivery="D-77")
    again = act(office, "inventory_stocklevel", level.pk, "receive", units=5, delivery="D-77")

    level.refresh_from_db()
    assert level.on_hand == 7
    assert "D-77 was already booked." in again.content.decode()
    movement = StockMovement.objects.get(kind="received", cause_id="D-77")
    assert (movement.on_hand_change, movement.actor_id) == (5, admin.pk)
    assert told() == [("stock.received", "MUG")]


def test_the_books_are_set_right_with_a_reason(office):
    level = make_stock(make_variant(sku="MUG"), make_store("mitte"), on_hand=5)
    page = office.get(reverse("admin:inventory_stocklevel_act", args=[level.pk, "adjust"])).content.decode()
    assert 'type="hidden" name="correction"' in page

    act(office, "inventory_stocklevel", level.pk, "adjust", units=-2, reason="Broken", correction=uuid.uuid4())

    level.refresh_from_db()
    assert level.on_hand == 3
    assert StockMovement.objects.get(kind="adjusted").reason == "Broken"


def test_a_manager_moves_stock_in_his_own_store_only(db):
    mitte, mug = make_store("mitte"), make_variant()
    manager = make_staff()
    StaffAssignment.objects.create(staff=manager, location=mitte, role="manager")
    own, other = make_stock(mug, mitte, on_hand=1), make_stock(mug, make_store("other"), on_hand=1)
    browser = signed_in(manager)

    allowed = act(browser, "inventory_stocklevel", own.pk, "receive", units=1, delivery="D-1")
    refused = act(browser, "inventory_stocklevel", other.pk, "receive", units=1, delivery="D-1")

    assert (allowed.status_code, refused.status_code) == (200, 403)
    other.refresh_from_db()
    assert other.on_hand == 1


def test_a_product_is_published_once_it_can_be_sold(office):
    product = make_product(state=Product.DRAFT, published_at=None)

    refused = act(office, "inventory_product", product.pk, "publish")
    make_variant(product=product)
    act(office, "inventory_product", product.pk, "publish")

    assert "A product needs a variant on sale" in refused.content.decode()
    product.refresh_from_db()
    assert product.state == Product.PUBLISHED
    assert told() == [("catalogue.changed", product.slug)]
    act(office, "inventory_product", product.pk, "retire")
    product.refresh_from_db()
    assert product.state == Product.RETIRED


def test_a_new_product_is_a_draft_with_a_name_in_each_language(office):
    fields = {"name_en": "Mug", "name_ar": "كوب", "name_fa": "لیوان", "slug": "mug", "attributes": "{}"}
    fields |= {"description_en": "Blue.", "description_ar": "", "description_fa": "", "kind": "goods"}
    parts = {f"{name}-{part}": 0 for name in ("variants", "media") for part in ("TOTAL_FORMS", "INITIAL_FORMS")}

    office.post(reverse("admin:inventory_product_add"), fields | parts)

    product = Product.objects.get()
    assert product.name == {"en": "Mug", "ar": "كوب", "fa": "لیوان"}
    assert product.description == {"en": "Blue."}
    assert product.state == Product.DRAFT
    assert told() == [("catalogue.changed", "mug")]


def test_a_price_and_a_barcode_are_checked_and_a_new_price_is_told(office):
    variant = make_variant(sku="MUG", price=1290)
    fields = {"product": variant.product_id, "sku": "MUG", "attributes": "{}", "position": 0, "low_stock_below": 0}
    fields |= {
        f"{name}-{part}": 0 for name in ("prices", "barcodes", "media") for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    fields |= {"prices-TOTAL_FORMS": 1, "prices-INITIAL_FORMS": 1, "prices-0-id": variant.prices.get().pk}
    fields |= {"prices-0-variant": variant.pk, "prices-0-currency": "EUR", "prices-0-amount": "12.905"}
    fields |= {"barcodes-TOTAL_FORMS": 1, "barcodes-0-variant": variant.pk, "barcodes-0-code": "4006381333932"}
    page = reverse("admin:inventory_variant_change", args=[variant.pk])

    refused = office.post(page, fields).content.decode()
    saved = office.post(page, fields | {"prices-0-amount": "14.90", "barcodes-0-code": "4006381333931"})

    assert "12.905 can be read in two ways." in refused
    assert "the check digit is wrong" in refused
    assert saved.status_code == 302
    assert variant.prices.get().amount == 1490
    assert told()[0] == ("price.changed", "MUG")


def test_a_category_moves_with_what_lies_below_it(office):
    home, kitchen = make_category("home"), make_category("kitchen")
    make_category("mugs", parent=kitchen)

    act(office, "inventory_category", kitchen.pk, "move", parent=home.pk)
    refused = act(office, "inventory_category", home.pk, "move", parent=kitchen.pk)

    assert Category.objects.get(slug="mugs").path == "home/kitchen/mugs"
    assert "A category cannot be below itself." in refused.content.decode()
