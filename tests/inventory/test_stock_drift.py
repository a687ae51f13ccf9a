"""manage.py stock_drift: what differs from the ledger is found, and brought back to it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import HeldStock, StockLevel
from inventory.services.held_stock import UnitsInState, take_in_returned
from inventory.services.stock_drift import find_stock_drift
from tests.factories.inventory import make_stock, make_store, make_variant
from tests.factories.stock_documents import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def level(db):
    level = make_stock(make_variant(sku="MUG"), make_store("mitte"), on_hand=5)
    lines = [UnitsInState(level.variant_id, level.location_id, 2, "damaged")]
    take_in_returned(lines=lines, cause_kind="return", cause_id="R-1", by=Actor(channel="till"), now=NOW)
    return level


def run(*options):
    """Run the command; returns its report, and whether it says that stock still differs."""
    output = StringIO()
    try:
        call_command("stock_drift", *options, stdout=output)
    except CommandError:
        return json.loads(output.getvalue()), True
    return json.loads(output.getvalue()), False


def test_sound_stock_has_no_drift(level):
    assert run() == ({"found": {"levels": [], "held": []}, "mended": False, "left": {"levels": [], "held": []}}, False)


def test_drift_is_reported_and_left_alone_unless_it_is_to_be_mended(level):
    StockLevel.objects.update(on_hand=9, reserved=1)
    HeldStock.objects.update(units=7)

    report, differs = run()

    assert differs and not report["mended"]
    assert report["found"] == report["left"]
    assert report["found"]["levels"] == [
        {"id": level.pk, "sku": "MUG", "location": "mitte", "on_hand": 9, "reserved": 1, "ledger_on_hand": 5,
         "ledger_reserved": 0}
    ]  # fmt: skip
    assert report["found"]["held"] == [
        {"id": level.pk, "sku": "MUG", "location": "mitte", "state": "damaged", "units": 7, "ledger_units": 2}
    ]
    level.refresh_from_db()
    assert level.on_hand == 9


def test_what_differs_is_brought_back_to_the_ledger(level):
    StockLevel.objects.update(on_hand=9, reserved=1)
    HeldStock.objects.update(units=7)
    HeldStock.objects.create(level=level, state="on_hold", units=1)

    report, differs = run("--mend")

    assert (report["mended"], report["left"], differs) == (True, {"levels": [], "held": []}, False)
    assert find_breaches() == {}


def test_a_state_that_lost_its_row_gets_it_back(level):
    HeldStock.objects.all().delete()

    run("--mend")

    assert HeldStock.objects.get().units == 2
    assert find_stock_drift().is_empty
