import re
from html.parser import HTMLParser

import pytest
from django.contrib import admin as django_admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.back_office import fill_every_table

OURS = {"accounts", "carts", "core", "engagement", "inventory", "orders"}
ALL = sorted(django_admin.site._registry, key=lambda model: model._meta.label)
OWN = [model for model in ALL if model._meta.app_label in OURS]


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def statements(browser, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = browser.get(address)
    assert answer.status_code == 200, address
    return len(captured)


def test_every_list_opens_and_is_searched(office):
    fill_every_table(range(2))

    for model in ALL:
        assert office.get(page(model, "changelist")).status_code == 200, model
        searched = office.get(page(model, "changelist"), {"q": "thing 1"})
        assert searched.status_code == 200, model


def test_every_own_table_has_pages():
    from django.apps import apps

    ours = {model for model in apps.get_models() if model._meta.app_label in OURS and "pgh_obj" not in dir(model)}
    shown = set(django_admin.site._registry)

    assert {model._meta.label for model in ours - shown} == set()


def test_lists_take_as_many_statements_for_six_rows_as_for_two(office):
    fill_every_table(range(2))
    statements(office, page(OWN[0], "changelist"))  # Fills the caches of sessions and content types.
    few = {model: statements(office, page(model, "changelist")) for model in OWN}
    fill_every_table(range(2, 6))

    many = {model: statements(office, page(model, "changelist")) for model in OWN}

    assert {model._meta.label: (few[model], many[model]) for model in OWN if few[model] != many[model]} == {}


def test_every_thing_opens(office):
    fill_every_table(range(1))

    for model in OWN:
        thing = model._default_manager.order_by("pk").last()
        if thing is not None:
            assert office.get(page(model, "change", thing.pk)).status_code == 200, model
            assert office.get(page(model, "history", thing.pk)).status_code == 200, model


class Inline(HTMLParser):
    """Finds what a strict Content-Security-Policy would refuse."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") in (None, "", "module")):
            self.found.append((tag, self.getpos()))
        self.found += [(tag, name) for name in names if name == "style" or re.match(r"on[a-z]+$", name)]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_pages_carry_a_strict_policy_and_nothing_that_it_refuses(office, language):
    fill_every_table(range(1))
    addresses = [reverse("admin:index"), reverse("admin:password_change")]
    addresses += [page(model, "changelist") for model in OWN]
    for model in OWN:
        thing = model._default_manager.order_by("pk").last()
        if thing is not None:
            addresses.append(page(model, "change", thing.pk))
    addresses += [page(model, "add") for model in OWN if office.get(page(model, "add")).status_code == 200]

    for address in addresses:
        answer = office.get(address, headers={"Accept-Language": language})
        inline = Inline()
        inline.feed(answer.content.decode())
        assert "script-src 'self'; style-src 'self'" in answer.headers["Content-Security-Policy"]
        assert inline.found == [], address
