import pytest
from django.db.models import Sum
from django.utils import timezone

from core.data.imports import Options, Silence
from inventory.models import StockLevel, StockMovement
from inventory.services.stock_import import import_stock
from tests.factories.inventory import make_store, make_variant

pytestmark = pytest.mark.django_db

HEADER = "sku,location,on_hand"


@pytest.fixture
def mug():
    return make_variant(sku="MUG")


@pytest.fixture
def mitte():
    return make_store("ber-mitte")


def level_of(sku: str) -> tuple[int, int, int]:
    level = StockLevel.objects.get(variant__sku=sku)
    return level.on_hand, level.reserved, level.safety


def test_sets_levels_by_movements_of_the_difference(write_csv, run, mug, mitte):
    StockLevel.objects.create(variant=make_variant(sku="POT"), location=mitte, on_hand=9, reserved=2, safety=1)

    figures = run("import_stock", write_csv(HEADER, ("MUG", "ber-mitte", 5), ("POT", "ber-mitte", 4)))

    assert (figures["created"], figures["updated"], figures["refused"]) == (1, 1, 0)
    assert (level_of("MUG"), level_of("POT")) == ((5, 0, 0), (4, 2, 1))
    moved = StockMovement.objects.order_by("level__variant__sku").values_list(
        "level__variant__sku", "kind", "on_hand_change", "reserved_change", "cause_kind", "channel"
    )
    assert list(moved) == [
        ("MUG", "adjusted", 5, 0, "import", "system"),
        ("POT", "adjusted", -5, 0, "import", "system"),
    ]


def test_a_second_run_moves_nothing_and_a_recount_the_difference(write_csv, run, mug, mitte):
    path = write_csv(HEADER, ("MUG", "ber-mitte", 5))
    run("import_stock", path)

    again = run("import_stock", path)
    recount = run("import_stock", write_csv(HEADER, ("MUG", "ber-mitte", 3)))

    assert (again["same"], recount["updated"]) == (1, 1)
    assert level_of("MUG") == (3, 0, 0)
    assert StockMovement.objects.count() == 2
    assert StockMovement.objects.aggregate(sum=Sum("on_hand_change"))["sum"] == 3


def test_sets_safety_where_the_column_is_filled(write_csv, run, mug, mitte):
    header = f"{HEADER},safety"
    run("import_stock", write_csv(header, ("MUG", "ber-mitte", 5, 2)))
    run("import_stock", write_csv(header, ("MUG", "ber-mitte", 5, "")))
    assert level_of("MUG") == (5, 0, 2)

    figures = run("import_stock", write_csv(header, ("MUG", "ber-mitte", 5, 3)))

    assert figures["updated"] == 1
    assert level_of("MUG") == (5, 0, 3)
    assert StockMovement.objects.count() == 1


def test_a_level_of_nothing_needs_no_movement(write_csv, run, mug, mitte):
    run("import_stock", write_csv(HEADER, ("MUG", "ber-mitte", 0)))

    assert level_of("MUG") == (0, 0, 0)
    assert not StockMovement.objects.exists()


def test_a_promise_made_while_the_file_is_written_counts(write_csv, mug, mitte):
    pot = StockLevel.objects.create(variant=make_variant(sku="POT"), location=mitte)
    run_path = write_csv(HEADER, ("MUG", "ber-mitte", 5), ("POT", "ber-mitte", 2))
    StockLevel.objects.filter(pk=pot.pk).update(on_hand=4)

    class Shopper(Silence):
        """Reserves three pots once the first transaction is through."""

        def show(self, step: str, part: float) -> None:
            if step == "Writing":
                StockLevel.objects.filter(pk=pot.pk).update(reserved=3)

    options = Options(now=timezone.now(), rows_per_transaction=1, progress=Shopper())
    figures = import_stock(path=run_path, options=options)

    assert figures["refused_by_reason"] == {"below_reserved": 1}
    assert (level_of("MUG"), level_of("POT")) == ((5, 0, 0), (4, 3, 0))


def test_a_dry_run_writes_nothing(write_csv, run, mug, mitte):
    assert run("import_stock", write_csv(HEADER, ("MUG", "ber-mitte", 5)), "--dry-run")["created"] == 1
    assert not StockLevel.objects.exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("MUG", "ber-mitte", 1), "below_reserved"),
        (("CUP", "ber-mitte", 5), "unknown_sku"),
        (("MUG", "nowhere", 5), "unknown_location"),
        (("MUG", "ber-mitte", -1), "negative_quantity"),
        (("MUG", "ber-mitte", "many"), "not_a_whole_number"),
        (("", "ber-mitte", 1), "missing_value"),
        (("POT", "ber-mitte", 1), "duplicate_key"),
    ],
)
def test_refuses_a_bad_row_alone(write_csv, run, mug, mitte, row, reason):
    make_variant(sku="POT")
    StockLevel.objects.create(variant=mug, location=mitte, on_hand=4, reserved=2)

    figures = run("import_stock", write_csv(HEADER, ("POT", "ber-mitte", 7), row))

    assert figures["report"] == [(3, reason)]
    assert (level_of("POT"), level_of("MUG")) == ((7, 0, 0), (4, 2, 0))


@pytest.mark.parametrize("written", ["mug", "Mug", "ＭＵＧ", " MUG "])
def test_an_sku_is_one_in_every_spelling(write_csv, run, mug, mitte, written):
    figures = run("import_stock", write_csv(HEADER, (written, "ber-mitte", 5), ("MUG", "ber-mitte", 9)))

    assert (figures["created"], figures["report"]) == (1, [(3, "duplicate_key")])
    assert level_of("MUG") == (5, 0, 0)


def test_no_second_count_takes_the_place_of_a_refused_first(write_csv, run, mug, mitte):
    figures = run("import_stock", write_csv(HEADER, ("MUG", "ber-mitte", "many"), ("mug", "ber-mitte", 9)))

    assert figures["report"] == [(2, "not_a_whole_number"), (3, "duplicate_key")]
    assert not StockLevel.objects.exists()


def test_a_wrong_safety_stock_leaves_the_one_that_stands(write_csv, run, mug, mitte):
    run("import_stock", write_csv(f"{HEADER},safety", ("MUG", "ber-mitte", 5, 2)))

    figures = run("import_stock", write_csv(f"{HEADER},safety", ("MUG", "ber-mitte", 6, "few")))

    assert figures["told"] == [(2, "safety", "not_a_whole_number", "few")]
    assert level_of("MUG") == (6, 0, 2)
