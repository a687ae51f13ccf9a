"""A warehouse that sends by a carrier, which answers over real HTTP."""

import pytest

from accounts.rules import roles
from core.actors import Actor
from orders.models import CarrierService
from tests.easypost_fake.server import SECRET, EasyPostFake
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign
from tests.till.test_parcels import make_parcel


@pytest.fixture
def easypost(settings):
    fake = EasyPostFake()
    fake.start()
    settings.EASYPOST_API_KEY = "EZTK_of_the_fake"
    settings.EASYPOST_WEBHOOK_SECRET = SECRET
    settings.EASYPOST_API_URL = fake.url
    yield fake
    fake.stop()


@pytest.fixture
def packer(warehouse):
    """Pia packs parcels in the warehouse."""
    staff = make_staff("Pia Packer", email="pia@example.com")
    assign(staff, warehouse, roles.CLERK)
    return staff


@pytest.fixture
def pia(packer, warehouse):
    return Actor(channel="till", staff_id=packer.pk, store_id=warehouse.pk, store_code=warehouse.code)


@pytest.fixture
def parcel(mug, warehouse, ana):
    return make_parcel(mug, warehouse, ana, state="picking", quantity=2)


@pytest.fixture
def by_easypost(db):
    return CarrierService.objects.create(name="Parcel", carrier="easypost", service="DHLPaket", grams=800)


@pytest.fixture
def by_hand(db):
    return CarrierService.objects.create(
        name="Courier", carrier="manual", tracking_url="https://courier.example/parcels/{number}"
    )
