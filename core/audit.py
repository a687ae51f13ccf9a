"""
The audit log: the database keeps the former values of audited rows for every kind of change.

Triggers write the rows (django-pghistory), so bulk updates and hand-written SQL are recorded too. An event holds the
values before the change; the values after it are those of the next event, or of the row itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import pghistory
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest, HttpResponse

BACK_OFFICE = "/admin/"
MOST_CHANGES = 100

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs before and after a change."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an audited row. by: the member of staff, empty when it was not made in the back office."""

    at: datetime
    by: str
    differences: list[Difference]


def audited(*fields: str) -> Callable[[type[M]], type[M]]:
    """Record the former values of these fields whenever a row of the decorated model changes or is deleted."""

    def audit(model: type[M]) -> type[M]:
        track: Callable[[type[M]], type[M]] = pghistory.track(
            pghistory.UpdateEvent(row=pghistory.Old),
            pghistory.DeleteEvent(),
            fields=list(fields),
            append_only=True,
            model_name=f"{model.__name__}Change",
            meta={"default_permissions": ()},
        )
        return track(model)

    return audit


def changes_of(row: models.Model) -> list[Change]:
    """Return the latest changes of a row, newest first; none if its model is not audited."""
    event_model = event_models().get(type(row))
    if event_model is None:
        return []
    events = event_model.objects.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("-pgh_id")
    names = [field.name for field in event_model._meta.fields if not field.name.startswith("pgh_")]
    newer: models.Model = row
    changes = []
    for event in events[:MOST_CHANGES]:
        by = (event.pgh_context.metadata if event.pgh_context else {}).get("user")
        changes.append((event.pgh_created_at, by, _differences(event, newer, names)))
        newer = event
    users = get_user_model()._default_manager.in_bulk({by for _at, by, _differences in changes if by})
    return [Change(at, str(users.get(by, "")), differences) for at, by, differences in changes]


def audit_back_office(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Record with each change of a back-office request who made it, and on which page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path.startswith(BACK_OFFICE):
            return get_response(request)
        with pghistory.context(user=request.user.pk, url=request.path):
            return get_response(request)

    return middleware


@cache
def event_models() -> dict[type[models.Model], Any]:
    """Return the table of changes of each audited model."""
    tracked = {getattr(known, "pgh_tracked_model", None): known for known in apps.get_models()}
    return {model: events for model, events in tracked.items() if model is not None}


def _differences(before: models.Model, after: models.Model, names: list[str]) -> list[Difference]:
    differences = []
    for name in names:
        fields = before._meta.get_field(name), after._meta.get_field(name)
        assert all(isinstance(field, models.Field) for field in fields)
        was, became = (field.value_from_object(row) for field, row in zip(fields, (before, after), strict=True))  # type: ignore[union-attr]
        if was != became:
            differences.append(Difference(str(getattr(fields[1], "verbose_name", name)), was, became))
    return differences
