import pytest
from django.urls import reverse

from carts.models import VoucherBudget
from tests.admin.test_admin_actions import act
from tests.factories.pricing import make_offer


@pytest.fixture
def offer(db):
    return make_offer({"kind": "percent", "basis_points": 1000}, needs_voucher=True)


def test_a_budget_is_written_and_read_as_money(office, offer):
    act(office, "carts_promotion", offer.pk, "budget", amount="500.50")

    assert VoucherBudget.objects.get().amount == 50_050
    page = office.get(reverse("admin:carts_voucherbudget_changelist")).content.decode()
    assert "€500.50" in page


def test_a_budget_has_no_smaller_units_than_its_currency(office, offer):
    refused = act(office, "carts_promotion", offer.pk, "budget", amount="0.001")

    assert refused.status_code == 200
    assert not VoucherBudget.objects.exists()


def test_an_offer_without_parts_has_an_empty_field_for_them(office):
    page = office.get(reverse("admin:carts_promotion_add")).content.decode()

    assert ">\nnull</textarea>" not in page
