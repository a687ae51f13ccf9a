"""The guard knows payment cards by their issuers' ranges, however they are written, and nothing else."""

import random

import pytest
from stdnum import ean, imei, luhn
from stdnum.cn import ric

from core.texts.card_numbers import holds_card_number, may_hold_card_number
from core.web.api.fast_parser import holds_card
from tests.client import Api

# The numbers for tests that Stripe publishes.
PUBLISHED = [
    "4242424242424242", "4000056655665556", "5555555555554444", "2223003122003222", "5200828282828210",
    "5105105105105100", "378282246310005", "371449635398431", "6011111111111117", "6011000990139424",
    "6011981111111113", "3056930009020004", "36227206271667", "6555900000604105", "3566002020360505",
    "6200000000000005", "6200000000000047", "6205500000000000004",
]  # fmt: skip
BEGINNINGS = [
    ("4", 16), ("4", 19), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15), ("300", 14),
    ("305", 14), ("3095", 14), ("36", 14), ("38", 14), ("39", 16), ("6011", 16), ("6011", 19), ("644", 16),
    ("649", 16),
    ("65", 16), ("3528", 16), ("3589", 16), ("62", 16), ("62", 17), ("62", 19), ("8171", 16), ("5018", 16),
    ("5893", 16),
    ("6304", 16), ("6761", 19), ("2200", 16), ("2204", 16), ("2205", 16), ("9682", 16), ("9792", 16), ("9860", 16),
    ("8600", 16), ("5614", 16), ("9704", 16), ("9704", 19), ("606985", 16), ("608500", 16), ("820199", 16),
    ("60400100", 16), ("60420099", 19), ("606282", 16), ("6054740", 16),
    # Banks of Iran: Melli, Saderat, Mellat, Pasargad, Tejarat, Saman, Sepah, Refah, Keshavarzi.
    ("603799", 16), ("603769", 16), ("610433", 16), ("502229", 16), ("585983", 16), ("621986", 16), ("589210", 16),
    ("589463", 16), ("603770", 16),
]  # fmt: skip
MARKS = [" ", "  ", "-", " - ", "\u2013", "\u2014", "\u2212", "\u00a0", "\u202f", "\u2009", "/", " / ", ".", "_", "\t",
         "\n", "\u200c", "\u200f", "\u2066", "\ufeff", "\u00ad"]  # fmt: skip
SCRIPTS = ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]
CARD = "4242424242424242"


def complete(beginning, length, dice):
    body = beginning + "".join(dice.choices("0123456789", k=length - len(beginning) - 1))
    return body + luhn.calc_check_digit(body)


@pytest.mark.parametrize("number", PUBLISHED)
def test_the_numbers_that_issuers_publish_for_tests_are_found(number):
    assert holds_card_number(number)
    assert not holds_card_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(("beginning", "length"), BEGINNINGS)
def test_every_issuers_numbers_are_found(beginning, length):
    dice = random.Random(f"{beginning} {length}")

    assert all(holds_card_number(complete(beginning, length, dice)) for _ in range(50))


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("groups", [(4, 4, 4, 4), (4, 6, 6), (8, 8), (4, 12), (6, 10), (1,) * 16, (16,)])
def test_whatever_stands_between_the_digits(mark, groups):
    places = [sum(groups[:count]) for count in range(len(groups))]
    written = mark.join(CARD[place : place + size] for place, size in zip(places, groups, strict=True))

    assert holds_card_number(f"Pay with {written}, please.")


@pytest.mark.parametrize("digits", SCRIPTS)
@pytest.mark.parametrize("mark", ["", " ", "\u200c", "\u2013"])
def test_the_digits_of_every_script(digits, mark):
    written = mark.join(CARD[place : place + 4] for place in range(0, 16, 4)).translate(
        str.maketrans("0123456789", digits)
    )

    assert holds_card_number(f"کارت {written} من")


@pytest.mark.parametrize(
    "text",
    [f"+49 171 3920001 {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}", f"{CARD} 12/27 123", f"12.{CARD[:4]}", ""],
)
def test_other_numbers_beside_a_card_do_not_hide_it(text):
    assert holds_card_number(text) == (len(text) > len(CARD))


@pytest.mark.parametrize(
    "text", [f"card{CARD}", f"%B{CARD}^MORENO/ANA^2712101", f";{CARD}=27121010000000000000?", f"#{CARD}"]
)
def test_letters_and_marks_around_a_card_do_not_hide_it(text):
    assert holds_card_number(text)


def test_identities_of_phones_are_none():
    dice = random.Random(1)
    kinds = ["01", "10", "30", "33", "35", "44", "45", "49", "50", "51", "52", "53", "54", "86", "91", "98", "99"]
    identities = [complete(kind, 15, dice) for kind in kinds for _ in range(200)]

    assert all(map(imei.is_valid, identities))
    assert not any(map(holds_card_number, identities))
    assert not any(holds_card_number(f"{identity} {identity}, 12") for identity in identities)
    # Cut into the groups of its parts as phones show it.
    assert not any(holds_card_number(f"{one[:2]}-{one[2:8]}-{one[8:14]}-{one[14]}") for one in identities)


def test_numbers_of_goods_and_parcels_are_none():
    dice = random.Random(2)
    bodies = {
        length: ["".join(dice.choices("0123456789", k=length - 1)) for _ in range(2000)] for length in (8, 12, 13, 18)
    }
    goods = [body + ean.calc_check_digit(body) for some in bodies.values() for body in some]
    # A case's number begins with its level, 1 to 8; those of level 3 have the length and range of a Diners card.
    goods += [
        body + ean.calc_check_digit(body)
        for body in (dice.choice("1245678") + "".join(dice.choices("0123456789", k=12)) for _ in range(2000))
    ]

    assert not any(map(holds_card_number, goods))
    assert not any(holds_card_number(f"{number} {number}") for number in goods if len(number) == 13)
    assert not any(holds_card_number(f"2 {number} 3") for number in goods if len(number) == 13)


@pytest.mark.parametrize(
    "text",
    ["", "4242424242424243", "4006381333931", "+49 171 3920001", "481516234200", "Torstraße 112, 10119 Berlin",
     "1" * 40, "7K3M-Q9TX-4RVB-H2WD", "42424242424242424242424242", "1Z999AA10123456784", "00340434161094021501",
     "9400111899223397661056", "45.00 52.00 37.50 60.00", "42424242-4242-4242-8242-424242424242",
     "a" * 16 + CARD, "30.11.2026 12:30:15"],
)  # fmt: skip
def test_other_digits_are_none(text):
    assert not holds_card_number(text)


def test_persons_of_china_are_none():
    dice = random.Random(3)
    bodies = [
        f"620102{dice.randint(1950, 2009)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}{n:03}" for n in range(500)
    ]

    assert not any(holds_card_number(body + ric.calc_check_digit(body + "0")) for body in bodies)


@pytest.mark.parametrize("field", ["password1", "sku", "barcodes-0-code", "scanned", "tracking", "current_password"])
def test_scans_goods_and_passwords_are_not_searched(field):
    assert not may_hold_card_number(field)
    assert may_hold_card_number("note")


@pytest.mark.parametrize("name", ["4242 4242 4242 4242", "۴۲۴۲ ۴۲۴۲ ۴۲۴۲ ۴۲۴۲", 4242424242424242])
def test_no_text_field_of_the_api_accepts_a_card_number(ana, name):
    refused = Api(ana).patch("me/", {"name": name})

    assert refused.status_code == 400
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [("name", "card_number")]
    assert "4242" not in refused.content.decode()


def test_a_number_in_a_list_or_an_object_of_a_body_is_found(ana):
    event = {"message_id": "message-1", "kind": "page_viewed", "occurred_at": "2026-07-15T12:00:00Z"}

    refused = Api(ana).post("events/", {"events": [event | {"props": {"page": CARD}}]})

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "card_number")


def test_a_body_of_many_levels_is_searched_to_its_end():
    deep: object = CARD
    for _ in range(5000):
        deep = [deep]

    assert holds_card("name", deep)
