"""Expects a refusal, so that a test can check the database after it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from core.errors import Refusal


@contextmanager
def refused(refusal: type[Refusal]) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """Expect a refusal, and roll back as the view's transaction does."""
    with pytest.raises(refusal) as caught, transaction.atomic():
        yield caught
