"""
Whatever a form of the back office can store, every page and route can show.

Each field gets one hostile value after the other, with all others as they were. What forms take is then stored, one
value for each field at a time, and the whole shop is looked at.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

import pytest
from django.contrib import admin
from django.db import Error, connection, transaction
from django.test import Client

from tests.client import signed_in
from tests.contract.hostile_values import CHOSEN, JSONS, TYPED
from tests.page_forms import Fields, PageForm

pytestmark = pytest.mark.django_db

VALUES = {"checkbox": [""], "select": CHOSEN, "radio": CHOSEN, "hidden": []}
# A second row of the same kind in a form has the same fields as the first.
FURTHER_ROW = re.compile(r"-[1-9]\d*-")


class Change(NamedTuple):
    """One field of one form, and what is typed there."""

    address: str
    field: str
    value: str


class Office:
    """Fills in forms of the back office; whatever is not kept is undone."""

    def __init__(self, browser: Client) -> None:
        self._browser = browser
        self.faults: list[tuple[Change, str]] = []

    def form(self, address: str) -> PageForm:
        """Read the form of an address, as it is now."""
        page = self._browser.get(address)
        return PageForm(page.content.decode(), address.split("/")[3] + "_form")

    def takes(self, change: Change, values: Fields) -> bool:
        """Whether the form stores this value beside the others; a fault is kept."""
        with transaction.atomic():
            is_stored = self._post(change, values)
            transaction.set_rollback(True)
        return is_stored

    def store(self, changes: list[Change]) -> None:
        """Store one value after the other, each in the form as it is then; what others stand against is left out."""
        for change in changes:
            with transaction.atomic():
                if not self._post(change, self.form(change.address).values):
                    transaction.set_rollback(True)

    def _post(self, change: Change, values: Fields) -> bool:
        answer = self._browser.post(change.address, values | {change.field: change.value})
        fault = fault_of(answer) if answer.status_code >= 500 else ""
        if answer.status_code == 302 and not fault:
            fault = broken_constraint()
        if fault:
            self.faults.append((change, fault))
        return answer.status_code == 302 and not fault


def fault_of(answer: Any) -> str:
    info = getattr(answer, "exc_info", None)
    return f"{info[0].__name__}: {info[1]}"[:300] if info else str(answer.status_code)


def broken_constraint() -> str:
    """Return what would fail at the end of the transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except Error as error:
        return f"at commit: {error}"[:300]
    return ""


def changing_pages() -> Iterator[str]:
    """Yield the page of the newest row of every table."""
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        newest = model._default_manager.order_by("-pk").first()
        if newest is not None:
            yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/{newest.pk}/change/"


# In two halves, so that two processors share them.
@pytest.mark.parametrize("half", [0, 1])
def test_what_forms_store_can_be_shown(visitor, superuser, half):
    office = Office(signed_in(superuser, Client(raise_request_exception=False)))
    taken: list[list[Change]] = []
    for address in list(changing_pages())[half::2]:
        form = office.form(address)
        for field, kind in form.kinds.items():
            if FURTHER_ROW.search(field):
                continue
            is_json = str(form.values.get(field, "")).startswith(("{", "["))
            changes = [Change(address, field, value) for value in (JSONS if is_json else VALUES.get(kind, TYPED))]
            taken.append([change for change in changes if office.takes(change, form.values)])

    faults = [*office.faults, *shown_badly(visitor, office, taken)]

    assert sum(map(len, taken)) > 100
    assert faults == []


def shown_badly(visitor: Any, office: Office, taken: list[list[Change]]) -> list[tuple[Any, str]]:
    """Store what each field took, one value for each field at a time, and look at the shop each time."""
    found: list[tuple[Any, str]] = []
    for together in zip_longest(*taken):
        changes = [change for change in together if change is not None]
        with transaction.atomic():
            office.store(changes)
            broken = visitor.broken()
            transaction.set_rollback(True)
        found += [(culprits(visitor, office, changes, address), f"{address}: {how}") for address, how in broken]
    return found


def culprits(visitor: Any, office: Office, changes: list[Change], address: str) -> list[Change] | str:
    """Return which of the changes breaks an address alone."""
    found = []
    for change in changes:
        with transaction.atomic():
            office.store([change])
            if visitor.fault(address):
                found.append(change)
            transaction.set_rollback(True)
    return found or "only together"
