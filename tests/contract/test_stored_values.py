"""
Whatever a form of the back office can store, every page and route can show.

Each field gets one hostile value after the other, with all others as they were. What forms take is then stored, one
value for each field at a time, and the whole shop is looked at.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import pytest
from django.contrib import admin
from django.test import Client

from tests.client import signed_in
from tests.contract.hostile_values import CHOSEN, JSONS, TYPED
from tests.contract.storing import REFUSED, fault_of, shown_badly, stored, undone
from tests.page_forms import Fields, PageForm

pytestmark = pytest.mark.django_db

VALUES = {"checkbox": [""], "select": CHOSEN, "radio": CHOSEN, "hidden": []}
# A second row of a kind has the fields of the first, and a text in a third language is like that in a second.
REPEATED = re.compile(r"-[1-9]\d*-|_(ar|fa)$")


class Change(NamedTuple):
    """One field of one form, and what is typed there."""

    address: str
    field: str
    value: str


class Office:
    """Fills in forms of the back office; whatever is not kept is undone."""

    def __init__(self, browser: Client) -> None:
        self._browser = browser
        self.faults: list[tuple[list[Change], str]] = []

    def form(self, address: str) -> PageForm:
        """Read the form of an address, as it is now."""
        page = self._browser.get(address)
        return PageForm(page.content.decode(), address.split("/")[3] + "_form")

    def takes(self, change: Change, values: Fields) -> bool:
        """Whether the form stores this value beside the others; it is taken back."""
        return undone(lambda: self._store([change], values))

    def store(self, changes: list[Change]) -> None:
        """Store the values of each form together, or those of them that stand beside one another."""
        for address, together in groupby(sorted(changes), key=attrgetter("address")):
            of_one = list(together)
            if not self._store(of_one, self.form(address).values) and len(of_one) > 1:
                for change in of_one:
                    self._store([change], self.form(address).values)

    def _store(self, changes: list[Change], values: Fields) -> bool:
        def send() -> str:
            typed = {change.field: change.value for change in changes}
            answer = self._browser.post(changes[0].address, values | typed)
            if answer.status_code >= 500:
                return fault_of(answer)
            return "" if answer.status_code == 302 else REFUSED

        is_stored, fault = stored(send)
        if fault:
            self.faults.append((changes, fault))
        return is_stored


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
            if REPEATED.search(field):
                continue
            is_json = str(form.values.get(field, "")).startswith(("{", "["))
            changes = [Change(address, field, value) for value in (JSONS if is_json else VALUES.get(kind, TYPED))]
            taken.append([change for change in changes if office.takes(change, form.values)])

    faults = [*office.faults, *shown_badly(visitor, taken, office.store)]

    assert sum(map(len, taken)) > 100
    assert faults == []
