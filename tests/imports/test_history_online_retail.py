import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F, Sum

from accounts.models import Customer
from core.data.invariants import find_breaches
from core.models import JournalEntry
from inventory.models import Product, StockMovement, Variant
from orders.models import Order, OrderLine, Payment, Refund, Return

pytestmark = pytest.mark.django_db

HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
DECEMBER = "2009-12-01 07:45:00"
JULY = "2010-07-01 09:00:00"


def line(invoice, code, quantity, price, *, on=DECEMBER, of="13085", called="THING", country="United Kingdom"):
    """One line of the old shop's export."""
    return (invoice, code, called, quantity, on, price, of, country)


@pytest.fixture
def load(write_csv, run):
    """Import lines with the profile of Online Retail II."""

    def load(*lines, options=()):
        return run(
            "import_history", write_csv(HEADER, *lines), "--profile", "online-retail-ii", "--sessions", "1", *options
        )

    return load


def test_an_invoice_becomes_a_completed_order_with_its_payment(load):
    figures = load(
        line("489434", "85048", 12, "6.95", called=" WHITE LIGHTS "),
        line("489434", "79323w", 2, "6.75"),
        line("489434", "POST", 1, "18.00", called="POSTAGE"),
    )

    assert (figures["lines"], figures["imported"], figures["orders"], figures["products"]) == (3, 3, 1, 2)
    order = Order.objects.get()
    assert (order.number, order.external_id, order.state) == ("ORII-489434", "online-retail-ii:489434", "completed")
    assert (order.channel, order.currency, order.items_total, order.grand_total) == ("web", "GBP", 11490, 11490)
    assert order.placed_at == order.closed_at == datetime(2009, 12, 1, 7, 45, tzinfo=UTC)
    assert order.customer.external_id == "online-retail-ii:13085"
    lights, cherry, postage = order.lines.all()
    assert (lights.position, lights.sku, lights.name, lights.quantity) == (1, "85048", "WHITE LIGHTS", 12)
    assert (lights.unit_price, lights.line_total, lights.quantity_fulfilled) == (695, 8340, 12)
    assert (cherry.sku, cherry.variant.sku) == ("79323W", "79323W")
    assert (postage.sku, postage.name, postage.variant, postage.line_total) == ("POST", "POSTAGE", None, 1800)
    payment = Payment.objects.get()
    assert (payment.method, payment.state, payment.amount, payment.captured_at) == (
        "imported",
        "captured",
        11490,
        order.placed_at,
    )
    assert not StockMovement.objects.exists()


def test_times_are_londons(load):
    load(line("489434", "85048", 1, "6.95", on=JULY))

    assert Order.objects.get().placed_at == datetime(2010, 7, 1, 8, tzinfo=UTC)


def test_it_stands_on_the_persons_timeline_on_the_day_it_was_placed(load):
    load(line("489434", "85048", 2, "6.95"), line("C489449", "85048", -1, "6.95", on=JULY))

    customer = Customer.objects.get()
    placed, returned = JournalEntry.objects.filter(customer_id=customer.pk).order_by("occurred_at")
    assert (placed.kind, placed.ref, placed.channel) == ("order.imported", "ORII-489434", "web")
    assert placed.occurred_at == datetime(2009, 12, 1, 7, 45, tzinfo=UTC)
    order = Order.objects.get()
    assert placed.payload == {
        "order_id": order.pk,
        "total": 1390,
        "currency": "GBP",
        "lines": 1,
        "country": "United Kingdom",
    }
    assert (returned.kind, returned.ref) == ("return.imported", "ORII-C489449")
    assert returned.payload["order_id"] == order.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_journal_2009_12")
        assert cursor.fetchone() == (1,)


def test_products_are_drafts_with_their_usual_name_and_price(load):
    load(
        line("1", "85048", 1, "6.95", called="LIGHTS"),
        line("2", "85048", 1, "7.95", called="LIGHTS"),
        line("3", "85048", 1, "7.95", called="LIGHTS?"),
        line("4", "85048", 1, "0.0", called=""),
    )

    product = Product.objects.get()
    assert (product.slug, product.name, product.state, product.published_at) == (
        "85048",
        {"en": "LIGHTS"},
        "draft",
        None,
    )
    assert list(product.variants.get().prices.values_list("currency", "amount")) == [("GBP", 795)]


def test_products_are_published_when_told_to(load):
    load(line("1", "85048", 1, "6.95"), options=["--publish"])

    assert Product.objects.published().count() == 1


def test_what_the_shop_sells_already_is_not_made_again(load):
    Product.objects.create(slug="79323w", name={"en": "Something else"})
    mug = Product.objects.create(slug="mug", name={"en": "Mug"})
    Variant.objects.create(product=mug, sku="85048")

    figures = load(line("1", "85048", 1, "6.95"), line("1", "79323W", 1, "6.75"))

    assert figures["products"] == 1
    assert OrderLine.objects.get(sku="85048").variant.product == mug
    assert Variant.objects.get(sku="79323W").product.slug.startswith("79323w-imported-")


def test_guests_stay_guests_and_twins_stay_two_lines(load):
    figures = load(line("1", "85048", 1, "6.95", of=""), line("1", "85048", 1, "6.95", of=""))

    order = Order.objects.get()
    assert (order.customer, order.lines.count(), order.grand_total) == (None, 2, 1390)
    assert (figures["customers"], figures["imported"]) == (0, 2)
    assert not Customer.objects.exists()


def test_a_cancellation_gives_back_what_was_bought_last(load):
    load(
        line("1", "85048", 5, "6.95", on="2009-12-01 08:00:00"),
        line("2", "85048", 5, "6.95", on="2009-12-02 08:00:00"),
        line("3", "85048", 5, "6.95", on="2009-12-09 08:00:00"),
        line("C4", "85048", -4, "6.95", on="2009-12-03 08:00:00"),
        line("C5", "85048", -4, "6.95", on="2009-12-04 08:00:00"),
    )

    returned = dict(OrderLine.objects.values_list("order__number", "quantity_returned"))
    assert returned == {"ORII-1": 4, "ORII-2": 4, "ORII-3": 0}
    back = Return.objects.get(number="ORII-C4")
    assert (back.order.number, back.state, back.amount, back.currency) == ("ORII-2", "refunded", 2780, "GBP")
    assert back.requested_at == datetime(2009, 12, 3, 8, tzinfo=UTC)
    returned_line = back.lines.get()
    assert (returned_line.quantity, returned_line.amount, returned_line.sku) == (4, 2780, "85048")
    assert returned_line.order_line.order.number == "ORII-2"
    payment = Payment.objects.get(order__number="ORII-2")
    assert (payment.refunded, payment.refunds.get().amount, payment.refunds.get().state) == (2780, 2780, "done")


@pytest.mark.parametrize(
    "cancelled",
    [
        line("C9", "85048", -6, "6.95", on=JULY),
        line("C9", "85048", -1, "5.95", on=JULY),
        line("C9", "85049", -1, "6.95", on=JULY),
        line("C9", "85048", -1, "6.95", on=JULY, of="17850"),
        line("C9", "85048", -1, "6.95", on=JULY, of=""),
        line("C9", "85048", -1, "6.95", on="2009-11-30 09:00:00"),
        line("C9", "D", -1, "6.95", on=JULY, called="Discount"),
    ],
)
def test_what_matches_no_order_is_a_return_without_one(load, cancelled):
    figures = load(line("1", "85048", 5, "6.95"), cancelled)

    assert (figures["imported"], figures["returns"]) == (2, 1)
    back = Return.objects.get()
    assert (back.order, back.lines.get().order_line) == (None, None)
    assert back.amount == -round(Decimal(cancelled[5]) * 100) * cancelled[3]
    assert OrderLine.objects.get().quantity_returned == 0
    assert not Refund.objects.exists()


def test_a_cancellation_over_several_orders_is_one_return_for_each(load):
    load(
        line("1", "85048", 5, "6.95"),
        line("2", "79323W", 5, "6.75"),
        line("C3", "85048", -1, "6.95", on=JULY),
        line("C3", "79323W", -2, "6.75", on=JULY),
        line("C3", "22041", -1, "2.10", on=JULY),
        line("C3", "85048", -1, "6.95", on=JULY),
    )

    parts = Return.objects.order_by("number").values_list("number", "external_id", "order__number", "amount")
    assert list(parts) == [
        ("ORII-C3", "online-retail-ii:C3", "ORII-1", 1390),
        ("ORII-C3~2", "online-retail-ii:C3~2", "ORII-2", 1350),
        ("ORII-C3~3", "online-retail-ii:C3~3", None, 210),
    ]


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (line("A506401", "B", 1, "-53594.36", of=""), "bad_debt"),
        (line("489464", "21733", -96, "0.0", of=""), "stock_write_off"),
        (line("489464", "21733", -96, "1.0", of=""), "negative_quantity"),
        (line("489464", "21733", 96, "0.0", of=""), "stock_adjustment"),
        (line("C496350", "M", 1, "373.57", of=""), "cancellation_adds_units"),
        (line("489464", "21733", 0, "1.0"), "no_quantity"),
        (line("489464", "21733", 1_000_001, "1.0"), "quantity_too_large"),
        (line("489464", "PADS", 1, "0.001"), "below_minor_unit"),
        (line("489464", "21733", 1, "-1.00"), "negative_price"),
        (line("489464", "21733", "a dozen", "1.00"), "not_a_whole_number"),
        (line("489464", "21733", 1, "1,00"), "not_a_number"),
        (line("489464", "21733", 1, "1.00", on="01/12/2009 07:45"), "not_a_time"),
        (line("489464", "21733", 1, "1.00", on="1009-12-01 07:45"), "time_out_of_range"),
        (line("", "21733", 1, "1.00"), "missing_value"),
        (line("489 464", "21733", 1, "1.00"), "number_not_valid"),
        (line("489464", "", 1, "1.00"), "missing_value"),
        (line("489464", "21733", 1, "1.00", called="x" * 301), "too_long"),
        (line("489464", "21733", 1, "1.00", of="x" * 41), "too_long"),
        (line("489464", "21733", 1, "1.00")[:7], "wrong_column_count"),
    ],
)
def test_refuses_what_is_no_sale_and_accounts_for_it(load, refused, reason):
    figures = load(line("1", "85048", 2, "6.95"), refused)

    assert figures["report"] == [(3, reason)]
    assert (figures["lines"], figures["imported"], figures["refused"]) == (2, 1, 1)
    assert figures["net_sum_imported"] == 13.9
    assert Order.objects.get().number == "ORII-1"
    assert not Return.objects.exists()


def test_a_free_gift_of_a_customer_is_no_correction_of_stock(load):
    figures = load(
        line("1", "85048", 1, "0.0"),
        line("2", "85048", 1, "6.95", of=""),
        line("2", "79323W", 1, "0.0", of=""),
    )

    assert (figures["imported"], figures["refused"]) == (3, 0)
    assert Order.objects.get(number="ORII-1").grand_total == 0
    assert not Payment.objects.filter(order__number="ORII-1").exists()


def test_lines_of_one_invoice_must_be_one_persons(load):
    figures = load(line("1", "85048", 1, "6.95"), line("1", "85048", 1, "6.95", of="17850"))

    assert figures["refused_by_reason"] == {"differs_within_order": 2}
    assert not Order.objects.exists()


MIXED = (
    line("1", "85048", 3, "6.95"),
    line("1", "POST", 1, "18.00"),
    line("2", "85048", 1, "6.95", of="", on=JULY),
    line("A3", "B", 1, "-100.00", of=""),
    line("C4", "85048", -2, "6.95", on=JULY),
    line("C4", "D", -1, "5.00", on=JULY),
    line("5", "85048", -7, "0.0", of=""),
    line("6", "PADS", 1, "0.001"),
)


def test_every_line_and_penny_is_accounted_for(load):
    figures = load(*MIXED)

    assert figures["lines"] == figures["imported"] + figures["refused"] == 8
    assert (figures["net_sum_imported"], figures["net_sum_refused"]) == (26.9, -100.0)
    sold = Order.objects.aggregate(sum=Sum("grand_total"))["sum"]
    assert sold - Return.objects.aggregate(sum=Sum("amount"))["sum"] == 2690
    assert find_breaches() == {}


def test_a_second_run_imports_nothing_twice(load):
    load(*MIXED)
    before = _everything()

    figures = load(*MIXED)

    assert _everything() == before
    assert (figures["imported"], figures["already_there"], figures["refused"]) == (0, 5, 3)
    assert (figures["orders"], figures["returns"], figures["customers"], figures["products"]) == (0, 0, 0, 0)
    assert (figures["net_sum_imported"], figures["net_sum_already_there"], figures["net_sum_refused"]) == (
        0.0,
        26.9,
        -100.0,
    )


def test_a_longer_file_adds_what_is_new(load):
    load(*MIXED[:2])

    figures = load(*MIXED)

    assert (figures["imported"], figures["already_there"], figures["refused"]) == (3, 2, 3)
    assert OrderLine.objects.get(order__number="ORII-1", sku="85048").quantity_returned == 2


def test_an_invoice_that_changed_since_is_refused(load):
    load(*MIXED)
    before = _everything()

    figures = load(line("1", "85048", 4, "6.95"), line("C4", "85048", -2, "6.95", on=JULY), *MIXED[2:3])

    assert figures["refused_by_reason"] == {"differs_from_imported": 2}
    assert figures["already_there"] == 1
    assert _everything() == before


def test_a_dry_run_accounts_for_all_and_writes_nothing(load):
    figures = load(*MIXED, options=["--dry-run"])

    assert (figures["imported"], figures["orders"], figures["customers"], figures["products"]) == (5, 2, 1, 1)
    assert not any(_everything())


def test_pieces_of_any_size_come_to_the_same(load):
    load(*MIXED, options=["--rows-per-transaction", "1"])

    assert OrderLine.objects.count() == 3
    assert OrderLine.objects.get(order__number="ORII-1", sku="85048").quantity_returned == 2


def test_ends_with_one_line_of_json(load, write_csv, capsys):
    from django.core.management import call_command

    call_command(
        "import_history",
        str(write_csv(HEADER, *MIXED)),
        profile="online-retail-ii",
        sessions=1,
        json=True,
        verbosity=1,
    )

    captured = capsys.readouterr()
    assert captured.out.count("\n") == 1
    figures = json.loads(captured.out, parse_float=Decimal)
    wanted = {"lines", "imported", "refused", "customers", "orders", "products", "seconds", "peak_mb"}
    assert wanted <= set(figures)
    assert figures["net_sum_imported"].as_tuple().exponent == -2
    assert "Writing orders" in captured.err


def _everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Order, OrderLine, Payment, Refund, Return, Customer, Product, Variant)
    ] + [list(JournalEntry.objects.order_by("id").values_list("id", F("kind")))]
