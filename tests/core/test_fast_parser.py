"""The fast parser must return exactly what REST framework would."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from hypothesis import given, settings
from hypothesis import strategies as some
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.web.api.base import StrictSerializer
from core.web.api.fast_parser import NeedsFullParser, checked_values, parser_of

APPS = ("accounts", "carts", "inventory", "orders", "core", "omnistore")


class Colour(StrictSerializer):
    name = serializers.CharField(min_length=2, max_length=5)
    shade = serializers.IntegerField(min_value=0, max_value=9, default=3)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["name"] == "grey":
            raise serializers.ValidationError("No greys.")
        return attrs | {"is_light": attrs["shade"] > 4}


class Shelf(StrictSerializer):
    code = serializers.CharField(trim_whitespace=False, allow_blank=True, required=False)
    kind = serializers.ChoiceField(["tall", "low"])
    is_locked = serializers.BooleanField(default=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=4), required=False, min_length=1, max_length=2)
    colours = Colour(many=True, required=False, allow_empty=False, max_length=2)
    main_colour = Colour(required=False)
    mail = serializers.EmailField(required=False)
    note = serializers.CharField(required=False, allow_null=True)
    made_on = serializers.DateField(required=False)
    boards = serializers.ListField(child=serializers.CharField(), default=list)


VALUES = some.one_of(
    some.sampled_from(
        ["", " ", "tall", " low", "red", "blue ", "grey", "line\nbreak", "nul\0", "\ud800", "true", "7", "1.0",
         "2026-02-30", "2026-02-28", "a@b.test", "4242 4242 4242 4242", None,
         True, False, 0, 9, 10, -1, 7.0, 2.5, [], {}]
    ),
    some.text(max_size=6),
)  # fmt: skip
COLOURS = some.dictionaries(some.sampled_from(["name", "shade", "depth"]), VALUES, max_size=3)
SHELVES = some.fixed_dictionaries(
    {"kind": some.one_of(some.sampled_from(["tall", "low"]), VALUES)},
    optional={
        "code": VALUES,
        "is_locked": some.one_of(some.booleans(), VALUES),
        "tags": some.one_of(some.lists(VALUES, max_size=3), VALUES),
        "colours": some.one_of(some.lists(COLOURS, max_size=3), VALUES),
        "main_colour": some.one_of(COLOURS, VALUES),
        "mail": VALUES,
        "note": VALUES,
        "made_on": VALUES,
        "legs": VALUES,
    },
)


@settings(max_examples=400, deadline=None)
@given(SHELVES)
def test_the_fast_parser_reads_what_the_framework_reads(body: dict[str, Any]) -> None:
    try:
        read = parser_of(Shelf())(body)
    except (NeedsFullParser, ValidationError):
        return

    assert repr(read) == repr(Shelf().run_validation(body))


@settings(max_examples=200, deadline=None)
@given(SHELVES)
def test_a_body_is_refused_exactly_as_the_framework_refuses_it(body: dict[str, Any]) -> None:
    whole = Shelf(data=body)

    if whole.is_valid():
        assert repr(checked_values(Shelf, body)) == repr(dict(whole.validated_data))
    else:
        with pytest.raises(ValidationError) as refusal:
            checked_values(Shelf, body)
        assert refusal.value.detail == whole.errors


def test_an_ordinary_body_is_read_by_the_fast_parser() -> None:
    body = {
        "kind": "tall",
        "tags": ["oak"],
        "colours": [{"name": " red "}, {"name": "blue", "shade": 7}],
        "main_colour": {"name": "ochre", "shade": 5},
        "made_on": "2026-02-28",
    }

    read = parser_of(Shelf())

    assert read.__module__ == "core.web.api.fast_parser"
    assert read(body)["colours"] == [
        {"name": "red", "shade": 3, "is_light": False},
        {"name": "blue", "shade": 7, "is_light": True},
    ]


def test_a_default_that_is_made_is_made_anew_for_each_body() -> None:
    read = parser_of(Shelf())

    read({"kind": "tall"})["boards"].append("lost")

    assert read({"kind": "tall"})["boards"] == []


def test_no_body_of_the_api_is_left_to_the_framework_as_a_whole() -> None:
    assert get_resolver().url_patterns
    bodies = [kind for kind in _kinds_of(StrictSerializer) if kind.__module__.split(".")[0] in APPS]
    assert len(bodies) > 40

    left = {kind.__name__ for kind in bodies if parser_of(kind()).__module__ != "core.web.api.fast_parser"}

    # Three check a field with a method of their own; a kept address is output alone.
    assert left == {"DecisionsBody", "VisitEventBody", "RetryIn", "KeptAddress"}


@pytest.mark.parametrize(
    "odd",
    [
        type("Renamed", (StrictSerializer,), {"of": serializers.CharField(source="origin")}),
        type("Made", (StrictSerializer,), {"by": serializers.CharField(default=serializers.CurrentUserDefault())}),
        type("Checked", (StrictSerializer,), {"no": serializers.CharField(), "validate_no": lambda self, no: no * 2}),
        type("Told", (StrictSerializer,), {"id": serializers.CharField(read_only=True, default="7")}),
    ],
)
def test_a_serializer_with_its_own_methods_is_left_to_the_framework(odd: type[StrictSerializer]) -> None:
    whole = odd()

    assert parser_of(whole) == whole.run_validation


def _kinds_of(kind: type[StrictSerializer]) -> Iterator[type[StrictSerializer]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds_of(below)
