"""A form says what the database would refuse, keeps what was typed, and saves nothing."""

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError
from django.test import RequestFactory

from accounts.models import SegmentMembership
from carts.models import DeliveryRate, Promotion, ShippingRate, TaxRate, Voucher
from core.admin.saving import reason_of
from inventory.models import Barcode, DepositAmount, Price, Variant
from tests.factories.back_office import fill_every_table
from tests.page_forms import PageForm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows(db):
    fill_every_table(range(1))


def form_of(office, row):
    """Return a row's page and the fields that it shows."""
    opts = row._meta
    address = f"/admin/{opts.app_label}/{opts.model_name}/{row.pk}/change/"
    return address, PageForm(office.get(address).content.decode(), f"{opts.model_name}_form").values


def test_a_rule_about_a_column_that_the_form_does_not_show_is_said(office):
    voucher = Voucher.objects.get()
    Voucher.objects.update(max_uses=5, uses=3)
    address, values = form_of(office, voucher)

    answer = office.post(address, values | {"max_uses": "2"})

    assert answer.status_code == 200
    assert "It was used more often already." in answer.content.decode()
    assert 'value="2"' in answer.content.decode()
    voucher.refresh_from_db()
    assert voucher.max_uses == 5


def test_days_in_the_wrong_order_are_said_at_their_field(office):
    rate = TaxRate.objects.first()
    address, values = form_of(office, rate)

    answer = office.post(address, values | {"starts_date": "2026-05-02", "ends_date": "2026-05-01"})

    errors = answer.context["adminform"].form.errors
    assert errors == {"ends_date": ["The end must be later than the start."]}


@pytest.mark.parametrize(
    ("model", "field"), [(SegmentMembership, "customer"), (Promotion, "products")], ids=["one", "several"]
)
@pytest.mark.parametrize("sent", ["x", "9" * 30])
def test_what_is_no_row_is_said_at_its_field(office, model, field, sent):
    address, values = form_of(office, model.objects.first())

    answer = office.post(address, values | {field: sent})

    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {field}


def test_amounts_in_an_unknown_currency_are_refused_at_the_currency_alone(office):
    variant = Price.objects.exclude(variant=None).first().variant
    address, values = form_of(office, variant)

    answer = office.post(address, values | {"prices-0-currency": "x", "prices-0-amount": "12.90"})

    assert answer.status_code == 200
    forms = [formset.formset.forms[0] for formset in answer.context["inline_admin_formsets"] if formset.formset.forms]
    assert {"currency"} in [set(form.errors) for form in forms]
    assert 'value="12.90"' in answer.content.decode()


def test_what_only_the_database_notices_is_said_with_all_that_was_typed(office, monkeypatch):
    """Two people save at once: the form of the second found nothing wrong."""
    voucher = Voucher.objects.get()
    Voucher.objects.update(max_uses=5, uses=3)
    address, values = form_of(office, voucher)
    monkeypatch.setattr("core.admin.saving.BaseForm.check_constraints", lambda form: None)

    answer = office.post(address, values | {"max_uses": "2"})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors() == ["It was used more often already."]
    assert 'value="2"' in answer.content.decode()
    voucher.refresh_from_db()
    assert voucher.max_uses == 5


def test_a_rule_without_words_gets_words():
    assert "contradicts what is stored" in reason_of(IntegrityError("duplicate key"))


@pytest.mark.parametrize("model", [Variant, ShippingRate, DeliveryRate, DepositAmount])
def test_amounts_are_asked_for_as_they_are_typed(office, model):
    """People type 12.90, so no label speaks of minor units."""
    opts = model._meta
    page = office.get(f"/admin/{opts.app_label}/{opts.model_name}/add/").content.decode()

    assert "in minor units" not in page
    assert "mount" in page


def test_a_page_that_is_saved_as_it_was_changes_nothing(office, admin):
    """A row of an inline that counts as changed would be written, and audited, whenever its page is saved."""
    Barcode.objects.update(code="4006381333931")
    request = RequestFactory().get("/")
    request.user = admin
    saved = 0
    for model, page in site._registry.items():
        row = model._default_manager.first()
        if row is None or not page.has_change_permission(request, row):
            continue
        address, values = form_of(office, row)
        answer = office.post(address, values)
        assert answer.status_code == 302, (address, answer.context["errors"])
        assert LogEntry.objects.latest("pk").get_change_message() == "No fields changed.", address
        saved += 1
    assert saved > 30
