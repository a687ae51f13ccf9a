"""Expecting a refusal, and looking at the database behind it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from core.errors import Refusal


@contextmanager
def refused(refusal: type[Refusal]) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """Expect a refusal, and undo what came before it as the view's transaction would."""
    with pytest.raises(refusal) as caught, transaction.atomic():
        yield caught
