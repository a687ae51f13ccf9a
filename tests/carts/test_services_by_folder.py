"""Tax services and carriers are found by their folders alone, and update the shop's own rates."""

import sys
from datetime import date

import pytest

from carts.models import ShippingRate, TaxRate
from carts.providers import carriers, taxes
from carts.providers.base import ServiceError
from carts.providers.carriers.base import KnownShippingRate
from carts.services.shipping import refresh_shipping_rate
from carts.services.taxes import refresh_rates
from inventory.models import TaxCategory
from tests.factories.pricing import make_tax_zone

TAX_SERVICE = """
from datetime import date
from carts.providers.taxes.base import KnownRate

class Mail:
    name = "mail"

    def rates_of(self, *, country, region, postcode):
        return [KnownRate("standard", 700, date(2026, 1, 1))]

PROVIDER = Mail()
"""
CARRIER = """
from carts.providers.carriers.base import KnownShippingRate

class Mail:
    name = "mail"

    def rate_in(self, *, currency):
        return KnownShippingRate(620, 8000)

PROVIDER = Mail()
"""


class Strike:
    """A carrier that does not answer."""

    name = "strike"

    def rate_in(self, *, currency):
        raise ServiceError("Nobody is there.", permanent=False)


@pytest.fixture
def lay(tmp_path, monkeypatch):
    """Lay a folder with this text beside the others of a package, for one test."""
    laid = []

    def lay(package, find, text):
        (tmp_path / "mail").mkdir()
        (tmp_path / "mail" / "__init__.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        find.cache_clear()
        laid.append((package, find))
        return find()["mail"]

    yield lay
    for package, find in laid:
        monkeypatch.delitem(sys.modules, f"{package.__name__}.mail")
        del package.mail
        find.cache_clear()


def test_those_of_the_shop_are_found():
    assert list(taxes.tax_providers()) == ["listed"]
    assert list(carriers.carriers()) == ["flat"]


def test_another_tax_service_fills_in_its_rates(db, lay):
    TaxCategory.objects.create(code="standard", name={"en": "Standard"}, is_standard=True)
    service = lay(taxes, taxes.tax_providers, TAX_SERVICE)

    assert refresh_rates(zone=make_tax_zone(), provider=service) == 1

    rate = TaxRate.objects.get()
    assert (rate.basis_points, rate.starts_date) == (700, date(2026, 1, 1))


def test_another_carrier_sets_its_price(db, lay):
    carrier = lay(carriers, carriers.carriers, CARRIER)
    assert refresh_shipping_rate(currency="EUR", carrier=carriers.carriers()["flat"])

    assert refresh_shipping_rate(currency="EUR", carrier=carrier)
    assert not refresh_shipping_rate(currency="EUR", carrier=carrier)

    rate = ShippingRate.objects.get()
    assert KnownShippingRate(rate.amount, rate.free_from) == KnownShippingRate(620, 8000)


def test_a_carrier_that_does_not_answer_changes_nothing(db):
    refresh_shipping_rate(currency="EUR", carrier=carriers.carriers()["flat"])

    with pytest.raises(ServiceError):
        refresh_shipping_rate(currency="EUR", carrier=Strike())

    assert ShippingRate.objects.get().amount == 490
