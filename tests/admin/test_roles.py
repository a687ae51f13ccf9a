import pytest
from django.urls import reverse

from inventory.models import Product, StaffAssignment
from orders.models import Order
from tests.client import signed_in
from tests.factories.accounts import make_customer, make_staff
from tests.factories.back_office import fill_every_table
from tests.factories.inventory import make_product, make_store


def member_with(role, location=None):
    person = make_staff(role.capitalize(), email=f"{role}@example.com")
    StaffAssignment.objects.create(staff=person, location=location, role=role)
    return person


def status_of(browser, page, *args):
    return browser.get(reverse(f"admin:{page}", args=args)).status_code


def test_a_clerk_sees_people_orders_and_stock_and_changes_nothing(db):
    product = make_product()
    clerk = signed_in(member_with("clerk"))

    for page in ("accounts_customer", "orders_order", "inventory_stocklevel", "inventory_product"):
        assert status_of(clerk, f"{page}_changelist") == 200, page
    for page in ("inventory_staffassignment", "core_faileddelivery", "core_idempotentresponse", "auth_group"):
        assert status_of(clerk, f"{page}_changelist") == 403, page
    assert status_of(clerk, "inventory_product_add") == 403
    refused = clerk.post(reverse("admin:inventory_product_change", args=[product.pk]), {"slug": "other"})
    assert refused.status_code == 403
    assert Product.objects.get().slug == product.slug


def test_head_office_edits_the_catalogue_and_nobodys_rights(db):
    head = signed_in(member_with("head_office"))

    assert status_of(head, "inventory_product_add") == 200
    assert status_of(head, "inventory_location_add") == 200
    assert status_of(head, "carts_shippingrate_add") == 200
    assert status_of(head, "inventory_staffassignment_add") == 403
    assert status_of(head, "accounts_customer_add") == 403


def test_a_member_without_an_assignment_sees_nothing(db):
    nobody = signed_in(make_staff())

    assert status_of(nobody, "index") == 200
    assert status_of(nobody, "accounts_customer_changelist") == 403


def test_shoppers_are_sent_to_the_sign_in(db):
    shopper = signed_in(make_customer())

    assert shopper.get(reverse("admin:index")).headers["Location"].startswith("/admin/login/")


def test_a_manager_cancels_orders_of_his_own_store_only(db):
    fill_every_table(range(1))
    order = Order.objects.get()
    own = signed_in(member_with("manager", order.store))
    elsewhere = make_staff("Other", email="other@example.com")
    StaffAssignment.objects.create(staff=elsewhere, location=make_store(), role="manager")

    assert status_of(own, "orders_order_act", order.pk, "cancel") == 200
    assert status_of(signed_in(elsewhere), "orders_order_act", order.pk, "cancel") == 404


@pytest.mark.parametrize("page", ["orders_order", "orders_payment", "inventory_stockmovement", "core_journalentry"])
def test_not_even_a_superuser_edits_the_books(office, page):
    fill_every_table(range(1))

    assert status_of(office, f"{page}_add") == 403
    model = {"orders_order": Order}.get(page)
    if model:
        pk = model.objects.get().pk
        assert office.post(reverse(f"admin:{page}_change", args=[pk]), {"state": "failed"}).status_code == 403
        assert office.post(reverse(f"admin:{page}_delete", args=[pk]), {"post": "yes"}).status_code == 403
