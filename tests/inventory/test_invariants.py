"""Each invariant of places and goods is broken on purpose, and found."""

import pytest
from django.utils import timezone

from core.data.invariants import find_breaches
from inventory.models import Location, Oversale, Product, Variant

pytestmark = pytest.mark.django_db


def test_sound_rows_have_no_breach(mug, high_street):
    Variant.objects.filter(pk=mug.pk).update(attributes={"colour": {"en": "Blue", "de": "Blau"}})

    assert find_breaches() == {}


def test_a_time_zone_that_does_not_exist(high_street):
    Location.objects.filter(pk=high_street.pk).update(time_zone="Europe/Berln")

    assert "every location has a time zone that exists" in find_breaches()


@pytest.mark.parametrize("attributes", [[1], 5, {"colour": "Blue"}, {"colour": ["Blue"]}, {"colour": {"en": 5}}])
@pytest.mark.parametrize("of", [Variant, Product])
def test_attributes_that_are_no_texts(mug, of, attributes):
    of.objects.update(attributes=attributes)

    assert "attributes of goods are texts by language" in find_breaches()


def test_an_oversale_that_was_never_booked_in(mug):
    Oversale.objects.create(level=mug.levels.first(), units=2, reserved=0, cause_id="100001", noted_at=timezone.now())

    assert "every oversale is booked in once" in find_breaches()
