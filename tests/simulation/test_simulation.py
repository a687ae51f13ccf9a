"""Short runs of the simulated shop; `make simulate` makes many long ones, each time others."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.shop import Shop, Stage

# The same runs each time, unless `make simulate` asks for new ones.
RUNS, STEPS = int(os.environ.get("RUNS", "50")), int(os.environ.get("STEPS", "8"))
HALVES = 2


@pytest.mark.django_db
@pytest.mark.parametrize("half", range(HALVES))
def test_the_books_are_right_whatever_people_do(half):
    run_state_machine_as_test(
        type("Shop", (Shop,), {"stage": Stage()}),
        settings=settings(
            max_examples=RUNS // HALVES,
            stateful_step_count=STEPS + half,  # The halves draw other steps.
            derandomize="RUNS" not in os.environ,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
