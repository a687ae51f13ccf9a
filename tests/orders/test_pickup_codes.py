import pytest

from orders.rules.pickup_codes import collection_code, is_pickup_code

SECRET = b"a secret of the shop"


def test_is_eight_digits_that_stay_the_same():
    assert collection_code(7, secret=SECRET) == collection_code(7, secret=SECRET)
    assert len(collection_code(7, secret=SECRET)) == 8
    assert collection_code(7, secret=SECRET).isdigit()


def test_differs_between_fulfilments_and_between_secrets():
    codes = {collection_code(number, secret=SECRET) for number in range(1, 2001)}

    assert len(codes) > 1990
    assert collection_code(7, secret=SECRET) != collection_code(7, secret=b"another")


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{0[0]}{0[1]}{0[2]}{0[3]}-{0[4]}{0[5]}{0[6]}{0[7]}"])
def test_is_recognised_however_it_is_typed(spelling):
    typed = spelling.format(collection_code(7, secret=SECRET))

    assert is_pickup_code(typed, fulfilment_id=7, secrets=[SECRET])


def test_is_recognised_in_persian_digits():
    persian = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

    typed = collection_code(7, secret=SECRET).translate(persian)

    assert is_pickup_code(typed, fulfilment_id=7, secrets=[SECRET])


@pytest.mark.parametrize("given", ["", "0", "12345678901234567890", "²³²³²³²³", "code"])
def test_anything_else_is_wrong(given):
    assert not is_pickup_code(given, fulfilment_id=7, secrets=[SECRET])


def test_the_code_of_another_fulfilment_is_wrong():
    assert not is_pickup_code(collection_code(8, secret=SECRET), fulfilment_id=7, secrets=[SECRET])
