"""Short runs of the simulated shop; `make simulate` makes many long ones."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.shop import Shop

RUNS, STEPS = int(os.environ.get("RUNS", "50")), int(os.environ.get("STEPS", "8"))


@pytest.mark.django_db
def test_the_books_are_right_whatever_people_do():
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize="SEEDED" not in os.environ,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
