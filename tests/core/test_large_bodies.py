"""A body full of mistakes costs no more than one without."""

import orjson
import pytest
from rest_framework import serializers

from core.web.api.base import LARGEST_BODY_BYTES, MOST_VALUES
from core.web.api.fast_parser import StrictSerializer
from core.web.api.problems import LONGEST_PATH, MOST_ERRORS
from tests.client import Api

pytestmark = pytest.mark.django_db


def doors(kind=StrictSerializer):
    """Every class that reads a request's body."""
    for found in kind.__subclasses__():
        if found.__module__.partition(".")[0] in {"accounts", "inventory", "carts", "orders", "omnistore"}:
            yield found
        yield from doors(found)


def test_every_list_in_a_body_has_a_greatest_length():
    import omnistore.urls  # noqa: F401 - loads every view

    found = set(doors())
    endless = [
        f"{door.__name__}.{name}"
        for door in found
        for name, field in door().fields.items()
        if isinstance(field, serializers.ListField | serializers.ListSerializer) and not field.max_length
    ]

    assert len(found) > 20
    assert endless == []


def fulfilments(number):
    return {"cart_version": 1, "expected_total": {}, "fulfilments": [{"kind": "nonsense"}] * number}


def test_a_list_that_is_too_long_is_refused_without_reading_its_items(ana):
    answer = Api(ana).post("checkout/", fulfilments(2000))

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "invalid")
    assert len([error for error in problem["errors"] if error["field"].startswith("fulfilments")]) == 1


def test_unknown_fields_are_told_up_to_a_hundred(ana):
    answer = Api(ana).post("cart/lines/", {f"field-{number}": number for number in range(5000)})

    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == MOST_ERRORS


def test_a_long_name_of_a_field_is_not_sent_back_in_full(ana):
    answer = Api(ana).post("cart/lines/", {"x" * 100_000: 1})

    assert answer.json()["errors"][0]["field"] == "x" * LONGEST_PATH


@pytest.mark.parametrize(
    "body",
    [fulfilments(60_000), {f"f{number}": 1 for number in range(60_000)}, {"sku": [1] * (MOST_VALUES + 1)}],
    ids=["fulfilments", "unknown fields", "numbers"],
)
def test_a_body_of_very_many_values_is_not_parsed(ana, body):
    assert len(orjson.dumps(body)) < LARGEST_BODY_BYTES + 500_000

    answer = Api(ana).post("checkout/", body)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
