import pytest

from orders.rules.order_numbers import typed_order_number


@pytest.mark.parametrize(
    "typed",
    ["1042", "#1042", " # 1042 ", "١٠٤٢", "#۱۰۴۲", "１０４２", "\u200e1042\u200f", "https://shop.example/orders/1042/"],
)
def test_a_number_is_the_same_however_it_is_typed_or_scanned(typed):
    assert typed_order_number(typed) == "1042"


def test_the_number_of_another_system_keeps_its_letters():
    assert typed_order_number("#uci–536365") == "uci-536365"
