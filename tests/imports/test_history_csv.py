from datetime import UTC, datetime

import pytest
from django.core.management import CommandError
from django.urls import reverse

from accounts.models import Customer
from core.data.invariants import find_breaches
from core.models import JournalEntry
from inventory.models import Product
from orders.models import Order, Return
from tests.factories.accounts import make_contact
from tests.factories.inventory import make_store, make_variant

pytestmark = pytest.mark.django_db

HEADER = "order,placed_at,sku,quantity,unit_price,currency,channel,name,customer,email,store"
NAMES = HEADER.split(",")


def line(order="1001", quantity=1, sku="MUG", unit_price="12.90", **others):
    """One line of an order; others: further columns by name."""
    cells = {
        "order": order,
        "placed_at": "2024-05-01T10:00:00+02:00",
        "sku": sku,
        "quantity": quantity,
        "unit_price": unit_price,
        "currency": "EUR",
        "channel": "till",
    } | others
    return tuple(cells.get(name, "") for name in NAMES)


@pytest.fixture
def load(write_csv, run):
    """Import lines of historical orders."""
    return lambda *lines, options=(): run("import_history", write_csv(HEADER, *lines), "--sessions", "1", *options)


def test_an_order_finds_its_customer_store_and_goods(load):
    ana = make_contact("Ana", external_id="77")
    mug = make_variant(sku="MUG")
    mitte = make_store("ber-mitte")

    figures = load(
        line(customer="77", store="ber-mitte", email="Ana@Example.com"),
        line(customer="77", store="ber-mitte", email="ana@example.com", sku="", name="Gift wrap", unit_price="2.00"),
    )

    assert (figures["imported"], figures["customers"], figures["products"]) == (2, 0, 0)
    order = Order.objects.get()
    assert (order.number, order.external_id) == ("HISTORY-1001", "history:1001")
    assert (order.customer, order.store, order.channel, order.currency) == (ana, mitte, "till", "EUR")
    assert (order.grand_total, order.contact_email) == (1490, "ana@example.com")
    assert order.placed_at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    goods, wrap = order.lines.all()
    assert (goods.variant, goods.name) == (mug, "MUG")
    assert (wrap.variant, wrap.sku, wrap.name) == (None, "", "Gift wrap")


@pytest.mark.parametrize(
    ("currency", "price", "total"), [("BGN", "12.90", 1290), ("HRK", "12.90", 1290), ("ITL", "5000", 5000)]
)
def test_an_order_of_the_past_keeps_its_withdrawn_currency(load, currency, price, total):
    figures = load(line(currency=currency, unit_price=price))

    assert figures["imported"] == 1
    order = Order.objects.get()
    assert (order.currency, order.grand_total) == (currency, total)


def test_unknown_people_become_contacts_and_unknown_goods_drafts(load):
    figures = load(
        line(customer="78", email="kim@example.com", sku="POT", name="Pot"), line("1002", email="x@y.example")
    )

    assert (figures["customers"], figures["products"]) == (1, 2)
    kim = Customer.objects.get()
    assert (kim.external_id, kim.email, kim.has_usable_password()) == ("78", "kim@example.com", False)
    assert Product.objects.get(slug="pot").name == {"en": "Pot"}
    guest = Order.objects.get(number="HISTORY-1002")
    assert (guest.customer, guest.contact_email) == (None, "x@y.example")


def test_negative_quantities_are_returns(load):
    load(
        line(customer="78", quantity=3),
        line("R5", customer="78", quantity=-2, placed_at="2024-06-01", store=""),
    )

    back = Return.objects.get()
    assert (back.number, back.order.number, back.amount) == ("HISTORY-R5", "HISTORY-1001", 2580)


def test_currencies_keep_their_places(load):
    load(line("1", currency="JPY", unit_price="500"), line("2", currency="KWD", unit_price="1.005"))

    assert list(Order.objects.order_by("number").values_list("currency", "grand_total")) == [
        ("JPY", 500),
        ("KWD", 1005),
    ]


def test_sources_keep_the_same_numbers_apart(load):
    load(line(), options=["--source", "old-till"])
    load(line(), options=["--source", "magento"])

    assert set(Order.objects.values_list("number", flat=True)) == {"OLD-TILL-1001", "MAGENTO-1001"}


@pytest.mark.parametrize("source", ["Old", "with space", "x" * 13, "orii", "é"])
def test_a_source_needs_a_plain_name(load, source):
    with pytest.raises(CommandError):
        load(line(), options=["--source", source])
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"order": ""}, "missing_value"),
        ({"order": "10~01"}, "number_not_valid"),
        ({"order": "x" * 25}, "too_long"),
        ({"placed_at": "soon"}, "not_a_time"),
        ({"sku": ""}, "missing_value"),
        ({"quantity": "0"}, "no_quantity"),
        ({"quantity": "1.5"}, "not_a_whole_number"),
        ({"unit_price": "-1", "quantity": "-1"}, "negative_price"),
        ({"unit_price": "1.005"}, "below_minor_unit"),
        ({"currency": "EURO"}, "too_long"),
        ({"currency": "XYQ"}, "unknown_currency"),
        ({"channel": ""}, "missing_value"),
        ({"channel": "Till 3"}, "channel_not_valid"),
        ({"store": "nowhere"}, "unknown_store"),
    ],
)
def test_one_refused_line_keeps_its_order_out_and_no_other(load, changes, reason):
    figures = load(line("1"), line("2"), line(**({"order": "2"} | changes)))

    refused_together = "order" not in changes and reason != "unknown_store"
    together = {reason: 1, "order_incomplete": 1} if refused_together else {reason: 1}
    assert figures["refused_by_reason"] == (together if reason != "unknown_store" else {"differs_within_order": 2})
    assert Order.objects.filter(number="HISTORY-1").exists()
    assert Order.objects.filter(number="HISTORY-2").exists() is not (refused_together or reason == "unknown_store")


def test_a_corrected_file_completes_what_was_refused(load):
    load(line("1"), line("2"), line("2", quantity="many"))

    figures = load(line("1"), line("2"), line("2", quantity=2))

    assert (figures["imported"], figures["already_there"], figures["refused"]) == (2, 1, 0)
    assert Order.objects.get(number="HISTORY-2").grand_total == 3870


def test_an_unknown_store_is_refused(load):
    assert load(line(store="nowhere"))["refused_by_reason"] == {"unknown_store": 1}


def test_an_order_larger_than_money_is_refused(load):
    figures = load(*(line(quantity=1_000_000, unit_price="99999999") for _ in range(12)))

    assert figures["refused_by_reason"] == {"total_too_large": 12}


def test_other_separators_are_read(write_bytes, run):
    path = write_bytes(b"order;placed_at;sku;quantity;unit_price;currency;channel\n1;2024-05-01;MUG;1;1.00;EUR;web\n")

    assert run("import_history", path, "--delimiter", ";", "--sessions", "1")["imported"] == 1


def test_a_file_of_another_kind_gets_one_clear_sentence(write_bytes, run):
    with pytest.raises(CommandError) as refusal:
        run("import_history", write_bytes(b"a,b\n1,2\n"))

    assert "lacks the columns channel, currency, order" in str(refusal.value)


def test_a_number_with_slashes_stands_in_addresses(load):
    make_variant(sku="MUG")
    make_store("ber-mitte")

    figures = load(line(order="SO/2024/001", store="ber-mitte"), line(order="SO-2024-001", store="ber-mitte"))

    assert (figures["imported"], figures["refused"]) == (2, 0)
    order = Order.objects.get(external_id="history:SO/2024/001")
    assert order.number == "HISTORY-SO~2024~001"
    assert JournalEntry.objects.filter(kind="order.imported", ref=order.number).exists()
    assert reverse("admin:till_order", args=[order.number]).endswith("/HISTORY-SO~2024~001/")
    assert load(line(order="SO/2024/001", store="ber-mitte"))["already_there"] == 1


def test_a_discount_is_a_line_below_zero(load):
    figures = load(line(quantity=2), line(sku="SPRING", name="Spring voucher", unit_price="-5.00"))

    assert (figures["imported"], figures["products"], figures["net_sum_imported"]) == (2, 1, 20.8)
    order = Order.objects.get()
    assert (order.items_total, order.grand_total) == (2080, 2080)
    discount = order.lines.last()
    assert (discount.variant, discount.sku, discount.line_total) == (None, "SPRING", -500)
    assert order.payments.get().amount == 2080
    assert find_breaches() == {}


def test_no_order_is_below_zero_in_all(load):
    figures = load(line(), line(sku="", name="Voucher", unit_price="-20.00"))

    assert figures["refused_by_reason"] == {"negative_total": 2}
    assert not Order.objects.exists()


def test_an_unusable_address_is_left_out_and_told(load):
    figures = load(line(email="nobody"))

    assert (figures["imported"], figures["told"]) == (1, [(2, "email", "email_not_valid", "nobody")])
    assert Order.objects.get().contact_email == ""


@pytest.mark.parametrize("broken", ["1001,x,y\n", '1001,2024-05-01T10:00:00+02:00,"MUG\n'])
def test_an_order_one_of_whose_lines_is_broken_is_not_imported_without_it(write_bytes, run, broken):
    whole = ",".join(map(str, line()))
    path = write_bytes(f"{HEADER}\n{whole}\n{broken}{whole.replace('1001', '1002')}\n".encode())

    figures = run("import_history", path, "--sessions", "1")

    assert figures["refused_by_reason"]["order_incomplete"] == 1
    assert list(Order.objects.values_list("number", flat=True)) == ["HISTORY-1002"]


@pytest.mark.parametrize("written", ["mug", "ＭＵＧ"])
def test_history_finds_an_article_in_every_spelling(load, written):
    mug = make_variant(sku="MUG")

    figures = load(line("1", sku=written), line("2", sku="pot"), line("3", sku="POT"))

    assert figures["products"] == 1
    assert Order.objects.get(number="HISTORY-1").lines.get().variant == mug
    assert Order.objects.get(number="HISTORY-3").lines.get().variant.sku == "POT"
