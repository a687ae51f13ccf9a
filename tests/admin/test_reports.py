"""Reports: a page that is given to a table has its link, its address and its refusals without another line."""

from types import ModuleType

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext_lazy as _

from core.admin.base import ReadOnlyAdmin
from core.admin.report_pages import ReportPage, ReportsAdmin
from inventory.models import Product
from omnistore.urls import urlpatterns
from tests.client import signed_in
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import assign, make_product
from tests.pages import Inline

TEMPLATE = '{% extends "admin/page.html" %}{% block content %}<p>{{ goods }} goods</p>{% endblock %}'
LIST, ADDRESS = "/admin/inventory/product/", "/admin/inventory/product/counted/"
TABLES = [table for table in admin.site._registry.values() if isinstance(table, ReportsAdmin)]
PAGES = [(table, page) for table in TABLES for page in table.pages]


def _count(request):
    if "download" in request.GET:
        return HttpResponse("goods\n", content_type="text/csv")
    return {"goods": Product.objects.count()}


class CountedGoods(ReportsAdmin, ReadOnlyAdmin):
    """A table with one report, for those who may edit the catalogue."""

    pages = (
        ReportPage(
            name="counted",
            title=_("Products"),
            template="counted.html",
            may="inventory.change_product",
            show=_count,
        ),
    )


@pytest.fixture
def report(tmp_path, monkeypatch, settings):
    """Put the table in the place of the products' own, as it would stand there when the shop starts."""
    (tmp_path / "counted.html").write_text(TEMPLATE)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    monkeypatch.setitem(admin.site._registry, Product, CountedGoods(Product, admin.site))
    addresses = ModuleType("addresses")
    addresses.urlpatterns = [path("admin/", admin.site.urls), *urlpatterns]
    settings.ROOT_URLCONF = addresses


@pytest.fixture
def clerk(tess):
    """A browser of somebody who sees products, and changes none."""
    return signed_in(tess)


@pytest.fixture
def head(db):
    """A browser of somebody who edits the catalogue."""
    person = make_staff("Hedy Head", email="hedy@example.com")
    assign(person, None, "head_office")
    return signed_in(person)


def test_it_is_linked_beside_its_list(report, head):
    page = head.get(LIST).content.decode()

    assert f'<a href="{ADDRESS}">Products</a>' in page


def test_it_answers_at_its_address(report, head):
    make_product()

    page = head.get(ADDRESS)

    assert page.status_code == 200
    assert "<p>1 goods</p>" in page.content.decode()
    assert f'<a href="{LIST}">Products</a>' in page.content.decode()
    assert Inline(page.content.decode()).found == []


def test_who_may_not_see_it_gets_the_list_without_the_link_and_is_refused(report, clerk):
    shown, refused = clerk.get(LIST), clerk.get(ADDRESS)

    assert (shown.status_code, refused.status_code) == (200, 403)
    assert ADDRESS not in shown.content.decode()
    assert "goods" not in refused.content.decode()


def test_who_may_not_see_it_gets_no_file_of_it_either(report, clerk):
    assert clerk.get(ADDRESS, {"download": "csv"}).status_code == 403


@pytest.mark.parametrize("person", [None, "a shopper"])
def test_who_is_no_staff_is_led_to_the_sign_in(report, client, person, db):
    browser = signed_in(make_customer()) if person else client

    assert browser.get(ADDRESS)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("query", [{}, {"download": "csv"}])
def test_no_browser_stores_the_page_or_its_file(report, head, query):
    answer = head.get(ADDRESS, query)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_without_it_the_list_has_no_link_and_nothing_its_address(head):
    """Negative control: the link and the address come from the page above, and from nothing else."""
    assert ADDRESS not in head.get(LIST).content.decode()
    with pytest.raises(NoReverseMatch):
        reverse("admin:inventory_product_counted")


# --- The reports that there are -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "page"), PAGES, ids=[f"{table.opts.model_name} {page.name}" for table, page in PAGES]
)
def test_every_report_is_for_those_who_may_see_it(office, table, page):
    address = reverse(f"admin:{table.opts.app_label}_{table.opts.model_name}_{page.name}")
    nobody = signed_in(make_staff("Nora New", email="nora@example.com"))

    shown, refused = office.get(address), nobody.get(address)

    assert (shown.status_code, refused.status_code) == (200, 403)
    assert "no-store" in shown["Cache-Control"]
