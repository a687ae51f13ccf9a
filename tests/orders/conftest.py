"""A store in Berlin, its staff and customers, and a Monday noon."""

from datetime import UTC, datetime

import pytest

from accounts.rules import roles
from core.actors import Actor
from core.data import sql
from tests.client import Api
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_store, make_variant


@pytest.fixture
def now():
    return datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.fixture
def mitte(db):
    return make_store("ber-mitte", pickup_keep_days=7)


@pytest.fixture
def tess(mitte):
    """A clerk."""
    staff = make_staff("Tess Till", email="tess@example.com")
    assign(staff, mitte, roles.CLERK)
    return staff


@pytest.fixture
def mona(mitte):
    """A manager."""
    staff = make_staff("Mona Meyer", email="mona@example.com")
    assign(staff, mitte, roles.MANAGER)
    return staff


@pytest.fixture
def at_desk(tess, mitte):
    return Actor(channel="till", staff_id=tess.pk, store_id=mitte.pk, store_code=mitte.code)


@pytest.fixture
def as_ana(ana):
    return Actor(channel="web", customer_id=ana.pk)


@pytest.fixture
def mug(db):
    return make_variant(sku="MUG", price=1290)


@pytest.fixture
def bowl(db):
    return make_variant(sku="BOWL", price=2000)


@pytest.fixture
def till(tess):
    return Api(tess)


@pytest.fixture
def office(mona):
    return Api(mona)


@pytest.fixture
def app(ana):
    return Api(ana)


@pytest.fixture
def empty_journal(transactional_db):
    """Empty the journal, whose table is not Django's own, so that tests that commit leave their entries in it."""
    sql.execute("TRUNCATE core_journal", {})
