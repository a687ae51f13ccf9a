from datetime import UTC, datetime

import pytest

from orders.services.history.matching import Returned, Sold, match_returns

MUG, POT = (7, "MUG", 1290), (7, "POT", 1290)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def sold(line_id, *, on, units, key=MUG):
    return Sold(line_id, line_id * 10, key, day(on), units)


def back(line, *, on, units, key=MUG):
    return Returned(line, key, units, day(on))


@pytest.mark.parametrize(
    ("lines", "returned", "found"),
    [
        ([sold(1, on=1, units=5)], [back(9, on=2, units=5)], {9: 1}),
        ([sold(1, on=2, units=5)], [back(9, on=2, units=5)], {9: 1}),
        ([sold(1, on=3, units=5)], [back(9, on=2, units=5)], {}),
        ([sold(1, on=1, units=4)], [back(9, on=2, units=5)], {}),
        ([sold(1, on=1, units=5, key=POT)], [back(9, on=2, units=5)], {}),
        ([sold(1, on=1, units=5)], [back(9, on=2, units=5, key=None)], {}),
        ([sold(1, on=1, units=5), sold(2, on=2, units=5)], [back(9, on=3, units=1)], {9: 2}),
        ([sold(1, on=1, units=5), sold(2, on=2, units=2)], [back(9, on=3, units=3)], {9: 1}),
        ([sold(1, on=1, units=5), sold(2, on=1, units=5)], [back(9, on=3, units=1)], {9: 2}),
        ([sold(1, on=1, units=5)], [back(8, on=2, units=3), back(9, on=2, units=3)], {8: 1}),
        ([sold(1, on=1, units=5)], [back(8, on=2, units=3), back(9, on=2, units=2)], {8: 1, 9: 1}),
        (
            [sold(1, on=1, units=3), sold(2, on=2, units=3)],
            [back(8, on=3, units=2), back(9, on=3, units=2)],
            {8: 2, 9: 1},
        ),
    ],
)
def test_the_newest_line_with_all_the_units_still_out(lines, returned, found):
    matches = match_returns(returned, lines)

    assert {line: match.line_id for line, match in matches.items()} == found
