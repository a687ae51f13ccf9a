import pytest

from core.web.card_numbers import holds_card_number
from tests.client import Api


@pytest.mark.parametrize(
    "text",
    ["4242424242424242", "my card 4242 4242 4242 4242, thanks", "5555-5555-5555-4444", "378282246310005",
     "6011000990139424", "2223003122003222", "30569309025904"],
)  # fmt: skip
def test_card_numbers_are_detected(text):
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    ["", "4242424242424243", "4006381333931", "+49 171 3920001", "481516234200", "Torstraße 112, 10119 Berlin",
     "1" * 40, "7K3M-Q9TX-4RVB-H2WD", "42424242424242424242424242"],
)  # fmt: skip
def test_other_digits_are_accepted(text):
    assert not holds_card_number(text)


def test_no_text_field_of_the_api_accepts_a_card_number(ana):
    refused = Api(ana).patch("me/", {"name": "4242 4242 4242 4242"})

    assert refused.status_code == 400
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [("name", "card_number")]
    assert "4242" not in refused.content.decode()
