"""The back office shows and takes the shop's own time, and names its zone."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import PriceList
from tests.admin.test_price_lists import written
from tests.factories.pricing import make_price_list


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Europe/Berlin", datetime(2026, 5, 31, 22, tzinfo=UTC)),
        ("America/Vancouver", datetime(2026, 6, 1, 7, tzinfo=UTC)),
    ],
)
def test_midnight_is_the_shops_and_comes_back_as_it_was_entered(office, settings, zone, begins):
    settings.SHOP_TIME_ZONE = zone

    office.post(reverse("admin:inventory_pricelist_add"), written())

    found = PriceList.objects.get()
    assert found.starts_at == begins
    page = office.get(reverse("admin:inventory_pricelist_change", args=[found.pk])).content.decode()
    assert 'value="2026-06-01"' in page and 'value="00:00:00"' in page
    assert f"All times are of the time zone {zone}." in page


def test_the_list_shows_the_shops_hour(office, settings):
    settings.SHOP_TIME_ZONE = "Asia/Tehran"
    make_price_list("summer", starts_at=datetime(2026, 6, 1, 12, tzinfo=UTC))

    page = office.get(reverse("admin:inventory_pricelist_changelist")).content.decode()

    assert "3:30 p.m." in page
    assert "All times are of the time zone Asia/Tehran." in page


def test_nothing_of_it_stays_behind(office, settings):
    settings.SHOP_TIME_ZONE = "Asia/Tehran"

    office.get(reverse("admin:inventory_pricelist_changelist"))

    assert timezone.get_current_timezone_name() == "UTC"
