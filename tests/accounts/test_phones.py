"""A phone number is one number in every spelling, and one that nobody can dial is refused."""

import pytest

from accounts.rules.phones import NotAPhone, canonical_phone


@pytest.mark.parametrize(
    "written",
    [
        *("+49 171 1234567", "0049 171 1234567", "+49 (0)171 1234567", "+49\u00a0171\u00a01234567"),
        *("+49\u200c171\u200c1234567", "\u2066+49 171 1234567\u2069", "+۴۹ ۱۷۱ ۱۲۳۴۵۶۷", "００４９1711234567"),
        *("+49–171–1234567", "٠٠٤٩١٧١١٢٣٤٥٦٧"),
    ],
)
def test_every_spelling_is_the_same_number(written):
    assert canonical_phone(written) == "+491711234567"


def test_a_number_without_its_country_is_read_in_the_region_given():
    assert canonical_phone("0171 1234567", region="DE") == "+491711234567"
    assert canonical_phone("00989121234567", region="DE") == "+989121234567"
    with pytest.raises(NotAPhone):
        canonical_phone("0171 1234567")


@pytest.mark.parametrize("written", ["+1 555 0100", "+9891234", "+49", "", "call me", "+999 123456789", "\x00"])
def test_what_nobody_can_dial_is_refused(written):
    with pytest.raises(NotAPhone):
        canonical_phone(written)
