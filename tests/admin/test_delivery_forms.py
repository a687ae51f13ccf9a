"""The back office's forms of delivery methods and zones store no nonsense."""

import pytest

from carts.models import DeliveryArea, DeliveryMethod, DeliveryRate, DeliveryZone
from tests.factories.pricing import make_delivery_method, make_delivery_zone
from tests.page_forms import PageForm

pytestmark = pytest.mark.django_db


def form_of(office, row):
    opts = row._meta
    address = f"/admin/{opts.app_label}/{opts.model_name}/{row.pk}/change/"
    return address, PageForm(office.get(address).content.decode(), f"{opts.model_name}_form").values


def test_a_rate_is_typed_as_money_is_written(office):
    method = make_delivery_method("parcel")
    address, values = form_of(office, method)

    answer = office.post(address, values | rate_at(0, amount="4.90", from_value="", most_grams="2000"))

    assert answer.status_code == 302, answer.context["errors"]
    stored = DeliveryRate.objects.get()
    assert (stored.amount, stored.from_value, stored.most_grams, stored.most_mm) == (490, 0, 2000, None)


def rate_at(place, **fields):
    return {
        "rates-TOTAL_FORMS": str(place + 1),
        **{f"rates-{place}-{name}": value for name, value in ({"currency": "EUR"} | fields).items()},
    }


def test_a_rate_that_no_parcel_would_get_is_refused(office):
    method = make_delivery_method("parcel", {"amount": 490})
    address, values = form_of(office, method)

    answer = office.post(address, values | rate_at(1, amount="5.90", most_grams="2000"))

    assert answer.status_code == 200
    assert "No parcel gets the rate of 5.90: another one carries the same for no more." in answer.content.decode()
    assert DeliveryRate.objects.count() == 1


def test_a_rate_below_nothing_is_refused(office):
    method = make_delivery_method("parcel")
    address, values = form_of(office, method)

    answer = office.post(address, values | rate_at(0, amount="-1"))

    assert answer.status_code == 200
    assert not DeliveryRate.objects.exists()


def test_postcodes_are_stored_in_their_one_form(office):
    zone = make_delivery_zone("islands", {"country": "DE"})
    address, values = form_of(office, zone)

    answer = office.post(address, values | {"areas-0-country": "de", "areas-0-postcodes": "25849 .. 25869, ٢٦٤٦٥"})

    assert answer.status_code == 302, answer.context["errors"]
    area = DeliveryArea.objects.get()
    assert (area.country, area.postcodes) == ("DE", ["25849..25869", "26465"])


@pytest.mark.parametrize("typed", ["25869..25849", "1*", "10..199"])
def test_what_is_no_range_of_postcodes_is_said_at_its_field(office, typed):
    zone = make_delivery_zone("islands", {"country": "DE"})
    address, values = form_of(office, zone)

    answer = office.post(address, values | {"areas-0-postcodes": typed})

    assert answer.status_code == 200
    assert "no beginning of postcodes" in answer.content.decode()
    assert DeliveryArea.objects.get().postcodes == []


def test_a_zone_with_rates_is_not_deleted(office):
    zone = make_delivery_zone("islands", {"country": "DE"})
    make_delivery_method("parcel", {"amount": 490, "zone": zone})

    office.post(f"/admin/carts/deliveryzone/{zone.pk}/delete/", {"post": "yes"})

    assert DeliveryZone.objects.exists()
    assert DeliveryMethod.objects.get().rates.get().zone == zone
